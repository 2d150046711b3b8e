"""Check a whole graph: indices, order, then each op by its own rules."""

from tinygen.errors import ModelError
from tinygen.graph import Graph
from tinygen.ops.checks import CONVERTER_HINT, DAMAGED_HINT, refuse
from tinygen.ops.registry import op_types

_PORT_DTYPES = {"int8", "uint8", "int16", "int32", "float32"}
_INT64_HINT = "make it int32, as in tf.argmax(x, output_type=tf.int32)"
# Ops whose kernels keep state; no other op may read a variable tensor.
_STATEFUL = {"UNIDIRECTIONAL_SEQUENCE_LSTM"}


def check_graph(graph: Graph) -> None:
    """Check indices, order and each op.

    Raises:
        ModelError: Something does not hold.
    """
    _check_ports(graph)
    _check_order(graph)
    for op in graph.ops:
        op_types()[op.name].check(graph, op)


def _check_ports(graph: Graph) -> None:
    """Check that inputs and outputs exist and are values a caller can hand over."""
    ports = (*graph.inputs, *graph.outputs)
    if not graph.inputs or not graph.outputs:
        raise ModelError(f"{graph.name}: no inputs or no outputs", hint=DAMAGED_HINT)
    if not all(0 <= t < len(graph.tensors) for t in ports):
        raise ModelError(f"{graph.name}: an input or output does not exist", hint=DAMAGED_HINT)
    if len(set(ports)) != len(ports):
        raise ModelError(
            f"{graph.name}: an input or output is named twice",
            hint="give each output its own tensor; an input cannot be an output",
        )
    for tensor in (graph.tensors[t] for t in ports):
        if tensor.data is not None:
            raise ModelError(
                f"{graph.name}: input or output {tensor.index} is constant", hint=DAMAGED_HINT
            )
        if tensor.dtype not in _PORT_DTYPES:
            raise ModelError(
                f"{graph.name}: input or output {tensor.index} is {tensor.dtype}",
                hint=_INT64_HINT if tensor.dtype == "int64" else CONVERTER_HINT,
            )


def _check_order(graph: Graph) -> None:
    """Check that each op reads what exists by then, and each tensor is written once."""
    count = len(graph.tensors)
    known = {t.index for t in graph.tensors if t.data is not None} | set(graph.inputs)
    state = {t.index for t in graph.tensors if t.variable} - known
    for op in graph.ops:
        if not all(-1 <= t < count for t in op.inputs) or not all(
            0 <= t < count for t in op.outputs
        ):
            raise refuse(op, "an input or output does not exist", DAMAGED_HINT)
        readable = known | state if op.name in _STATEFUL else known
        if any(t >= 0 and t not in readable for t in op.inputs):
            raise refuse(op, "an input is read before it is computed", DAMAGED_HINT)
        if any(t in known | state for t in op.outputs) or len(set(op.outputs)) != len(op.outputs):
            raise refuse(op, "an output is written twice", DAMAGED_HINT)
        known |= set(op.outputs)
    if not all(t in known for t in graph.outputs):
        raise ModelError(f"{graph.name}: an output is never computed", hint=DAMAGED_HINT)
