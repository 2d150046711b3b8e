"""The report with what a device measured."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tinygen.device.measure import OpCost, Trace
from tinygen.estimate.cycles import CycleEstimate
from tinygen.report.model import CostFigures, Report, SpreadFigures


def add_trace(report: Report, trace: Trace, estimate: CycleEstimate | str | None = None) -> Report:
    """Return the report with cost, per-op cost and high-water marks filled in.

    Args:
        report: Of the build.
        trace: What the device measured.
        estimate: Cycles of an emulated board, or why there are none; None for real ones.
    """
    measured = {cost.index: cost for cost in trace.ops}
    memory, use = report.memory, trace.memory
    return replace(
        report,
        cost=_cost(trace, estimate),
        memory=replace(
            memory,
            stack_high_water_bytes=use.stack_used,
            arena_high_water_bytes=use.arena_used,
        ),
        ops=tuple(
            replace(
                op,
                instructions=measured[op.index].instructions,
                cycles=_op_cycles(measured[op.index], trace, estimate),
                loads=measured[op.index].loads,
                bytes_moved=measured[op.index].bytes_moved,
                stall_instructions=measured[op.index].stall_instructions,
            )
            if op.index in measured
            else op
            for op in report.ops
        ),
    )


def add_spread(report: Report, trace: Trace, ticks: Sequence[int]) -> Report:
    """Return the report with the spread of several runs filled in.

    Args:
        report: Of the model.
        trace: Tells what a tick is.
        ticks: Of each run; at least one.
    """
    ordered = sorted(ticks)
    middle = ordered[len(ordered) // 2]
    per_instruction = trace.ticks / trace.instructions if trace.instructions else None
    unit: Literal["instructions", "cycles", "ticks"] = (
        "instructions" if per_instruction else "cycles" if trace.counts_cycles else "ticks"
    )

    def counted(some: int) -> int:
        return round(some / per_instruction) if per_instruction else some

    return replace(
        report,
        spread=SpreadFigures(
            runs=len(ticks),
            unit=unit,
            least=counted(ordered[0]),
            median=counted(middle),
            most=counted(ordered[-1]),
            clock_hz=trace.clock_hz,
            median_ms=None if per_instruction else 1000 * middle / trace.counter_hz,
        ),
    )


def _cost(trace: Trace, estimate: CycleEstimate | str | None) -> CostFigures:
    cost = CostFigures(
        instructions=trace.instructions,
        cycles=trace.cycles,
        cycles_source="measured" if trace.cycles is not None else None,
        start_up_instructions=trace.start_up_instructions,
    )
    if isinstance(estimate, CycleEstimate):
        return replace(
            cost, cycles=estimate.whole, cycles_source="estimate", cycles_note=estimate.note
        )
    return replace(cost, cycles_note=estimate)


def _op_cycles(cost: OpCost, trace: Trace, estimate: CycleEstimate | str | None) -> int | None:
    if isinstance(estimate, CycleEstimate):
        return estimate.ops.get(cost.index)
    return cost.ticks if trace.counts_cycles else None
