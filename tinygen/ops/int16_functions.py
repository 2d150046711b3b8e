"""TFLM's int16 logistic and tanh: interpolation in a table of the logistic function."""

from functools import cache
from math import exp, floor

import numpy as np

from tinygen.ops.contract import Array
from tinygen.ops.fixed_point import Int64

_STEP = 1 / 24  # 32 / 3 of the argument in 256 entries
_LAST = 255


@cache
def logistic_table() -> Array:
    """Return 256 entries of the logistic function in 1/65536, ``1/24`` apart.

    A chord of a concave curve lies below it; each entry is raised by half of the largest
    distance, ``step**2 / 8 * |f''|``, so that interpolation errs as much to both sides.

    >>> logistic_table()[[0, 1, 255]].tolist()
    [32768, 33451, 65535]
    """
    values = []
    for n in range(_LAST):
        f = 1 / (1 + exp(-n * _STEP))
        bend = f * (1 - f) * (2 * f - 1)
        values.append(floor(65536 * (f + _STEP * _STEP / 16 * bend) + 0.5))
    return np.array([*values, 65535], np.uint16)


def _interpolate(magnitude: Int64, fraction_bits: int, ceiling: int) -> Int64:
    """Return table values times ``2**fraction_bits``; ``ceiling`` beyond the table."""
    table = logistic_table().astype(np.int64)
    whole = np.minimum(magnitude >> fraction_bits, _LAST)
    part = magnitude & ((1 << fraction_bits) - 1)
    low, high = table[whole], table[np.minimum(whole + 1, _LAST)]
    inside = (low << fraction_bits) + part * (high - low)
    return np.where(whole >= _LAST, ceiling, inside)


def logistic_int16(values: Int64) -> Int64:
    """Return the logistic function of Q3.12 values in Q0.15.

    >>> logistic_int16(np.array([0, 32767, -32768])).tolist()
    [16384, 32757, 11]
    """
    wide = np.asarray(values, np.int64) * 3
    result = _interpolate(np.abs(wide), 9, 0x7FFF << 10)
    return np.where(wide >= 0, result + (1 << 9), (1 << 25) - result + (1 << 9) - 1) >> 10


def tanh_int16(values: Int64, multiplier: int, shift: int) -> Int64:
    """Return tanh in Q0.15.

    Args:
        values: int16; ``values * multiplier / 2**shift`` is 3 times the argument in Q3.12.
        multiplier: > 0.
        shift: >= 0; rounds to nearest.
    """
    half = 1 << (shift - 1) if shift else 0
    wide = (np.asarray(values, np.int64) * multiplier + half) >> shift
    result = _interpolate(np.abs(wide), 8, 0xFFFF << 8)
    one = 1 << 23
    return np.where(wide >= 0, result - one + (1 << 7), one - result + (1 << 7) - 1) >> 8
