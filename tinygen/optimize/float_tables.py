"""Replace float32 functions between DEQUANTIZE and QUANTIZE by a table of 256 values."""

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Array
from tinygen.ops.float_functions import FUNCTIONS
from tinygen.ops.float_table import NAME, Table
from tinygen.ops.registry import op_types
from tinygen.optimize.edit import readers, with_ops, writer
from tinygen.optimize.rewrite import Rewrite

_CHAINED = frozenset((*FUNCTIONS, "ELU", "NEG"))


def _fold(graph: Graph) -> tuple[Graph, str] | None:
    """Fold the first chain that ends in a QUANTIZE."""
    for last in graph.ops:
        chain = _chain_before(graph, last) if last.name == "QUANTIZE" else []
        if len(chain) < 2:  # a DEQUANTIZE alone is another rewrite's
            continue
        table = Table(_values(graph, [*chain, last]), tuple(op.name for op in chain[1:]))
        folded = Op(last.index, NAME, 1, chain[0].inputs, last.outputs, table)
        smaller = _without_unread(with_ops(graph, {last.index: folded}), chain)
        return smaller, f"{' and '.join(table.ops)} of op {last.index} became a table"
    return None


FLOAT_TABLES = Rewrite("fold-float", _fold)


def _chain_before(graph: Graph, last: Op) -> list[Op]:
    """Return the ops from a DEQUANTIZE of int8 to before ``last``; none where it has none."""
    chain: list[Op] = []
    at = writer(graph, last.inputs[0])
    while at is not None and at.name in _CHAINED and _is_float(graph, at):
        chain.insert(0, at)
        at = writer(graph, at.inputs[0])
    if at is None or at.name != "DEQUANTIZE" or graph.tensors[at.inputs[0]].dtype != "int8":
        return []
    return [at, *chain]


def _is_float(graph: Graph, op: Op) -> bool:
    return graph.tensors[op.inputs[0]].dtype == "float32"


def _values(graph: Graph, chain: list[Op]) -> tuple[int, ...]:
    """Compute a chain of elementwise ops for all int8 values."""
    values: Array = np.arange(-128, 128).astype(np.int8)
    for op in chain:
        values = op_types()[op.name].reference(graph, op, [values])[0]
    return tuple(int(v) for v in values)


def _without_unread(graph: Graph, chain: list[Op]) -> Graph:
    """Return the graph without those ops of a chain that nobody reads any more."""
    for op in reversed(chain):
        y = op.outputs[0]
        if readers(graph, y) or y in graph.outputs:
            break
        graph = with_ops(graph, {op.index: None})
    return graph
