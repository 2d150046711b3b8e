"""How high buffers that all live at one time must reach, whatever the order they lie in.

Source: the dynamic program over subsets of Held and Karp (1962): to lay out buffers that
all meet is to order them, and the distance from each to the next is a cost of travelling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_FAR = 1 << 40
_TABLES = 64  # kept, since the same buffers are searched again with better bounds


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """Least heights of some buffers that all meet.

    Attributes:
        members: Their numbers.
        least: ``least[rest][n]``: bytes from the start of member ``n`` to the top of all,
            when those whose bits are set in ``rest`` lie above it; no layout has fewer.
    """

    members: Sequence[int]
    least: NDArray[np.int64]

    @property
    def height(self) -> int:
        """Return a height that no layout goes below."""
        everything = len(self.least) - 1
        lowest = [self.least[everything & ~(1 << n), n] for n in range(len(self.members))]
        return int(min(lowest, default=0))


def make_tails(
    sizes: Sequence[int],
    separation: Sequence[Sequence[int | None]],
    members: Sequence[int],
    most: int,
) -> Tails:
    """Return the least heights of a set of buffers, or of the largest of them.

    Args:
        sizes: Bytes of all buffers.
        separation: Of all (`search.Problem`); known within the set.
        members: The set.
        most: Of them to take: time and room double with each.
    """
    chosen = sorted(sorted(members, key=lambda b: (-sizes[b], b))[:most])
    apart = tuple(tuple(separation[a][b] or 0 for b in chosen) for a in chosen)
    return Tails(chosen, _least(tuple(sizes[b] for b in chosen), apart))


@lru_cache(maxsize=_TABLES)
def _least(sizes: tuple[int, ...], apart: tuple[tuple[int, ...], ...]) -> NDArray[np.int64]:
    count = len(sizes)
    size, distance = np.array(sizes, np.int64), np.array(apart, np.int64).reshape(count, count)
    least = np.full((1 << count, count), _FAR, np.int64)
    least[0] = size
    sets = np.arange(1 << count)
    members = sets[:, None] >> np.arange(count) & 1
    for some in range(1, count + 1):  # those of one more member are each one of fewer and it
        rest = sets[members.sum(axis=1) == some]
        for n in range(count):
            having = rest[members[rest, n] > 0]
            tops = distance[:, n] + least[having - (1 << n), n, None]
            least[having] = np.minimum(least[having], tops)
        least[rest] = np.maximum(least[rest], size)
    return least
