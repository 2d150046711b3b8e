"""The memory plan as JSON: every buffer, its memory, and why it is there."""

from dataclasses import asdict
from typing import Any

from tinygen.board import Board
from tinygen.graph import Graph
from tinygen.plan.model import Plan


def plan_json(graph: Graph, plan: Plan, board: Board) -> dict[str, Any]:
    """Return the plan as docs/report.md describes it."""
    return {
        "schema": 1,
        "model": graph.name,
        "board": board.id,
        "arena_bytes": plan.arena_bytes,
        "scratch_bytes": plan.scratch_bytes,
        "bounds": asdict(plan.bounds),
        "is_optimal": plan.is_optimal,
        "missing_bytes": plan.missing_bytes,
        "order": [op.index for op in graph.ops],
        "order_saves_bytes": plan.order_saves,
        "regions": [
            {"region": use.name, "arena_bytes": use.nbytes, "free_bytes": use.free_bytes}
            for use in plan.regions
        ],
        "placement": asdict(plan.placement) if plan.placement else None,
        "buffers": [asdict(buffer) for buffer in plan.buffers],
    }
