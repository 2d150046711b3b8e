"""The B-L475E-IOT01A, which QEMU has since 9.0 with its clock tree and USARTs."""

import shutil
import subprocess
from contextlib import closing
from dataclasses import replace

import pytest

from tests.emulator.image import build_image
from tests.emulator.qemu_line import on_socket, retry
from tests.emulator.small_model import small_model
from tests.oracle import random_inputs, run_tflm
from tinygen.board import find_board
from tinygen.device.client import Device
from tinygen.device.link import SerialLink
from tinygen.device.measure import take_trace
from tinygen.device.qemu import EMULATOR_TIMEOUTS
from tinygen.errors import DeviceError

MACHINE = "b-l475e-iot01a"


def has_machine():
    program = shutil.which("qemu-system-arm")
    if program is None:
        return False
    done = subprocess.run([program, "-M", "help"], capture_output=True, text=True, check=False)
    return MACHINE in done.stdout


pytestmark = pytest.mark.skipif(not has_machine(), reason=f"no QEMU with {MACHINE}")


def test_its_image_starts_clocks_and_link_and_is_bit_exact(tmp_path):
    board = replace(find_board("disco_l475vg_iot01a"), qemu_machine=MACHINE)
    image = build_image(board, small_model(), tmp_path)
    inputs = random_inputs(small_model(), 2)
    with (
        on_socket(board, "-kernel", str(image.elf)) as url,
        closing(retry(lambda: SerialLink(url), DeviceError)) as link,
    ):
        device = Device.connect(link, image.graph.sha256, board.id, EMULATOR_TIMEOUTS)
        for one, wanted in zip(inputs, run_tflm(small_model(), inputs), strict=True):
            outputs = device.infer([values.tobytes() for values in one]).outputs
            assert list(outputs) == [values.tobytes() for values in wanted]
        with pytest.raises(DeviceError, match=r"^the board's counter stands still$"):
            take_trace(device, [values.tobytes() for values in inputs[0]], None)  # no DWT there
