"""One-step requantization is TFLM's double rounding above what an activation cuts off."""

import numpy as np
import pytest

from tinygen.kernels.own.one_step import SHIFT, UPPER_GAIN, one_step_scales
from tinygen.kernels.own.requantize import Channels
from tinygen.ops.fixed_point import requantize

COUNT = 60
FITS = 1 << 22  # of packed sums


def some_channels(rng, *, zero_point):
    """Return channels with ranges of sums from a few outputs to far more than there are."""
    multiplier = rng.integers(1 << 30, 1 << 31, COUNT)
    shift = -rng.integers(4, 12, COUNT)
    middle = rng.integers(-(1 << 16), 1 << 16, COUNT)
    spread = rng.integers(1, 1 << rng.integers(2, 22, COUNT))
    low, high = np.maximum(middle - spread, -FITS), np.minimum(middle + spread, FITS)
    is_fixed = rng.random(COUNT) < 0.1
    zeros = np.zeros(COUNT, np.int64)
    output = rng.integers(-128, 128, COUNT)
    return Channels((multiplier, shift), zero_point, zeros, zeros, low, high, is_fixed, output)


def smmlar(a, b, c):
    """Return what the instruction does, for results that do not wrap."""
    result = ((a * b + (1 << 31)) >> 32) + c
    assert result.min() >= -(1 << 31)
    assert result.max() < 1 << 31
    return result


def sums_of(of, n, rng):
    """Return sums all over a channel's range, more of them around its steps, and its ends."""
    low, high = int(of.low[n]), int(of.high[n])
    anywhere = rng.integers(low, high + 1, 3000)
    scale = of.multipliers[0][n] / 2**31 * 2.0 ** of.multipliers[1][n]
    steps = np.round((np.arange(-256, 257) - 0.5) / scale).astype(np.int64)
    near = (steps[:, None] + np.arange(-3, 4)).ravel()
    return np.concatenate([anywhere, near[(near >= low) & (near <= high)], [low, high]])


@pytest.mark.parametrize("gain", [1, UPPER_GAIN])
@pytest.mark.parametrize("seed", range(4))
def test_one_step_gives_the_outputs_of_two(gain, seed):
    rng = np.random.default_rng(seed)
    zero_point = int(rng.integers(-128, 100))
    limits = (zero_point, int(rng.integers(zero_point + 1, 128)))
    of = some_channels(rng, zero_point=zero_point)
    numbers = [n for n in range(COUNT) if one_step_scales(of, [n], limits, gain) is not None]
    assert len(numbers) >= 0.97 * COUNT
    bits = SHIFT + gain.bit_length() - 1
    for n, scale in zip(numbers, one_step_scales(of, numbers, limits, gain), strict=True):
        sums = sums_of(of, n, rng)
        raw = smmlar((sums + scale.extra) * gain, scale.multiplier, scale.rounding) >> bits
        wanted = requantize(sums, *(int(values[n]) for values in of.multipliers)) + zero_point
        if of.is_fixed[n]:
            wanted = np.full_like(sums, of.output[n])
        got = np.clip(np.clip(raw, -128, 127), *limits)
        np.testing.assert_array_equal(got, np.clip(wanted, *limits))


def test_large_scales_have_no_one_step():
    of = some_channels(np.random.default_rng(0), zero_point=0)
    of.multipliers[1][:] = -3
    of.is_fixed[:] = False
    of.low[:], of.high[:] = -1000, 1000
    assert one_step_scales(of, range(COUNT), (0, 127)) is None


def test_sums_that_the_gain_would_wrap_have_no_one_step():
    of = some_channels(np.random.default_rng(0), zero_point=0)
    of.high[3] = 1 << 23
    assert one_step_scales(of, [3], (0, 127)) is not None
    assert one_step_scales(of, [3], (0, 127), UPPER_GAIN) is None
