"""Where TensorFlow Lite Micro comes from, and what is said when it comes from nowhere."""

import zipfile
from pathlib import Path

import pytest

from tests.tflm_stand_in import write_tree
from tinygen.errors import ToolchainError
from tinygen.packs.store import PackRef, pack_path
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.tflm import find_source

HINT = """there are three ways to get one (docs/tflm.md):
  1. --tflm-dir DIR or TINYGEN_TFLM_DIR: a git checkout of tensorflow/tflite-micro, or the tree
     that its create_tflm_tree.py makes
  2. CMSIS packs: tinygen packs update; tinygen packs add tflm
  3. PlatformIO: TINYGEN_TFLM_LIB=ENTRY, a library as lib_deps names it"""

LIBRARY_HINT = """the library must hold TFLM, CMSIS-NN and what they include; PlatformIO takes a
folder whole only where a library.json lies in it"""


@pytest.fixture(autouse=True)
def _nothing_here(monkeypatch, tmp_path):
    for name in ("TINYGEN_TFLM_DIR", "TINYGEN_TFLM_LIB", "TINYGEN_CMSIS_NN_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def add_pack(vendor, name, tree):
    """Put a folder into the store of packs, as `packs add` leaves it."""
    ref = PackRef(vendor, name, "1.0.0")
    path = pack_path(ref)
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parents[2] / f"{vendor}.{name}.1.0.0.pdsc").touch()
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(tree.rglob("*")):
            archive.write(file, file.relative_to(tree).as_posix())


def test_no_source_names_the_three_ways():
    with pytest.raises(ToolchainError) as caught:
        find_source(None)
    assert str(caught.value) == "no copy of TensorFlow Lite Micro, which --runtime tflm needs"
    assert caught.value.hint == HINT
    assert caught.value.exit_code == 6


def test_a_build_without_a_source_fails_before_it_reads_the_model(tmp_path):
    with pytest.raises(ToolchainError, match="no copy of TensorFlow Lite Micro"):
        build(tmp_path / "none", tmp_path / "p", Choices("qemu-m4", runtime="tflm"), Silent())
    assert not (tmp_path / "p").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ToolchainError) as caught:
        find_source(tmp_path / "none")
    assert str(caught.value) == f"no folder {tmp_path / 'none'}"


def test_the_option_wins_over_the_variable(tmp_path, monkeypatch):
    one, other = write_tree(tmp_path / "one"), write_tree(tmp_path / "other")
    monkeypatch.setenv("TINYGEN_TFLM_DIR", str(other))
    assert find_source(one).tensorflow == one
    assert find_source(None).tensorflow == other


def test_packs_are_found_and_unpacked(tmp_path):
    tree = write_tree(tmp_path / "tree")
    third_party = tmp_path / "third_party"
    (tree / "third_party").rename(third_party)
    add_pack("tensorflow", "tensorflow-lite-micro", tree)
    add_pack("ARM", "CMSIS-NN", third_party / "cmsis_nn")
    for name in ("flatbuffers", "gemmlowp", "ruy"):
        add_pack("tensorflow", name, third_party / name)
    source = find_source(None)
    assert source.origin == "the CMSIS pack tensorflow::tensorflow-lite-micro"
    assert source.tensorflow.is_relative_to(tmp_path / "cache")
    assert find_source(None) == source


def test_a_pack_that_lacks_another_says_which_part(tmp_path):
    tree = write_tree(tmp_path / "tree")
    (tree / "third_party").rename(tmp_path / "elsewhere")
    add_pack("tensorflow", "tensorflow-lite-micro", tree)
    with pytest.raises(ToolchainError) as caught:
        find_source(None)
    assert str(caught.value) == (
        "the CMSIS pack tensorflow::tensorflow-lite-micro has no flatbuffers/flatbuffers.h"
    )


def test_platformio_fetches_a_library_once(tmp_path, monkeypatch):
    tree = write_tree(tmp_path / "tree")
    (tree / "library.json").write_text('{"name": "tflm", "version": "1.0.0"}')
    monkeypatch.setenv("TINYGEN_TFLM_LIB", f"file://{tree}")
    source = find_source(None)
    assert source.tensorflow.is_relative_to(tmp_path / "cache")
    for path in sorted(tree.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert find_source(None) == source


def test_a_library_that_is_not_complete_is_fetched_again(tmp_path, monkeypatch):
    tree = write_tree(tmp_path / "tree")
    monkeypatch.setenv("TINYGEN_TFLM_LIB", f"file://{tree}")
    with pytest.raises(ToolchainError) as caught:
        find_source(None)
    assert str(caught.value) == (
        f"the library file://{tree} has no tensorflow/lite/micro/micro_interpreter.h"
    )
    assert caught.value.hint == LIBRARY_HINT
    (tree / "library.json").write_text('{"name": "tflm", "version": "1.0.0"}')
    assert find_source(None).tensorflow.name == "tflm"


def test_what_a_library_depends_on_is_not_fetched(tmp_path, monkeypatch):
    tree = write_tree(tmp_path / "tree")
    (tree / "library.json").write_text(
        '{"name": "tflm", "version": "1.0.0", "dependencies": {"ArduinoBLE": "*"}}'
    )
    monkeypatch.setenv("TINYGEN_TFLM_LIB", f"file://{tree}")
    assert find_source(None).tensorflow.name == "tflm"


def test_a_repository_that_does_not_answer_is_said_in_gits_words(tmp_path, monkeypatch):
    spec = f"git+file://{tmp_path / 'none'}"
    monkeypatch.setenv("TINYGEN_TFLM_LIB", spec)
    with pytest.raises(ToolchainError) as caught:
        find_source(None)
    assert str(caught.value) == (
        f"PlatformIO cannot fetch the library {spec}: fatal: '{tmp_path / 'none'}' does not "
        "appear to be a git repository"
    )


def test_a_library_that_platformio_cannot_fetch_is_named(tmp_path, monkeypatch):
    spec = f"file://{Path(tmp_path / 'none')}"
    monkeypatch.setenv("TINYGEN_TFLM_LIB", spec)
    with pytest.raises(ToolchainError) as caught:
        find_source(None)
    assert str(caught.value).startswith(f"PlatformIO cannot fetch the library {spec}: ")
    assert caught.value.hint == (
        "write TINYGEN_TFLM_LIB as an entry of lib_deps; it may be a folder, file:///..."
    )
