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

from tinygen.kernels.own.coarse_scale import coarse_scale
from tinygen.ops.fixed_point import requantize
from tinygen.ops.per_channel import Multipliers, Operands

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

_FITS = 1 << 31  # |sum| below this: it does not wrap
_DOUBLED_FITS = 1 << 30  # |sum| below this: 2 * sum fits int32
_PACKED_FITS = 1 << 23  # sums of the upper channel of a packed pair
_ROUNDING_BITS = 24  # beside 8 bits of shift in one word
_LARGEST_SHIFT = 31


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """What each output channel's sums and outputs can be, for any int8 input.

    Channels whose output is always the same count as bias 0 and sums of 0: a filter that
    is all zero may come with any scale and bias.

    Attributes:
        multipliers: As TFLM computes them.
        out_zero_point: Of the output.
        folded: ``[out_c]``, all biases with the input's zero point folded in.
        bias: ``[out_c]``, the same, 0 where the output is fixed.
        low: ``[out_c]``, the smallest sum.
        high: ``[out_c]``, the largest.
        is_fixed: ``[out_c]``, the output is always the same.
        output: ``[out_c]``, the output where it is.
    """

    multipliers: Multipliers
    out_zero_point: int
    folded: Int64
    bias: Int64
    low: Int64
    high: Int64
    is_fixed: NDArray[np.bool_]
    output: Int64

    def fit_packed(self, upper: NDArray[np.intp]) -> bool:
        """Return whether the channels ``upper`` may be the upper half of packed pairs."""
        return bool(
            (self.low[upper] >= -_PACKED_FITS).all() and (self.high[upper] < _PACKED_FITS).all()
        )


def channels(
    operands: Operands, weights: Int8, multipliers: Multipliers, *, may_fix: bool = True
) -> Channels:
    """Return the exact range of each channel.

    Args:
        operands: Of the op.
        weights: ``[out_c, depth]``.
        multipliers: Of each channel, or one for all.
        may_fix: Channels with one output may have a scale of their own.
    """
    wide = weights.astype(np.int64)
    bias = np.zeros(len(wide), np.int64)
    if operands.bias is not None and operands.bias.data is not None:
        bias = operands.bias.data.ravel().astype(np.int64)
    folded = bias - operands.x.zero_point * wide.sum(axis=1)
    ends = np.stack([wide * -128, wide * 127])
    low = folded + ends.min(axis=0).sum(axis=1)
    high = folded + ends.max(axis=0).sum(axis=1)
    zero_point = operands.y.zero_point
    lowest, highest = (
        np.clip(requantize(sums, *multipliers) + zero_point, -128, 127) for sums in (low, high)
    )
    wraps = (low <= -_FITS) | (high >= _FITS)
    is_fixed = (lowest == highest) & ~wraps & may_fix  # requantization is monotonic
    bias, low, high = (np.where(is_fixed, 0, values) for values in (folded, low, high))
    return Channels(multipliers, zero_point, folded, bias, low, high, is_fixed, lowest)


def cuts_negatives(out_zero_point: int, low: int) -> bool:
    """Return whether outputs of negative sums all become the output's zero point."""
    return low >= out_zero_point


def scale_words(of: Channels) -> Int32 | None:
    """Return ``[out_c, 2]``: multiplier, then rounding (bits 31 to 8) and right shift.

    None where a channel needs TFLM's arithmetic step by step.
    """
    if (of.low <= -_DOUBLED_FITS).any() or (of.high >= _DOUBLED_FITS).any():
        return None
    multiplier, shift = (
        np.broadcast_to(values.astype(np.int64), of.low.shape) for values in of.multipliers
    )
    multiplier, shifts = np.where(of.is_fixed, 0, multiplier), np.where(of.is_fixed, 1, -shift)
    if shifts.min() < 1 or shifts.max() > _LARGEST_SHIFT:
        return None
    rounding = np.where(of.is_fixed, 2 * of.output + 1, roundings(shifts, of.out_zero_point))
    limit = 1 << (_ROUNDING_BITS - 1)
    for n in np.flatnonzero((rounding < -limit) | (rounding >= limit)):
        found = _coarse(of, int(n), int(multiplier[n]), int(shifts[n]))
        if found is None:
            return None
        multiplier[n], shifts[n], rounding[n] = found
    return np.stack([multiplier, 256 * rounding + shifts], axis=1).astype(np.int32)


def _coarse(of: Channels, n: int, multiplier: int, shift: int) -> tuple[int, int, int] | None:
    """Return another scale for channel ``n`` with the same outputs."""

    def exact(total: int) -> int:
        value = int(requantize(total, multiplier, -shift)) + of.out_zero_point
        return min(max(value, -128), 127)

    return coarse_scale(
        exact, (int(of.low[n]), int(of.high[n])), multiplier, shift, of.out_zero_point
    )


def roundings(shifts: Int64, out_zero_point: int) -> Int64:
    """Return what is added before the right shift, output offset included.

    >>> roundings(np.array([2]), 3).tolist()
    [14]
    """
    return ((1 << shifts) >> 1) + (out_zero_point << shifts)
