"""CONV_2D: 2-D convolution, also dilated and grouped, per-channel weights."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.ops import convolution
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_options
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.convolution import Convolution
from tinygen.ops.per_channel import bias_of, read_operands, real_values, require_operands
from tinygen.ops.window import Window, require_image

Float64 = NDArray[np.float64]


def read_convolution(graph: Graph, op: Op) -> Convolution:
    """Return tensors and geometry of a checked op."""
    groups = graph.tensors[op.inputs[0]].shape[3] // graph.tensors[op.inputs[1]].shape[3]
    return convolution.read_convolution(graph, op, groups)


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
    conv = read_convolution(graph, op)
    convolution.require_output(op, conv, (operands.x.shape[0], *conv.window.out_hw, out_c))


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
    acc = accumulate(x, w, conv.window, conv.groups)
    return convolution.output(op, conv, acc, bias_of(inputs))


def _macs(graph: Graph, op: Op) -> int:
    conv = read_convolution(graph, op)
    weights = conv.operands.weights
    return conv.operands.y.size * (weights.size // weights.shape[0])


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    conv = read_convolution(graph, op)
    kernel = convolution.kernel(op, conv, "conv_2d_s8")
    return replace(kernel, overlap=convolution.pixel_overlap(conv))


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
