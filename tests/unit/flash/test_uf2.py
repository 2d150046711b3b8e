"""UF2: the converter, and boot loaders as small disks."""

import pytest

from tinygen.errors import DeviceError
from tinygen.flash.flash import flash
from tinygen.flash.uf2 import from_uf2, to_uf2
from tinygen.progress import Silent


@pytest.fixture
def disk(tmp_path):
    """Return a function that plugs in a boot loader's disk."""

    def plug(board, name="RPI-RP2"):
        folder = tmp_path / "media" / name
        folder.mkdir(parents=True)
        (folder / "INFO_UF2.TXT").write_text(
            f"UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: {board}\r\n"
        )
        return folder

    return plug


@pytest.mark.parametrize("nbytes", [1, 255, 256, 257, 5000])
def test_what_goes_in_comes_out(nbytes):
    data = bytes(n * 7 % 256 for n in range(nbytes))
    address, family, content = from_uf2(to_uf2(data, 0x10000000, 0xE48BFF56))
    assert (address, family, content[:nbytes]) == (0x10000000, 0xE48BFF56, data)
    assert not any(content[nbytes:])


def test_a_block_is_as_the_format_says():
    block = to_uf2(b"\x11" * 256, 0x10000100, 0xE48BFF59)
    assert len(block) == 512
    assert block[:8] == b"UF2\nWQ]\x9e"
    assert block[8:32].hex() == "002000000001001000010000000000000100000059ff8be4"
    assert block[32:288] == b"\x11" * 256
    assert not any(block[288:508])
    assert block[508:].hex() == "306fb10a"


@pytest.mark.parametrize("at", [0, 8, 12, 20, 24, 28, 510])
def test_a_damaged_file_is_noticed(at):
    data = bytearray(to_uf2(bytes(600), 0x10000000, 0xE48BFF56))
    data[512 + at] ^= 0x21
    with pytest.raises(ValueError, match="block 1"):
        from_uf2(bytes(data))


def test_an_image_is_copied_to_the_boot_loaders_disk(bench, disk, make_job):
    volume = disk("RPI-RP2")
    job = make_job("pico")
    chosen = flash(job, "auto", Silent())
    assert chosen.tool.name == "uf2"
    address, family, content = from_uf2((volume / "firmware.uf2").read_bytes())
    assert (address, family) == (0x10000000, 0xE48BFF56)
    assert content[:1000] == job.binary.read_bytes()
    assert bench.runs() == []


@pytest.mark.usefixtures("bench")
def test_the_disk_of_another_chip_is_refused(disk, make_job):
    disk("RP2350", "RP2350")
    with pytest.raises(DeviceError) as caught:
        flash(make_job("pico"), "uf2", Silent())
    assert str(caught.value) == (
        "the chip that uf2 sees is not that of pico (0xe48bff56): the disk says Board-ID: RP2350"
    )


@pytest.mark.usefixtures("bench")
def test_two_disks_need_a_name(disk, make_job):
    disk("RPI-RP2", "RPI-RP2")
    second = disk("RPI-RP2", "RPI-RP21")
    with pytest.raises(DeviceError, match="uf2 finds more than one probe"):
        flash(make_job("pico"), "uf2", Silent())
    flash(make_job("pico", port=str(second)), "uf2", Silent())
    assert (second / "firmware.uf2").exists()


@pytest.mark.usefixtures("bench")
def test_no_disk_is_no_probe(make_job):
    with pytest.raises(DeviceError, match="uf2 finds no probe for pico2"):
        flash(make_job("pico2"), "uf2", Silent())
