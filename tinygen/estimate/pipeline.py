"""Cycles of cores that may begin two instructions a cycle, in order, or overlap vectors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tinygen.estimate.instruction import Instruction
from tinygen.estimate.single_issue import Cost


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What limits an in-order core where memory answers at once.

    Attributes:
        width: Instructions that may begin in a cycle.
        is_narrow: Only 16-bit instructions begin beside another one.
        loads: Loads that may begin in a cycle.
        words: Registers that a multiple load or store moves a cycle.
        load_latency: Cycles until a loaded register can be used.
        multiply_latency: Cycles until a product can be used, unless it is added to.
        divide: Cycles of a division.
        refill: Added to a branch that is taken.
        indirect: Added to a jump to an address in a register.
        vector: Cycles that a vector instruction holds its unit.
    """

    width: int
    is_narrow: bool = False
    loads: int = 1
    words: int = 1
    load_latency: int = 2
    multiply_latency: int = 2
    divide: int = 7
    refill: int = 0
    indirect: int = 2
    vector: int = 2


# Arm publishes no table. Pairs that issue together, latencies: measured on an STM32H730,
# quinapalus.com/cm7cycles.html; two loads a cycle, LDRD in one: LLVM's model
# (llvm/lib/Target/ARM/ARMScheduleM7.td). Taken branches are predicted.
CORTEX_M7 = Pipeline(width=2, loads=2, words=2)
# Arm Cortex-M55 Technical Reference Manual (101051): a vector instruction is four beats, two
# a cycle, and may overlap the one before it where that uses other hardware (Armv8-M
# Architecture Reference Manual, DDI 0553, section B5.4); a few 16-bit pairs issue together.
CORTEX_M55 = Pipeline(width=2, is_narrow=True, refill=1)

# Armv8.1-M's loops run from a cache of the loop's end and start: LE itself then costs nothing.
_LOOP_ENDS = ("le", "letp")
_ROUNDS = (4, 12)  # of a block in a loop: the cost is that of a round between them


@dataclass(slots=True)
class _State:
    """Where an in-order pipeline is: what began this cycle, when registers are ready."""

    cycle: int = 0
    issued: list[Instruction] = field(default_factory=list)
    ready: dict[str, int] = field(default_factory=dict)
    ready_to_add: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)


def block_cost(pipeline: Pipeline, code: Sequence[Instruction]) -> Cost:
    """Return what one run through a block costs, as a round of a loop of it."""
    state, ends = _State(), []
    for _ in range(_ROUNDS[1]):
        for one in code:
            _issue(pipeline, state, one)
        _next_cycle(state, state.cycle + 1)
        ends.append(state.cycle)
    first, last = _ROUNDS
    cycles = round((ends[last - 1] - ends[first - 1]) / (last - first))
    final = code[-1]
    if final.name in _LOOP_ENDS:
        return Cost(cycles, -1)
    taken = pipeline.refill if final.kind in {"branch", "jump", "call"} else 0
    if final.loads_pc or final.name in {"bx", "blx"}:
        taken += pipeline.indirect
    return Cost(cycles, taken)


def _issue(pipeline: Pipeline, state: _State, one: Instruction) -> None:
    """Let an instruction begin as soon as it may."""
    begin = max(state.cycle, _operands_ready(state, one))
    unit = _unit(one)
    begin = max(begin, state.units.get(unit, 0)) if unit else begin
    if begin == state.cycle and not _pairs(pipeline, state.issued, one):
        begin += 1
    if begin > state.cycle:
        _next_cycle(state, begin)
    state.issued.append(one)
    if unit:
        state.units[unit] = begin + pipeline.vector
    busy = _busy(pipeline, one)
    _set_results(pipeline, state, one, begin + busy - 1)
    if busy > 1:
        _next_cycle(state, begin + busy)


def _next_cycle(state: _State, cycle: int) -> None:
    state.cycle, state.issued = cycle, []


def _operands_ready(state: _State, one: Instruction) -> int:
    """Return the cycle in which all operands are there; the shifter needs them earlier."""
    early = 1 if one.is_shifted and one.kind == "alu" else 0
    plain = one.reads - one.accumulates
    times = [state.ready.get(r, 0) + (early if state.ready.get(r, 0) else 0) for r in plain]
    times += [state.ready_to_add.get(r, 0) for r in one.accumulates]
    return max(times, default=0)


def _pairs(pipeline: Pipeline, issued: Sequence[Instruction], one: Instruction) -> bool:
    """Return whether an instruction may begin beside those that began in this cycle."""
    if not issued:
        return True
    first = issued[0]
    return (
        len(issued) < pipeline.width
        and first.kind not in {"branch", "jump", "call"}
        and not (pipeline.is_narrow and max(one.nbytes, first.nbytes) > 2)
        and not first.writes & (one.reads | one.writes)
        and not (first.is_shifted and one.is_shifted)
        and _memory_allows(pipeline, first, one)
        # Multiplications and SIMD begin in the first of the two places only.
        and one.kind not in {"multiply", "divide", "float", "vector"}
    )


def _memory_allows(pipeline: Pipeline, first: Instruction, one: Instruction) -> bool:
    memory = [i for i in (first, one) if i.kind in {"load", "store"}]
    if len(memory) < 2:
        return True
    return pipeline.loads == 2 and all(i.kind == "load" and i.count == 1 for i in memory)


def _busy(pipeline: Pipeline, one: Instruction) -> int:
    if one.kind in {"load", "store"} and one.count > 1:
        return max(-(-one.count // pipeline.words), 1)
    if one.kind == "divide":
        return pipeline.divide
    if one.name.startswith(("vdiv", "vsqrt")):
        return 14
    return 1


def _set_results(pipeline: Pipeline, state: _State, one: Instruction, begin: int) -> None:
    latency = {
        "load": pipeline.load_latency,
        "multiply": pipeline.multiply_latency,
        "float": 3,
        "vector": pipeline.vector,
    }.get(one.kind, 1)
    for register in one.writes:
        state.ready[register] = begin + latency
        state.ready_to_add[register] = begin + (1 if one.accumulates else latency)
    for register in one.updates:
        state.ready[register] = state.ready_to_add[register] = begin + 1


def _unit(one: Instruction) -> str:
    """Return the vector unit that an instruction holds; empty for scalar ones."""
    if one.kind != "vector":
        return ""
    if one.address:
        return "memory"
    return "multiply" if re.match(r"v[rq]*(ml|mul|dml|dmul|fm)", one.name) else "alu"
