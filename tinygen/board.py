"""Board descriptions: one TOML file a board, read into a frozen `Board`."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_origin

from tinygen.core import CORES, Core
from tinygen.errors import BoardError
from tinygen.region import Region, join_regions, require_disjoint
from tinygen.resources import data_dir, user_boards_dir

_OFFICIAL = ("platform", "version", "board")
_FRAMEWORKS = {"arduino_esp32": "arduino"}  # by port
_WORD_BYTES = 4


@dataclass(frozen=True, slots=True)
class NorFlash:
    """A chip of SPI NOR flash beside the microcontroller.

    Attributes:
        driver: Of its bus: a file under ``firmware/src/weights``.
        chip_bytes: Size.
        settings: Fields of the driver's struct.
        base: Where in the chip the weights file begins.
        bandwidth: Bytes a second that come by DMA while the core computes; 0: the core
            moves them.
        wake_us: Time it needs after RELEASE FROM POWER-DOWN (tRES1).
        address: Where a controller maps the chip; 0 where none does.
        qemu_drive: Index of QEMU's ``if=mtd`` drive that is its content.
    """

    driver: str
    chip_bytes: int
    settings: dict[str, int]
    base: int = 0
    bandwidth: int = 0
    wake_us: int = 0
    address: int = 0
    qemu_drive: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """What tinygen needs to know about a board to place, build and run a model.

    Attributes:
        name: Human-readable name, as the vendor writes it.
        core: GCC's name of the core, such as ``cortex-m4``; see `tinygen.core`.
        clock_hz: CPU clock in Hz after the port's start-up code ran.
        port: Folder under ``firmware/ports`` with start-up, UART and counter.
        regions: Memories; the first ``flash`` region holds the image (the vector table
            alone goes to a region named ``VECTORS`` where there is one), the first
            ``ram`` region data and stack; the arena is where the plan says.
        source: Document and page the numbers come from.
        counter_hz: Rate of the port's counter; 0 where it counts core cycles.
        defines: Preprocessor macros for the port.
        flash: Names of the part in the tools that flash it; docs/boards.md has the keys.
        official: PlatformIO's official platform that has the board: ``platform``,
            ``version`` and ``board``; with ``framework`` it is the only way to build.
        nor_flash: A chip that weights may be read from.
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
    flash: dict[str, str] = field(default_factory=dict)
    official: dict[str, str] = field(default_factory=dict)
    nor_flash: NorFlash | None = None
    qemu_machine: str = ""
    aliases: tuple[str, ...] = ()
    id: str = ""

    @classmethod
    def from_toml(cls, path: Path) -> Self:
        """Read one board file; the board's id is the file's stem.

        Raises:
            BoardError: The file is not TOML, a key is missing, unknown, of the wrong
                type or impossible.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
            hint = f"see docs/boards.md; the file is {path}"
            raise BoardError(f"{path.name}: not TOML: {err}", hint=hint) from err
        if "id" in table:
            raise BoardError(f"{path.name}: unknown key 'id'", hint="the id is the file's name")
        values = _checked(path.name, table, cls)
        values["regions"] = tuple(
            Region(**_checked(f"{path.name}: regions[{n}]", region, Region))
            for n, region in enumerate(values["regions"])
        )
        if "nor_flash" in values:
            chip = _checked(f"{path.name}: nor_flash", values["nor_flash"], NorFlash)
            values["nor_flash"] = NorFlash(**chip)
        values["aliases"] = tuple(values.get("aliases", ()))
        board = cls(**values, id=path.stem)
        _require_possible(path.name, board)
        return board

    @property
    def cpu(self) -> Core:
        """Return the core's features and flags."""
        return CORES[self.core]

    def region(self, kind: Literal["flash", "ram"]) -> Region:
        """Return the first region of ``kind``."""
        return next(region for region in self.regions if region.kind == kind)

    @property
    def arena_regions(self) -> tuple[Region, ...]:
        """Return the memories in which buffers of a model may lie."""
        return tuple(region for region in self.regions if region.kind == "ram" and region.arena)

    def bytes_per_second(self, region: Region) -> int:
        """Return how fast the core reads a region: a word a cycle unless its file says less."""
        return region.bandwidth or _WORD_BYTES * self.clock_hz

    def with_joined_ram(self) -> Self:
        """Return the board with RAMs that follow each other as one, as slow as the slowest."""
        rated = [replace(r, bandwidth=self.bytes_per_second(r)) for r in self.regions]
        joined = {region.origin: region for region in join_regions(rated)}
        by_origin = {region.origin: region for region in self.regions}
        same = {o: by_origin[o] for o, r in joined.items() if r.nbytes == by_origin[o].nbytes}
        return replace(self, regions=tuple((joined | same).values()))

    @property
    def is_emulated(self) -> bool:
        """Return whether QEMU is the board."""
        return bool(self.qemu_machine)

    @property
    def framework(self) -> str:
        """Return the vendor's framework that starts the board; "" where our own port does."""
        return self.official.get("framework", "")

    @property
    def macros(self) -> Mapping[str, int | str]:
        """Return the preprocessor macros to build runtime and port with, name to value."""
        return {
            "TG_BOARD_ID": self.id,
            "TG_CLOCK_HZ": self.clock_hz,
            "TG_COUNTER_HZ": self.counter_hz,
            **self.defines,
        }


_AS_TABLE: Mapping[type, str] = {Region: "[[regions]]", NorFlash: "[nor_flash]"}


@cache
def list_boards() -> tuple[Board, ...]:
    """Return all boards that ship with tinygen by id, then those the user has added.

    Raises:
        BoardError: A file is wrong, or two boards answer to one name.
    """
    places = (data_dir("boards"), user_boards_dir())
    paths = [path for place in places for path in sorted(place.glob("*.toml"))]
    boards = tuple(Board.from_toml(path) for path in paths)
    owner: dict[str, str] = {}
    for board in boards:
        for name in (board.id, *board.aliases):
            if name in owner:
                raise BoardError(
                    f"boards '{owner[name]}' and '{board.id}' are both called '{name}'",
                    hint="give one of them another id or alias; your own are in "
                    f"{user_boards_dir()}",
                )
            owner[name] = board.id
    return boards


def find_board(board_id: str) -> Board:
    """Return the board with this id or alias.

    Raises:
        BoardError: There is no such board, or a board file is wrong.
    """
    known = {name: board for board in list_boards() for name in (board.id, *board.aliases)}
    if board_id not in known:
        raise BoardError(
            f"no board named '{board_id}'", hint=_nearest(board_id, known, "run 'tinygen boards'")
        )
    return known[board_id]


def _nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else otherwise


def _checked(place: str, table: Any, record: type[Board | Region | NorFlash]) -> dict[str, Any]:
    """Return ``table`` when its keys and types are those of the dataclass ``record``."""
    if not isinstance(table, dict):
        raise BoardError(f"{place} is {table!r}", hint=f"write it as {_AS_TABLE[record]}")
    wanted = {f.name: f for f in fields(record) if f.name != "id"}
    for key in table:
        if key not in wanted:
            hint = _nearest(key, wanted, "see docs/boards.md")
            raise BoardError(f"{place}: unknown key '{key}'", hint=hint)
    for key, one in wanted.items():
        has_default = one.default is not MISSING or one.default_factory is not MISSING
        if key in table:
            _require_type(place, key, table[key], one.type)
        elif not has_default:
            raise BoardError(f"{place}: key '{key}' is missing", hint="see docs/boards.md")
    return dict(table)


def _require_type(place: str, key: str, value: Any, kind: Any) -> None:
    """Raise unless a TOML value is what a field of type ``kind`` is written as."""
    is_right, wanted = _compare(value, kind)
    if not is_right:
        raise BoardError(f"{place}: '{key}' is {value!r}", hint=f"write it as {wanted}")


def _compare(value: Any, kind: Any) -> tuple[bool, str]:
    """Return whether a TOML value suits a field, and what does."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return value in args, "one of " + ", ".join(f'"{a}"' for a in args)
    if origin is dict:
        is_right = type(value) is dict and all(type(v) is args[1] for v in value.values())
        return is_right, f"a table of {'integers' if args[1] is int else 'strings'}"
    if origin is tuple and args[0] is str:
        is_right = type(value) is list and all(type(v) is str for v in value)
        return is_right, "an array of strings"
    if origin is tuple:
        return type(value) is list, _AS_TABLE[Region]
    if NorFlash in args:
        return True, _AS_TABLE[NorFlash]  # it is checked by itself
    names = {str: "a string", bool: "true or false"}
    is_right = type(value) is kind and (kind is not int or value >= 0)
    return is_right, names.get(kind, "an integer that is not negative")


def _require_possible(place: str, board: Board) -> None:
    """Raise unless core, port, clock and memory of a well-typed board make sense."""
    if board.core not in CORES:
        hint = _nearest(board.core, CORES, "known cores: " + ", ".join(CORES))
        raise BoardError(f"{place}: unknown core '{board.core}'", hint=hint)
    ports = sorted(p.parent.name for p in (data_dir("firmware") / "ports").glob("*/port.c"))
    if board.port not in ports:
        hint = _nearest(board.port, ports, "known ports: " + ", ".join(ports))
        raise BoardError(f"{place}: unknown port '{board.port}'", hint=hint)
    chip = board.nor_flash
    drivers = sorted(p.stem for p in (data_dir("firmware") / "src" / "weights").glob("*.c"))
    if chip and chip.driver not in drivers:
        hint = _nearest(chip.driver, drivers, "see docs/boards.md")
        raise BoardError(f"{place}: nor_flash: unknown driver '{chip.driver}'", hint=hint)
    if board.clock_hz == 0:
        raise BoardError(f"{place}: 'clock_hz' is 0", hint="write the CPU clock in Hz")
    for kind in ("flash", "ram"):
        if not any(region.kind == kind for region in board.regions):
            raise BoardError(
                f"{place}: no region of kind '{kind}'", hint="an image needs flash and ram"
            )
    if not board.arena_regions:
        raise BoardError(
            f"{place}: no region may hold the arena",
            hint="leave 'arena = false' out of one of kind 'ram'",
        )
    require_disjoint(place, board.regions)
    _require_official(place, board)


def _require_official(place: str, board: Board) -> None:
    """Raise unless ``[official]`` names a platform, where it is there or needed."""
    for key in board.official:
        if key not in (*_OFFICIAL, "framework"):
            hint = _nearest(key, (*_OFFICIAL, "framework"), "see docs/boards.md")
            raise BoardError(f"{place}: unknown key 'official.{key}'", hint=hint)
    missing = [key for key in _OFFICIAL if key not in board.official]
    if missing and (board.official or not board.core.startswith("cortex-")):
        raise BoardError(
            f"{place}: key 'official.{missing[0]}' is missing", hint="see docs/boards.md"
        )
    wanted = _FRAMEWORKS.get(board.port, "")
    if board.framework != wanted:
        raise BoardError(
            f"{place}: port '{board.port}' with the framework '{board.framework}'",
            hint=f"it needs official.framework = '{wanted}'" if wanted else "remove the framework",
        )
