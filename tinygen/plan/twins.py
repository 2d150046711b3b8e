"""Buffers that could change places: a search need try only one order of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def find_twins(sizes: Sequence[int], separation: Sequence[Sequence[int | None]]) -> list[int]:
    """Return the last buffer before each that could change places with it; -1 for none.

    Args:
        sizes: Bytes of each buffer.
        separation: As in `search.Problem`.

    >>> find_twins([8, 8, 4], [[None, 8, 8], [8, None, 8], [4, 4, None]])
    [-1, 0, -1]
    """
    apart = np.array([[-1 if s is None else s for s in row] for row in separation])
    rows, columns = np.sort(apart, axis=1), np.sort(apart, axis=0).T
    alike: dict[tuple[int, bytes, bytes], list[int]] = {}
    twins = []
    for b, size in enumerate(sizes):
        before = alike.setdefault((size, rows[b].tobytes(), columns[b].tobytes()), [])
        twins.append(next((a for a in reversed(before) if _may_swap(apart, a, b)), -1))
        before.append(b)
    return twins


def _may_swap(apart: NDArray[np.int64], a: int, b: int) -> bool:
    order = np.arange(len(apart))
    order[[a, b]] = b, a
    same_row = np.array_equal(apart[a], apart[b][order])
    return same_row and np.array_equal(apart[:, a], apart[order, b])
