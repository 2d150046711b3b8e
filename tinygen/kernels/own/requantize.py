"""Prove that sums fit the fast requantization, and make its tables.

TFLM rounds twice: ``x = round(sum * multiplier / 2**31)``, then ``round(x / 2**shift)`` with
halves away from zero. The kernels compute the same as

    (SMMLAR(2 * sum, multiplier, rounding) - [sum < 0]) >> shift

with ``rounding = 2**(shift - 1) + (out_zero_point << shift)``; docs/performance.md has the
proof, and what it needs of sums and shifts is checked here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinygen.ops.per_channel import Multipliers, Operands

Int64 = NDArray[np.int64]

_DOUBLED_FITS = 1 << 30  # |sum| below this: 2 * sum fits int32
_PACKED_FITS = 1 << 23  # sums of the upper channel of a packed pair
_ROUNDING_BITS = 24  # beside 8 bits of shift in one word
_LARGEST_SHIFT = 31


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What an output channel's sum can be, for any int8 input.

    Attributes:
        bias: ``[out_c]``, the input's zero point folded in.
        low: ``[out_c]``, the smallest sum.
        high: ``[out_c]``, the largest.
    """

    bias: Int64
    low: Int64
    high: Int64

    @property
    def fit_doubled(self) -> bool:
        """Return whether ``2 * sum`` fits int32."""
        return bool((self.low > -_DOUBLED_FITS).all() and (self.high < _DOUBLED_FITS).all())

    def fit_packed(self, upper: NDArray[np.intp]) -> bool:
        """Return whether the channels ``upper`` may be the upper half of packed pairs."""
        return bool(
            (self.low[upper] >= -_PACKED_FITS).all() and (self.high[upper] < _PACKED_FITS).all()
        )


def sums(operands: Operands, weights: NDArray[np.int8]) -> Sums:
    """Return the exact range of each channel's sum.

    Args:
        operands: Of the op.
        weights: ``[out_c, depth]``.
    """
    wide = weights.astype(np.int64)
    zero_point = operands.x.zero_point
    bias = np.zeros(len(wide), np.int64)
    if operands.bias is not None and operands.bias.data is not None:
        bias = operands.bias.data.ravel().astype(np.int64)
    folded = bias - zero_point * wide.sum(axis=1)
    ends = np.stack([wide * -128, wide * 127])
    return Sums(
        folded,
        folded + ends.min(axis=0).sum(axis=1),
        folded + ends.max(axis=0).sum(axis=1),
    )


def cuts_negatives(out_zero_point: int, low: int) -> bool:
    """Return whether outputs of negative sums all become the output's zero point."""
    return low >= out_zero_point


def fits(multipliers: Multipliers, out_zero_point: int, *, is_relu: bool) -> bool:
    """Return whether the fast requantization takes these multipliers and shifts."""
    shifts = -multipliers[1].astype(np.int64)
    smallest = 0 if is_relu else 1
    if shifts.min() < smallest or shifts.max() > _LARGEST_SHIFT:
        return False
    rounding = roundings(multipliers, out_zero_point)
    limit = 1 << (_ROUNDING_BITS - 1)
    return bool((rounding >= -limit).all() and (rounding < limit).all())


def roundings(multipliers: Multipliers, out_zero_point: int) -> Int64:
    """Return what is added before the right shift, output offset included.

    >>> roundings((np.array([1 << 30]), np.array([-2])), 3).tolist()
    [14]
    """
    shifts = -multipliers[1].astype(np.int64)
    return ((1 << shifts) >> 1) + (out_zero_point << shifts)


def scale_words(multipliers: Multipliers, out_zero_point: int) -> NDArray[np.int32]:
    """Return ``[out_c, 2]``: the multiplier, then rounding (bits 31 to 8) and shift."""
    multiplier, shift = multipliers
    words = roundings(multipliers, out_zero_point) * 256 - shift.astype(np.int64)
    return np.stack([multiplier.astype(np.int64), words], axis=1).astype(np.int32)
