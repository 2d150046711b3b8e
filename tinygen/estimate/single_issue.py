"""Cycles of cores that begin one instruction a cycle, by Arm's tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinygen.estimate.instruction import Instruction


@dataclass(frozen=True, slots=True)
class Table:
    """What instructions cost where memory answers at once.

    Attributes:
        load: Cycles of a load; one less right after a load, where ``pipelines``.
        pipelines: A load or store right after a load is a cycle cheaper unless its
            address is what was loaded.
        store_indexed: Cycles of a store whose address is a sum of two registers.
        load_use: Added where the next instruction reads what was loaded.
        address_use: Added where the address was computed by the instruction before.
        refill: Added to a branch that is taken.
        call: Added to that for BL.
        accumulate: Cycles of MLA and MLS.
        multiply_long: Cycles of a multiplication with a 64-bit result.
        accumulate_long: Cycles of one that adds to 64 bits.
        divide: Cycles.
        pays_unaligned: Each extra access that unaligned data needs is a cycle.
    """

    load: int = 2
    pipelines: bool = True
    store_indexed: int = 2
    load_use: int = 0
    address_use: int = 1
    refill: int = 2
    call: int = 0
    accumulate: int = 1
    multiply_long: int = 1
    accumulate_long: int = 1
    divide: int = 7
    pays_unaligned: bool = True


# Arm Cortex-M4 Technical Reference Manual (DDI 0439), tables 3-1 (instruction set summary)
# and 7-1 (FPU), section 3.3.3 (load/store timings). Where the manual gives a range, the
# middle: P, the refill of the pipeline, is 1 to 3, a division 2 to 12.
CORTEX_M4 = Table()
# Cortex-M3 Technical Reference Manual (DDI 0337I), table 3-1 and section 3.3.2.
CORTEX_M3 = Table(accumulate=2, multiply_long=4, accumulate_long=5)
# Cortex-M0 Technical Reference Manual (DDI 0432C), table 3-1, single-cycle multiplier.
CORTEX_M0 = Table(pipelines=False, address_use=0, call=1, pays_unaligned=False)
# Cortex-M0+ Technical Reference Manual (DDI 0484C), table 3-1.
CORTEX_M0PLUS = Table(pipelines=False, address_use=0, refill=1, call=1, pays_unaligned=False)
# Arm publishes no table for the Cortex-M33. LLVM schedules it with its Cortex-M4 model
# (llvm/lib/Target/ARM/ARMScheduleM4.td): a load's result is there a cycle later, and what
# does not need it may begin.
CORTEX_M33 = Table(load=1, pipelines=False, store_indexed=1, load_use=1, address_use=0)

_MULTIPLE = ("ldm", "stm", "push", "pop", "vldm", "vstm")
_FLOAT = {"vfm": 3, "vfnm": 3, "vml": 3, "vnml": 3, "vdiv": 14, "vsqrt": 14}


@dataclass(frozen=True, slots=True)
class Cost:
    """Cycles of one run through a block.

    Attributes:
        cycles: When the next block follows it in memory.
        taken: Added when it does not.
    """

    cycles: int
    taken: int


def block_cost(table: Table, code: Sequence[Instruction]) -> Cost:
    """Return what one run through a block costs."""
    cycles, before = 0, None
    for one in code:
        cycles += _cycles(table, one) + _dependence(table, before, one)
        before = one
    last = code[-1]
    taken = table.refill if last.kind in {"branch", "jump", "call"} or last.loads_pc else 0
    return Cost(cycles, taken + (table.call if last.kind == "call" else 0))


def _cycles(table: Table, one: Instruction) -> int:
    """Return the cycles of an instruction by itself, a branch as not taken."""
    if one.kind in {"load", "store"}:
        return _memory_cycles(table, one)
    if one.kind == "multiply":
        return _multiply_cycles(table, one)
    if one.kind == "divide":
        return table.divide
    if one.kind == "float":
        return next((n for start, n in _FLOAT.items() if one.name.startswith(start)), 1)
    return 1


def _memory_cycles(table: Table, one: Instruction) -> int:
    if one.count != 1 or one.name.startswith(_MULTIPLE):
        return 1 + one.count
    if one.name.startswith("v"):
        return 2
    if one.kind == "load":
        return table.load
    return table.store_indexed if one.has_index else 1


def _multiply_cycles(table: Table, one: Instruction) -> int:
    if len(one.writes) == 2:
        return table.accumulate_long if one.accumulates else table.multiply_long
    return table.accumulate if one.name in {"mla", "mls"} else 1


def _dependence(table: Table, before: Instruction | None, one: Instruction) -> int:
    """Return what an instruction costs more, or less, because of the one before it."""
    if before is None:
        return 0
    is_single = before.kind == "load" and before.count == 1
    if is_single:
        if table.load_use and before.writes & one.reads:
            return table.load_use
        costs_two = one.kind == "load" or one.has_index
        if table.pipelines and costs_two and one.count == 1 and not before.writes & one.address:
            return -1
        return 0
    if before.kind in {"alu", "multiply"} and before.writes & one.address:
        return table.address_use
    return 0
