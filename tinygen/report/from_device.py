"""The report with what a device measured."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tinygen.device.measure import Trace
from tinygen.report.model import CostFigures, OpFigures, Report, SpreadFigures


def add_trace(report: Report, trace: Trace) -> Report:
    """Return the report with cost, per-op cost and high-water marks filled in."""
    measured = {cost.index: cost for cost in trace.ops}
    memory, use = report.memory, trace.memory
    return replace(
        report,
        cost=CostFigures(
            instructions=trace.instructions,
            cycles=trace.cycles,
            cycles_source="measured" if trace.cycles is not None else None,
            start_up_instructions=trace.start_up_instructions,
        ),
        memory=replace(
            memory,
            stack_high_water_bytes=use.stack_used,
            arena_high_water_bytes=use.arena_used,
        ),
        ops=tuple(
            _with_cost(op, measured[op.index].instructions, measured[op.index].ticks, trace)
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


def _with_cost(op: OpFigures, instructions: int | None, ticks: int, trace: Trace) -> OpFigures:
    return replace(op, instructions=instructions, cycles=ticks if trace.counts_cycles else None)
