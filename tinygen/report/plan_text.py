"""The memory plan as text: bounds, what was reached, and buffers over time."""

from collections.abc import Sequence

from tinygen.graph import Graph
from tinygen.plan.model import Buffer, Plan

_ROWS = 24


def plan_text(graph: Graph, plan: Plan) -> str:
    """Return the bounds, the gap to them, the peak op and a picture of the arena."""
    gap = plan.arena_bytes - plan.bounds.overlap
    proof = "proved optimal" if plan.is_optimal else "not proved optimal"
    peak = graph.ops[plan.peak_op] if graph.ops else None
    rows = [
        f"  arena         {plan.arena_bytes:>10,} bytes, {proof}",
        f"  scratch       {plan.scratch_bytes:>10,} bytes of it at most, while one op runs",
        f"  bound         {plan.bounds.overlap:>10,} bytes live at the worst op; gap {gap:,}",
        f"  layer-wise    {plan.bounds.layerwise:>10,} bytes if ops ran whole, in separate buffers",
    ]
    if peak is not None:
        rows.append(f"  peak          op {peak.index} ({peak.name})")
    rows += [f"  by rows       {chain.why}" for chain in plan.chains]
    return "\n".join([*rows, "", *_picture(plan, len(graph.ops)), "", *_table(plan.buffers)])


def _picture(plan: Plan, ops: int) -> list[str]:
    """Return the arena as rows of addresses, top first, and columns of ops."""
    step = max(-(-plan.arena_bytes // _ROWS), 1)
    letters = {id(b): _letter(n) for n, b in enumerate(plan.buffers)}
    rows = []
    for low in reversed(range(0, plan.arena_bytes, step)):
        cells = [_cell(plan.buffers, letters, low, low + step, k) for k in range(ops)]
        rows.append(f"  {low:>9,} |{''.join(cells)}|")
    return [*rows, f"  {'op':>9}  {''.join(str(k % 10) for k in range(ops))}"]


def _cell(buffers: Sequence[Buffer], letters: dict[int, str], low: int, high: int, op: int) -> str:
    """Return the letter of what is live there; '#' where an output overlaps its input."""
    found = [
        letters[id(b)]
        for b in buffers
        if b.first <= op <= b.last and b.offset < high and low < b.offset + b.nbytes
    ]
    middle = [
        letters[id(b)]
        for b in buffers
        if b.first <= op <= b.last and b.offset <= (low + high) // 2 < b.offset + b.nbytes
    ]
    if len(middle) > 1:
        return "#"
    return middle[0] if middle else ("'" if found else " ")


def _letter(number: int) -> str:
    return "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 52]


def _table(buffers: Sequence[Buffer]) -> list[str]:
    return [
        f"  {_letter(n)}  {b.name:<22} {b.offset:>9,} .. {b.offset + b.nbytes:>9,}"
        f"  ops {max(b.first, 0)} to {b.last}"
        for n, b in enumerate(buffers)
    ]
