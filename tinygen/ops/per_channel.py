"""Weights, biases and multipliers that the matrix ops share."""

from math import isfinite

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import require


def require_weights(op: Op, w: Tensor, *, channels_axis: int, rank: int) -> None:
    """Check constant int8 weights, symmetric, with one scale or one a channel."""
    require(op, w.dtype == "int8", f"weights are {w.dtype}, not int8")
    require(op, w.data is not None, "weights are not constant", "tinygen needs constant weights")
    require(op, len(w.shape) == rank, f"weights have shape {list(w.shape)}, not {rank}-D")
    quantization = w.quantization
    require(op, quantization is not None, "weights are not quantized")
    assert quantization is not None
    count = len(quantization.scale)
    channels = w.shape[channels_axis]
    require(op, count in (1, channels), f"{count} weight scales for {channels} channels")
    require(
        op,
        count == 1 or quantization.axis == channels_axis,
        f"weights are quantized along axis {quantization.axis}, not {channels_axis}",
    )
    require(op, not any(quantization.zero_point), "weights have a zero point that is not 0")


def require_bias(graph: Graph, op: Op, channels: int, position: int = 2) -> None:
    """Check the optional bias: constant int32, one a channel."""
    if len(op.inputs) <= position or op.inputs[position] < 0:
        return
    bias = graph.tensors[op.inputs[position]]
    require(op, bias.dtype == "int32", f"bias is {bias.dtype}, not int32")
    require(op, bias.data is not None, "bias is not constant", "tinygen needs a constant bias")
    require(op, bias.size == channels, f"{bias.size} biases for {channels} channels")


def channel_multipliers(graph: Graph, op: Op) -> list[float]:
    """Return ``in_scale * weight_scale / out_scale`` for each output channel of a conv.

    Raises:
        ModelError: A multiplier is not finite, or too large for the fixed-point format.

    Source: TFLM multiplies float32 scales as doubles, in this order.
    """
    x, w = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    y = graph.outputs_of(op)[0]
    assert w.quantization is not None
    scales = w.quantization.scale
    channels = y.shape[-1]
    per_channel = scales if len(scales) > 1 else scales * channels
    result = [_float32(x.scale) * _float32(scale) / _float32(y.scale) for scale in per_channel]
    largest = max(result)
    require(
        op,
        isfinite(largest) and largest < 2.0**30,
        f"scales give a multiplier of {largest:g}",
        "the file is damaged; convert the model again",
    )
    return result


def _float32(value: float) -> float:
    return float(np.float32(value))
