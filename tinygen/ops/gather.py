"""GATHER and MIRROR_PAD: positions of a tensor in another order, or more than once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_shape, required_input
from tinygen.ops.move_checks import (
    constant_indices,
    require_movable,
    require_options,
    resolve_axis,
)
from tinygen.ops.moves import Options
from tinygen.ops.pad import paddings, require_padded
from tinygen.ops.picks import Pick, pick_op

_DTYPES = ("float32", "int8")
# The schema's MirrorPadMode: REFLECT does not repeat the edge, SYMMETRIC does.
_MODES = {0: "REFLECT", 1: "SYMMETRIC"}


@dataclass(frozen=True, slots=True)
class GatherOptions:
    """Both may count from the back: ``axis`` of the input, ``batch_dims`` of the positions."""

    axis: int
    batch_dims: int


@dataclass(frozen=True, slots=True)
class MirrorPadOptions:
    """The schema's MirrorPadMode."""

    mode: int


def _read_gather(table: Any) -> GatherOptions | None:
    return None if table is None else GatherOptions(table.Axis(), table.BatchDims())


def _read_mirror_pad(table: Any) -> MirrorPadOptions | None:
    return None if table is None else MirrorPadOptions(table.Mode())


def _check_gather(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    require_options(op)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _DTYPES)
    axis = resolve_axis(op, op.options.axis, len(x.shape))
    positions = constant_indices(graph, op, 1, "positions")
    shape = graph.tensors[op.inputs[1]].shape
    batch_dims = _batch_dims(op, len(shape))
    fits = 0 <= batch_dims <= min(axis, len(shape)) and shape[:batch_dims] == x.shape[:batch_dims]
    require(op, fits, f"batch_dims is {op.options.batch_dims}", DAMAGED_HINT)
    size = x.shape[axis]
    inside = all(0 <= position < size for position in positions)
    require(op, inside, f"a position is outside axis {axis} of size {size}", DAMAGED_HINT)
    require_shape(op, y, (*x.shape[:axis], *shape[batch_dims:], *x.shape[axis + 1 :]), "output")


def _batch_dims(op: Op, rank: int) -> int:
    """Return ``batch_dims`` counted from the front; ``rank`` is the positions'."""
    given: int = op.options.batch_dims
    return given + rank if given < 0 else given


def _gather(graph: Graph, op: Op) -> Pick:
    x, coords = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    axis = op.options.axis % len(x.shape)
    batch_dims = _batch_dims(op, len(coords.shape))
    positions = constant_indices(graph, op, 1, "positions")
    size, inner = x.shape[axis], prod(x.shape[axis + 1 :])
    outer = prod(x.shape[:axis])
    if batch_dims == 0:
        return Pick((outer, size, inner), (None, positions, None))
    batches = prod(x.shape[:batch_dims])
    count = len(positions) // batches
    table = [
        row * size + positions[row // (outer // batches) * count + n]
        for row in range(outer)
        for n in range(count)
    ]
    return Pick((outer * size, inner), (table, None))


def _check_mirror_pad(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    require_options(op)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _DTYPES)
    require(op, op.options.mode in _MODES, f"mode {op.options.mode} is unknown", DAMAGED_HINT)
    skip = _skipped(op)
    for axis, (size, around) in enumerate(zip(x.shape, paddings(graph, op), strict=True)):
        fits = max(around) <= size - skip
        require(op, fits, f"mirrors {max(around)} of {size} of axis {axis}", DAMAGED_HINT)
    require_padded(graph, op)


def _skipped(op: Op) -> int:
    """Return how many elements at the edge are not repeated."""
    return 1 if _MODES[op.options.mode] == "REFLECT" else 0


def mirrored(size: int, before: int, after: int, skip: int) -> Sequence[int]:
    """Return the input positions of a mirrored axis.

    >>> mirrored(4, 2, 1, 1)
    [2, 1, 0, 1, 2, 3, 2]
    >>> mirrored(4, 2, 1, 0)
    [1, 0, 0, 1, 2, 3, 3]
    """
    left = [before - 1 - n + skip for n in range(before)]
    right = [size - 1 - n - skip for n in range(after)]
    return [*left, *range(size), *right]


def _mirror_pad(graph: Graph, op: Op) -> Pick:
    shape, skip = graph.tensors[op.inputs[0]].shape, _skipped(op)
    indices = tuple(
        mirrored(size, *around, skip) if max(around) > 0 else None
        for size, around in zip(shape, paddings(graph, op), strict=True)
    )
    return Pick(shape, indices)


OPS = (
    pick_op("GATHER", 7, _check_gather, _gather, Options("GatherOptions", _read_gather)),
    pick_op(
        "MIRROR_PAD",
        3,
        _check_mirror_pad,
        _mirror_pad,
        Options("MirrorPadOptions", _read_mirror_pad),
    ),
)
