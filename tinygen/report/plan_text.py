"""The memory plan as text: bounds, what was reached, and buffers over time."""

from collections.abc import Sequence

from tinygen.graph import Graph
from tinygen.plan.model import Buffer, Plan, RegionUse

_ROWS = 24
_LEAST_ROWS = 2
_PICOSECONDS = 1_000_000


def plan_text(graph: Graph, plan: Plan) -> str:
    """Return the bounds, the gap to them, the peak op and a picture of each region."""
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
    if plan.order_saves:
        rows.append(f"  order         ops {order_text(graph)}; saves {plan.order_saves:,} bytes")
    letters = {id(b): _letter(n) for n, b in enumerate(plan.buffers)}
    if len(plan.regions) <= 1 or plan.missing_bytes:
        pictures = [*_picture(plan.buffers, letters, plan.arena_bytes, _ROWS, len(graph.ops)), ""]
    else:
        rows += _placement(plan)
        pictures = [row for use in plan.regions for row in _region(plan, letters, use, graph)]
    return "\n".join([*rows, "", *pictures, *_table(plan)])


def order_text(graph: Graph) -> str:
    """Return the numbers of the ops as they run, such as ``0 to 3, 6, 4 to 5``."""
    runs: list[list[int]] = []
    for op in graph.ops:
        if runs and op.index > runs[-1][-1] and _is_next(graph, runs[-1][-1], op.index):
            runs[-1].append(op.index)
        else:
            runs.append([op.index])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _is_next(graph: Graph, before: int, after: int) -> bool:
    return not any(before < op.index < after for op in graph.ops)


def _placement(plan: Plan) -> list[str]:
    """Return what lies where in bytes, and what loads and stores cost there."""
    rows = [
        f"  in {use.name:<11}{use.nbytes:>10,} of {use.free_bytes:,} bytes" for use in plan.regions
    ]
    cost = plan.placement
    if cost is None:
        return rows
    proof = "no choice costs less" if cost.is_optimal else f"at least {_us(cost.bound)}"
    return [*rows, f"  traffic       {_us(cost.cost):>10} of loads and stores, guessed; {proof}"]


def _us(picoseconds: int) -> str:
    return f"{picoseconds / _PICOSECONDS:,.1f} us"


def _region(plan: Plan, letters: dict[int, str], use: RegionUse, graph: Graph) -> list[str]:
    """Return the picture of one region, as high as its share of the arena."""
    buffers = [b for b in plan.buffers if b.region == use.name]
    rows = max(_ROWS * use.nbytes // max(plan.arena_bytes, 1), _LEAST_ROWS)
    picture = _picture(buffers, letters, use.nbytes, rows, len(graph.ops))
    return [f"  {use.name}", *picture, ""]


def _picture(
    buffers: Sequence[Buffer], letters: dict[int, str], nbytes: int, count: int, ops: int
) -> list[str]:
    """Return about ``count`` rows of addresses, top first, and columns of ops."""
    step = max(-(-nbytes // count), 1)
    rows = []
    for low in reversed(range(0, nbytes, step)):
        cells = [_cell(buffers, letters, low, low + step, k) for k in range(ops)]
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


def _table(plan: Plan) -> list[str]:
    width = max((len(b.region) for b in plan.buffers), default=0)
    is_split = len(plan.regions) > 1 and not plan.missing_bytes
    return [
        f"  {_letter(n)}  {b.name:<22} {b.offset:>9,} .. {b.offset + b.nbytes:>9,}"
        f"  ops {max(b.first, 0)} to {b.last}"
        + (f"  {b.region:<{width}}  {b.why}" if is_split else "")
        for n, b in enumerate(plan.buffers)
    ]
