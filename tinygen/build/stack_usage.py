"""Read the compiler's own account of stack frames: GCC's ``-fstack-usage`` files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tinygen.errors import ToolchainError


@dataclass(frozen=True, slots=True)
class Frame:
    """One function's frame as the compiler gives it.

    Attributes:
        place: Such as ``src/model.c:12``.
        nbytes: Its size; of a dynamic one the part that is fixed.
        is_bounded: No array in it has a length known only at run time.
    """

    place: str
    nbytes: int
    is_bounded: bool


def read_frames(objects: Path) -> dict[str, Frame]:
    """Return the frames in all ``.su`` files below a folder, by the function's name.

    Of functions with the same name, the largest frame, and the least bounded.

    Raises:
        ToolchainError: There are none: it was not built with ``-fstack-usage``.
    """
    files = sorted(objects.rglob("*.su"))
    if not files:
        raise ToolchainError(
            f"{objects} has no stack usage of the compiler",
            hint="do not remove -fstack-usage from the build; run 'tinygen build' again",
        )
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    return merge_frames(row for text in texts for row in text.splitlines())


def merge_frames(rows: Iterable[str]) -> dict[str, Frame]:
    r"""Return the frames in rows of ``.su`` files.

    >>> merge_frames(["src/a.c:3:5:f\t24\tstatic", "src/b.c:9:1:f\t40\tdynamic"])["f"]
    Frame(place='src/b.c:9', nbytes=40, is_bounded=False)
    """
    frames: dict[str, Frame] = {}
    for row in rows:
        cells = row.split("\t")
        if len(cells) != 3:
            continue
        file, line, _, name = cells[0].rsplit(":", 3)
        frame = Frame(f"{file}:{line}", int(cells[1]), cells[2] != "dynamic")
        known = frames.get(name)
        frames[name] = _worse(known, frame) if known else frame
    return frames


def _worse(one: Frame, other: Frame) -> Frame:
    return max(one, other, key=lambda frame: (not frame.is_bounded, frame.nbytes))


def frame_of(frames: Mapping[str, Frame], symbol: str) -> Frame | None:
    """Return the frame of a symbol, which may be a clone such as ``run.isra.0``."""
    name = symbol
    while name not in frames and "." in name:
        name = name.rsplit(".", 1)[0]
    return frames.get(name)
