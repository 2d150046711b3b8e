"""Lay buffers out: exact lifetimes, then offsets."""

from collections.abc import Mapping

from tinygen.graph import Graph
from tinygen.ops.registry import op_types
from tinygen.plan.model import Buffer, Plan

ALIGN = 16


def plan_memory(graph: Graph, scratch_bytes: Mapping[int, int]) -> Plan:
    """Place every tensor and scratch buffer.

    Args:
        graph: Verified.
        scratch_bytes: Scratch each op needs, by position in ``graph.ops``.
    """
    root = _roots(graph)
    spans = _lifetimes(graph, root)
    wanted = [(f"tensor {t}", t, _padded(graph.tensors[t].nbytes), *spans[t]) for t in spans]
    wanted += [
        (f"scratch of op {graph.ops[k].index}", -1 - k, _padded(n), k, k)
        for k, n in scratch_bytes.items()
        if n
    ]
    live = [
        sum(n for _, _, n, first, last in wanted if first <= k <= last)
        for k in range(len(graph.ops))
    ]
    placed: dict[int, Buffer] = {}
    for name, key, nbytes, first, last in sorted(wanted, key=lambda w: (-w[2], w[3], w[1])):
        clash = sorted(
            (b.offset, b.offset + b.nbytes)
            for b in placed.values()
            if b.first <= last and first <= b.last
        )
        offset = 0
        for start, stop in clash:
            if start - offset >= nbytes:
                break
            offset = max(offset, stop)
        placed[key] = Buffer(name, offset, nbytes, first, last)
    bound = max(live, default=0)
    return Plan(
        buffers=tuple(placed.values()),
        tensor_offsets={t: placed[root[t]].offset for t in root},
        scratch_offsets={-1 - key: b.offset for key, b in placed.items() if key < 0},
        arena_bytes=max((b.offset + b.nbytes for b in placed.values()), default=0),
        scratch_bytes=max(scratch_bytes.values(), default=0),
        lower_bound=bound,
        peak_op=live.index(bound) if live else 0,
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
