"""Fold a straight run of calls into loops."""

from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_BODY = 96


@dataclass(frozen=True, slots=True)
class Statement:
    """One call: a function, offsets into the arena, and what else it takes.

    Attributes:
        function: Name.
        offsets: Bytes from the start of an arena's part.
        rest: Further arguments, as C.
        parts: Of each offset, the macro of its part.
    """

    function: str
    offsets: tuple[int, ...]
    rest: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """Statements to run ``count`` times; offsets grow by ``steps`` from one to the next."""

    count: int
    statements: tuple[Statement, ...]
    steps: tuple[tuple[int, ...], ...]


def fold(statements: Sequence[Statement]) -> list[Repeat]:
    """Return the same calls with repetitions as loops, found greedily from the front.

    >>> repeat, = fold([Statement("f", (8 * n,)) for n in range(5)])
    >>> repeat.count, repeat.statements, repeat.steps
    (5, (Statement(function='f', offsets=(0,), rest=(), parts=()),), ((8,),))
    """
    repeats = []
    at = 0
    while at < len(statements):
        count, length = _best(statements, at)
        body = tuple(statements[at : at + length])
        later = statements[at + length : at + 2 * length] if count > 1 else body
        steps = tuple(_difference(a, b) for a, b in zip(body, later, strict=True))
        repeats.append(Repeat(count, body, steps))
        at += count * length
    return repeats


def _best(statements: Sequence[Statement], at: int) -> tuple[int, int]:
    """Return how often which number of statements repeats, so that most are saved."""
    lengths = range(1, min(_LONGEST_BODY, (len(statements) - at) // 2) + 1)
    ways = [(1, 1)] + [
        (_count(statements, at, length), length)
        for length in lengths
        if _alike(statements[at], statements[at + length])
    ]
    return max(ways, key=lambda way: ((way[0] - 1) * way[1], -way[1]))


def _count(statements: Sequence[Statement], at: int, length: int) -> int:
    """Return how often ``length`` statements from ``at`` on repeat with equal steps."""
    stop = at + length
    while stop < len(statements):
        one, two = statements[stop - length], statements[stop]
        if not _alike(one, two):
            break
        steady = stop - length - at < length or _difference(one, two) == _difference(
            statements[stop - 2 * length], one
        )
        if not steady:
            break
        stop += 1
    return (stop - at) // length


def _alike(a: Statement, b: Statement) -> bool:
    return (a.function, a.rest, a.parts) == (b.function, b.rest, b.parts)


def _difference(a: Statement, b: Statement) -> tuple[int, ...]:
    return tuple(y - x for x, y in zip(a.offsets, b.offsets, strict=True))
