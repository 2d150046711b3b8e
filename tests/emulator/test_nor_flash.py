"""Weights stream from an SPI NOR flash chip that we did not write: QEMU's W25Q64."""

import pytest

from tests.emulator.test_streaming import PATIENT, is_exact, measured
from tinygen.board import find_board
from tinygen.device.client import Device
from tinygen.device.qemu import emulate
from tinygen.errors import DeviceError, UsageError
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project
from tinygen.verify.oracle import find_oracle
from tinygen.weights_file import FILE, read_weights, write_weights

BOARD = "qemu-ast1030"


def from_chip(models_dir, folder, name, weight_ram):
    choices = Choices(BOARD, weights="stream:nor", weight_ram=weight_ram)
    build(models_dir / f"{name}.tflite", folder / "p", choices, Silent())
    return open_project(folder / "p")


@pytest.fixture(scope="module")
def ad(models_dir, tmp_path_factory):
    return from_chip(models_dir, tmp_path_factory.mktemp("nor"), "ad01_int8", 8192)


def run(project, content, folder):
    """Return the outputs of one inference with ``content`` in the chip, and what is right."""
    path = folder / "chip.bin"
    path.write_bytes(content)
    manifest = project.manifest
    values = choose_inputs(project, 1, None).sets[0]
    with emulate(find_board(BOARD), project.elf, {manifest.weights.origin: path}) as link:
        device = Device.connect(link, manifest.model.sha256, manifest.board, PATIENT)
        outputs = device.infer([array.tobytes() for array in values]).outputs
    wanted = find_oracle(project.content, project.graph).run(values)
    return outputs, tuple(array.tobytes() for array in wanted)


def test_ad_streams_from_the_chip(ad):
    assert is_exact(ad)
    report = measured(ad)
    assert sum(op.bytes_moved for op in report.ops) == ad.manifest.weights.bytes_an_inference
    assert report.memory.flash_bytes < 40_960
    assert report.memory.arena_bytes < 10_240


def test_convolutions_stream_from_the_chip(models_dir, tmp_path):
    assert is_exact(from_chip(models_dir, tmp_path, "kws_ref_model", 2048), 1)


def test_a_chip_that_holds_more_behind_the_file_does(ad, tmp_path):
    content = read_weights(ad.folder / FILE).content
    outputs, wanted = run(ad, content + bytes(range(256)), tmp_path)
    assert outputs == wanted


def test_a_chip_with_other_content_is_refused(ad, tmp_path):
    file = read_weights(ad.folder / FILE)
    damaged = bytearray(file.content)
    damaged[file.chunks[4].offset + 9] ^= 1
    other = write_weights("12" * 32, [(0, bytes(32))]).content
    for content, message in (
        (bytes(damaged), "chunk 4 of the weights from 'nor' is damaged"),
        (file.content[: file.chunks[20].offset], "chunk 20 of the weights from 'nor' is damaged"),
        (other, "the weights from 'nor' are of another model"),
        (b"", "'nor' holds no weights file of this format"),
    ):
        with pytest.raises(DeviceError) as caught:
            run(ad, content, tmp_path)
        assert str(caught.value) == message


def test_a_board_without_a_chip_says_so(models_dir, tmp_path):
    choices = Choices("qemu-m4", weights="stream:nor")
    with pytest.raises(UsageError) as caught:
        build(models_dir / "ad01_int8.tflite", tmp_path / "p", choices, Silent())
    assert str(caught.value) == "the file of qemu-m4 describes no SPI NOR flash"


def test_a_real_board_links_the_driver_of_its_chip(models_dir, tmp_path):
    choices = Choices("nrf52840_dk", weights="stream:nor", weight_ram=8192)
    report = build(models_dir / "ad01_int8.tflite", tmp_path / "p", choices, Silent())
    assert report.weights["source"] == "nor"
    assert report.memory.flash_bytes < 40_960
    assert report.weights["slab_bytes"] == 8192  # two chunks by turns: DMA reads ahead
