"""From a counter's ticks to what they stand for."""

import pytest

from tinygen.device.measure import instructions, unwrapped
from tinygen.device.qemu import ICOUNT_SHIFT


@pytest.mark.parametrize("counter_hz", [16_000_000, 20_000_000, 25_000_000, 32_000_000])
@pytest.mark.parametrize("phase", [0, 1])
def test_where_between_two_ticks_it_began_does_not_change_the_count(counter_hz, phase):
    for count in (1, 2, 1000, 7_545_843, 123_456_789):
        ticks = count * (1 << ICOUNT_SHIFT) * counter_hz // 1_000_000_000
        assert instructions(ticks + phase, counter_hz, ICOUNT_SHIFT) == count


@pytest.mark.parametrize("true", [0, 5, 2**32 - 1, 2**32, 2**32 + 5, 5 * 2**32 - 1])
def test_a_counter_that_went_round_is_set_right(true):
    for error in (-1000, 0, 1000):
        assert unwrapped(true % 2**32, max(true + error, 0)) == true
