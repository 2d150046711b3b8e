"""Indexes and packs come by the real pack manager; what goes wrong is said in words."""

import socket

import pytest

from tinygen.errors import ToolchainError, UsageError
from tinygen.packs import client
from tinygen.packs.client import add_file, download, update
from tinygen.packs.store import PackRef, downloaded, find_pack, pack_path, read_devices, unpacked

HINT = (
    "set TINYGEN_PACK_INDEX to a mirror's index (http://.../index.pidx) or to a folder of .pack "
    "files, if this machine has no open network"
)
DAMAGED_HINT = "get it again; a proxy or a mirror may have cut it short"


def test_an_update_knows_packs_and_devices(server):
    server.add_device("STM32F411RE")
    server.add("ARM", "CMSIS-NN", "7.0.0")
    assert update() == 2
    assert list(read_devices()) == ["STM32F411RE"]
    assert find_pack("arm::cmsis-nn") == PackRef("ARM", "CMSIS-NN", "7.0.0")
    assert downloaded() == []


def test_a_pack_is_fetched_checked_and_unpacked(server):
    server.add("ARM", "CMSIS-NN", files={"Include/a.h": "int a;"})
    update()
    ref = find_pack("ARM::CMSIS-NN@1.0.0")
    assert download(ref) == pack_path(ref)
    assert downloaded() == [ref]
    assert (unpacked(ref) / "Include/a.h").read_text() == "int a;"


def test_a_descriptor_of_another_host_is_served_by_the_mirror(server):
    server.add("ARM", "CMSIS-NN", url="http://pack.invalid/of/vendor/")
    update()
    assert download(find_pack("ARM::CMSIS-NN")).is_file()


def test_a_second_update_replaces_and_keeps(server):
    server.add_device("STM32F411RE")
    update()
    server.add_device("STM32F446RE")
    assert update() == 2
    assert list(read_devices()) == ["STM32F411RE", "STM32F446RE"]


def test_the_newest_version_is_meant(server):
    pack = server.add("ARM", "CMSIS-NN", "1.9.0")
    update()
    add_file(pack)
    add_file(server.add("ARM", "CMSIS-NN", "1.10.0"))
    assert find_pack("ARM::CMSIS-NN").version == "1.10.0"


def test_a_folder_of_packs_needs_no_network(server, monkeypatch):
    server.add_device("STM32F411RE")
    monkeypatch.setenv("TINYGEN_PACK_INDEX", str(server.folder))
    assert update() == 1
    assert list(read_devices()) == ["STM32F411RE"]
    assert [ref.name for ref in downloaded()] == ["STM32F411RE_DFP"]


@pytest.fixture
def nobody():
    """Return the address of an index at which nobody listens."""
    with socket.socket() as unused:  # bound, so that nobody else is
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}/index.pidx"


def test_no_network_is_said_at_once(monkeypatch, nobody):
    monkeypatch.setenv("TINYGEN_PACK_INDEX", nobody)
    with pytest.raises(ToolchainError) as caught:
        update()
    assert str(caught.value) == (
        f"cannot fetch the pack index from {nobody}: [Errno 111] Connection refused"
    )
    assert caught.value.hint == HINT


class _Silent:
    """A pack manager without a network: it says nothing and fetches nothing."""

    def cache_descriptors(self):
        pass


def test_the_public_index_is_named_when_it_does_not_answer(monkeypatch, nobody):
    monkeypatch.setattr(client, "_cache", lambda *_: _Silent())
    monkeypatch.setattr(client, "PUBLIC_INDEX", nobody)
    with pytest.raises(ToolchainError) as caught:
        update()
    assert str(caught.value) == (
        f"cannot fetch the pack index from {nobody}: [Errno 111] Connection refused"
    )
    assert caught.value.hint == HINT


def test_an_index_that_is_not_there_is_named(server):
    with pytest.raises(ToolchainError) as caught:
        update()
    assert str(caught.value) == f"cannot fetch the pack index from {server.index}: File not found"


def test_an_index_without_a_pack_is_an_error(server):
    (server.folder / "index.pidx").write_text("<index/>")
    with pytest.raises(ToolchainError) as caught:
        update()
    assert str(caught.value) == f"no pack came from the pack index {server.index}"
    assert caught.value.hint == HINT


def test_a_folder_without_packs_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGEN_PACK_INDEX", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        update()
    assert str(caught.value) == f"TINYGEN_PACK_INDEX={tmp_path} holds no .pack file"


def test_a_pack_that_is_not_there_is_named(server):
    server.add("ARM", "CMSIS-NN").unlink()
    update()
    with pytest.raises(ToolchainError) as caught:
        download(find_pack("ARM::CMSIS-NN"))
    assert str(caught.value) == (
        f"cannot fetch ARM::CMSIS-NN@1.0.0 from {server.url}ARM.CMSIS-NN.1.0.0.pack: File not found"
    )


def test_a_pack_with_a_wrong_checksum_is_refused_and_removed(server):
    pack = server.add("ARM", "CMSIS-NN", files={"Include/a.h": "int important;"})
    pack.write_bytes(pack.read_bytes().replace(b"int important;", b"int imp0rtant;"))
    update()
    ref = find_pack("ARM::CMSIS-NN")
    for _ in range(2):  # nothing of it is kept
        with pytest.raises(ToolchainError) as caught:
            download(ref)
        assert str(caught.value) == (
            "ARM::CMSIS-NN@1.0.0 is damaged: the checksum of Include/a.h is wrong"
        )
        assert caught.value.hint == DAMAGED_HINT
    assert downloaded() == []


def test_a_pack_that_was_cut_short_is_refused(server):
    pack = server.add("ARM", "CMSIS-NN", files={"Include/a.h": "int a;" * 99})
    pack.write_bytes(pack.read_bytes()[:300])
    update()
    with pytest.raises(ToolchainError, match=r"^ARM::CMSIS-NN@1\.0\.0 is not a pack: "):
        download(find_pack("ARM::CMSIS-NN"))


def test_an_unknown_pack_says_how_to_look_for_it():
    with pytest.raises(UsageError) as caught:
        find_pack("ARM::NOTHING")
    assert str(caught.value) == "no pack 'ARM::NOTHING'"
    assert caught.value.hint == (
        "write it as VENDOR::NAME; 'tinygen packs update' fetches the index, "
        "'tinygen packs search WORD' looks into it"
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError) as caught:
        add_file(tmp_path / "x.pack")
    assert str(caught.value) == f"no file {tmp_path / 'x.pack'}"
