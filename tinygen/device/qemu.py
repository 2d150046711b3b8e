"""Run an image in QEMU, which then is the board: its serial line is the link."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tinygen.board import Board
from tinygen.device.channel import Timeouts
from tinygen.device.link import Link, SocketLink
from tinygen.errors import DeviceError, ToolchainError

# Each instruction advances the machine's time by 2**8 ns, so that a counter of 16 MHz or
# more ticks at least four times an instruction and counts are exact.
ICOUNT_SHIFT = 8

# Nothing is lost between us and an emulator, but a busy machine may be slow.
EMULATOR_TIMEOUTS = Timeouts(connect_s=60.0, reply_s=20.0, run_s=600.0)

_PROGRAM = "qemu-system-arm"
_LOCKUP_STATUS = -6  # QEMU aborts when the emulated core locks up
_KILL_WAIT_S = 10.0
_STDERR_CHARACTERS = 2000


def find_qemu() -> str:
    """Return the path of QEMU for Arm.

    Raises:
        ToolchainError: It is not installed.
    """
    path = shutil.which(_PROGRAM)
    if path is None:
        raise ToolchainError(
            f"{_PROGRAM} is not installed", hint="sudo apt-get install qemu-system-arm"
        )
    return path


@contextmanager
def emulate(
    board: Board,
    elf: Path,
    loads: Mapping[int, Path] | None = None,
    options: Sequence[str] = (),
) -> Iterator[Link]:
    """Start an image and give its serial line; the emulator ends with the context.

    The line is a socket pair that exists before QEMU starts: no port to choose, and no
    byte is lost.

    Args:
        board: An emulated one.
        elf: The image.
        loads: Files that are in memory, or in the board's flash chip, at reset, by address.
        options: More of QEMU's.

    Raises:
        ValueError: The board is real.
        ToolchainError: QEMU is not installed.
    """
    if not board.is_emulated:
        raise ValueError(f"{board.id} is not emulated")
    program = find_qemu()
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryFile() as stderr, tempfile.TemporaryDirectory() as folder:
        media = _media(board, loads or {}, Path(folder))
        arguments = [*_arguments(board, elf, theirs.fileno()), *media, *options]
        with theirs:
            process = subprocess.Popen(
                [*_dies_with_us(), program, *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        try:
            yield _EmulatorLink(ours, process, stderr.fileno())
        finally:
            process.kill()
            process.wait(_KILL_WAIT_S)


def _media(board: Board, loads: Mapping[int, Path], folder: Path) -> list[str]:
    """Return QEMU's arguments for files that are in memory, or in a chip, at reset."""
    chip, arguments = board.nor_flash, []
    for at, path in loads.items():
        if chip and chip.address <= at < chip.address + chip.chip_bytes:
            image = folder / "chip.bin"
            content = b"\xff" * (at - chip.address) + path.read_bytes()
            image.write_bytes(content.ljust(chip.chip_bytes, b"\xff"))
            drive = f"if=mtd,format=raw,readonly=on,index={chip.qemu_drive},file={image}"
            arguments += ["-drive", drive]
        else:
            arguments += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
    return arguments


def _arguments(board: Board, elf: Path, fd: int) -> list[str]:
    """Return QEMU's arguments.

    A muxed serial line takes several bytes a turn of QEMU's main loop, which doubles its
    speed; ``-echr 0x100`` is an escape character that no byte equals.
    """
    return [
        *("-M", board.qemu_machine, "-kernel", str(elf)),
        *("-display", "none", "-monitor", "none"),
        *("-semihosting-config", "enable=on,target=native"),
        *("-icount", f"shift={ICOUNT_SHIFT}"),
        *("-chardev", f"socket,id=link,fd={fd},mux=on", "-serial", "chardev:link"),
        *("-echr", "0x100"),
    ]


def _dies_with_us() -> list[str]:
    """Return what makes a child end even when this process is killed."""
    path = shutil.which("setpriv")
    return [path, "--pdeathsig", "KILL", "--"] if path else []


class _EmulatorLink(SocketLink):
    """The serial line of a QEMU process; when it breaks, QEMU says why."""

    def __init__(
        self, connected: socket.socket, process: "subprocess.Popen[bytes]", stderr_fd: int
    ) -> None:
        super().__init__(connected, "the emulator")
        self._process, self._stderr_fd = process, stderr_fd

    def _broken(self, reason: str) -> DeviceError:
        try:
            status = self._process.wait(_KILL_WAIT_S)
        except subprocess.TimeoutExpired:
            return super()._broken(reason)
        if status == _LOCKUP_STATUS:
            return DeviceError(
                "the emulated core locked up",
                hint="a fault struck while it handled another one, most often because the "
                "stack overflowed; build with a larger stack",
            )
        return DeviceError(
            f"the emulator ended with status {status}{self._last_words()}",
            hint="check that the image was built for this board; 'tinygen doctor' checks QEMU",
        )

    def _last_words(self) -> str:
        with open(self._stderr_fd, "rb", closefd=False) as stream:
            stream.seek(0)
            text = stream.read().decode(errors="replace").strip()
        return f": {text[-_STDERR_CHARACTERS:]}" if text else ""
