"""Fused activations and padding: what CONV_2D, FULLY_CONNECTED, ADD and pooling share."""

import math

import numpy as np

from tinygen.graph import Op, Tensor
from tinygen.ops.checks import refuse, require

# Values of the schema's ActivationFunctionType and Padding enums.
ACTIVATIONS = {0: "NONE", 1: "RELU", 2: "RELU_N1_TO_1", 3: "RELU6"}
PADDINGS = {0: "SAME", 1: "VALID"}

_REAL_RANGE = {
    "NONE": (-math.inf, math.inf),
    "RELU": (0.0, math.inf),
    "RELU_N1_TO_1": (-1.0, 1.0),
    "RELU6": (0.0, 6.0),
}


def activation_range(op: Op, activation: int, out: Tensor) -> tuple[int, int]:
    """Return the int8 range that a fused activation leaves.

    Args:
        op: For messages.
        activation: The schema's ActivationFunctionType.
        out: The op's output, int8 and quantized per tensor.

    Raises:
        ModelError: TFLM does not fuse that activation.

    Source: TFLM rounds ``zero_point + value / scale`` to nearest, halves away from zero.
    """
    require(op, activation in ACTIVATIONS, f"fused activation {activation} is unknown")
    low, high = _REAL_RANGE[ACTIVATIONS[activation]]
    return max(-128, _quantize(op, low, out)), min(127, _quantize(op, high, out))


def _quantize(op: Op, real: float, out: Tensor) -> int:
    """Return the integer that stands for ``real``, not yet clipped to int8."""
    if math.isinf(real):
        return -128 if real < 0 else 127
    with np.errstate(over="ignore"):
        quotient = float(np.float32(real) / np.float32(out.scale))
    if not math.isfinite(quotient):
        raise refuse(op, f"output scale {out.scale!r} is out of range")
    rounded = math.floor(abs(quotient) + 0.5)
    return out.zero_point + (rounded if quotient >= 0 else -rounded)


def output_size(op: Op, padding: int, size: int, window: int, stride: int) -> int:
    """Return the output rows (or columns) of a sliding window.

    Args:
        op: For messages.
        padding: The schema's Padding.
        size: Input rows.
        window: Rows the dilated window covers.
        stride: > 0.
    """
    require(op, padding in PADDINGS, f"padding {padding} is unknown")
    if PADDINGS[padding] == "SAME":
        return -(-size // stride)
    require(op, window <= size, f"a window of {window} does not fit {size}")
    return (size - window) // stride + 1


def padding_before(size: int, out: int, window: int, stride: int) -> int:
    """Return the rows of padding above the input; 0 for VALID.

    Source: TensorFlow's SAME rule; an odd row goes below.
    """
    return max((out - 1) * stride + window - size, 0) // 2
