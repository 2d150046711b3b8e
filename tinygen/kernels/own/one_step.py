"""Find multipliers that requantize in one step where negative sums are cut off.

TFLM's two roundings are, for sums that are not negative, one straight line rounded down: an
output k is reached by the smallest sum with ``sum * slope + offset >= k``. The kernels compute

    ((sum + extra) * multiplier + (rounding << 32) + (1 << 31)) >> (32 + SHIFT)

where ``extra`` is part of the bias. Neither slope nor offset is TFLM's exactly; but sums are
whole, so it is enough that each output is first reached at the same sum. Multipliers around
the slope are tried, and for each the roundings with the ``extra`` that brings the offset between
the bounds that the steps set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinygen.kernels.own.requantize import Channels, Int64
from tinygen.ops.fixed_point import requantize

SHIFT = 3  # tinygen/dsp/matmul_s8.h; scales below 1/16 fit
UPPER_GAIN = 256  # of the second channel of a packed pair
_LARGEST_MULTIPLIER = (1 << 31) - 1
_TRIES = 65  # multipliers
_ROUNDINGS = 4096  # tried either way
_LARGEST_EXTRA = 1 << 21  # packed sums fit with it
_LARGEST_SUM = 1 << 30
_LARGEST_OFFSET = 1 << 53
_HALF = 1 << 31


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a channel's output steps up.

    Attributes:
        low: Smallest sum.
        high: Largest.
        outputs: All that matter but the lowest, rising, output offset taken off.
        sums: The smallest with such an output; ``low`` if all have it, ``high + 1`` if none.
    """

    low: int
    high: int
    outputs: Int64
    sums: Int64

    def bounds(self, multiplier: int) -> tuple[int, int]:
        """Return the least and the most that puts ``sum * multiplier`` on the steps."""
        reached = (self.outputs << (32 + SHIFT)) - self.sums * multiplier
        least = reached[self.sums <= self.high].max(initial=-_LARGEST_OFFSET)
        most = (reached + multiplier)[self.sums > self.low].min(initial=_LARGEST_OFFSET)
        return int(least), int(most) - 1


@dataclass(frozen=True, slots=True)
class Scale:
    """How one channel is requantized: see the module."""

    extra: int
    multiplier: int
    rounding: int


def one_step_scales(
    of: Channels, numbers: Sequence[int], limits: tuple[int, int], gain: int = 1
) -> list[Scale] | None:
    """Return the scale of each channel of ``numbers``; None where one has none.

    Args:
        of: All channels.
        numbers: Which.
        limits: Smallest and largest output; others are cut off.
        gain: What sums are multiplied by, a power of two.
    """
    low, high = (values[numbers] for values in (of.low, of.high))
    largest = _LARGEST_SUM // gain
    if (low <= -largest).any() or (high >= largest).any():
        return None
    multipliers, shifts = (np.broadcast_to(v, of.low.shape)[numbers] for v in of.multipliers)
    bits = SHIFT + gain.bit_length() - 1
    found = []
    for n, steps in enumerate(_steps(of, numbers, limits)):
        if of.is_fixed[numbers[n]]:
            found.append(Scale(0, 0, int(of.output[numbers[n]]) << bits))
            continue
        slope = float(multipliers[n]) * 2.0 ** (1 + SHIFT + int(shifts[n]))
        scale = _scale(steps, round(slope), gain)
        if scale is None:
            return None
        found.append(replace(scale, rounding=scale.rounding + (of.out_zero_point << bits)))
    return found


def _steps(of: Channels, numbers: Sequence[int], limits: tuple[int, int]) -> list[Steps]:
    """Return the steps of each channel, found by halving: outputs never fall."""
    low, high = (values[numbers][:, None] for values in (of.low, of.high))
    multiplier, shift = (
        np.broadcast_to(values.astype(np.int64), of.low.shape)[numbers][:, None]
        for values in of.multipliers
    )
    outputs = np.arange(limits[0] + 1, limits[1] + 1) - of.out_zero_point
    below, reached = np.broadcast_arrays(low - 1, high + 1 + 0 * outputs)
    while (reached - below > 1).any():
        middle = (below + reached) // 2
        is_there = requantize(middle, multiplier, shift) >= outputs
        reached = np.where(is_there & (middle > below), middle, reached)
        below = np.where(is_there, below, middle)
    return [
        Steps(int(low[n, 0]), int(high[n, 0]), outputs, reached[n]) for n in range(len(numbers))
    ]


def _scale(steps: Steps, slope: int, gain: int) -> Scale | None:
    """Return what has these steps, without the output's offset."""
    around = range(slope - _TRIES // 2, slope + _TRIES // 2 + 1)
    for multiplier in sorted(around, key=lambda m: abs(m - slope)):
        if not 0 < multiplier <= _LARGEST_MULTIPLIER:
            continue
        least, most = (gain * bound for bound in steps.bounds(multiplier))
        found = _offset(least - _HALF, most - _HALF, multiplier * gain)
        if found is not None and _fits(steps, found[0], multiplier * gain, found[1]):
            return Scale(found[0], multiplier, found[1])
    return None


def _offset(least: int, most: int, multiplier: int) -> tuple[int, int] | None:
    """Return (extra, rounding) with extra * multiplier + (rounding << 32) in the bounds."""
    rounding = (least >> 32) + np.arange(-_ROUNDINGS, _ROUNDINGS + 1)
    extra = -(((rounding << 32) - least) // multiplier)  # the least that reaches
    is_in = extra * multiplier + (rounding << 32) <= most
    fits = np.flatnonzero(is_in & (np.abs(extra) <= _LARGEST_EXTRA))
    if fits.size == 0:
        return None
    best = fits[np.abs(extra[fits]).argmin()]
    return int(extra[best]), int(rounding[best])


def _fits(steps: Steps, extra: int, multiplier: int, rounding: int) -> bool:
    """Return whether no intermediate value wraps."""
    ends = [(total + extra) * multiplier >> 32 for total in (steps.low, steps.high)]
    return all(abs(end) < _LARGEST_SUM and abs(end + rounding) < _LARGEST_SUM for end in ends)
