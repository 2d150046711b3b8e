"""What a device says about itself: model, board, counter, tensors, memory, faults."""

import struct
from dataclasses import dataclass

from tinygen.device.frames import PROTOCOL_VERSION, Frame
from tinygen.errors import DeviceError

_HELLO = struct.Struct("<HHHBBIIIB31s64s")
_MEMORY = struct.Struct("<4I")
_FAULT = struct.Struct("<9I")
# MSTKERR, STKERR and STKOF (Arm DDI0403, DDI0553): the core could not save pc and lr.
_CFSR_STACKING = 1 << 4 | 1 << 12 | 1 << 20
_STACK_MARGIN = 64  # a frame of a fault's registers and what pushed it over


@dataclass(frozen=True, slots=True)
class Hello:
    """A firmware's description of itself.

    Attributes:
        max_payload: Bytes it takes in one frame.
        op_count: Ops that can be timed one by one; 0 where the runtime has none.
        input_count: Model inputs.
        output_count: Model outputs.
        counter_hz: Rate of its counter.
        clock_hz: Clock of its core.
        arena_bytes: Size of the model's arena.
        counts_cycles: The counter counts core cycles.
        board: Id of the board it was built for.
        model_sha256: Of the model file it was built from, in hex.
    """

    max_payload: int
    op_count: int
    input_count: int
    output_count: int
    counter_hz: int
    clock_hz: int
    arena_bytes: int
    counts_cycles: bool
    board: str
    model_sha256: str


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """How much was used of the memory that is only used while running, in bytes."""

    stack_bytes: int
    stack_used: int
    arena_bytes: int
    arena_used: int


def read_hello(payload: bytes) -> Hello:
    """Decode the answer to HELLO.

    Raises:
        DeviceError: The firmware speaks another version of the protocol.
    """
    version = int.from_bytes(payload[:2], "little")
    if version != PROTOCOL_VERSION or len(payload) != _HELLO.size:
        raise DeviceError(
            f"the firmware speaks protocol version {version}, not {PROTOCOL_VERSION}",
            hint="build and flash it again with this version of tinygen",
        )
    _, *numbers, board, model = _HELLO.unpack(payload)
    payload_bytes, ops, inputs, outputs, counter_hz, clock_hz, arena_bytes, cycles = numbers
    return Hello(
        max_payload=payload_bytes,
        op_count=ops,
        input_count=inputs,
        output_count=outputs,
        counter_hz=counter_hz,
        clock_hz=clock_hz,
        arena_bytes=arena_bytes,
        counts_cycles=bool(cycles),
        board=board.rstrip(b"\0").decode("ascii", "replace"),
        model_sha256=model.rstrip(b"\0").decode("ascii", "replace"),
    )


def require_firmware(hello: Hello, model_sha256: str, board_id: str) -> None:
    """Raise `DeviceError` unless the firmware is that of this model and board."""
    if hello.model_sha256 != model_sha256:
        raise DeviceError(
            f"this firmware holds another model (sha256 {hello.model_sha256[:12]}, "
            f"not {model_sha256[:12]})",
            hint="build and flash this model again",
        )
    if hello.board != board_id:
        raise DeviceError(
            f"this firmware was built for board '{hello.board}', not '{board_id}'",
            hint=f"use --board {hello.board}, or build and flash for this board",
        )


def read_memory(payload: bytes) -> MemoryUse:
    """Decode the answer to MEMORY."""
    return MemoryUse(*_MEMORY.unpack(payload))


def fault_error(frame: Frame) -> DeviceError:
    """Return what to raise when the core reports that it stopped."""
    if len(frame.payload) != _FAULT.size:
        return DeviceError("the core faulted", hint="reset the board and try again")
    ipsr, pc, lr, sp, limit, _, cfsr, _, _ = _FAULT.unpack(frame.payload)
    is_lost = bool(cfsr & _CFSR_STACKING)
    where = f"sp={sp:#010x} exception={ipsr} cfsr={cfsr:#010x}"
    if not is_lost:
        where = f"pc={pc:#010x} lr={lr:#010x} {where}"
    if is_lost or sp < limit + _STACK_MARGIN:
        return DeviceError(
            f"the stack overflowed on the device ({where})",
            hint="build with a larger stack",
        )
    return DeviceError(
        f"the core faulted ({where})",
        hint="find the line with arm-none-eabi-addr2line -e firmware.elf; this is a bug in "
        "tinygen unless the board's file is wrong",
    )
