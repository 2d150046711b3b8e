"""Board descriptions: one TOML file a board, read into a frozen `Board`."""

import difflib
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from tinygen.core import CORES, Core
from tinygen.errors import BoardError
from tinygen.resources import data_dir


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of memory.

    Attributes:
        name: Linker region name, such as ``FLASH`` or ``DTCM``.
        kind: What it may hold.
        origin: First address.
        nbytes: Size the image may use.
    """

    name: str
    kind: Literal["flash", "ram", "external"]
    origin: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class Board:
    """What tinygen needs to know about a board to place, build and run a model.

    Attributes:
        name: Human-readable name, as the vendor writes it.
        core: GCC's name of the core, such as ``cortex-m4``.
        clock_hz: CPU clock in Hz after the port's start-up code ran.
        port: Folder under ``firmware/ports`` with start-up, UART and counter.
        regions: Memories; the first ``ram`` region holds arena, data and stack.
        source: Document and page the numbers come from.
        counter_hz: Rate of the port's counter; 0 where it counts core cycles.
        defines: Preprocessor macros for the port.
        qemu_machine: QEMU's -M name; empty for a real board.
        aliases: Other ids for the board.
        id: The file's stem.
    """

    name: str
    core: str
    clock_hz: int
    port: str
    regions: tuple[Region, ...]
    source: str
    counter_hz: int = 0
    defines: dict[str, int] = field(default_factory=dict)
    qemu_machine: str = ""
    aliases: tuple[str, ...] = ()
    id: str = ""

    @property
    def cpu(self) -> Core:
        """Return the core's features and flags."""
        return CORES[self.core]

    def region(self, kind: Literal["flash", "ram"]) -> Region:
        """Return the first region of ``kind``."""
        return next(region for region in self.regions if region.kind == kind)

    @property
    def is_emulated(self) -> bool:
        """Return whether QEMU is the board."""
        return bool(self.qemu_machine)
