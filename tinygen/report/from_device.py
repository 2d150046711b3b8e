"""The report with what a device measured."""

from dataclasses import replace

from tinygen.device.measure import Trace
from tinygen.report.model import CostFigures, OpFigures, Report


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


def _with_cost(op: OpFigures, instructions: int | None, ticks: int, trace: Trace) -> OpFigures:
    return replace(op, instructions=instructions, cycles=ticks if trace.counts_cycles else None)
