"""SLICE and STRIDED_SLICE: part of a tensor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_shape, required_input
from tinygen.ops.move_checks import constant_indices, require_movable, require_options
from tinygen.ops.moves import Move, Options, move_op

_DTYPES = ("float32", "int8", "int16", "int32")
# TFLM's limit for STRIDED_SLICE.
_STRIDED_RANK = 4
_MASK_HINT = "index with begin, end and stride only"


@dataclass(frozen=True, slots=True)
class StridedSliceOptions:
    """Masks with one bit a dimension, as the schema has them.

    Attributes:
        begin: Dimensions that start at their first element.
        end: Dimensions that run to their last element.
        shrink: Dimensions of which one element is taken and which then go.
        other: Whether the ellipsis or new-axis masks or the offset flag are set.
    """

    begin: int
    end: int
    shrink: int
    other: bool


@dataclass(frozen=True, slots=True)
class _Range:
    """Elements of one dimension: ``count`` of them from ``start`` in steps of ``step``."""

    start: int
    step: int
    count: int

    def slice(self) -> slice:
        stop = self.start + self.step * self.count
        return slice(self.start, stop if stop >= 0 else None, self.step)


def _read(table: Any) -> StridedSliceOptions | None:
    if table is None:
        return None
    other = table.EllipsisMask() or table.NewAxisMask() or table.Offset()
    return StridedSliceOptions(
        table.BeginMask(), table.EndMask(), table.ShrinkAxisMask(), bool(other)
    )


def _strided_ranges(graph: Graph, op: Op) -> list[_Range]:
    """Return what is taken along each dimension.

    Source: TFLM's rules: negative positions count from the back, then are clamped;
    masks override.
    """
    shape = graph.tensors[op.inputs[0]].shape
    roles = ("begin", "end", "strides")
    begin, end, strides = (constant_indices(graph, op, n + 1, r) for n, r in enumerate(roles))
    counts = {len(begin), len(end), len(strides)}
    require(op, counts == {len(shape)}, f"{sorted(counts)} indices", DAMAGED_HINT)
    return [
        _strided_range(op, axis, size, (begin[axis], end[axis], strides[axis]))
        for axis, size in enumerate(shape)
    ]


def _strided_range(op: Op, axis: int, size: int, given: tuple[int, int, int]) -> _Range:
    begin, end, step = given
    options: StridedSliceOptions = op.options
    require(op, step != 0, f"stride of axis {axis} is 0", DAMAGED_HINT)
    low, high = (0, size) if step > 0 else (-1, size - 1)

    def clamp(position: int) -> int:
        return min(max(position + size if position < 0 else position, low), high)

    first, last = (low, high) if step > 0 else (high, low)
    start = first if options.begin >> axis & 1 else clamp(begin)
    stop = last if options.end >> axis & 1 else clamp(end)
    if options.shrink >> axis & 1:
        inside = step > 0 and start < size
        require(op, inside, f"takes element {begin} of {size} of axis {axis}", DAMAGED_HINT)
        return _Range(start, 1, 1)
    return _Range(start, step, max(-((start - stop) // step), 0))


def _check_strided_slice(graph: Graph, op: Op) -> None:
    require_counts(op, (4,))
    require_options(op)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _DTYPES, _STRIDED_RANK)
    require(op, not op.options.other, "has an ellipsis, new axis or offset", _MASK_HINT)
    ranges = _strided_ranges(graph, op)
    shape = [r.count for n, r in enumerate(ranges) if not op.options.shrink >> n & 1]
    require_shape(op, y, shape, "output")


def _taken(ranges: Sequence[_Range]) -> Sequence[Move]:
    where = tuple(r.slice() for r in ranges)
    shape = tuple(r.count for r in ranges)
    return [Move(lambda values: values[where], lambda values: values.reshape(shape))]


def _strided_slice(graph: Graph, op: Op) -> Sequence[Move]:
    return _taken(_strided_ranges(graph, op))


def _ranges(graph: Graph, op: Op) -> list[_Range]:
    shape = graph.tensors[op.inputs[0]].shape
    begin, size = (
        constant_indices(graph, op, n, role, ("int32", "int64"))
        for n, role in ((1, "begin"), (2, "size"))
    )
    fits = len(begin) == len(size) == len(shape)
    require(op, fits, f"{len(begin)} begins, {len(size)} sizes", DAMAGED_HINT)
    ranges = []
    for axis, (start, count, whole) in enumerate(zip(begin, size, shape, strict=True)):
        taken = whole - start if count == -1 else count
        inside = start >= 0 and taken > 0 and start + taken <= whole
        require(op, inside, f"takes {count} from {start} of {whole} of axis {axis}", DAMAGED_HINT)
        ranges.append(_Range(start, 1, taken))
    return ranges


def _check_slice(graph: Graph, op: Op) -> None:
    require_counts(op, (3,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), _DTYPES)
    require_shape(op, y, [r.count for r in _ranges(graph, op)], "output")


def _slice(graph: Graph, op: Op) -> Sequence[Move]:
    return _taken(_ranges(graph, op))


OPS = (
    move_op("SLICE", 6, _check_slice, _slice),
    move_op(
        "STRIDED_SLICE",
        8,
        _check_strided_slice,
        _strided_slice,
        options=Options("StridedSliceOptions", _read),
    ),
)
