"""Refuse ratios of scales that the fixed-point format cannot hold; convert the rest."""

from math import isfinite

from tinygen.graph import Op
from tinygen.ops.checks import DAMAGED_HINT, require
from tinygen.ops.fixed_point import quantize_multiplier

Multiplier = tuple[int, int]  # Q31 and a power of two, see quantize_multiplier


def checked_multiplier(op: Op, scale: float) -> Multiplier:
    """Return `quantize_multiplier` of a ratio of scales.

    Raises:
        ModelError: ``scale`` is not in [0, 2**30): TFLM's shift would be undefined.
    """
    require(
        op,
        isfinite(scale) and 0 <= scale < 2.0**30,
        f"scales give a multiplier of {scale:g}",
        DAMAGED_HINT,
    )
    return quantize_multiplier(scale)


def multiplier_below_one(op: Op, scale: float) -> Multiplier:
    """Return `quantize_multiplier` of a ratio that TFLM requires to be in (0, 1).

    Raises:
        ModelError: It is not, or rounds up to 1.
    """
    holds = isfinite(scale) and 0 < scale < 1
    multiplier = quantize_multiplier(scale) if holds else (0, 1)
    require(
        op,
        multiplier[1] <= 0,
        f"scales give a multiplier of {scale:g}, which is not between 0 and 1",
        DAMAGED_HINT,
    )
    return multiplier
