"""C's single-precision arithmetic, where TFLM computes with floats."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def float32_ratio(numerator: float, denominator: float) -> float:
    """Divide as C divides two floats; infinite where the quotient is too large.

    >>> float32_ratio(1.0, 3.0)
    0.3333333432674408
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        return float(np.float32(numerator) / np.float32(denominator))


def round_half_away(values: ArrayLike) -> NDArray[np.float64]:
    """Round float32 values as C's roundf does: to nearest, halves away from zero.

    >>> round_half_away([0.5, -0.5, 2.5, -1.4]).tolist()
    [1.0, -1.0, 3.0, -1.0]
    """
    wide = np.asarray(values, dtype=np.float64)  # adding 0.5 is exact here
    return np.copysign(np.floor(np.abs(wide) + 0.5), wide)
