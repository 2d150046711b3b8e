"""The cases of the emulator on real boards: flash, right outputs, counts, memory."""

import subprocess
from contextlib import closing

import pytest

from tests.emulator.image import build_image
from tests.emulator.small_model import small_model
from tests.oracle import random_inputs, run_tflm
from tests.unit.device.faulty_link import FaultyLink
from tinygen.board import find_board
from tinygen.device.channel import Timeouts
from tinygen.device.client import Device
from tinygen.device.link import SerialLink
from tinygen.device.measure import take_trace, time_runs
from tinygen.errors import DeviceError
from tinygen.flash.contract import Job
from tinygen.flash.flash import flash
from tinygen.progress import Silent

pytestmark = pytest.mark.hardware

CONNECT_S = 15.0


@pytest.fixture(scope="module")
def image(entry, tmp_path_factory):
    """Build the small model for the board and flash it."""
    board = find_board(entry.board)
    built = build_image(board, small_model(), tmp_path_factory.mktemp(entry.board))
    binary = built.elf.with_suffix(".bin")
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", built.elf, binary], check=True)
    address = min(region.origin for region in board.regions if region.kind == "flash")
    job = Job(board, binary.parent, built.elf, binary, address, entry.flash_port, entry.serial)
    if entry.tool != "none":
        flash(job, entry.tool, Silent())
    return built


@pytest.fixture
def link(entry, image):
    del image
    with closing(SerialLink(entry.port)) as opened:
        yield opened


def connect(link, entry, image):
    timeouts = Timeouts(connect_s=CONNECT_S, reply_s=5, run_s=60)
    return Device.connect(link, image.graph.sha256, entry.board, timeouts)


def as_bytes(arrays):
    return [values.tobytes() for values in arrays]


def test_outputs_equal_the_tflite_micro_wheel(entry, image, link):
    inputs = random_inputs(small_model(), 4)
    device = connect(link, entry, image)
    for one, wanted in zip(inputs, run_tflm(small_model(), inputs), strict=True):
        assert list(device.infer(as_bytes(one)).outputs) == as_bytes(wanted)


def test_every_op_has_a_cost_and_memory_is_as_planned(entry, image, link):
    device = connect(link, entry, image)
    inputs = as_bytes(random_inputs(small_model(), 1)[0])
    trace = take_trace(device, inputs, None)
    assert trace.ticks > 0
    assert all(op.ticks > 0 for op in trace.ops)
    assert 0.8 < sum(op.ticks for op in trace.ops) / trace.ticks < 1.2
    assert trace.memory.arena_used <= trace.memory.arena_bytes
    assert trace.memory.stack_used < trace.memory.stack_bytes
    ticks = time_runs(device, inputs, trace, 10)
    assert max(ticks) < 1.05 * min(ticks)


@pytest.mark.parametrize("seed", range(5))
def test_a_link_that_damages_bytes_costs_time_and_nothing_else(entry, image, link, seed):
    (one,) = random_inputs(small_model(), 1)
    wanted = run_tflm(small_model(), [one])[0]
    try:
        device = connect(FaultyLink(link, seed, rate=0.002, limit=3), entry, image)
        outputs = device.infer(as_bytes(one)).outputs
    except DeviceError as error:
        pytest.fail(str(error))
    assert list(outputs) == as_bytes(wanted)


def test_a_reset_is_greeted(entry, image, link):
    device = connect(link, entry, image)
    device.reset()
    assert device.start_up_ticks is not None
