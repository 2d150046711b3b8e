"""exp, logistic, tanh, 1/(1+x) and 1/sqrt(x) in gemmlowp's fixed point, bit for bit.

A number of format Qm is an int32 that stands for ``raw / 2**(31 - m)``.

Source: gemmlowp's fixedpoint.h; Newton-Raphson division with 48/17 and 32/17 as in
https://en.wikipedia.org/wiki/Division_algorithm.
"""

import numpy as np
from numpy.typing import ArrayLike

from tinygen.ops.fixed_point import (
    Int64,
    doubling_high_multiply,
    rounding_divide_by_power,
    wrap_int32,
)

_MAX = (1 << 31) - 1
_MIN = -(1 << 31)
_EXP_OF_MINUS_EIGHTH = 1895147668  # Q0, as all constants down to _THIRD
_EXP_OF_MINUS_POWERS = {  # by power of two
    -2: 1672461947,
    -1: 1302514674,
    0: 790015084,
    1: 290630308,
    2: 39332535,
    3: 720401,
    4: 242,
}
_THIRD = 715827883
_HALF_SQRT_2 = 1518500250
_48_OVER_17 = 1515870810  # Q2
_MINUS_32_OVER_17 = -1010580540  # Q2
_ONE_Q2 = 1 << 29
_ONE_Q3 = 1 << 28


def shift_left_saturated(values: ArrayLike, power: int) -> Int64:
    """Multiply int32 values by ``2**power``, saturated; power > 0."""
    wide = np.asarray(values, dtype=np.int64)
    limit = (1 << (31 - power)) - 1
    shifted = np.where(wide > limit, _MAX, wide << power)
    return np.where(wide < -limit, _MIN, shifted)


def exp_of_negative(values: ArrayLike, integer_bits: int) -> Int64:
    """Return exp(x) in Q0 for x <= 0.

    Args:
        values: Q<integer_bits>.
        integer_bits: At most 5, where exp(-2**integer_bits) is 0 in Q0.
    """
    x = np.asarray(values, dtype=np.int64)
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    below_quarter = (x & (quarter - 1)) - quarter
    result = _exp_from_minus_quarter(shift_left_saturated(below_quarter, integer_bits))
    rest = below_quarter - x
    for power, factor in _EXP_OF_MINUS_POWERS.items():
        if power < integer_bits:
            has_power = (rest & (1 << (fraction_bits + power))) != 0
            result = np.where(has_power, doubling_high_multiply(result, factor), result)
    return np.where(x == 0, _MAX, result)


def _exp_from_minus_quarter(values: Int64) -> Int64:
    """Return exp(x) for x in [-1/4, 0): Taylor's series around -1/8; Q0."""
    x = values + (1 << 28)
    x2 = doubling_high_multiply(x, x)
    x3 = doubling_high_multiply(x2, x)
    x4_over_4 = rounding_divide_by_power(doubling_high_multiply(x2, x2), 2)
    higher = doubling_high_multiply(x4_over_4 + x3, _THIRD) + x2
    series = x + rounding_divide_by_power(higher, 1)
    return _EXP_OF_MINUS_EIGHTH + doubling_high_multiply(_EXP_OF_MINUS_EIGHTH, series)


def _double_reciprocal(values: ArrayLike) -> Int64:
    """Return 2 / (1 + x) in Q2 for x in [0, 1] in Q0, by three Newton-Raphson steps."""
    half_denominator = (np.asarray(values, dtype=np.int64) + _MAX + 1) // 2
    x = _48_OVER_17 + doubling_high_multiply(half_denominator, _MINUS_32_OVER_17)
    for _ in range(3):
        error = _ONE_Q2 - doubling_high_multiply(half_denominator, x)
        x = x + shift_left_saturated(doubling_high_multiply(x, error), 2)
    return x


def reciprocal_of_one_plus(values: ArrayLike) -> Int64:
    """Return 1 / (1 + x) in Q0 for x in [0, 1] in Q0."""
    return shift_left_saturated(_double_reciprocal(values), 1)


def logistic(values: ArrayLike, integer_bits: int) -> Int64:
    """Return 1 / (1 + exp(-x)) in Q0.

    Args:
        values: Q<integer_bits>.
        integer_bits: At most 5.
    """
    x = np.asarray(values, dtype=np.int64)
    upper = reciprocal_of_one_plus(exp_of_negative(-np.abs(x), integer_bits))
    return np.where(x == 0, 1 << 30, np.where(x > 0, upper, _MAX - upper))


def tanh(values: ArrayLike, integer_bits: int) -> Int64:
    """Return the hyperbolic tangent in Q0.

    Args:
        values: Q<integer_bits>.
        integer_bits: At most 4.
    """
    x = np.asarray(values, dtype=np.int64)
    # The same number with one integer bit more is twice as large: exp(-2 |x|).
    double = _double_reciprocal(exp_of_negative(-np.abs(x), integer_bits + 1))
    magnitude = shift_left_saturated(double - _ONE_Q2, 2)
    return np.where(x == 0, 0, np.where(x < 0, -magnitude, magnitude))


def inverse_sqrt(value: int) -> tuple[int, int]:
    """Return a multiplier and a shift (as `requantize` takes them) for ``1 / sqrt(value)``.

    Args:
        value: In [1, 2**29).
    """
    if value == 1:
        return _MAX, 0
    pairs = (31 - value.bit_length()) // 2 - 1
    shift = 11 - pairs
    scaled = (value << 2 * pairs) >> 1  # Q3
    half = rounding_divide_by_power(scaled, 1)
    x: Int64 = np.array(_ONE_Q3, dtype=np.int64)
    for _ in range(5):
        cube = doubling_high_multiply(doubling_high_multiply(x, x), x)
        correction = doubling_high_multiply(half, shift_left_saturated(cube, 6))
        three_halves = doubling_high_multiply(_ONE_Q3 + _ONE_Q3 // 2, x)
        x = shift_left_saturated(wrap_int32(three_halves - correction), 3)
    result = int(doubling_high_multiply(x, _HALF_SQRT_2))
    if shift < 0:
        result, shift = int(wrap_int32(result << -shift)), 0
    return result, -shift
