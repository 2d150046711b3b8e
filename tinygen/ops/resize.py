"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: an image with other rows and columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_shape, required_input
from tinygen.ops.contract import Array, Call, Constant, Kernel, OpType, Struct, Target
from tinygen.ops.move_checks import constant_indices, require_movable, require_options
from tinygen.ops.moves import Options
from tinygen.ops.picks import Pick, pick_op
from tinygen.ops.window import require_image

# One, in the fixed point of TFLM's integer interpolation.
_ONE = 1 << 10
# Positions times _ONE must fit 32 bits.
_LARGEST_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class ResizeOptions:
    """How output positions map to input positions, as TensorFlow defines it."""

    align_corners: bool
    half_pixel_centers: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Interpolation along one axis, one entry an output position.

    Attributes:
        before: Input position at or before it.
        after: Input position after it; may be the same.
        fraction: Distance from ``before`` in 1/1024, in [-512, 1024).
    """

    before: Array
    after: Array
    fraction: Array


def _read(table: Any) -> ResizeOptions | None:
    if table is None:
        return None
    return ResizeOptions(bool(table.AlignCorners()), bool(table.HalfPixelCenters()))


def _check_image(graph: Graph, op: Op, dtypes: Collection[str]) -> None:
    require_counts(op, (2,))
    require_options(op)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_movable(op, (x, y), dtypes)
    require_image(op, x, "input")
    size = constant_indices(graph, op, 1, "size")
    sizes = [*size, *x.shape[1:3]]
    fits = len(size) == 2 and all(0 < n <= _LARGEST_SIZE for n in sizes)
    require(op, fits, f"resizes {list(x.shape[1:3])} to {size}", DAMAGED_HINT)
    require_shape(op, y, (x.shape[0], *size, x.shape[3]), "output")


def _check_nearest(graph: Graph, op: Op) -> None:
    _check_image(graph, op, ("float32", "int8", "int16"))


def nearest(size: int, out: int, options: ResizeOptions) -> list[int]:
    """Return the input position of each output position.

    >>> nearest(2, 4, ResizeOptions(align_corners=False, half_pixel_centers=False))
    [0, 0, 1, 1]

    Source: TFLM computes in float32; halves round away from zero.
    """
    spans = options.align_corners and out > 1
    scale = (
        np.float32(size - 1) / np.float32(out - 1) if spans else np.float32(size) / np.float32(out)
    )
    offset = np.float32(0.5 if options.half_pixel_centers else 0)
    position = (np.arange(out, dtype=np.float32) + offset) * scale
    if options.align_corners:  # + 0.5 in float64, or a value just below a half would round up
        position = position.astype(np.float64) + 0.5
    return [int(n) for n in np.clip(np.floor(position), 0, size - 1)]


def _nearest(graph: Graph, op: Op) -> Pick:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    lines = [
        None if x.shape[axis] == y.shape[axis] == 1
        else nearest(x.shape[axis], y.shape[axis], op.options)
        for axis in (1, 2)
    ]  # fmt: skip
    return Pick(x.shape, (None, *lines, None))


def line(size: int, out: int, options: ResizeOptions) -> Line:
    """Return how one axis is interpolated.

    Source: TFLM's integer interpolation, which divides towards zero.
    """
    wide, narrow = (size - 1, out - 1) if options.align_corners and out > 1 else (size, out)
    scale = (_ONE * wide + narrow // 2) // narrow
    position = np.arange(out, dtype=np.int64) * scale
    if options.half_pixel_centers:
        position += scale // 2 - _ONE // 2
    before = np.maximum(position // _ONE, 0)
    after = np.minimum((position + _ONE - 1) // _ONE, size - 1)
    return Line(before, after, position - _ONE * before)


def _lines(graph: Graph, op: Op) -> list[Line]:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    return [line(x.shape[axis], y.shape[axis], op.options) for axis in (1, 2)]


def _check_bilinear(graph: Graph, op: Op) -> None:
    _check_image(graph, op, ("int8",))
    options: ResizeOptions = op.options
    both = options.align_corners and options.half_pixel_centers
    require(op, not both, "has align_corners and half_pixel_centers", "choose one of them")
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    for axis, positions in zip((1, 2), _lines(graph, op), strict=True):
        inside = int(positions.before.max()) < x.shape[axis]
        reason = f"TFLM reads beyond the input when it makes {y.shape[axis]} of {x.shape[axis]}"
        require(op, inside, reason, "resize by a smaller factor")


def _blend(values: Array, positions: Line) -> Array:
    """Interpolate axis 1 of four, times 1024."""
    fraction = positions.fraction[:, None, None]
    before, after = values[:, positions.before], values[:, positions.after]
    return before * (_ONE - fraction) + after * fraction  # type: ignore[no-any-return]


def _bilinear_reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    values = inputs[0].astype(np.int64)
    rows, columns = _lines(graph, op)
    total = _blend(np.moveaxis(_blend(values, rows), 1, 2), columns)
    total = np.moveaxis(total, 1, 2)
    unit = _ONE * _ONE
    magnitude = (np.abs(total) + unit // 2) // unit  # halves away from zero
    return [(np.sign(total) * magnitude).astype(np.int8)]


def _bilinear_kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    batches, in_h, in_w, channels = x.shape
    constants = [
        Constant(name, np.stack([p.before, p.after, p.fraction], 1).astype(np.int32), "table")
        for name, p in zip(("rows", "columns"), _lines(graph, op), strict=True)
    ]
    params = Struct(
        "tg_resize_bilinear_params",
        "params",
        {
            "batches": batches,
            "channels": channels,
            "in_h": in_h,
            "in_w": in_w,
            "out_h": y.shape[1],
            "out_w": y.shape[2],
        },
    )
    arguments = ["&params", "{rows}", "{columns}", "{in0}", "{out0}"]
    return Kernel(
        name="tg_resize_bilinear_s8",
        calls=[Call("tg_resize_bilinear_s8", arguments)],
        sources=["kernels/resize_bilinear_s8.c"],
        headers=["tinygen/kernels/resize_bilinear_s8.h"],
        constants=constants,
        structs=[params],
    )


OPS = (
    pick_op(
        "RESIZE_NEAREST_NEIGHBOR",
        4,
        _check_nearest,
        _nearest,
        Options("ResizeNearestNeighborOptions", _read),
    ),
    OpType(
        name="RESIZE_BILINEAR",
        max_version=4,
        options_table="ResizeBilinearOptions",
        read_options=_read,
        check=_check_bilinear,
        reference=_bilinear_reference,
        kernel=_bilinear_kernel,
    ),
)
