"""Broadcasting of two operands: the output's shape, and loops that walk both."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from tinygen.graph import Op
from tinygen.ops.checks import DAMAGED_HINT, refuse, require

MAX_RANK = 6  # TFLM's shapes hold no more dimensions


@dataclass(frozen=True, slots=True)
class Level:
    """One loop: how often, and by how many elements each operand moves a turn."""

    count: int
    steps: tuple[int, int]


def broadcast_shape(op: Op, first: Sequence[int], second: Sequence[int]) -> tuple[int, ...]:
    """Return the shape both operands broadcast to.

    Raises:
        ModelError: They do not broadcast, or have more dimensions than TFLM allows.
    """
    rank = max(len(first), len(second))
    require(
        op,
        rank <= MAX_RANK,
        f"an input has {rank} dimensions; {MAX_RANK} are supported",
        "reshape the inputs to fewer dimensions",
    )
    try:
        return np.broadcast_shapes(tuple(first), tuple(second))
    except ValueError as error:
        reason = f"inputs of shapes {list(first)} and {list(second)} do not broadcast"
        raise refuse(op, reason, DAMAGED_HINT) from error


def broadcast_levels(first: Sequence[int], second: Sequence[int]) -> tuple[Level, ...]:
    """Return the fewest loops that walk both operands, outermost first.

    Args:
        first: Shape of the first operand.
        second: Shape of the second; the two must broadcast.

    Returns:
        At least one level; the innermost one's steps are 0 or 1, and both are 1 where
        nothing is broadcast inside.

    >>> broadcast_levels((2, 3, 4), (2, 3, 4))
    (Level(count=24, steps=(1, 1)),)
    >>> broadcast_levels((2, 3, 4), (4,))
    (Level(count=6, steps=(4, 0)), Level(count=4, steps=(1, 1)))
    >>> broadcast_levels((2, 1), (1, 3))
    (Level(count=2, steps=(1, 0)), Level(count=3, steps=(0, 1)))
    """
    shape = np.broadcast_shapes(tuple(first), tuple(second))
    strides = zip(_strides(first, len(shape)), _strides(second, len(shape)), strict=True)
    levels: list[Level] = []  # innermost first
    for count, steps in reversed(list(zip(shape, strides, strict=True))):
        if count == 1:
            continue
        inner = levels[-1] if levels else None
        if inner and steps == tuple(step * inner.count for step in inner.steps):
            levels[-1] = Level(inner.count * count, inner.steps)
        else:
            levels.append(Level(count, steps))
    return tuple(reversed(levels)) or (Level(1, (1, 1)),)


def _strides(shape: Sequence[int], rank: int) -> list[int]:
    """Return elements to the next index of each of ``rank`` dimensions; 0 to repeat."""
    sizes = [1] * (rank - len(shape)) + list(shape)
    return [0 if size == 1 else prod(sizes[n + 1 :]) for n, size in enumerate(sizes)]
