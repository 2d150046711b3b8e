"""UF2 boot loaders: a board that shows up as a small disk takes its image as a file."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from tinygen.flash.contract import Found, Job, Tool, Trouble
from tinygen.flash.troubles import trouble_error
from tinygen.flash.uf2 import from_uf2, to_uf2
from tinygen.progress import Progress

FILE = "firmware.uf2"
_INFO = "INFO_UF2.TXT"
_PLACES = ("/media/*/*", "/run/media/*/*", "/Volumes/*", "/mnt/*")


def volumes(job: Job) -> list[Path]:
    """Return the disks of UF2 boot loaders, or the one the user named."""
    if job.port:
        return [Path(job.port)] if (Path(job.port) / _INFO).is_file() else []
    places = os.environ.get("TINYGEN_UF2_PLACES", os.pathsep.join(_PLACES)).split(os.pathsep)
    found = [path for place in places for path in Path("/").glob(place.lstrip("/"))]
    return sorted(path for path in found if (path / _INFO).is_file())


def find(job: Job) -> Sequence[Found]:
    """Return the disks that are there."""
    return [Found(f"volume {path} ({board_of(path) or 'unnamed'})") for path in volumes(job)]


def board_of(volume: Path) -> str:
    """Return the Board-ID that a boot loader says of itself."""
    for line in (volume / _INFO).read_text(encoding="ascii", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "Board-ID":
            return value.strip()
    return ""


def work(job: Job, progress: Progress) -> None:
    """Convert the image, check the conversion, and copy it; the boot loader then resets.

    Raises:
        DeviceError: The disk is another chip's, full, or read-only.
    """
    (volume,) = volumes(job)
    wanted, there = job.board.flash.get("volume", ""), board_of(volume)
    if wanted and wanted != there:
        raise trouble_error(Trouble.WRONG_CHIP, TOOL, job, f"the disk says Board-ID: {there}")
    family = int(TOOL.part(job), 0)
    binary = job.binary.read_bytes()
    data = to_uf2(binary, job.address, family)
    address, kind, content = from_uf2(data)
    assert (address, kind, content[: len(binary)]) == (job.address, family, binary)
    job.binary.with_name(FILE).write_bytes(data)
    progress.step(f"writing {len(data)} bytes to {volume}")
    try:
        with (volume / FILE).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except PermissionError as err:
        raise trouble_error(Trouble.NO_ACCESS, TOOL, job, str(err)) from err
    except OSError as err:
        kind_of = Trouble.PROTECTED if err.errno == errno.EROFS else Trouble.TOO_BIG
        raise trouble_error(kind_of, TOOL, job, str(err)) from err


TOOL = Tool(
    name="uf2",
    order=60,
    programs=(),
    install="",
    key="uf2",
    find=find,
    work=work,
)
