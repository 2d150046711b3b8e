"""CONCATENATION and PACK: several tensors become one, along an old or a new axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, require, require_int8, require_shape, required_input
from tinygen.ops.contract import Array
from tinygen.ops.move_checks import (
    require_movable,
    require_options,
    require_same_quantization,
    resolve_axis,
)
from tinygen.ops.moves import Move, Options, View, move_op

# TFLM refuses to concatenate more.
_MAX_INPUTS = 10
_DTYPES = ("float32", "int8", "int16", "int32")


@dataclass(frozen=True, slots=True)
class ConcatenationOptions:
    """``axis`` may count from the back."""

    axis: int
    activation: int


@dataclass(frozen=True, slots=True)
class PackOptions:
    """``axis`` is of the output and may count from the back."""

    axis: int
    count: int


def _read_concatenation(table: Any) -> ConcatenationOptions | None:
    if table is None:
        return None
    return ConcatenationOptions(table.Axis(), table.FusedActivationFunction())


def _read_pack(table: Any) -> PackOptions | None:
    return None if table is None else PackOptions(table.Axis(), table.ValuesCount())


def _inputs(graph: Graph, op: Op) -> list[Tensor]:
    """Return the inputs and check what both ops demand of them and of the output."""
    require(op, len(op.inputs) > 0 and len(op.outputs) == 1, "has no inputs", DAMAGED_HINT)
    require_options(op)
    tensors = [required_input(graph, op, n) for n in range(len(op.inputs))]
    require_movable(op, [*tensors, *graph.outputs_of(op)], _DTYPES)
    return tensors


def _check_concatenation(graph: Graph, op: Op) -> None:
    tensors, y = _inputs(graph, op), graph.outputs_of(op)[0]
    count = len(tensors)
    hint = f"concatenate at most {_MAX_INPUTS} tensors at once, as TFLM does"
    require(op, count <= _MAX_INPUTS, f"joins {count} tensors", hint)
    require(op, op.options.activation == 0, "has a fused activation", "move it to its own op")
    first = tensors[0].shape
    axis = resolve_axis(op, op.options.axis, len(first))
    for tensor in tensors:
        same = [size for n, size in enumerate(tensor.shape) if n != axis]
        wanted = [size for n, size in enumerate(first) if n != axis]
        fits = len(tensor.shape) == len(first) and same == wanted
        require(op, fits, f"shape {list(tensor.shape)} beside {list(first)}", DAMAGED_HINT)
    if y.dtype == "int8":
        for tensor in (*tensors, y):
            require_int8(op, tensor, f"tensor {tensor.index}")
        require_same_quantization(op, [*tensors, y])
    total = sum(tensor.shape[axis] for tensor in tensors)
    require_shape(op, y, (*first[:axis], total, *first[axis + 1 :]), "output")


def slice_along(axis: int, start: int, stop: int) -> View:
    """Return the view of ``start`` to ``stop`` along one axis.

    >>> import numpy as np
    >>> slice_along(1, 0, 2)(np.zeros((3, 4))).shape
    (3, 2)
    """

    def view(values: Array) -> Array:
        return values[(slice(None),) * axis + (slice(start, stop),)]

    return view


def pick_along(axis: int, index: int) -> View:
    """Return the view of one position along an axis, which goes.

    >>> import numpy as np
    >>> pick_along(1, 0)(np.zeros((3, 4))).shape
    (3,)
    """

    def view(values: Array) -> Array:
        return values[(slice(None),) * axis + (index, ...)]

    return view


def _concatenation(graph: Graph, op: Op) -> Sequence[Move]:
    tensors = [graph.tensors[t] for t in op.inputs]
    axis = op.options.axis % len(tensors[0].shape)
    stops = list(accumulate(tensor.shape[axis] for tensor in tensors))
    starts = [0, *stops[:-1]]
    return [
        Move(put=slice_along(axis, start, stop), source=n)
        for n, (start, stop) in enumerate(zip(starts, stops, strict=True))
    ]


def _check_pack(graph: Graph, op: Op) -> None:
    tensors, y = _inputs(graph, op), graph.outputs_of(op)[0]
    count, options = len(tensors), op.options
    require(op, options.count == count, f"packs {options.count} of {count}", DAMAGED_HINT)
    first = tensors[0].shape
    for tensor in tensors:
        require_shape(op, tensor, first, "input")
    axis = resolve_axis(op, options.axis, len(first) + 1)
    require_shape(op, y, (*first[:axis], count, *first[axis:]), "output")


def _pack(graph: Graph, op: Op) -> Sequence[Move]:
    axis = op.options.axis % len(graph.outputs_of(op)[0].shape)
    return [Move(put=pick_along(axis, n), source=n) for n in range(len(op.inputs))]


OPS = (
    move_op(
        "CONCATENATION",
        4,
        _check_concatenation,
        _concatenation,
        options=Options("ConcatenationOptions", _read_concatenation),
    ),
    move_op("PACK", 4, _check_pack, _pack, options=Options("PackOptions", _read_pack)),
)
