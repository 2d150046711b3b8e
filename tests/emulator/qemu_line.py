"""QEMU as a board that something else talks to: a serial port and a debug port."""

import json
import select
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from tinygen.board import Board
from tinygen.device.qemu import ICOUNT_SHIFT, find_qemu

_PATIENCE_S = 30.0
_PAUSE_S = 0.02


def retry(attempt, error):
    """Call ``attempt`` until it does not raise ``error``, for as long as QEMU may take."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with suppress(error):
            return attempt()
        select.select([], [], [], _PAUSE_S)
    return attempt()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextmanager
def qemu(board: Board, *arguments: str):
    """Run the board's machine; it ends with the context."""
    command = [
        *(find_qemu(), "-M", board.qemu_machine, "-display", "none", "-monitor", "none"),
        *("-icount", f"shift={ICOUNT_SHIFT}", *arguments),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ask_qmp(path: Path, *commands: dict) -> list:
    """Give QEMU commands over its control socket and return their results."""
    with socket.socket(socket.AF_UNIX) as control:
        retry(lambda: control.connect(str(path)), OSError)
        stream = control.makefile("rw")
        json.loads(stream.readline())
        results = []
        for command in ({"execute": "qmp_capabilities"}, *commands):
            stream.write(json.dumps(command) + "\n")
            stream.flush()
            while "return" not in (answer := json.loads(stream.readline())):
                assert "error" not in answer, answer
            results.append(answer["return"])
        return results[1:]


@contextmanager
def on_pty(board: Board, elf: Path, folder: Path):
    """Run an image and give the name of a terminal that is its serial port."""
    control = folder / "qmp"
    arguments = ("-kernel", str(elf), "-serial", "pty", "-S")
    with qemu(board, *arguments, "-qmp", f"unix:{control},server=on,wait=off"):
        devices, _ = ask_qmp(control, {"execute": "query-chardev"}, {"execute": "query-status"})
        (name,) = (d["filename"] for d in devices if d["label"] == "serial0")
        yield name.removeprefix("pty:"), lambda: ask_qmp(control, {"execute": "cont"})


@contextmanager
def on_socket(board: Board, *arguments: str):
    """Run the machine and give a URL that is its serial port; it waits for a caller."""
    port = free_port()
    line = f"tcp:127.0.0.1:{port},server=on,wait=on,nodelay=on"
    with qemu(board, *arguments, "-serial", line):
        yield f"socket://127.0.0.1:{port}"
