"""Lay buffers out: exact lifetimes, then optimal offsets."""

from collections.abc import Mapping
from dataclasses import dataclass

from tinygen.graph import Graph
from tinygen.ops.registry import op_types
from tinygen.plan.model import Bounds, Buffer, Plan
from tinygen.plan.search import Problem, place

ALIGN = 16
_LONGEST_RUN = 4

Overlaps = Mapping[int, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A buffer to place; ``key`` is a tensor index, or -1 - position for scratch."""

    key: int
    name: str
    nbytes: int
    first: int
    last: int


def plan_memory(
    graph: Graph, scratch_bytes: Mapping[int, int], overlaps: Overlaps | None = None
) -> Plan:
    """Place every tensor and scratch buffer.

    Args:
        graph: Verified.
        scratch_bytes: Scratch each op needs, by position in ``graph.ops``.
        overlaps: By position of the op, then by input: how many bytes below that
            input output 0 must start so that the op may write it while it still reads
            the input (``Kernel.overlap``). Only used where the input dies there.
    """
    root = _roots(graph)
    wanted = _wanted(graph, root, scratch_bytes)
    separation = _separations(graph, root, wanted, overlaps or {})
    layerwise, peak = _layerwise(wanted, len(graph.ops))
    offsets, overlap, is_optimal = _solve(wanted, separation, len(graph.ops))
    buffers = tuple(
        Buffer(w.name, offset, w.nbytes, w.first, w.last)
        for w, offset in zip(wanted, offsets, strict=True)
    )
    by_key = {w.key: offset for w, offset in zip(wanted, offsets, strict=True)}
    return Plan(
        buffers=buffers,
        tensor_offsets={t: by_key[root[t]] for t in root},
        scratch_offsets={-1 - key: offset for key, offset in by_key.items() if key < 0},
        arena_bytes=max((b.offset + b.nbytes for b in buffers), default=0),
        scratch_bytes=max(scratch_bytes.values(), default=0),
        bounds=Bounds(layerwise, overlap),
        is_optimal=is_optimal,
        peak_op=peak,
    )


def _padded(nbytes: int) -> int:
    return -(-nbytes // ALIGN) * ALIGN


def _roots(graph: Graph) -> dict[int, int]:
    """Map each tensor in RAM to the one whose buffer it shares (views)."""
    root = {t: t for t in graph.inputs}
    for op in graph.ops:
        for t in op.outputs:
            is_view = op_types()[op.name].is_view and op.inputs[0] in root
            root[t] = root[op.inputs[0]] if is_view else t
    return root


def _wanted(
    graph: Graph, root: Mapping[int, int], scratch_bytes: Mapping[int, int]
) -> list[_Wanted]:
    tensors = [
        _Wanted(t, f"tensor {t}", _padded(graph.tensors[t].nbytes), first, last)
        for t, (first, last) in _lifetimes(graph, root).items()
    ]
    scratch = [
        _Wanted(-1 - k, f"scratch of op {graph.ops[k].index}", _padded(n), k, k)
        for k, n in sorted(scratch_bytes.items())
        if n
    ]
    return tensors + scratch


def _lifetimes(graph: Graph, root: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    spans = {t: [-1, -1] for t in graph.inputs}
    for k, op in enumerate(graph.ops):
        for t in (*op.inputs, *op.outputs):
            if t in root:
                spans.setdefault(root[t], [k, k])[1] = k
    for t in graph.outputs:
        if t in root:
            spans[root[t]][1] = len(graph.ops)
    return {t: (first, last) for t, (first, last) in spans.items()}


def _separations(
    graph: Graph, root: Mapping[int, int], wanted: list[_Wanted], overlaps: Overlaps
) -> list[list[int | None]]:
    """Return how far above each buffer another must start (see `Problem`)."""
    table: list[list[int | None]] = [
        [
            a.nbytes if a is not b and a.first <= b.last and b.first <= a.last else None
            for b in wanted
        ]
        for a in wanted
    ]
    position = {w.key: n for n, w in enumerate(wanted)}
    last = {w.key: w.last for w in wanted}
    for k, distances in overlaps.items():
        out = wanted[position[root[graph.ops[k].outputs[0]]]]
        inputs = [root.get(t) for t in graph.ops[k].inputs]
        allowed = _dying_inputs(
            [key if key is not None and last[key] == k else None for key in inputs], distances
        )
        for key, distance in allowed.items():
            if out.first == k and key != out.key:
                low, high = position[out.key], position[key]
                table[low][high] = min(_padded(max(distance, 0)), out.nbytes)
    return table


def _dying_inputs(inputs: list[int | None], distances: Mapping[int, int]) -> dict[int, int]:
    """Return the distance for each buffer in ``inputs``; None is one that lives on."""
    found: dict[int, list[int | None]] = {}
    for n, key in enumerate(inputs):
        if key is not None:
            found.setdefault(key, []).append(distances.get(n))
    return {
        key: max(d for d in values if d is not None)
        for key, values in found.items()
        if all(d is not None for d in values)
    }


def _layerwise(wanted: list[_Wanted], count: int) -> tuple[int, int]:
    live = [sum(w.nbytes for w in wanted if w.first <= k <= w.last) for k in range(count)]
    bound = max(live, default=0)
    return bound, live.index(bound) if live else 0


def _solve(
    wanted: list[_Wanted], separation: list[list[int | None]], count: int
) -> tuple[list[int], int, bool]:
    """Return offsets, a proven bound, and whether they meet it.

    The bound comes from ever longer runs of ops, each solved exactly with all else left
    out, until the plan meets it or the runs grow too long to solve.
    """
    cliques = [_live(wanted, k, k) for k in range(count)]
    sizes = [w.nbytes for w in wanted]
    bound, offsets, is_optimal = 0, [0] * len(wanted), False
    for length in range(1, _LONGEST_RUN + 1):
        bound = max(bound, _run_bound(wanted, separation, count, length))
        offsets, is_optimal = place(Problem(sizes, separation, bound, cliques))
        if is_optimal:
            break
    height = max((o + n for o, n in zip(offsets, sizes, strict=True)), default=0)
    return offsets, height if is_optimal else bound, is_optimal


def _run_bound(
    wanted: list[_Wanted], separation: list[list[int | None]], count: int, length: int
) -> int:
    """Return the exact height of the worst run of ``length`` ops, all else left out."""
    bound = 0
    for first in range(max(count - length + 1, 1)):
        live = _live(wanted, first, first + length - 1)
        sizes = [wanted[n].nbytes for n in live]
        if sum(sizes) <= bound:
            continue
        table = [[separation[a][b] for b in live] for a in live]
        offsets, proved = place(Problem(sizes, table, max(sizes)))
        if proved:
            bound = max(bound, *(o + n for o, n in zip(offsets, sizes, strict=True)))
    return bound


def _live(wanted: list[_Wanted], first: int, last: int) -> list[int]:
    """Return the buffers live at any op from ``first`` to ``last``."""
    return [n for n, w in enumerate(wanted) if w.first <= last and first <= w.last]
