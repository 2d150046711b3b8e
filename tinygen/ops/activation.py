"""Fused activations: what convolutions, FULLY_CONNECTED, ADD and pooling share."""

import math

import numpy as np

from tinygen.graph import Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, refuse, require

# Values of the schema's ActivationFunctionType enum.
ACTIVATIONS = {0: "NONE", 1: "RELU", 2: "RELU_N1_TO_1", 3: "RELU6"}

# TFLM refuses activations whose bounds do not fit int32.
_LARGEST_QUOTIENT = 2.0**31

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
        ModelError: TFLM does not fuse that activation, or its bounds are out of range.

    Source: TFLM rounds ``zero_point + value / scale`` to nearest, halves away from zero.
    """
    require(op, activation in ACTIVATIONS, f"fused activation {activation} is unknown")
    low, high = _REAL_RANGE[ACTIVATIONS[activation]]
    return max(-128, _quantize(op, low, out)), min(127, _quantize(op, high, out))


def output_fields(op: Op, activation: int, out: Tensor) -> dict[str, int | str]:
    """Return the fields of the C struct ``tg_output`` that is called ``output``."""
    low, high = activation_range(op, activation, out)
    return {"output.offset": out.zero_point, "output.min": low, "output.max": high}


def _quantize(op: Op, real: float, out: Tensor) -> int:
    """Return the integer that stands for ``real``, not yet clipped to int8."""
    if math.isinf(real):
        return -128 if real < 0 else 127
    with np.errstate(over="ignore"):
        quotient = float(np.float32(real) / np.float32(out.scale))
    if not abs(quotient) <= _LARGEST_QUOTIENT:
        raise refuse(op, f"output scale {out.scale!r} is out of range", DAMAGED_HINT)
    rounded = math.floor(abs(quotient) + 0.5)
    return out.zero_point + (rounded if quotient >= 0 else -rounded)
