"""The runtime on every emulated core: right outputs, exact counts, faults that are told."""

import os
import shutil
from pathlib import Path

import pytest

from tests.emulator.image import link
from tests.emulator.small_model import small_model
from tests.oracle import random_inputs, run_tflm
from tinygen.board import find_board, list_boards
from tinygen.device.client import Device
from tinygen.device.measure import take_trace
from tinygen.device.qemu import EMULATOR_TIMEOUTS, ICOUNT_SHIFT, emulate
from tinygen.emit.linker import emit_linker_script
from tinygen.errors import DeviceError

EMULATED = [board.id for board in list_boards() if board.is_emulated]

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None, reason="no qemu-system-arm"
)

BROKEN_MODEL = """
#include "model.h"
_Alignas(16) uint8_t model_arena[MODEL_ARENA_BYTES] TG_ARENA;
const uint16_t model_op_ids[1] = {0xffff};
const tg_op_function model_ops[1] = {0};
const tg_tensor_info model_inputs[1] = {{model_arena, 4}};
const tg_tensor_info model_outputs[1] = {{model_arena, 4}};
TG_NOINLINE static uint32_t dig(uint32_t depth)
{
    volatile uint32_t room[16] = {depth};
    return depth == 0 ? 0 : dig(depth - 1) + room[depth & 15];
}
tg_status model_run(void)
{
    if (model_arena[0] == 1) {
        __builtin_trap();
    }
    return dig(1000) == 1 ? TG_ERR_KERNEL : TG_OK;
}
"""
BROKEN_HEADER = """
#include "tinygen/model_api.h"
#define MODEL_SHA256 "broken"
#define MODEL_ARENA_BYTES 16
#define MODEL_OP_COUNT 0
#define MODEL_INPUT_COUNT 1
#define MODEL_OUTPUT_COUNT 1
extern uint8_t model_arena[MODEL_ARENA_BYTES];
tg_status model_run(void);
extern const tg_op_function model_ops[1];
extern const uint16_t model_op_ids[1];
extern const tg_tensor_info model_inputs[1], model_outputs[1];
"""


def connect(link, image, board_id):
    return Device.connect(link, image.graph.sha256, board_id, EMULATOR_TIMEOUTS)


def as_bytes(arrays):
    return [values.tobytes() for values in arrays]


@pytest.mark.parametrize("board_id", EMULATED)
def test_outputs_equal_the_tflite_micro_wheel(images, board_id):
    inputs = random_inputs(small_model(), 4)
    wanted = run_tflm(small_model(), inputs)
    with emulate(find_board(board_id), images(board_id).elf) as link:
        device = connect(link, images(board_id), board_id)
        for one, outputs in zip(inputs, wanted, strict=True):
            assert list(device.infer(as_bytes(one)).outputs) == as_bytes(outputs)


@pytest.mark.parametrize("board_id", EMULATED)
def test_instruction_counts_are_the_same_in_two_emulators(images, board_id):
    inputs = as_bytes(random_inputs(small_model(), 3)[2])
    traces = []
    for _ in range(2):
        with emulate(find_board(board_id), images(board_id).elf) as link:
            device = connect(link, images(board_id), board_id)
            traces.append(take_trace(device, inputs, ICOUNT_SHIFT))
    one, other = traces
    assert one.instructions == other.instructions
    assert one.start_up_instructions == other.start_up_instructions
    assert [op.instructions for op in one.ops] == [op.instructions for op in other.ops]
    assert one.memory == other.memory
    assert [op.index for op in one.ops] == [op.index for op in images(board_id).graph.ops]
    # Reading the counter costs an op a few instructions, calling it from a list a few more.
    assert 0 <= sum(op.instructions for op in one.ops) - one.instructions < 10 * len(one.ops)
    assert 0 < one.memory.stack_used < one.memory.stack_bytes == 2048
    assert one.memory.arena_used <= one.memory.arena_bytes


@pytest.fixture(scope="module", params=["qemu-m0", "qemu-m4", "qemu-m33", "qemu-m55"])
def broken(request, tmp_path_factory):
    """Build a model that traps or digs too deep, as its input says."""
    board = find_board(request.param)
    folder: Path = tmp_path_factory.mktemp(f"broken-{board.id}")
    (folder / "model.c").write_text(BROKEN_MODEL)
    (folder / "model.h").write_text(BROKEN_HEADER)
    (folder / "link.ld").write_text(emit_linker_script(board, 1024))
    link(board, folder, [])
    return board, folder / "firmware.elf"


def test_a_fault_is_told_with_its_place(broken):
    board, elf = broken
    with emulate(board, elf) as line:
        device = Device.connect(line, "broken", board.id, EMULATOR_TIMEOUTS)
        with pytest.raises(DeviceError, match=r"^the core faulted \(pc=0x"):
            device.infer([b"\1\0\0\0"])


def test_a_device_that_faulted_starts_over(broken):
    board, elf = broken
    with emulate(board, elf) as line:
        device = Device.connect(line, "broken", board.id, EMULATOR_TIMEOUTS)
        with pytest.raises(DeviceError):
            device.infer([b"\1\0\0\0"])
        again = Device.connect(line, "broken", board.id, EMULATOR_TIMEOUTS)
        again.reset()  # its greeting may have passed before we listened
    assert again.start_up_ticks is not None


def test_a_stack_overflow_is_told_as_one(broken):
    board, elf = broken
    with emulate(board, elf) as line:
        device = Device.connect(line, "broken", board.id, EMULATOR_TIMEOUTS)
        with pytest.raises(DeviceError) as caught:
            device.infer([b"\0\0\0\0"])
    assert str(caught.value).startswith("the stack overflowed on the device (")
    assert caught.value.hint == "build with a larger stack"


def test_the_emulator_leaves_with_the_context(images):
    board = find_board("qemu-m4")
    with emulate(board, images(board.id).elf) as line:
        pid = line._process.pid
        connect(line, images(board.id), board.id)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_firmware_can_be_asked_to_leave(images):
    board = find_board("qemu-m4")
    with emulate(board, images(board.id).elf) as line:
        device = connect(line, images(board.id), board.id)
        device.leave()
        with pytest.raises(DeviceError) as caught:
            device.memory()
        assert line._process.wait(10) == 0
    assert str(caught.value) == "the emulator ended with status 0"


def test_an_image_that_cannot_start_is_an_error(tmp_path):
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(b"not an image")
    with emulate(find_board("qemu-m4"), elf) as line, pytest.raises(DeviceError) as caught:
        Device.connect(line, "x", "qemu-m4", EMULATOR_TIMEOUTS)
    assert str(caught.value)


def test_firmware_of_another_model_is_told(images):
    board = find_board("qemu-m4")
    with emulate(board, images(board.id).elf) as line, pytest.raises(DeviceError) as caught:
        Device.connect(line, "0" * 64, board.id, EMULATOR_TIMEOUTS)
    assert str(caught.value).startswith("this firmware holds another model")
