"""What a graph costs, counted: multiply-accumulates and the bytes of its weights."""

from tinygen.graph import Graph
from tinygen.ops.registry import op_types


def op_macs(graph: Graph) -> list[int]:
    """Return the multiply-accumulates of each op, padding counted."""
    return [op_types()[op.name].macs(graph, op) for op in graph.ops]


def count_macs(graph: Graph) -> int:
    """Return the multiply-accumulates of one inference, padding counted."""
    return sum(op_macs(graph))


def count_weights(graph: Graph) -> int:
    """Return the bytes of the int8 constants that ops read; shared ones count once."""
    used = {t for op in graph.ops for t in op.inputs if t >= 0}
    tensors = [graph.tensors[t] for t in used]
    return sum(t.nbytes for t in tensors if t.data is not None and t.dtype == "int8")
