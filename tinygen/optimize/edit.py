"""Change a frozen graph: replace tensors and ops, drop ops, rename what is read."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from tinygen.graph import Graph, Op, Tensor


def with_tensors(graph: Graph, changed: Iterable[Tensor]) -> Graph:
    """Return the graph with tensors replaced by index; new indices are appended."""
    tensors = list(graph.tensors)
    for tensor in sorted(changed, key=lambda t: t.index):
        if tensor.index == len(tensors):
            tensors.append(tensor)
        else:
            tensors[tensor.index] = tensor
    return replace(graph, tensors=tuple(tensors))


def with_ops(graph: Graph, changed: Mapping[int, Op | None]) -> Graph:
    """Return the graph with ops replaced by ``Op.index``; None drops the op."""
    ops = [changed.get(op.index, op) for op in graph.ops]
    return replace(graph, ops=tuple(op for op in ops if op is not None))


def read_instead(graph: Graph, old: int, new: int) -> Graph:
    """Return the graph with every reader of tensor ``old`` reading ``new``."""
    ops = tuple(
        replace(op, inputs=tuple(new if t == old else t for t in op.inputs)) for op in graph.ops
    )
    return replace(graph, ops=ops)


def readers(graph: Graph, tensor: int) -> list[Op]:
    """Return the ops that read ``tensor``."""
    return [op for op in graph.ops if tensor in op.inputs]


def writer(graph: Graph, tensor: int) -> Op | None:
    """Return the op that writes ``tensor``; None for inputs and constants."""
    return next((op for op in graph.ops if tensor in op.outputs), None)
