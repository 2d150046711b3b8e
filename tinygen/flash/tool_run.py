"""Run a flash tool's program: its progress as it goes, its end in bounded time."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from tinygen.errors import DeviceError, ToolchainError
from tinygen.flash.contract import Tool
from tinygen.progress import Progress

_LONGEST_S = 300.0
_LIST_S = 20.0
_WORTH_SHOWING = re.compile(r"\d ?%|eras|program|writ|verif|reset|download", re.IGNORECASE)


def find_program(tool: Tool) -> str | None:
    """Return the path of the tool's program, on PATH or beside this Python."""
    beside = str(Path(sys.executable).parent)
    for name in tool.programs:
        path = shutil.which(name) or shutil.which(name, path=beside)
        if path:
            return path
    return None


def require_program(tool: Tool) -> str:
    """Return the path of the tool's program.

    Raises:
        ToolchainError: It is not installed.
    """
    path = find_program(tool)
    if path is None:
        raise ToolchainError(f"{tool.programs[0]} is not installed", hint=tool.install)
    return path


def ask(program: str, *arguments: str) -> str:
    """Return what a short-lived program prints; "" when it does not end or start."""
    try:
        done = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_LIST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def run(command: Sequence[str], progress: Progress) -> tuple[int, list[str]]:
    """Run a command to its end.

    Returns:
        Its exit status, and the lines it printed.

    Raises:
        DeviceError: It does not end.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    expired = threading.Event()

    def give_up() -> None:
        expired.set()
        process.kill()

    timer = threading.Timer(_LONGEST_S, give_up)
    timer.start()
    lines = []
    try:
        for line in _lines(process.stdout):
            lines.append(line)
            (progress.step if _WORTH_SHOWING.search(line) else progress.detail)(line)
        status = process.wait()
    finally:
        timer.cancel()
        process.stdout.close()
    if expired.is_set():
        raise DeviceError(
            f"{Path(command[0]).name} did not end within {_LONGEST_S:g} s",
            hint="unplug the board, plug it in again and repeat",
        )
    return status, lines


def _lines(stream: IO[str]) -> Iterator[str]:
    """Split at line ends and at the carriage returns of progress bars."""
    text = ""
    while character := stream.read(1):
        if character in "\r\n":
            if text.strip():
                yield text
            text = ""
        else:
            text += character
    if text.strip():
        yield text
