"""PAD and PADV2: a border of one value around a tensor."""

from collections.abc import Sequence

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import (
    DAMAGED_HINT,
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array
from tinygen.ops.move_checks import (
    CONSTANT_HINT,
    constant_indices,
    require_movable,
    require_same_quantization,
)
from tinygen.ops.moves import Move, move_op

_DTYPES = ("float32", "int8", "int16", "int32")


def paddings(graph: Graph, op: Op) -> list[tuple[int, int]]:
    """Return how many elements to put before and after along each dimension.

    Raises:
        ModelError: They are not constant, too few, or negative.
    """
    rank = len(graph.tensors[op.inputs[0]].shape)
    values = constant_indices(graph, op, 1, "paddings")
    require(op, len(values) == 2 * rank, f"{len(values)} paddings in {rank}-D", DAMAGED_HINT)
    require(op, min(values, default=0) >= 0, "a padding is negative", "use SLICE to crop")
    return list(zip(values[::2], values[1::2], strict=True))


def require_padded(graph: Graph, op: Op) -> None:
    """Check the output's shape against the paddings."""
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    around = zip(x.shape, paddings(graph, op), strict=True)
    require_shape(op, y, [before + n + after for n, (before, after) in around], "output")


def _check_pad(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _DTYPES)
    if y.dtype == "int8":
        require_int8(op, y, "output")
    require_padded(graph, op)


def _check_padv2(graph: Graph, op: Op) -> None:
    require_counts(op, (3,))
    x, value = required_input(graph, op, 0), required_input(graph, op, 2)
    y = graph.outputs_of(op)[0]
    require_movable(op, (x, value, y), _DTYPES)
    require(op, value.data is not None, "the padding value is not constant", CONSTANT_HINT)
    require(op, value.size == 1, f"{value.size} padding values", DAMAGED_HINT)
    if y.dtype == "int8":
        require_int8(op, value, "padding value")
        require_int8(op, y, "output")
        require_same_quantization(op, (value, y))
    require_padded(graph, op)


def _pad(graph: Graph, op: Op) -> Sequence[Move]:
    x = graph.tensors[op.inputs[0]]
    around = zip(x.shape, paddings(graph, op), strict=True)
    where = tuple(slice(before, before + n) for n, (before, _) in around)
    return [Move(put=lambda values: values[where])]


def _zero(graph: Graph, op: Op) -> Array:
    """Return what stands for 0.0; TFLM pads int16 with 0 whatever its zero point."""
    y = graph.outputs_of(op)[0]
    return np.array(y.zero_point if y.dtype == "int8" else 0, y.dtype)


def _value(graph: Graph, op: Op) -> Array:
    data = graph.tensors[op.inputs[2]].data
    assert data is not None
    return data.reshape(())


OPS = (
    move_op("PAD", 4, _check_pad, _pad, background=_zero),
    move_op("PADV2", 4, _check_padv2, _pad, background=_value),
)
