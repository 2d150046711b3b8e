"""TensorFlow Lite Micro's fixed-point arithmetic in numpy, bit for bit.

Source: gemmlowp's fixedpoint.h and TFLM's double rounding, as described by
Jacob et al. 2018 (arXiv:1712.05877), section 2.2 and appendix B.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int64 = NDArray[np.int64]

_INT32_MIN = -(1 << 31)
_INT32_MAX = (1 << 31) - 1


def quantize_multiplier(scale: float) -> tuple[int, int]:
    """Split ``scale`` into a Q31 multiplier and a power of two.

    Args:
        scale: input_scale * weight_scale / output_scale; finite and >= 0.

    Returns:
        ``(multiplier, shift)`` with multiplier 0 or in [2**30, 2**31) and
        ``scale ~= multiplier * 2**(shift - 31)``.

    Raises:
        ValueError: ``scale`` is not finite or is negative.

    Source: Jacob et al. 2018 (arXiv:1712.05877), section 2.2.

    >>> quantize_multiplier(0.5)
    (1073741824, 0)
    >>> quantize_multiplier(3.0)
    (1610612736, 2)
    >>> quantize_multiplier(1e-30)
    (0, 0)
    """
    if not (math.isfinite(scale) and scale >= 0):
        raise ValueError(f"scale must be finite and not negative, got {scale!r}")
    fraction, shift = math.frexp(scale)
    scaled = fraction * (1 << 31)
    multiplier = math.floor(scaled)
    multiplier += scaled - multiplier >= 0.5
    if multiplier == 1 << 31:  # the fraction rounded up to 1.0
        multiplier, shift = 1 << 30, shift + 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def quantize_multipliers(scales: Sequence[float]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Apply `quantize_multiplier` to each scale; returns multipliers and shifts."""
    pairs = [quantize_multiplier(scale) for scale in scales]
    return (
        np.array([m for m, _ in pairs], dtype=np.int32),
        np.array([s for _, s in pairs], dtype=np.int32),
    )


def wrap_int32(values: ArrayLike) -> Int64:
    """Reduce to 32 bits, two's complement, as int32 arithmetic on the device does."""
    wide = np.asarray(values, dtype=np.int64)
    return ((wide + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def doubling_high_multiply(a: ArrayLike, b: ArrayLike) -> Int64:
    """Return ``round(a * b / 2**31)``, saturated (SaturatingRoundingDoublingHighMul).

    Args:
        a: int32 values.
        b: int32 values.
    """
    product = np.asarray(a, dtype=np.int64) * np.asarray(b, dtype=np.int64)
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    # C divides towards zero; >> rounds down
    quotient = np.where(nudged >= 0, nudged >> 31, -((-nudged) >> 31))
    return np.minimum(quotient, _INT32_MAX)


def rounding_divide_by_power(values: ArrayLike, exponent: ArrayLike) -> Int64:
    """Return ``round(values / 2**exponent)``, halves away from zero (RoundingDivideByPOT).

    Args:
        values: int32 values.
        exponent: In [0, 31].
    """
    wide = np.asarray(values, dtype=np.int64)
    power = np.asarray(exponent, dtype=np.int64)
    mask = (np.int64(1) << power) - 1
    remainder = wide & mask
    threshold = (mask >> 1) + (wide < 0)
    return (wide >> power) + (remainder > threshold)


def requantize(acc: ArrayLike, multiplier: ArrayLike, shift: ArrayLike) -> Int64:
    """Scale accumulators by ``multiplier * 2**(shift - 31)``, rounding twice as TFLM does.

    Args:
        acc: int32 values.
        multiplier: Q31, 0 or in [2**30, 2**31); broadcasts with ``acc``.
        shift: In [-31, 30]; broadcasts with ``acc``.

    >>> int(requantize(1000, 1073741824, -1))
    250
    """
    power: Any = np.asarray(shift, dtype=np.int64)
    left = np.maximum(power, 0)
    right = np.maximum(-power, 0)
    shifted = wrap_int32(np.asarray(acc, dtype=np.int64) << left)
    return rounding_divide_by_power(doubling_high_multiply(shifted, multiplier), right)
