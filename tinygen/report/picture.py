"""Buffers over time as rectangles: ops go right, addresses go up."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinygen.report.model import BufferFigures

WIDTH, HEIGHT = 900, 320
_LETTER, _LINE = 7, 14


@dataclass(frozen=True, slots=True)
class Rectangle:
    """One buffer, in the picture's units; ``kind`` is ``tensor``, ``scratch`` or ``weights``."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The arena over one inference.

    Attributes:
        width: Of the picture.
        height: The same.
        top_bytes: The highest byte that it shows.
        bound_y: Where the lower bound lies.
        rectangles: One a buffer.
    """

    width: int
    height: int
    top_bytes: int
    bound_y: float
    rectangles: tuple[Rectangle, ...]


def draw_buffers(buffers: Sequence[BufferFigures], ops: int, bound: int) -> Picture:
    """Return the picture of a plan.

    Args:
        buffers: At least one.
        ops: How many the graph has.
        bound: The proven lower bound of the arena, in bytes.
    """
    top = max(buffer.offset + buffer.nbytes for buffer in buffers)
    column = WIDTH / max(ops, 1)
    row = HEIGHT / max(top, bound)

    places: list[tuple[float, float]] = []

    def rectangle(buffer: BufferFigures) -> Rectangle:
        first, last = max(buffer.first, 0), min(buffer.last, ops - 1)
        end = buffer.offset + buffer.nbytes
        x, y = round(first * column, 1), round(HEIGHT - end * row, 1)
        width, height = (last - first + 1) * column, buffer.nbytes * row
        is_roomy = width > _LETTER * len(buffer.name) and height > _LINE
        is_named = is_roomy and not _is_taken(places, x, y, _LETTER * len(buffer.name))
        if is_named:
            places.append((x, y))
        return Rectangle(
            x=x,
            y=y,
            width=round(width, 1),
            height=round(height, 1),
            kind=buffer.name.split()[0],
            label=buffer.name if is_named else "",
            title=f"{buffer.name}: {buffer.nbytes:,} bytes at {buffer.offset:,}, "
            f"ops {first} to {last}" + (f", in {buffer.region}" if buffer.region else ""),
        )

    return Picture(
        width=WIDTH,
        height=HEIGHT,
        top_bytes=top,
        bound_y=round(HEIGHT - bound * row, 1),
        rectangles=tuple(rectangle(buffer) for buffer in buffers),
    )


def _is_taken(places: Sequence[tuple[float, float]], x: float, y: float, width: float) -> bool:
    """Say whether a label at a place would be written over another."""
    return any(abs(x - other_x) < width and abs(y - other_y) < _LINE for other_x, other_y in places)
