"""The fast requantization is TFLM's double rounding wherever `scale_words` allows it."""

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.kernels.cases import fold_padding
from tests.unit.kernels.own.own_cases import OwnCases
from tinygen.kernels.own.coarse_scale import coarse_scale, fast
from tinygen.kernels.own.requantize import channels, cuts_negatives, roundings, scale_words
from tinygen.ops.fixed_point import requantize
from tinygen.ops.per_channel import fixed_multipliers, operand_multipliers, read_operands

LIMIT = 1 << 30


def sums_with_ties(rng, shift):
    """Return sums from all over the range, and those around halves of the second rounding."""
    anywhere = rng.integers(-LIMIT + 1, LIMIT, 20000)
    small = rng.integers(-4000, 4000, 20000)
    ties = (2 * rng.integers(-200, 200, 20000) + 1) << (shift - 1)
    return np.concatenate([anywhere, small, ties, ties + 1, ties - 1, [0, LIMIT - 1, 1 - LIMIT]])


@pytest.mark.parametrize("shift", range(1, 16))
def test_one_high_product_rounds_twice(shift):
    rng = np.random.default_rng(shift)
    for multiplier in (0, 1 << 30, (1 << 31) - 1, int(rng.integers(1 << 30, 1 << 31))):
        total = sums_with_ties(rng, shift)
        zero_point = int(rng.integers(-128, 128))
        rounding = int(roundings(np.array([shift]), zero_point)[0])
        high = (2 * total * multiplier + (1 << 31)) >> 32
        got = (high + rounding - (total < 0)) >> shift
        np.testing.assert_array_equal(got, requantize(total, multiplier, -shift) + zero_point)


def test_negative_sums_can_be_cut_off():
    assert cuts_negatives(7, 7)
    assert not cuts_negatives(7, 6)


def test_coarse_scales_have_the_same_steps():
    found = [check_coarse_scale(np.random.default_rng(seed)) for seed in range(40)]
    assert sum(found) >= 30


def check_coarse_scale(rng):
    """Return whether a random channel has a coarse scale; it must be exact."""
    multiplier, shift = int(rng.integers(1 << 30, 1 << 31)), int(rng.integers(16, 21))
    low = int(rng.integers(-(1 << 22), 1 << 22))
    high = low + int(rng.integers(1, 1 << 19))
    zero_point = int(rng.integers(-100, 100))

    def exact(total):
        return int(np.clip(requantize(total, multiplier, -shift) + zero_point, -128, 127))

    found = coarse_scale(exact, (low, high), multiplier, shift, zero_point)
    if found is None:
        return False
    output = fast(*found)
    for total in [low, high, *(int(n) for n in rng.integers(low, high, 1000))]:
        assert output(total) == exact(total)
    return True


def channels_of(**settings):
    cases = OwnCases(1).set(**settings)
    cases.conv((1, 2, 2, 8), 4, (1, 1))
    graph = fold_padding(cases.build())
    operands = read_operands(graph, graph.ops[0])
    weights = operands.weights.data.reshape(4, -1)
    scaling = fixed_multipliers(graph.ops[0], operand_multipliers(operands))
    return operands, weights, channels(operands, weights, scaling)


def test_ranges_are_those_of_the_extreme_inputs():
    operands, weights, found = channels_of()
    extreme = np.where(weights > 0, 127, -128).astype(np.int64) - operands.x.zero_point
    highest = (extreme * weights).sum(axis=1) + operands.bias.data
    np.testing.assert_array_equal(found.high, highest)
    assert not found.is_fixed.any()


def test_dead_channels_get_their_output_and_no_multiplier():
    _, _, found = channels_of(dead=2)
    assert found.is_fixed.tolist() == [True, True, False, False]
    multiplier, word = scale_words(found)[0].tolist()
    assert multiplier == 0
    assert (word & 0xFF, word >> 8) == (1, 2 * found.output[0] + 1)


def test_left_shifts_are_refused():
    assert scale_words(channels_of(stretch=1e-4)[2]) is None


def test_sums_that_do_not_fit_when_doubled_are_refused():
    found = channels_of()[2]
    assert scale_words(replace(found, high=np.full(4, LIMIT - 1))) is not None
    assert scale_words(replace(found, high=np.full(4, LIMIT))) is None
    assert scale_words(replace(found, low=np.full(4, -LIMIT))) is None
