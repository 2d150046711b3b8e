"""Run a graph with the numpy references: the portable oracle."""

from collections.abc import Sequence

from tinygen.graph import Graph
from tinygen.ops.contract import Array
from tinygen.ops.registry import op_types


def interpret(graph: Graph, inputs: Sequence[Array]) -> list[Array]:
    """Return the graph's outputs, bit-exact to TensorFlow Lite Micro's reference kernels.

    Args:
        graph: Verified.
        inputs: One array an input, of its shape and type.
    """
    values = run_tensors(graph, inputs)
    return [values[t] for t in graph.outputs]


def run_tensors(graph: Graph, inputs: Sequence[Array]) -> dict[int, Array]:
    """Return every tensor's value by index, constants included."""
    values = {t.index: t.data for t in graph.tensors if t.data is not None}
    values |= dict(zip(graph.inputs, inputs, strict=True))
    for op in graph.ops:
        arguments = [values.get(t) for t in op.inputs]  # None: left out, or state
        results = op_types()[op.name].reference(graph, op, arguments)
        for t, result in zip(op.outputs, results, strict=True):
            values[t] = result.reshape(graph.tensors[t].shape)
    return values
