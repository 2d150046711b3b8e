"""CONV_2D: 2-D convolution, also dilated and grouped, per-channel weights."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.ops import convolution
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_options
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.convolution import Convolution
from tinygen.ops.per_channel import (
    add_bias,
    channel_multipliers,
    fixed_multipliers,
    read_operands,
    real_values,
    requantize_to,
    require_operands,
)
from tinygen.ops.window import Window, require_image, sliding_window

Float64 = NDArray[np.float64]


def read_convolution(graph: Graph, op: Op) -> Convolution:
    """Return tensors and geometry of a convolution whose ranks are checked."""
    operands, options = read_operands(graph, op), op.options
    _, height, width, channels = operands.x.shape
    _, filter_h, filter_w, filter_c = operands.weights.shape
    window = sliding_window(
        op,
        (height, width),
        (filter_h, filter_w),
        padding=options.padding,
        stride=options.stride,
        dilation=options.dilation,
    )
    return Convolution(operands, window, channels // filter_c, options.activation)


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2, 3))
    require_options(op)
    operands = read_operands(graph, op)
    require_operands(op, operands, channels_axis=0, rank=4)
    require_image(op, operands.x, "input")
    in_c, (out_c, _, _, filter_c) = operands.x.shape[3], operands.weights.shape
    require(op, in_c % filter_c == 0, f"{in_c} channels, filters of {filter_c}", DAMAGED_HINT)
    groups = in_c // filter_c
    require(op, out_c % groups == 0, f"{out_c} filters in {groups} groups", DAMAGED_HINT)
    convolution.require_output(op, read_convolution(graph, op), out_c)
    fixed_multipliers(op, channel_multipliers(graph, op))


def accumulate(x: Float64, w: Float64, window: Window, groups: int) -> Float64:
    """Return ``[batch, out_h, out_w, out_c]`` sums of a convolution.

    Args:
        x: ``[batch, in_h, in_w, in_c]``, zero point removed.
        w: ``[out_c, filter_h, filter_w, in_c / groups]``.
        window: How ``w`` slides over ``x``.
        groups: Parts into which both channels are split.
    """
    out_c, _, _, filter_c = w.shape
    acc = np.zeros((x.shape[0], *window.out_hw, out_c))
    step = out_c // groups
    for tap in window.taps():
        patch, out = x[:, *tap.source], acc[:, *tap.out]
        for n in range(groups):
            part = w[n * step : (n + 1) * step, *tap.at]
            source = patch[..., n * filter_c : (n + 1) * filter_c]
            out[..., n * step : (n + 1) * step] += source @ part.T
    return acc


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    conv = read_convolution(graph, op)
    x = real_values(inputs[0], conv.operands.x)
    w = real_values(inputs[1], conv.operands.weights)
    acc = add_bias(accumulate(x, w, conv.window, conv.groups), inputs, 2)
    multipliers = fixed_multipliers(op, channel_multipliers(graph, op))
    return [requantize_to(op, conv.operands.y, conv.activation, acc, multipliers)]


def _macs(graph: Graph, op: Op) -> int:
    conv = read_convolution(graph, op)
    weights = conv.operands.weights
    return conv.operands.y.size * (weights.size // weights.shape[0])


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    multipliers = fixed_multipliers(op, channel_multipliers(graph, op))
    return convolution.kernel(op, read_convolution(graph, op), multipliers, "conv_2d_s8")


OP = OpType(
    name="CONV_2D",
    max_version=8,
    options_table="Conv2DOptions",
    read_options=convolution.read_options,
    check=_check,
    reference=_reference,
    macs=_macs,
    kernel=_kernel,
)
