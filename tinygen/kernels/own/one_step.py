"""Find multipliers that requantize in one step where negative sums are cut off.

TFLM's two roundings are, for sums that are not negative, one straight line rounded down: an
output k is reached by the smallest sum with ``sum * slope + offset >= k``. The kernels compute

    ((sum + extra) * multiplier + (rounding << 32) + (1 << 31)) >> (32 + SHIFT)

where ``extra`` is part of the bias. Neither slope nor offset is TFLM's exactly; but sums are
whole, so it is enough that each output is first reached at the same sum. Multipliers around
the slope are tried, and for each the roundings with the ``extra`` that brings the offset between
the bounds that the steps set, which are widest for the best multipliers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from tinygen.kernels.own.requantize import Channels, Int64
from tinygen.ops.fixed_point import requantize

SHIFT = 3  # tinygen/dsp/matmul_s8.h; scales below 1/16 fit
UPPER_GAIN = 256  # of the second channel of a packed pair
_LARGEST_MULTIPLIER = (1 << 31) - 1
_TRIES = 33  # multipliers
_SEARCHES = ((16, 4096), (4, 1 << 18))  # how many multipliers, and roundings either way
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
class _Lines:
    """What outputs of some channels are: one value a channel, and the range of outputs."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    multiplier: tuple[int, ...]
    shift: tuple[int, ...]
    outputs: tuple[int, int]


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
    varying = [n for n in numbers if not of.is_fixed[n]]
    low, high, multiplier, shift = (
        tuple(np.broadcast_to(values, of.low.shape)[varying].tolist())
        for values in (of.low, of.high, *of.multipliers)
    )
    outputs = (limits[0] + 1 - of.out_zero_point, limits[1] - of.out_zero_point)
    scales = _found(_Lines(low, high, multiplier, shift, outputs), gain)
    if scales is None:
        return None
    bits, rest = SHIFT + gain.bit_length() - 1, iter(scales)
    return [
        Scale(0, 0, int(of.output[n]) << bits)
        if of.is_fixed[n]
        else replace(scale := next(rest), rounding=scale.rounding + (of.out_zero_point << bits))
        for n in numbers
    ]


@lru_cache(maxsize=256)  # rows of an op ask what the op asked
def _found(of: _Lines, gain: int) -> tuple[Scale, ...] | None:
    """Return the scale of each channel, without the output's offset."""
    largest = _LARGEST_SUM // gain
    if any(low <= -largest for low in of.low) or any(high >= largest for high in of.high):
        return None
    found = []
    for n, steps in enumerate(_steps(of)):
        slope = of.multiplier[n] * 2.0 ** (1 + SHIFT + of.shift[n])
        scale = _scale(steps, round(slope), gain)
        if scale is None:
            return None
        found.append(scale)
    return tuple(found)


def _steps(of: _Lines) -> list[Steps]:
    """Return the steps of each channel, found by halving: outputs never fall."""
    low, high, multiplier, shift = (
        np.array(values, np.int64)[:, None] for values in (of.low, of.high, of.multiplier, of.shift)
    )
    outputs = np.arange(of.outputs[0], of.outputs[1] + 1)
    below, reached = np.broadcast_arrays(low - 1, high + 1 + 0 * outputs)
    while (reached - below > 1).any():
        middle = (below + reached) // 2
        is_there = requantize(middle, multiplier, shift) >= outputs
        reached = np.where(is_there & (middle > below), middle, reached)
        below = np.where(is_there, below, middle)
    return [Steps(of.low[n], of.high[n], outputs, reached[n]) for n in range(len(of.low))]


def _scale(steps: Steps, slope: int, gain: int) -> Scale | None:
    """Return what has these steps, without the output's offset."""
    bounds = {
        multiplier: steps.bounds(multiplier)
        for multiplier in range(slope - _TRIES // 2, slope + _TRIES // 2 + 1)
        if 0 < multiplier <= _LARGEST_MULTIPLIER
    }
    widest = sorted(bounds, key=lambda m: bounds[m][0] - bounds[m][1])
    for count, roundings in _SEARCHES:
        for multiplier in widest[:count]:
            least, most = (gain * bound - _HALF for bound in bounds[multiplier])
            found = _offset(least, most, multiplier * gain, roundings)
            if found is not None and _fits(steps, found[0], multiplier * gain, found[1]):
                return Scale(found[0], multiplier, found[1])
    return None


def _offset(least: int, most: int, multiplier: int, roundings: int) -> tuple[int, int] | None:
    """Return (extra, rounding) with extra * multiplier + (rounding << 32) in the bounds."""
    if least > most:
        return None
    rounding = (least >> 32) + np.arange(-roundings, roundings + 1)
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
