"""The C of a weight source: which files it needs, and how it is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from tinygen.board import Board, NorFlash
from tinygen.errors import UsageError
from tinygen.region import Region

IN_MEMORY = ("external", "throttled")
SOURCES = (*IN_MEMORY, "serial", "nor", "file")

_KIB = 1024
# Serial: when a piece is asked for again, and when its chunk is given up. An emulator's
# time runs ahead of the host's, which has to answer.
_PIECE_S, _CHUNK_S = 0.5, 8.0
_EMULATED_PIECE_S, _EMULATED_CHUNK_S = 10.0, 80.0
# How long a chunk may take: a chip may be busy, and a bus may be as slow as 4 MHz.
_NOR_CHUNK_S, _NOR_BYTES_A_S = 1.0, 500_000
_MOST_TICKS = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class SourceCode:
    """A weight source as `emit` prints it.

    Attributes:
        name: As ``--weights stream:NAME``.
        files: To build, under ``firmware/src``.
        headers: To include.
        declaration: C: ``weight_source``, whose first member is a ``tg_weight_source``.
    """

    name: str
    files: tuple[str, ...]
    headers: tuple[str, ...]
    declaration: str


def choice_hint(board: Board) -> str:
    """Return which other choice of ``--weights`` a board has.

    >>> from tinygen.board import find_board
    >>> choice_hint(find_board("qemu-m0"))
    'choose --weights flash or stream:serial'
    """
    sources = [*IN_MEMORY, "serial"] if _external(board) else ["serial"]
    sources += ["nor"] if board.nor_flash else []
    *most, last = ["flash", *(f"stream:{source}" for source in sources)]
    return f"choose --weights {', '.join(most)} or {last}"


def _external(board: Board) -> list[Region]:
    return [region for region in board.regions if region.kind == "external"]


def external_region(board: Board, nbytes: int = 0) -> Region:
    """Return the memory that holds the weights file.

    Raises:
        UsageError: The board has none, or it is too small.
    """
    regions = _external(board)
    if not regions:
        raise UsageError(f"{board.id} has no external memory for weights", hint=choice_hint(board))
    if nbytes > regions[0].nbytes:
        raise UsageError(
            f"the weights file has {nbytes} bytes, but {regions[0].name} of {board.id} has "
            f"{regions[0].nbytes}",
            hint="use a smaller model or another source of weights",
        )
    return regions[0]


def source_code(name: str, board: Board, file_bytes: int, icount_shift: int) -> SourceCode:
    """Return the C of source ``name``.

    Args:
        name: One of `SOURCES`.
        board: Where it runs.
        file_bytes: Size of the weights file.
        icount_shift: QEMU's: an instruction takes 2**icount_shift ns of its timers.

    Raises:
        UsageError: There is no such source, or the board cannot have it.
    """
    if name == "serial":
        return _serial(board)
    if name == "nor":
        return _nor(board, file_bytes)
    if name == "file":
        return _code("file", "file", {".source": "TG_FILE_SOURCE", ".path": '"weights.bin"'})
    if name not in IN_MEMORY:
        raise UsageError(f"no source of weights is called '{name}'", hint=choice_hint(board))
    region = external_region(board, file_bytes)
    fields = {".source": f"TG_MAPPED_SOURCE({region.origin:#010x}u)"}
    if name == "throttled":
        ticks = ceil(_KIB * ticks_per_byte(board, region, icount_shift))
        fields[".ticks_per_kib"] = str(ticks)
    return _code(name, "mapped", fields)


def cycles_ahead(name: str, board: Board) -> float:
    """Return cycles that a byte from source ``name`` takes while the core computes.

    0: the core moves the bytes itself, or waits for them.
    """
    if name == "throttled":
        bandwidth = external_region(board).bandwidth
    else:
        bandwidth = nor_flash(board).bandwidth if name == "nor" else 0
    return board.clock_hz / bandwidth if bandwidth else 0.0


def is_mapped(name: str) -> bool:
    """Return whether the core can compute with source ``name`` where it lies.

    ``throttled`` stands for a memory that DMA reads while the core computes.
    """
    return name == "external"


def ticks_per_byte(board: Board, region: Region, icount_shift: int) -> float:
    """Return how many ticks of the port's counter a byte takes.

    On an emulated board an instruction stands for a cycle of the core: its counter runs
    faster against instructions than against the clock of the board's file.

    Raises:
        UsageError: The board's file does not say how fast the region is.
    """
    if region.bandwidth == 0:
        raise UsageError(
            f"the file of {board.id} does not say how fast {region.name} is",
            hint="add 'bandwidth', in bytes a second, to the region",
        )
    cycles = board.clock_hz / region.bandwidth
    if board.is_emulated:
        return cycles * board.counter_hz * (1 << icount_shift) / 1e9
    return cycles if board.counter_hz == 0 else cycles * board.counter_hz / board.clock_hz


def _serial(board: Board) -> SourceCode:
    seconds = (_EMULATED_PIECE_S, _EMULATED_CHUNK_S) if board.is_emulated else (_PIECE_S, _CHUNK_S)
    piece, chunk = (
        min(int(s * (board.counter_hz or board.clock_hz)), _MOST_TICKS) for s in seconds
    )
    fields = {".source": f"TG_SERIAL_SOURCE({chunk}u)", ".piece_ticks": f"{piece}u"}
    return _code("serial", "serial", fields)


def nor_flash(board: Board, nbytes: int = 0) -> NorFlash:
    """Return the chip that holds the weights file.

    Raises:
        UsageError: The board has none, or it is too small.
    """
    chip = board.nor_flash
    if chip is None:
        raise UsageError(
            f"the file of {board.id} describes no SPI NOR flash", hint=choice_hint(board)
        )
    if chip.base + nbytes > chip.chip_bytes:
        raise UsageError(
            f"the weights file has {nbytes} bytes, but the SPI NOR flash of {board.id} has "
            f"{chip.chip_bytes - chip.base} for it",
            hint="use a smaller model or another source of weights",
        )
    return chip


def _nor(board: Board, file_bytes: int) -> SourceCode:
    chip, hz = nor_flash(board, file_bytes), board.counter_hz or board.clock_hz
    seconds = _NOR_CHUNK_S + file_bytes / _NOR_BYTES_A_S
    settings = {f".{key}": f"{value:#x}u" for key, value in chip.settings.items()}
    fields = {
        ".source": f"TG_NOR_FLASH_SOURCE({min(int(seconds * hz), _MOST_TICKS)}u)",
        ".spi": "&weight_bus.spi",
        ".base": f"{chip.base:#x}u",
        ".wake_ticks": f"{ceil(chip.wake_us * hz / 1e6)}u",
    }
    bus = {".spi": f"TG_{chip.driver.upper()}_SPI", **settings}
    code = _code("nor", "nor_flash", fields, [f"weights/{chip.driver}.c"])
    declaration = f"static tg_{chip.driver} weight_bus = {{{_initializer(bus)}}};"
    return replace(
        code,
        headers=(*code.headers, f"tinygen/weights/{chip.driver}.h"),
        declaration=f"{declaration}\n{code.declaration}",
    )


def _initializer(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in fields.items())


def _code(name: str, kind: str, fields: Mapping[str, str], more: Sequence[str] = ()) -> SourceCode:
    return SourceCode(
        name=name,
        files=(f"weights/{kind}.c", *more),
        headers=(f"tinygen/weights/{kind}.h",),
        declaration=f"static tg_{kind}_source weight_source = {{{_initializer(fields)}}};",
    )
