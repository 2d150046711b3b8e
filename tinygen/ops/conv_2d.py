"""CONV_2D: 2-D convolution, also dilated and grouped, per-channel weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.activation import activation_range, output_size, padding_before
from tinygen.ops.checks import (
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Constant, Kernel, OpType, Struct, Target
from tinygen.ops.fixed_point import quantize_multipliers, requantize, wrap_int32
from tinygen.ops.per_channel import channel_multipliers, require_bias, require_weights


@dataclass(frozen=True, slots=True)
class Conv2DOptions:
    """Strides and dilations as (rows, columns); enums as the schema numbers them."""

    padding: int
    stride: tuple[int, int]
    dilation: tuple[int, int]
    activation: int


@dataclass(frozen=True, slots=True)
class Geometry:
    """Shapes of one convolution, NHWC; ``pad`` is rows above and columns left."""

    batches: int
    in_hwc: tuple[int, int, int]
    filter_hwc: tuple[int, int, int]
    out_hwc: tuple[int, int, int]
    pad: tuple[int, int]


def _read(table: Any) -> Conv2DOptions:
    return Conv2DOptions(
        padding=table.Padding(),
        stride=(table.StrideH(), table.StrideW()),
        dilation=(table.DilationHFactor(), table.DilationWFactor()),
        activation=table.FusedActivationFunction(),
    )


def geometry(graph: Graph, op: Op) -> Geometry:
    """Return the shapes of a convolution that `check` has passed."""
    x, w, y = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]], graph.outputs_of(op)[0]
    options: Conv2DOptions = op.options
    _, height, width, channels = x.shape
    out_c, filter_h, filter_w, filter_c = w.shape
    windows = _windows(options, w)
    out = tuple(
        output_size(op, options.padding, size, window, stride)
        for size, window, stride in zip((height, width), windows, options.stride, strict=True)
    )
    pad = tuple(
        padding_before(size, out_size, window, stride)
        for size, out_size, window, stride in zip(
            (height, width), out, windows, options.stride, strict=True
        )
    )
    return Geometry(
        y.shape[0],
        (height, width, channels),
        (filter_h, filter_w, filter_c),
        (out[0], out[1], out_c),
        (pad[0], pad[1]),
    )


def _windows(options: Conv2DOptions, w: Tensor) -> tuple[int, int]:
    """Return rows and columns that the dilated filter covers."""
    return (
        (w.shape[1] - 1) * options.dilation[0] + 1,
        (w.shape[2] - 1) * options.dilation[1] + 1,
    )


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2, 3))
    x, w = required_input(graph, op, 0), required_input(graph, op, 1)
    y = graph.outputs_of(op)[0]
    options: Conv2DOptions = op.options
    require_int8(op, x, "input")
    require_int8(op, y, "output")
    require(op, len(x.shape) == 4, f"input has shape {list(x.shape)}, not 4-D")
    require_weights(op, w, channels_axis=0, rank=4)
    require(op, min(*options.stride, *options.dilation) > 0, "a stride or dilation is 0")
    filter_c = w.shape[3]
    require(op, x.shape[3] % filter_c == 0, f"{x.shape[3]} channels, filters of {filter_c}")
    groups = x.shape[3] // filter_c
    require(op, w.shape[0] % groups == 0, f"{w.shape[0]} filters in {groups} groups")
    require_bias(graph, op, w.shape[0])
    shapes = geometry(graph, op)
    require_shape(op, y, (x.shape[0], *shapes.out_hwc), "output")
    activation_range(op, options.activation, y)
    channel_multipliers(graph, op)


def _patches(x: Array, shapes: Geometry, options: Conv2DOptions, zero_point: int) -> Array:
    """Return ``[batch, out_h, out_w, filter_h, filter_w, in_c]``, offsets removed."""
    real = x.astype(np.int64) - zero_point
    (out_h, out_w, _), (filter_h, filter_w, _) = shapes.out_hwc, shapes.filter_hwc
    (stride_h, stride_w), (dil_h, dil_w) = options.stride, options.dilation
    need_h = (out_h - 1) * stride_h + (filter_h - 1) * dil_h + 1
    need_w = (out_w - 1) * stride_w + (filter_w - 1) * dil_w + 1
    below = max(need_h - shapes.in_hwc[0] - shapes.pad[0], 0)
    right = max(need_w - shapes.in_hwc[1] - shapes.pad[1], 0)
    padded = np.pad(real, ((0, 0), (shapes.pad[0], below), (shapes.pad[1], right), (0, 0)))
    rows = np.arange(out_h)[:, None] * stride_h + np.arange(filter_h) * dil_h
    columns = np.arange(out_w)[:, None] * stride_w + np.arange(filter_w) * dil_w
    return padded[:, rows[:, None, :, None], columns[None, :, None, :]]


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    x, w, y = graph.tensors[op.inputs[0]], inputs[1], graph.outputs_of(op)[0]
    assert inputs[0] is not None
    assert w is not None
    shapes = geometry(graph, op)
    patches = _patches(inputs[0], shapes, op.options, x.zero_point)
    groups = shapes.in_hwc[2] // shapes.filter_hwc[2]
    split_x = np.split(patches, groups, axis=-1)
    split_w = np.split(w.astype(np.int64), groups, axis=0)
    acc = np.concatenate(
        [np.tensordot(a, b, ((3, 4, 5), (1, 2, 3))) for a, b in zip(split_x, split_w, strict=True)],
        axis=-1,
    )
    bias = inputs[2] if len(inputs) > 2 else None
    if bias is not None:
        acc = acc + bias.astype(np.int64)
    multiplier, shift = quantize_multipliers(channel_multipliers(graph, op))
    out = requantize(wrap_int32(acc), multiplier, shift) + y.zero_point
    return [np.clip(out, *activation_range(op, op.options.activation, y)).astype(np.int8)]


def _macs(graph: Graph, op: Op) -> int:
    shapes = geometry(graph, op)
    out_h, out_w, out_c = shapes.out_hwc
    filter_h, filter_w, filter_c = shapes.filter_hwc
    return shapes.batches * out_h * out_w * out_c * filter_h * filter_w * filter_c


def params(graph: Graph, op: Op) -> Struct:
    """Return the ``tg_conv_2d_params`` of this op."""
    shapes, options = geometry(graph, op), op.options
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    low, high = activation_range(op, options.activation, y)
    return Struct(
        "tg_conv_2d_params",
        "params",
        {
            "batches": shapes.batches,
            **dict(zip(("in_h", "in_w", "in_c"), shapes.in_hwc, strict=True)),
            **dict(zip(("filter_h", "filter_w", "filter_c"), shapes.filter_hwc, strict=True)),
            **dict(zip(("out_h", "out_w", "out_c"), shapes.out_hwc, strict=True)),
            **dict(zip(("stride_h", "stride_w"), options.stride, strict=True)),
            **dict(zip(("dilation_h", "dilation_w"), options.dilation, strict=True)),
            **dict(zip(("pad_h", "pad_w"), shapes.pad, strict=True)),
            "in_offset": -x.zero_point,
            "out_offset": y.zero_point,
            "out_min": low,
            "out_max": high,
        },
    )


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    multiplier, shift = quantize_multipliers(channel_multipliers(graph, op))
    has_bias = len(op.inputs) > 2 and op.inputs[2] >= 0
    return Kernel(
        name="tg_conv_2d_s8",
        calls=[
            Call(
                "tg_conv_2d_s8",
                [
                    "&params",
                    "{in0}",
                    "{in1}",
                    "{in2}" if has_bias else "NULL",
                    "{multiplier}",
                    "{shift}",
                    "{out0}",
                ],
            )
        ],
        sources=["kernels/conv_2d_s8.c"],
        headers=["tinygen/kernels/conv_2d_s8.h"],
        constants=[
            Constant("multiplier", multiplier, "table"),
            Constant("shift", shift, "table"),
        ],
        structs=[params(graph, op)],
    )


OP = OpType(
    name="CONV_2D",
    max_version=8,
    options_table="Conv2DOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    macs=_macs,
    kernel=_kernel,
)
