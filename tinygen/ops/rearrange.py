"""TRANSPOSE, SPACE_TO_DEPTH, DEPTH_TO_SPACE, BROADCAST_TO: all of a tensor, elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_shape, required_input
from tinygen.ops.contract import Array
from tinygen.ops.move_checks import constant_indices, require_movable, require_options
from tinygen.ops.moves import Move, Options, View, move_op
from tinygen.ops.window import require_image

_TRANSPOSE_DTYPES = ("float32", "int8", "int16")
_BLOCK_DTYPES = ("float32", "int8")
_BROADCAST_DTYPES = ("float32", "int8", "int16", "int32", "uint8")


@dataclass(frozen=True, slots=True)
class BlockOptions:
    """``size`` rows and columns make one block."""

    size: int


def _read_block(table: Any) -> BlockOptions | None:
    return None if table is None else BlockOptions(table.BlockSize())


def _check_transpose(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _TRANSPOSE_DTYPES)
    order = constant_indices(graph, op, 1, "permutation")
    is_permutation = len(order) > 0 and sorted(order) == list(range(len(x.shape)))
    require(op, is_permutation, f"{order} does not permute {len(x.shape)} axes", DAMAGED_HINT)
    require_shape(op, y, [x.shape[axis] for axis in order], "output")


def _transpose(graph: Graph, op: Op) -> Sequence[Move]:
    order = constant_indices(graph, op, 1, "permutation")
    return [Move(take=lambda values: values.transpose(order))]


def _images(graph: Graph, op: Op) -> tuple[Tensor, Tensor, int]:
    require_counts(op, (1,))
    require_options(op)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _BLOCK_DTYPES)
    require_image(op, x, "input")
    block = op.options.size
    require(op, block > 0, f"block size is {block}", DAMAGED_HINT)
    return x, y, block


def _check_space_to_depth(graph: Graph, op: Op) -> None:
    x, y, block = _images(graph, op)
    n, h, w, c = x.shape
    fits = h % block == 0 and w % block == 0
    require(op, fits, f"{h} by {w} is not whole blocks of {block}", DAMAGED_HINT)
    require_shape(op, y, (n, h // block, w // block, c * block * block), "output")


def _check_depth_to_space(graph: Graph, op: Op) -> None:
    x, y, block = _images(graph, op)
    n, h, w, c = x.shape
    require(op, c % (block * block) == 0, f"{c} channels in blocks of {block}", DAMAGED_HINT)
    require_shape(op, y, (n, h * block, w * block, c // (block * block)), "output")


def _blocks_of_space(shape: Sequence[int], block: int) -> View:
    """Return ``[n, h, w, block, block, c]`` of an image with ``h * block`` rows."""
    n, h, w, c = shape

    def view(values: Array) -> Array:
        split = values.reshape(n, h // block, block, w // block, block, c)
        return split.transpose(0, 1, 3, 2, 4, 5)

    return view


def _blocks_of_depth(shape: Sequence[int], block: int) -> View:
    """Return ``[n, h, w, block, block, c]`` of an image with ``c * block**2`` channels."""
    n, h, w, c = shape
    return lambda values: values.reshape(n, h, w, block, block, c // (block * block))


def _space_to_depth(graph: Graph, op: Op) -> Sequence[Move]:
    x, y, block = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0], op.options.size
    return [Move(_blocks_of_space(x.shape, block), _blocks_of_depth(y.shape, block))]


def _depth_to_space(graph: Graph, op: Op) -> Sequence[Move]:
    x, y, block = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0], op.options.size
    return [Move(_blocks_of_depth(x.shape, block), _blocks_of_space(y.shape, block))]


def _check_broadcast_to(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _BROADCAST_DTYPES)
    shape = constant_indices(graph, op, 1, "shape", ("int32", "int64"))
    missing = len(shape) - len(x.shape)
    fits = missing >= 0 and all(
        size in (1, wanted) for size, wanted in zip(x.shape, shape[missing:], strict=True)
    )
    require(op, fits, f"{list(x.shape)} does not broadcast to {shape}", DAMAGED_HINT)
    require_shape(op, y, shape, "output")


def _broadcast_to(graph: Graph, op: Op) -> Sequence[Move]:
    shape = graph.outputs_of(op)[0].shape
    return [Move(take=lambda values: np.broadcast_to(values, shape))]


OPS = (
    move_op("TRANSPOSE", 6, _check_transpose, _transpose),
    move_op(
        "SPACE_TO_DEPTH",
        2,
        _check_space_to_depth,
        _space_to_depth,
        options=Options("SpaceToDepthOptions", _read_block),
    ),
    move_op(
        "DEPTH_TO_SPACE",
        2,
        _check_depth_to_space,
        _depth_to_space,
        options=Options("DepthToSpaceOptions", _read_block),
    ),
    move_op("BROADCAST_TO", 3, _check_broadcast_to, _broadcast_to),
)
