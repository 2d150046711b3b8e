"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: every n-th row and column to a batch, and back.

Older converters write them around a convolution in place of its dilation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_shape, required_input
from tinygen.ops.contract import Array
from tinygen.ops.move_checks import constant_indices, require_movable
from tinygen.ops.moves import Move, View, move_op

_DTYPES = ("float32", "int8")
_RANKS = (3, 4)  # as in TFLM; one or two of them are blocks'


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Sizes of the blocks, and what is added (or cut) before and after each axis."""

    sizes: tuple[int, ...]
    around: tuple[tuple[int, int], ...]


def _read(graph: Graph, op: Op) -> _Blocks:
    rank = len(graph.tensors[op.inputs[0]].shape)
    sizes = tuple(constant_indices(graph, op, 1, "block shape"))
    flat = constant_indices(graph, op, 2, "paddings")
    fits = len(sizes) == rank - 2 and len(flat) == 2 * len(sizes)
    require(op, fits, f"{len(sizes)} blocks of {rank} dimensions", DAMAGED_HINT)
    positive = min(sizes) > 0 and min(flat) >= 0
    require(op, positive, "a block or a padding is negative", DAMAGED_HINT)
    return _Blocks(sizes, tuple(zip(flat[::2], flat[1::2], strict=True)))


def _operands(graph: Graph, op: Op) -> tuple[Tensor, Tensor]:
    require_counts(op, (3,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _DTYPES, max(_RANKS))
    rank = len(x.shape)
    require(op, rank in _RANKS, f"input has {rank} dimensions", "use 3 or 4 dimensions")
    return x, y


def _check_to_batch(graph: Graph, op: Op) -> None:
    x, y = _operands(graph, op)
    blocks = _read(graph, op)
    padded = [n + sum(p) for n, p in zip(x.shape[1:-1], blocks.around, strict=True)]
    for size, block in zip(padded, blocks.sizes, strict=True):
        require(op, size % block == 0, f"blocks of {block} do not divide {size}", DAMAGED_HINT)
    spatial = [n // b for n, b in zip(padded, blocks.sizes, strict=True)]
    require_shape(op, y, (x.shape[0] * prod(blocks.sizes), *spatial, x.shape[-1]), "output")
    require(
        op,
        padded == list(x.shape[1:-1]),
        "TensorFlow Lite Micro pads with a value that it never sets",
        "pad with a layer of its own, or convert with a current TensorFlow, which writes a "
        "dilated convolution instead",
    )


def _check_to_space(graph: Graph, op: Op) -> None:
    x, y = _operands(graph, op)
    blocks = _read(graph, op)
    count = prod(blocks.sizes)
    require(op, x.shape[0] % count == 0, f"{count} blocks of {x.shape[0]}", DAMAGED_HINT)
    spatial = [
        n * b - sum(crops)
        for n, b, crops in zip(x.shape[1:-1], blocks.sizes, blocks.around, strict=True)
    ]
    require_shape(op, y, (x.shape[0] // count, *spatial, x.shape[-1]), "output")


def _views(space: Tensor, batch: Tensor, blocks: _Blocks) -> Iterator[tuple[View, View]]:
    """Go through the views of one block position each, in space and in the batch."""
    count = space.shape[0]
    for number, shifts in enumerate(product(*map(range, blocks.sizes))):
        in_space, in_batch = [slice(None)], [slice(number * count, (number + 1) * count)]
        for axis, shift in enumerate(shifts):
            block, before = blocks.sizes[axis], blocks.around[axis][0]
            first = max(-(-(before - shift) // block), 0)
            start = first * block + shift - before
            end = start + (batch.shape[axis + 1] - first) * block
            in_space.append(slice(start, min(end, space.shape[axis + 1]), block))
            inside = len(range(*in_space[-1].indices(space.shape[axis + 1])))
            in_batch.append(slice(first, first + inside))
        yield _view(tuple(in_space)), _view(tuple(in_batch))


def _view(index: tuple[slice, ...]) -> View:
    def view(values: Array) -> Array:
        return values[index]

    return view


def _to_batch(graph: Graph, op: Op) -> Sequence[Move]:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    views = _views(x, y, _read(graph, op))
    return [Move(take=space, put=batch) for space, batch in views if _has_any(x, space)]


def _to_space(graph: Graph, op: Op) -> Sequence[Move]:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    views = _views(y, x, _read(graph, op))
    return [Move(take=batch, put=space) for space, batch in views if _has_any(y, space)]


def _has_any(tensor: Tensor, view: View) -> bool:
    return view(np.empty(tensor.shape, tensor.dtype)).size > 0


OPS = (
    move_op("SPACE_TO_BATCH_ND", 4, _check_to_batch, _to_batch),
    move_op("BATCH_TO_SPACE_ND", 4, _check_to_space, _to_space),
)
