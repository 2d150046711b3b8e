"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same bytes under another shape."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_shape, required_input
from tinygen.ops.contract import Array, Call, Kernel, OpType, Target
from tinygen.ops.move_checks import (
    constant_index,
    constant_indices,
    require_movable,
    require_options,
    require_same_size,
    resolve_axis,
)

_MAX_RANK = 8
_DTYPES = ("float32", "int8", "int16", "int32", "uint8")
# TFLM's EXPAND_DIMS takes no other.
_EXPAND_DTYPES = ("float32", "int8", "int16")


@dataclass(frozen=True, slots=True)
class SqueezeOptions:
    """``axes`` may count from the back; empty for all of size 1."""

    axes: tuple[int, ...]


def _read_squeeze(table: Any) -> SqueezeOptions | None:
    if table is None:
        return None
    return SqueezeOptions(tuple(table.SqueezeDims(n) for n in range(table.SqueezeDimsLength())))


def _tensors(
    graph: Graph, op: Op, inputs: Sequence[int], dtypes: Collection[str] = _DTYPES
) -> tuple[Tensor, Tensor]:
    require_counts(op, inputs)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), dtypes, _MAX_RANK)
    return x, y


def _check_reshape(graph: Graph, op: Op) -> None:
    x, y = _tensors(graph, op, (1, 2))
    if len(op.inputs) == 2:  # TFLM trusts the output's shape and does not read this one
        constant_indices(graph, op, 1, "shape")
    require_same_size(op, x.shape, y.shape)


def _check_squeeze(graph: Graph, op: Op) -> None:
    x, y = _tensors(graph, op, (1,))
    require_options(op)
    axes = {resolve_axis(op, axis, len(x.shape)) for axis in op.options.axes}
    if not op.options.axes:
        axes = {n for n, size in enumerate(x.shape) if size == 1}
    for axis in sorted(axes):
        size = x.shape[axis]
        require(op, size == 1, f"removes axis {axis} of size {size}", DAMAGED_HINT)
    require_shape(op, y, [size for n, size in enumerate(x.shape) if n not in axes], "output")


def _check_expand_dims(graph: Graph, op: Op) -> None:
    x, y = _tensors(graph, op, (2,), _EXPAND_DTYPES)
    axis = resolve_axis(op, constant_index(graph, op, 1, "axis"), len(x.shape) + 1)
    require_shape(op, y, (*x.shape[:axis], 1, *x.shape[axis:]), "output")


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    return [inputs[0].reshape(graph.outputs_of(op)[0].shape)]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    nbytes = graph.outputs_of(op)[0].nbytes
    return Kernel(
        name="memcpy",
        calls=[Call("memcpy", ["{out0}", "{in0}", str(nbytes)])],
        sources=[],
        headers=["string.h"],
    )


_view = partial(OpType, reference=_reference, kernel=_kernel, is_view=True)

OPS = (
    _view(name="RESHAPE", max_version=1, check=_check_reshape),
    _view(
        name="SQUEEZE",
        max_version=2,
        check=_check_squeeze,
        options_table="SqueezeOptions",
        read_options=_read_squeeze,
    ),
    _view(name="EXPAND_DIMS", max_version=1, check=_check_expand_dims),
)
