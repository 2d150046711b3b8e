"""PlatformIO's official platform as the way to build: its project around the same sources."""

from collections.abc import Mapping
from typing import Any

from tinygen.board import Board
from tinygen.emit.render import render
from tinygen.resources import data_dir

BUILDER = ".tinygen/builder"
_FILES = ("framework.py", "project_flags.py")


def official_files(board: Board, context: Mapping[str, Any]) -> dict[str, str]:
    """Return what a board with a vendor's framework has instead of our platform and linker script.

    Args:
        board: With a framework.
        context: As all texts of a project have it.
    """
    folder = data_dir("templates") / "platform" / "builder"
    ini = render("project/official.ini.j2", {**context, "clock_hz": board.clock_hz})
    return {
        "platformio.ini": ini,
        **{f"{BUILDER}/{name}": (folder / name).read_text(encoding="utf-8") for name in _FILES},
    }
