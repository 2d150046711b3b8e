"""REVERSE_V2: the positions of some axes in reverse."""

from tinygen.graph import Graph, Op
from tinygen.ops.checks import require, require_counts, require_shape, required_input
from tinygen.ops.move_checks import constant_indices, require_movable, resolve_axis
from tinygen.ops.moves import Options
from tinygen.ops.picks import Pick, pick_op

_DTYPES = ("float32", "int8")


def _axes(graph: Graph, op: Op) -> list[int]:
    rank = len(graph.tensors[op.inputs[0]].shape)
    return sorted(resolve_axis(op, axis, rank) for axis in constant_indices(graph, op, 1, "axes"))


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _DTYPES)
    axes = _axes(graph, op)
    require(
        op,
        bool(axes) and axes == list(range(axes[0], axes[0] + len(axes))),
        f"axes {axes} do not follow each other",
        "reverse axes side by side, as TensorFlow Lite Micro does",
    )
    require_shape(op, y, x.shape, "output")


def _reverse(graph: Graph, op: Op) -> Pick:
    shape, axes = graph.tensors[op.inputs[0]].shape, _axes(graph, op)
    indices = tuple(
        range(size - 1, -1, -1) if axis in axes else None for axis, size in enumerate(shape)
    )
    return Pick(shape, indices)


OP = pick_op("REVERSE_V2", 3, _check, _reverse, Options())
