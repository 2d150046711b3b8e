"""Locate the data that ships with tinygen: templates, firmware, boards.

The three folders stay at the top of the repository so that people find them;
a wheel carries them under ``tinygen/_data`` (see pyproject.toml). This module is
the only one that knows both places, and the user's cache.
"""

import os
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def data_dir(kind: Literal["templates", "firmware", "boards"]) -> Path:
    """Return the folder that holds ``kind``, installed or in a checkout."""
    packaged = _PACKAGE / "_data" / kind
    return packaged if packaged.is_dir() else _PACKAGE.parent / kind


def cache_dir() -> Path:
    """Return the user's cache folder (``$XDG_CACHE_HOME/tinygen``); it may not exist."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "tinygen"


def user_boards_dir() -> Path:
    """Return the folder of the user's own board files; it may not exist.

    It is ``TINYGEN_BOARDS``, or ``tinygen/boards`` in ``$XDG_CONFIG_HOME``.
    """
    custom = os.environ.get("TINYGEN_BOARDS")
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(custom) if custom else Path(base) / "tinygen" / "boards"
