"""SPLIT, SPLIT_V and UNPACK: one tensor becomes several."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, require, require_shape, required_input
from tinygen.ops.join import pick_along, slice_along
from tinygen.ops.move_checks import (
    constant_index,
    constant_indices,
    require_movable,
    require_options,
    resolve_axis,
)
from tinygen.ops.moves import Move, Options, move_op

_DTYPES = ("float32", "int8", "int16", "int32")


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """How many outputs there are."""

    count: int


@dataclass(frozen=True, slots=True)
class UnpackOptions:
    """``axis`` may count from the back."""

    axis: int
    count: int


def _read_split(table: Any) -> SplitOptions | None:
    return None if table is None else SplitOptions(table.NumSplits())


def _read_unpack(table: Any) -> UnpackOptions | None:
    return None if table is None else UnpackOptions(table.Axis(), table.Num())


def _data(graph: Graph, op: Op, inputs: int, position: int) -> Tensor:
    """Return the input to split and check what all three ops demand of it."""
    require(op, len(op.inputs) == inputs, f"has {len(op.inputs)} inputs", DAMAGED_HINT)
    require_options(op)
    count = len(op.outputs)
    require(op, 0 < count == op.options.count, f"{op.options.count} parts, {count} outputs",
            DAMAGED_HINT)  # fmt: skip
    x = required_input(graph, op, position)
    require_movable(op, [x, *graph.outputs_of(op)], _DTYPES)
    require(op, len(x.shape) > 0, "input is a scalar", DAMAGED_HINT)
    return x


def _check_parts(graph: Graph, op: Op, x: Tensor, axis: int, sizes: Sequence[int]) -> None:
    total = sum(sizes)
    require(op, total == x.shape[axis], f"parts of {list(sizes)} in {x.shape[axis]}", DAMAGED_HINT)
    for y, size in zip(graph.outputs_of(op), sizes, strict=True):
        require_shape(op, y, (*x.shape[:axis], size, *x.shape[axis + 1 :]), "output")


def _check_split(graph: Graph, op: Op) -> None:
    x = _data(graph, op, 2, 1)
    axis = resolve_axis(op, constant_index(graph, op, 0, "axis"), len(x.shape))
    count = len(op.outputs)
    _check_parts(graph, op, x, axis, [x.shape[axis] // count] * count)


def _check_split_v(graph: Graph, op: Op) -> None:
    x = _data(graph, op, 3, 0)
    axis = resolve_axis(op, constant_index(graph, op, 2, "axis"), len(x.shape))
    sizes = constant_indices(graph, op, 1, "sizes", ("int32", "int64"))
    require(op, len(sizes) == len(op.outputs), f"{len(sizes)} sizes", DAMAGED_HINT)
    if sizes.count(-1) == 1:
        sizes[sizes.index(-1)] = x.shape[axis] - sum(sizes) - 1
    _check_parts(graph, op, x, axis, sizes)


def _check_unpack(graph: Graph, op: Op) -> None:
    x = _data(graph, op, 1, 0)
    axis = resolve_axis(op, op.options.axis, len(x.shape))
    count = len(op.outputs)
    require(op, x.shape[axis] == count, f"{count} parts of {x.shape[axis]}", DAMAGED_HINT)
    for y in graph.outputs_of(op):
        require_shape(op, y, (*x.shape[:axis], *x.shape[axis + 1 :]), "output")


def _parts(graph: Graph, op: Op, axis: int, source: int) -> Sequence[Move]:
    stops = list(accumulate(y.shape[axis] for y in graph.outputs_of(op)))
    starts = [0, *stops[:-1]]
    return [
        Move(take=slice_along(axis, start, stop), source=source, target=n)
        for n, (start, stop) in enumerate(zip(starts, stops, strict=True))
    ]


def _split(graph: Graph, op: Op) -> Sequence[Move]:
    rank = len(graph.tensors[op.inputs[1]].shape)
    return _parts(graph, op, constant_index(graph, op, 0, "axis") % rank, 1)


def _split_v(graph: Graph, op: Op) -> Sequence[Move]:
    rank = len(graph.tensors[op.inputs[0]].shape)
    return _parts(graph, op, constant_index(graph, op, 2, "axis") % rank, 0)


def _unpack(graph: Graph, op: Op) -> Sequence[Move]:
    axis = op.options.axis % len(graph.tensors[op.inputs[0]].shape)
    return [Move(take=pick_along(axis, n), target=n) for n in range(len(op.outputs))]


OPS = (
    move_op("SPLIT", 4, _check_split, _split, options=Options("SplitOptions", _read_split)),
    move_op("SPLIT_V", 2, _check_split_v, _split_v, options=Options("SplitVOptions", _read_split)),
    move_op("UNPACK", 4, _check_unpack, _unpack, options=Options("UnpackOptions", _read_unpack)),
)
