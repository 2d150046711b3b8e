"""Measure how large an arena TensorFlow Lite Micro needs, on an emulated core."""

import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tinygen.board import Board, list_boards
from tinygen.build.pio import build_project
from tinygen.build.project_dir import write_project
from tinygen.device.client import Device
from tinygen.device.qemu import emulate
from tinygen.emit.parts import Project
from tinygen.emit.project import emit_project
from tinygen.emit.tflm import RECORDS
from tinygen.errors import DeviceError, ModelError
from tinygen.progress import Progress
from tinygen.region import Region

# What the arena gets besides what was measured: one alignment of TFLM's allocator.
MARGIN_BYTES = 16
_ALIGN = 16
_FIGURES = struct.Struct(f"<{3 + len(RECORDS)}I")
_BUFFER = struct.Struct("<ii")
_REQUEST = struct.Struct("<I")
_MOST_BYTES = 4 << 20
_MOST_EXTRA = 64 << 10
_OTHER_BYTES = 64 << 10  # for the stack and variables beside the arena


@dataclass(frozen=True, slots=True)
class ArenaNeed:
    """What was measured.

    Attributes:
        arena_bytes: What the application gets, a multiple of 16.
        used_bytes: What ``arena_used_bytes()`` says.
        records: What the recording allocator counted, by its name for it.
        plan: Bytes and offset of each buffer, as TFLM's own planner lays them out.
    """

    arena_bytes: int
    used_bytes: int
    records: dict[str, int]
    plan: tuple[tuple[int, int], ...]


def measuring_board(board: Board) -> Board:
    """Return an emulated board that lays out memory as ``board`` does, with room to spare.

    The arena depends on the kernels, and those on the core's extensions. Code and arena go
    to the board's external memory, which is larger than that of any real part.
    """
    emulated = [one for one in list_boards() if one.is_emulated and _external(one)]
    features = (board.cpu.dsp, board.cpu.mve)
    alike = [one for one in emulated if (one.cpu.dsp, one.cpu.mve) == features]
    best = min(alike, key=lambda one: (one.core != board.core, one.id))
    external = _external(best)
    assert external is not None
    half = min(external.nbytes // 2, 2 * _MOST_BYTES)
    vectors = [r for r in best.regions if r.name == "VECTORS"]
    first = vectors or [replace(best.region("flash"), name="VECTORS")]
    return replace(
        best,
        regions=(
            # Not the last megabyte: on some ports it is the stack's guard.
            Region("FLASH", "flash", external.origin, half - (1 << 20)),
            Region("RAM", "ram", external.origin + half, half),
            *first,
        ),
    )


def _external(board: Board) -> Region | None:
    return next((region for region in board.regions if region.kind == "external"), None)


def room_bytes(board: Board) -> int:
    """Return the arena in which to measure on a board of `measuring_board`."""
    return min(board.region("ram").nbytes - _OTHER_BYTES, _MOST_BYTES) // _ALIGN * _ALIGN


def measure_arena(make: Callable[[Board], Project], board: Board, progress: Progress) -> ArenaNeed:
    """Build the measuring firmware, run it, and return what it found.

    Args:
        make: Returns its project for a board of `measuring_board`.
        board: For which the application is meant.
        progress: Shown what the tools print.

    Raises:
        ModelError: TensorFlow Lite Micro refuses the model.
        ToolchainError, DeviceError: The build or the emulator fails.
    """
    place = measuring_board(board)
    project = make(place)
    with tempfile.TemporaryDirectory(prefix="tinygen-tflm-") as folder:
        out = Path(folder) / "project"
        write_project(emit_project(project), out)
        image = build_project(out, progress)
        figures, buffers = _ask(project, image.elf, 0)
        is_ok, used, count, *records = figures
        if not is_ok:
            raise _refused(project, f"in an arena of {room_bytes(place):,} bytes")
        arena = _smallest(project, image.elf, used) + MARGIN_BYTES
    return ArenaNeed(arena, used, dict(zip(RECORDS, records, strict=True)), buffers[:count])


def _smallest(project: Project, elf: Path, used_bytes: int) -> int:
    """Return the smallest arena in which the model starts and runs, to 16 bytes.

    TFLM prepares a model in what it later gives to activations, so a very small one may need
    more to start than ``arena_used_bytes()`` says that it uses in the end.
    """
    least = -(-used_bytes // _ALIGN)
    most = least
    while not _can_run(project, elf, most * _ALIGN):
        if most > least + _MOST_EXTRA // _ALIGN:
            raise _refused(project, f"in the {used_bytes:,} bytes that it says it uses")
        least, most = most + 1, most + max(2 * (most - least), 4)
    while least < most:
        middle = (least + most) // 2
        if _can_run(project, elf, middle * _ALIGN):
            most = middle
        else:
            least = middle + 1
    return most * _ALIGN


def _can_run(project: Project, elf: Path, arena_bytes: int) -> bool:
    try:
        return bool(_ask(project, elf, arena_bytes)[0][0])
    except DeviceError:
        return False  # TFLM does not check every allocation at start


def _ask(
    project: Project, elf: Path, arena_bytes: int
) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Boot the measuring firmware and let it try an arena; 0 bytes is all it has.

    Returns:
        The figures, and bytes and offset of each buffer; more than there are.
    """
    board = project.board
    with emulate(board, elf) as link:
        device = Device.connect(link, project.graph.sha256, board.id)
        outputs = device.infer([_REQUEST.pack(arena_bytes)]).outputs
    buffers = tuple((nbytes, offset) for nbytes, offset in _BUFFER.iter_unpack(outputs[1]))
    return _FIGURES.unpack(outputs[0]), buffers


def _refused(project: Project, where: str) -> ModelError:
    return ModelError(
        f"{project.graph.name}: TensorFlow Lite Micro cannot run it {where}",
        hint="try --runtime aot; a newer copy of TensorFlow Lite Micro may run it",
    )
