"""What a tool that flashes is: where it finds boards, its commands, its ways to fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tinygen.board import Board
from tinygen.progress import Progress


@dataclass(frozen=True, slots=True)
class Job:
    """What to flash where.

    Attributes:
        board: It is for.
        project: Folder of the built project.
        elf: The image with its addresses.
        binary: The same as plain bytes.
        address: Of the binary's first byte.
        port: Where the user says the board is: a serial port, a volume, ``host:port``.
        serial: Number of the probe the user wants.
    """

    board: Board
    project: Path
    elf: Path
    binary: Path
    address: int
    port: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A probe, boot loader or volume: what it is, and its number where it has one."""

    what: str
    serial: str = ""


class Trouble(Enum):
    """The ways flashing fails, whatever the tool calls them."""

    NO_PROBE = "no probe"
    TWO_PROBES = "two probes"
    WRONG_CHIP = "wrong chip"
    UNKNOWN_PART = "unknown part"
    PROTECTED = "protected"
    TOO_BIG = "too big"
    NO_ACCESS = "no access"
    NO_ANSWER = "no answer"
    NOT_VERIFIED = "not verified"


Searcher = Callable[[Job], Sequence[Found]]
Commander = Callable[[Job], list[str]]
Worker = Callable[[Job, Progress], None]


@dataclass(frozen=True, slots=True)
class Tool:
    """One way to flash.

    Attributes:
        name: As ``--tool`` names it.
        order: Among the tools of ``auto``: smaller first; None where it must be named.
        programs: Names of its program, the first on PATH counts; none where tinygen
            does the work.
        install: How to get it.
        key: Of the board's ``[flash]`` table: the part's name in this tool; "" where
            any board will do.
        find: Return what it could flash over.
        command: Return its arguments, the program left out: write, verify, reset.
        work: Do it without a program.
        troubles: Pattern in what it prints, and what that means; the first match counts.
    """

    name: str
    order: int | None
    programs: tuple[str, ...]
    install: str
    key: str
    find: Searcher
    command: Commander | None = None
    work: Worker | None = None
    troubles: tuple[tuple[str, Trouble], ...] = ()

    def part(self, job: Job) -> str:
        """Return what the tool calls the board's part."""
        return job.board.flash.get(self.key, "")

    def can(self, board: Board) -> bool:
        """Return whether the board's file says how this tool knows the board."""
        return not self.key or self.key in board.flash
