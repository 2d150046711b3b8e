"""Choose the firmware files a project needs: runtime, port, kernels, and their headers."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from tinygen.board import Board
from tinygen.ops.contract import Kernel
from tinygen.resources import data_dir

SHARED_PORT = "cortex_m"
_SOURCES = {".c", ".cpp", ".h", ".S"}
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def firmware_files(
    kernels: Iterable[Kernel | None],
    board: Board,
    more: Iterable[str] = (),
    without: str = "",
) -> dict[str, str]:
    """Return the project's path and text of each firmware file, sorted by path.

    Sources are the whole runtime, the board's port, what the ports share, the kernels'
    own, and ``more``, under ``firmware/src``; headers are those which they, or the model,
    include. ``without`` is a source of the runtime that ``more`` replaces.
    """
    chosen = [kernel for kernel in kernels if kernel is not None]
    sources = [f"src/{s}" for k in chosen for s in k.sources if not s.startswith("cmsis-nn/")]
    sources += [f"src/{name}" for name in more]
    sources += [name for name in _folder("src/runtime") if name != without]
    sources += _folder(f"ports/{board.port}")
    sources += [] if board.framework else _folder(f"ports/{SHARED_PORT}")
    headers = [f"include/{h}" for k in chosen for h in k.headers if h.startswith("tinygen/")]
    files = _with_headers([*sources, *headers, "include/tinygen/model_api.h"])
    return {_project_path(path): files[path] for path in sorted(files)}


def _folder(folder: str) -> list[str]:
    root = data_dir("firmware")
    return sorted(
        path.relative_to(root).as_posix()
        for path in (root / folder).rglob("*")
        if path.suffix in _SOURCES
    )


def _with_headers(paths: Sequence[str]) -> dict[str, str]:
    """Return the text of ``paths`` and of every firmware header they lead to."""
    found: dict[str, str] = {}
    queue = list(paths)
    while queue:
        path = queue.pop()
        if path in found:
            continue
        found[path] = (data_dir("firmware") / path).read_text(encoding="utf-8")
        queue += [p for name in _INCLUDE.findall(found[path]) if (p := _resolve(path, name))]
    return found


def _resolve(source: str, name: str) -> str | None:
    """Return the firmware file that ``#include "name"`` means; None if it is not one."""
    root = data_dir("firmware").resolve()
    for base in (PurePosixPath(source).parent, PurePosixPath("include")):
        file = (root / base / name).resolve()
        if file.is_file() and file.is_relative_to(root):
            return file.relative_to(root).as_posix()
    return None


def _project_path(path: str) -> str:
    """Return where a firmware file lies in a project.

    >>> _project_path("ports/mps2/uart.c"), _project_path("src/kernels/a.c")
    ('src/ports/mps2/uart.c', 'src/kernels/a.c')
    """
    return f"src/{path}" if path.startswith("ports/") else path
