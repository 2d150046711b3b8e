"""Operands, multipliers and requantization: what all matrix ops share."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.activation import activation_range
from tinygen.ops.checks import DAMAGED_HINT, require, require_int8, required_input
from tinygen.ops.contract import Array, Constant
from tinygen.ops.fixed_point import quantize_multipliers, requantize, wrap_int32
from tinygen.ops.move_checks import require_sizes

Int32 = NDArray[np.int32]
Multipliers = tuple[Int32, Int32]

_LARGEST_SHIFT = 30


@dataclass(frozen=True, slots=True, eq=False)
class Operands:
    """The tensors of a product; the weights are always the op's input 1.

    Attributes:
        x: What is multiplied by the weights.
        weights: ``[out_c, ...]``, or ``[1, rows, columns, out_c]`` of a depthwise op.
        bias: ``[out_c]``, or None.
        y: The output; its last dimension is ``out_c``.
        arguments: x, weights and bias as a kernel's C arguments.
    """

    x: Tensor
    weights: Tensor
    bias: Tensor | None
    y: Tensor
    arguments: tuple[str, str, str]


def read_operands(graph: Graph, op: Op, x: int = 0, bias: int = 2) -> Operands:
    """Return the operands; ``x`` and ``bias`` are their positions among the inputs."""
    has_bias = len(op.inputs) > bias and op.inputs[bias] >= 0
    return Operands(
        x=required_input(graph, op, x),
        weights=required_input(graph, op, 1),
        bias=graph.tensors[op.inputs[bias]] if has_bias else None,
        y=graph.outputs_of(op)[0],
        arguments=(f"{{in{x}}}", "{in1}", f"{{in{bias}}}" if has_bias else "NULL"),
    )


def require_operands(op: Op, operands: Operands, *, channels_axis: int, rank: int) -> None:
    """Check types and quantization of all operands.

    Args:
        op: For messages.
        operands: Of the op.
        channels_axis: Dimension of the weights along which output channels run.
        rank: Dimensions of the weights.

    Raises:
        ModelError: Something does not hold.
    """
    require_int8(op, operands.x, "input")
    require_int8(op, operands.y, "output")
    require_weights(op, operands.weights, channels_axis=channels_axis, rank=rank)
    require_bias(op, operands.bias, operands.weights.shape[channels_axis])
    require_sizes(op, (operands.x, operands.y))


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


def require_bias(op: Op, bias: Tensor | None, channels: int) -> None:
    """Check the optional bias: constant int32, one a channel."""
    if bias is None:
        return
    require(op, bias.dtype == "int32", f"bias is {bias.dtype}, not int32")
    require(op, bias.data is not None, "bias is not constant", "tinygen needs a constant bias")
    require(op, bias.size == channels, f"{bias.size} biases for {channels} channels")


def operand_multipliers(operands: Operands) -> list[float]:
    """Return ``in_scale * weight_scale / out_scale`` for each output channel."""
    found = scale_products(operands.x, operands.weights, operands.y)
    return found * operands.y.shape[-1] if len(found) == 1 else found


def scale_products(a: Tensor, b: Tensor, y: Tensor) -> list[float]:
    """Return ``a_scale * b_scale / y_scale`` for each scale of ``b``.

    Source: the tflite-micro wheel multiplies float32 scales as doubles, in this order.
    TFLM's source of August 2026 still rounds the product to float32 for BATCH_MATMUL and
    for FULLY_CONNECTED with per-tensor weights; the pinned wheel does not.
    """
    assert b.quantization is not None
    a_scale, y_scale = _float32(a.scale), _float32(y.scale)
    return [a_scale * _float32(scale) / y_scale for scale in b.quantization.scale]


def fixed_multipliers(op: Op, scales: Sequence[float]) -> Multipliers:
    """Return multipliers and shifts, as the kernels take them.

    Raises:
        ModelError: A scale is not finite, or its shift is over 30.
    """
    largest = max(scales)
    in_range = isfinite(largest)
    multiplier, shift = quantize_multipliers(scales if in_range else [0.0])
    require(
        op,
        in_range and int(shift.max()) <= _LARGEST_SHIFT,
        f"scales give a multiplier of {largest:g}",
        DAMAGED_HINT,
    )
    return multiplier, shift


def tables(multipliers: Multipliers) -> list[Constant]:
    """Return the constants ``multiplier`` and ``shift`` of a kernel."""
    multiplier, shift = multipliers
    return [Constant("multiplier", multiplier, "table"), Constant("shift", shift, "table")]


def requantize_to(
    op: Op, y: Tensor, activation: int, acc: Array, multipliers: Multipliers
) -> Array:
    """Return the int8 output for accumulators ``[..., out_c]``, bias included.

    Args:
        op: For messages.
        y: The output.
        activation: The schema's ActivationFunctionType.
        acc: Exact sums, of any size; they wrap to int32 as on the device.
        multipliers: Broadcast with ``acc``.
    """
    scaled = wrap_int32(requantize(wrap_int32(acc), *multipliers) + y.zero_point)
    return np.clip(scaled, *activation_range(op, activation, y)).astype(np.int8)


def real_values(values: Array | None, tensor: Tensor) -> NDArray[np.float64]:
    """Return ``values - zero_point``, in a type whose products are fast and exact.

    float64 holds every integer up to 2**53, and sums of int8 products stay far below;
    numpy multiplies float64 matrices some hundred times faster than integer ones.
    """
    assert values is not None
    return values.astype(np.float64) - tensor.zero_point


def add_bias(acc: Array, bias: Array | None) -> Array:
    """Return int64 sums with the optional bias added."""
    exact = acc.astype(np.int64)
    return exact if bias is None else exact + bias.ravel().astype(np.int64)


def bias_of(inputs: Sequence[Array | None], position: int = 2) -> Array | None:
    """Return the optional bias among an op's inputs."""
    return inputs[position] if len(inputs) > position else None


def _float32(value: float) -> float:
    return float(np.float32(value))
