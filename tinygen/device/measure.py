"""Measure a model on a device: cost of the whole and of each op, memory, outputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tinygen.device.client import Device, Inference, OpTicks
from tinygen.device.hello import MemoryUse
from tinygen.errors import DeviceError

_COUNTER_PERIOD = 1 << 32


@dataclass(frozen=True, slots=True)
class OpCost:
    """What one op took.

    Attributes:
        index: Of the op in the model file.
        ticks: Of the device's counter.
        instructions: Executed; None on a real board.
        loads: Chunks of weights it waited for.
        bytes_moved: In them.
        stall_ticks: In which the core copied, checked or waited for them.
        stall_instructions: The same in instructions.
    """

    index: int
    ticks: int
    instructions: int | None
    loads: int = 0
    bytes_moved: int = 0
    stall_ticks: int = 0
    stall_instructions: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What was measured of one model on one device.

    Attributes:
        board: Board id, as the firmware says it.
        counter_hz: Rate of the counter behind all ticks.
        counts_cycles: The counter counts core cycles.
        clock_hz: Clock of the core.
        ticks: Of one undisturbed inference.
        instructions: Executed in it; None on a real board.
        cycles: It took; None where the counter does not count them.
        start_up_ticks: From the counter's start to ready.
        start_up_instructions: Executed in it; None on a real board.
        ops: In order; empty where the runtime has no single ops.
        memory: High-water marks of stack and arena.
        outputs: Bytes of each output tensor.
    """

    board: str
    counter_hz: int
    counts_cycles: bool
    clock_hz: int
    ticks: int
    instructions: int | None
    cycles: int | None
    start_up_ticks: int
    start_up_instructions: int | None
    ops: tuple[OpCost, ...]
    memory: MemoryUse
    outputs: tuple[bytes, ...]


def instructions(ticks: int, counter_hz: int, icount_shift: int) -> int:
    """Return how many instructions an emulated counter's ticks stand for.

    Args:
        ticks: Counted.
        counter_hz: Rate of the counter in the machine's time.
        icount_shift: Each instruction takes ``2**icount_shift`` ns of that time.

    >>> instructions(6400, 25_000_000, 8)
    1000
    """
    nanoseconds_hz = ticks * 1_000_000_000
    per_instruction = counter_hz << icount_shift
    return (2 * nanoseconds_hz + per_instruction) // (2 * per_instruction)


def take_trace(
    device: Device, inputs: Sequence[bytes], icount_shift: int | None, *, streams: bool = False
) -> Trace:
    """Measure one inference, then its ops, then its memory, each from a fresh start.

    Args:
        device: A connected one.
        inputs: The bytes of each input tensor.
        icount_shift: QEMU's, or None on a real board.
        streams: The firmware's weights stream.

    Raises:
        DeviceError: The device does not answer, or two runs from a fresh start differ.
    """
    device.reset()
    start_up_ticks = device.start_up_ticks or 0
    whole = device.infer(inputs)
    costs, stepped = _profile(device, inputs, streams=streams)
    ticks = _ticks(whole, stepped)
    hello = device.hello

    def count(some: int) -> int | None:
        return None if icount_shift is None else instructions(some, hello.counter_hz, icount_shift)

    return Trace(
        board=hello.board,
        counter_hz=hello.counter_hz,
        counts_cycles=hello.counts_cycles,
        clock_hz=hello.clock_hz,
        ticks=ticks,
        instructions=count(ticks),
        cycles=ticks if hello.counts_cycles else None,
        start_up_ticks=start_up_ticks,
        start_up_instructions=count(start_up_ticks),
        ops=tuple(_op_cost(one, count) for one in costs),
        memory=_measure_memory(device, inputs),
        outputs=whole.outputs,
    )


def _ticks(whole: Inference, stepped: Inference) -> int:
    """Return the ticks of one inference, of two runs that must agree."""
    if stepped.outputs != whole.outputs:
        raise DeviceError(
            "the outputs differ between two runs on the same inputs",
            hint="check the board's clock and supply: its memory is not reliable",
        )
    ticks = unwrapped(whole.ticks, stepped.ticks)
    if ticks == 0:
        raise DeviceError(
            "the board's counter stands still",
            hint="power the board off and on; a debugger may have stopped it, and an emulator may "
            "have none",
        )
    return ticks


def time_runs(
    device: Device, inputs: Sequence[bytes], trace: Trace, runs: int, *, has_state: bool = False
) -> tuple[int, ...]:
    """Return the ticks of ``runs`` undisturbed inferences, that of the trace the first.

    Args:
        device: The one that the trace is of.
        inputs: The bytes of each input tensor.
        trace: Tells how often the counter wraps in an inference.
        runs: How many; >= 1.
        has_state: Start over before each, because a run changes the next one.

    Raises:
        DeviceError: The device does not answer, or a run gives other outputs.
    """
    ticks = [trace.ticks]
    for _ in range(runs - 1):
        if has_state:
            device.reset()
        one = device.infer(inputs)
        if one.outputs != trace.outputs:
            raise DeviceError(
                "the outputs differ between two runs on the same inputs",
                hint="check the board's clock and supply: its memory is not reliable",
            )
        ticks.append(unwrapped(one.ticks, trace.ticks))
    return tuple(ticks)


def unwrapped(ticks: int, estimate: int) -> int:
    """Return the count that a 32-bit counter shows as ``ticks`` and is next to ``estimate``.

    Each op is shorter than the counter's period, so the sum over ops tells how often the
    counter went round in a whole inference.

    >>> unwrapped(5, 2**32 + 9)
    4294967301
    """
    rounds = round((estimate - ticks) / _COUNTER_PERIOD)
    return ticks + max(rounds, 0) * _COUNTER_PERIOD


def _op_cost(one: OpTicks, count: Callable[[int], int | None]) -> OpCost:
    streamed = one.streamed
    if streamed is None:
        return OpCost(one.index, one.ticks, count(one.ticks))
    return OpCost(
        one.index,
        one.ticks,
        count(one.ticks),
        loads=streamed.loads,
        bytes_moved=streamed.nbytes,
        stall_ticks=streamed.ticks,
        stall_instructions=count(streamed.ticks),
    )


def _profile(
    device: Device, inputs: Sequence[bytes], *, streams: bool
) -> tuple[tuple[OpTicks, ...], Inference]:
    """Run op by op from a fresh start, or once more as a whole where there are no ops."""
    device.reset()
    if device.hello.op_count == 0:
        return (), device.infer(inputs)
    return device.profile(inputs, streams=streams)


def _measure_memory(device: Device, inputs: Sequence[bytes]) -> MemoryUse:
    """Run on a painted arena; the device is started over afterwards, for models with state."""
    device.reset()
    device.paint_arena()
    device.infer(inputs)
    use = device.memory()
    device.reset()
    return use
