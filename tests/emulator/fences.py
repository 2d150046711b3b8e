"""Fence every buffer of a model of independent ops, to see what kernels write beyond it.

Fences are inputs and outputs of the image, not of the model: bytes between all buffers
that come in with a pattern and must come out with it.
"""

from dataclasses import replace

import numpy as np

from tests.emulator.semihosting import run
from tests.unit.kernels.side_by_side import side_by_side
from tinygen.graph import Graph, Tensor

FENCE_BYTES = 80  # more than the 64 that four vectors write
FENCES = 4  # an op
PATTERN = np.resize(np.arange(251, dtype=np.uint8).view(np.int8), FENCE_BYTES)


def fenced(graph: Graph) -> Graph:
    """Return the graph with fences around scratch, inputs and output of each op."""
    first = len(graph.tensors)
    fences = [
        Tensor(first + n, "fence", "int8", (FENCE_BYTES,)) for n in range(FENCES * len(graph.ops))
    ]
    indices = tuple(t.index for t in fences)
    return replace(
        graph,
        tensors=(*graph.tensors, *fences),
        inputs=(*graph.inputs, *indices),
        outputs=(*graph.outputs, *indices),
    )


def apart(graph, kernels):
    """Give every buffer bytes of its own; tensors begin at any address."""
    return _plan(graph, kernels, lambda _kernel, _op: None)


def over_inputs(graph, kernels):
    """Lay outputs over inputs, as far as kernels say they may; in place where they can."""

    def distance(kernel, op):
        return 0 if kernel.in_place else _allowed(graph, kernel, op)

    return _plan(graph, kernels, distance)


def behind_inputs(graph, kernels):
    """Do the same, but let kernels that work in place trail their input, too."""
    return _plan(graph, kernels, lambda kernel, op: _allowed(graph, kernel, op))


def _allowed(graph, kernel, op):
    allowed = kernel.overlap.get(0)
    size = graph.tensors[op.outputs[0]].nbytes
    return allowed if allowed is not None and allowed < size else None


def run_fenced(image, inputs):
    """Return outputs for each set of inputs, and positions of ops that damaged a fence."""
    count = FENCES * len(image.graph.ops)
    results, _ = run(image, [[*one, *[PATTERN] * count] for one in inputs])
    damaged = {
        n // FENCES for one in results for n, v in enumerate(one[-count:]) if (v != PATTERN).any()
    }
    return [one[:-count] for one in results], sorted(damaged)


def _plan(graph, kernels, distance):
    fences = iter([t for t in graph.tensors if t.name == "fence"])
    tensors, scratch, at = {}, {}, 0

    def put(tensor):
        nonlocal at
        tensors[tensor.index] = at
        at += tensor.nbytes

    for position, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True)):
        at = -(-at // 16) * 16
        put(next(fences))
        scratch[position] = at
        at += kernel.scratch_bytes
        put(next(fences))
        below = distance(kernel, op)
        at += (below or 0) + (position % 4 if "mve" in kernel.name else -at % 4)
        start, out = at, graph.tensors[op.outputs[0]]
        for t in (graph.tensors[n] for n in op.inputs if n >= 0):
            if t.data is None:
                put(t)
        if below is None:
            put(next(fences))
            put(out)
        else:
            tensors[out.index] = start - below
            at = max(at, start - below + out.nbytes)
            put(next(fences))
        put(next(fences))
    empty = side_by_side(replace(graph, ops=()), [])
    return replace(empty, tensor_offsets=tensors, scratch_offsets=scratch, arena_bytes=at)
