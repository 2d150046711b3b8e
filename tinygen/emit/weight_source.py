"""The C of a weight source: which files it needs, and how it is declared."""

from dataclasses import dataclass
from math import ceil

from tinygen.board import Board, Region
from tinygen.errors import UsageError

SOURCES = ("external", "throttled")

_HINT = "choose --weights stream:SOURCE, SOURCE one of: " + ", ".join(SOURCES)


@dataclass(frozen=True, slots=True)
class SourceCode:
    """A weight source as `emit` prints it.

    Attributes:
        name: As ``--weights stream:NAME``.
        files: To build, under ``firmware/src``.
        header: To include.
        declaration: C: ``weight_source``, whose first member is a ``tg_weight_source``.
    """

    name: str
    files: tuple[str, ...]
    header: str
    declaration: str


def external_region(board: Board, nbytes: int = 0) -> Region:
    """Return the memory that holds the weights file.

    Raises:
        UsageError: The board has none, or it is too small.
    """
    regions = [region for region in board.regions if region.kind == "external"]
    if not regions:
        raise UsageError(f"{board.id} has no external memory for weights", hint=_HINT)
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
        UsageError: The board cannot have this source.
    """
    if name not in SOURCES:
        raise UsageError(f"no source of weights is called '{name}'", hint=_HINT)
    region = external_region(board, file_bytes)
    ticks = 0
    if name == "throttled":
        if region.bandwidth == 0:
            raise UsageError(
                f"the file of {board.id} does not say how fast {region.name} is",
                hint="add 'bandwidth', in bytes a second, to the region",
            )
        ticks = ceil(1024 * ticks_per_byte(board, region, icount_shift))
    fields = [
        ".source = TG_MAPPED_SOURCE",
        f".file = (const uint8_t *){region.origin:#010x}u",
        *([f".ticks_per_kib = {ticks}"] if ticks else []),
    ]
    return SourceCode(
        name=name,
        files=("weights/mapped.c",),
        header="tinygen/weights/mapped.h",
        declaration=f"static tg_mapped_source weight_source = {{{', '.join(fields)}}};",
    )


def ticks_per_byte(board: Board, region: Region, icount_shift: int) -> float:
    """Return how many ticks of the port's counter a byte takes.

    On an emulated board an instruction stands for a cycle of the core: its counter runs
    faster against instructions than against the clock of the board's file.
    """
    cycles = board.clock_hz / region.bandwidth
    if board.is_emulated:
        return cycles * board.counter_hz * (1 << icount_shift) / 1e9
    return cycles if board.counter_hz == 0 else cycles * board.counter_hz / board.clock_hz
