"""DEPTHWISE_CONV_2D: each channel is convolved by its own filters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.ops import convolution
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_options
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.convolution import Convolution, ConvOptions
from tinygen.ops.per_channel import bias_of, read_operands, real_values, require_operands
from tinygen.ops.window import Window, require_image

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DepthwiseConv2DOptions(ConvOptions):
    """A convolution's options, and how many filters each input channel has."""

    depth_multiplier: int


def _read(table: Any) -> DepthwiseConv2DOptions | None:
    options = convolution.read_options(table)
    if options is None:
        return None
    return DepthwiseConv2DOptions(
        options.padding,
        options.stride,
        options.dilation,
        options.activation,
        table.DepthMultiplier(),
    )


def read_convolution(graph: Graph, op: Op) -> Convolution:
    """Return tensors and geometry of a checked op."""
    groups = graph.tensors[op.inputs[0]].shape[3]
    return convolution.read_convolution(graph, op, groups)


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2, 3))
    require_options(op)
    operands = read_operands(graph, op)
    require_operands(op, operands, channels_axis=3, rank=4)
    require_image(op, operands.x, "input")
    in_c, (filters, _, _, out_c) = operands.x.shape[3], operands.weights.shape
    require(op, filters == 1, f"weights have first dimension {filters}, not 1", DAMAGED_HINT)
    multiplier = op.options.depth_multiplier
    require(
        op,
        out_c == in_c * multiplier,
        f"{out_c} filters for {in_c} channels with a depth multiplier of {multiplier}",
        DAMAGED_HINT,
    )
    conv = read_convolution(graph, op)
    convolution.require_output(op, conv, (operands.x.shape[0], *conv.window.out_hw, out_c))


def accumulate(x: Float64, w: Float64, window: Window) -> Float64:
    """Return ``[batch, out_h, out_w, out_c]`` sums of a depthwise convolution.

    Args:
        x: ``[batch, in_h, in_w, in_c]``, zero point removed.
        w: ``[1, filter_h, filter_w, out_c]``; output channel c reads input channel
            ``c // (out_c / in_c)``.
        window: How ``w`` slides over ``x``.
    """
    spread = np.repeat(x, w.shape[3] // x.shape[3], axis=3)
    acc = np.zeros((x.shape[0], *window.out_hw, w.shape[3]))
    for tap in window.taps():
        acc[:, *tap.out] += spread[:, *tap.source] * w[0, *tap.at]
    return acc


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    conv = read_convolution(graph, op)
    x = real_values(inputs[0], conv.operands.x)
    w = real_values(inputs[1], conv.operands.weights)
    acc = accumulate(x, w, conv.window)
    return convolution.output(op, conv, acc, bias_of(inputs))


def _macs(graph: Graph, op: Op) -> int:
    conv = read_convolution(graph, op)
    filter_h, filter_w = conv.window.filter_hw
    return conv.operands.y.size * filter_h * filter_w


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    conv = read_convolution(graph, op)
    kernel = convolution.kernel(op, conv, "depthwise_conv_2d_s8")
    return replace(kernel, overlap=convolution.pixel_overlap(conv))


OP = OpType(
    name="DEPTHWISE_CONV_2D",
    max_version=7,
    options_table="DepthwiseConv2DOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    macs=_macs,
    kernel=_kernel,
)
