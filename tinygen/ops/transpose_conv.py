"""TRANSPOSE_CONV: a convolution backwards, each input adds its filter to the output."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.ops import convolution
from tinygen.ops.checks import (
    DAMAGED_HINT,
    require,
    require_counts,
    require_options,
    required_input,
)
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.convolution import Convolution, ConvOptions
from tinygen.ops.per_channel import bias_of, read_operands, real_values, require_operands
from tinygen.ops.window import Window, require_image, sliding_window

Float64 = NDArray[np.float64]

# Inputs: the output's shape, weights, data, optional bias.
_SHAPE, _DATA, _BIAS = 0, 2, 3


def _read(table: Any) -> ConvOptions | None:
    if table is None:
        return None
    return ConvOptions(
        padding=table.Padding(),
        stride=(table.StrideH(), table.StrideW()),
        dilation=(1, 1),
        activation=table.FusedActivationFunction(),
    )


def read_convolution(graph: Graph, op: Op) -> Convolution:
    """Return tensors and geometry; the window slides over the output, back to the input.

    Source: TFLM computes the padding from the output's size.
    """
    operands, options = read_operands(graph, op, _DATA, _BIAS), op.options
    _, height, width, _ = operands.y.shape
    _, filter_h, filter_w, _ = operands.weights.shape
    window = sliding_window(
        op, (height, width), (filter_h, filter_w), padding=options.padding, stride=options.stride
    )
    return Convolution(operands, window, 1, options.activation)


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (3, 4))
    require_options(op)
    operands = read_operands(graph, op, _DATA, _BIAS)
    require_operands(op, operands, channels_axis=0, rank=4)
    require_image(op, operands.x, "input")
    require_image(op, operands.y, "output")
    (batches, height, width, in_c), (out_c, _, _, filter_c) = (
        operands.x.shape,
        operands.weights.shape,
    )
    require(op, in_c == filter_c, f"{in_c} channels, filters of {filter_c}", DAMAGED_HINT)
    conv = read_convolution(graph, op)
    require(
        op,
        conv.window.out_hw == (height, width),
        f"an output of {list(operands.y.shape)} needs an input of "
        f"{list(conv.window.out_hw)} rows and columns, not {[height, width]}",
        DAMAGED_HINT,
    )
    convolution.require_output(op, conv, (batches, *operands.y.shape[1:3], out_c))
    _check_shape_input(graph, op)


def _check_shape_input(graph: Graph, op: Op) -> None:
    """Check the input that says what shape the output has; TFLM does not read it."""
    wanted = required_input(graph, op, _SHAPE)
    require(op, wanted.dtype == "int32", f"output shape is {wanted.dtype}, not int32")
    if wanted.data is not None:
        values, shape = wanted.data.ravel().tolist(), list(graph.outputs_of(op)[0].shape)
        require(op, values == shape, f"output has shape {shape}, not {values}", DAMAGED_HINT)


def accumulate(x: Float64, w: Float64, window: Window) -> Float64:
    """Return ``[batch, out_h, out_w, out_c]`` sums of a transposed convolution.

    Args:
        x: ``[batch, in_h, in_w, in_c]``, zero point removed.
        w: ``[out_c, filter_h, filter_w, in_c]``.
        window: How ``w`` slides over the output.
    """
    acc = np.zeros((x.shape[0], *window.in_hw, w.shape[0]))
    for tap in window.taps():
        acc[:, *tap.source] += x[:, *tap.out] @ w[:, *tap.at].T
    return acc


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    conv = read_convolution(graph, op)
    x = real_values(inputs[_DATA], conv.operands.x)
    w = real_values(inputs[1], conv.operands.weights)
    acc = accumulate(x, w, conv.window)
    return convolution.output(op, conv, acc, bias_of(inputs, _BIAS))


def _macs(graph: Graph, op: Op) -> int:
    conv = read_convolution(graph, op)
    batches, height, width, _ = conv.operands.x.shape
    return batches * height * width * conv.operands.weights.size


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    return convolution.kernel(op, read_convolution(graph, op), "transpose_conv_s8")


OP = OpType(
    name="TRANSPOSE_CONV",
    max_version=5,
    options_table="TransposeConvOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    macs=_macs,
    kernel=_kernel,
)
