"""Boards on the bench: opt in with ``pytest -m hardware`` and a roster (docs/boards/roster.md)."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROSTER = Path(os.environ.get("TINYGEN_ROSTER", Path(__file__).parent / "roster.toml"))


@dataclass(frozen=True)
class Entry:
    """A board that is plugged in.

    Attributes:
        board: Its id.
        port: Its serial port.
        tool: That flashes it; "none" when the firmware is on it.
        serial: Number of its probe.
        flash_port: Where the tool finds it, if it needs to be told.
    """

    board: str
    port: str
    tool: str = "auto"
    serial: str | None = None
    flash_port: str | None = None


def entries():
    if not ROSTER.is_file():
        return []
    return [Entry(**row) for row in tomllib.loads(ROSTER.read_text())["board"]]


def pytest_generate_tests(metafunc):
    if "entry" in metafunc.fixturenames:
        found = entries()
        metafunc.parametrize("entry", found, ids=[one.board for one in found], scope="module")


def pytest_collection_modifyitems(config, items):
    if "hardware" in (config.option.markexpr or ""):
        return
    for item in items:
        if item.get_closest_marker("hardware"):
            item.add_marker(pytest.mark.skip(reason="opt in with -m hardware and a roster"))
