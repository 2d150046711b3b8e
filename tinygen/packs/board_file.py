"""Write a board file for a device: what the pack knows, and a port from elsewhere."""

from collections.abc import Sequence

from tinygen.board import Board
from tinygen.errors import BoardError
from tinygen.packs.device import Device

GENERIC_PORT = "rtt"
_RESET_CLOCK_HZ = 16_000_000


def nearest_board(device: Device, boards: Sequence[Board]) -> Board | None:
    """Return the board whose part is of the same family: the port then fits.

    Parts are compared by their names in pyOCD, which are those of the packs.
    """
    name = device.name.lower()
    fitting = [
        board
        for board in boards
        if not board.is_emulated
        and board.core == device.core
        and _common(name, part := board.flash.get("pyocd", "").lower()) >= _series_length(part)
    ]

    def likeness(board: Board) -> tuple[int, int]:
        part = board.flash["pyocd"].lower()
        return _common(name, part), _common(name[::-1], part[::-1])

    return max(fitting, key=likeness, default=None)


def _common(one: str, other: str) -> int:
    """Return how many characters two names have in common at their start."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _series_length(part: str) -> int:
    """Return how much of a part's name its series takes.

    >>> _series_length("stm32f446retx"), _series_length("nrf52840")
    (7, 5)
    """
    return 7 if part.lower().startswith("stm32") else 5


def board_text(device: Device, like: Board | None) -> str:
    """Return the board file.

    Args:
        device: As its pack describes it.
        like: Board whose port and pins are taken; None for the port that needs nothing.

    Raises:
        BoardError: That port needs a cycle counter, and the core has none.
    """
    if like is None and device.core.startswith("cortex-m0"):
        raise BoardError(
            f"{device.name} needs a port: its core has no cycle counter for the generic one",
            hint="name a board with the same part series with --like; docs/boards.md tells how "
            "a port is written",
        )
    clock_hz = device.clock_hz or _RESET_CLOCK_HZ
    if like:
        clock_hz = min(like.clock_hz, clock_hz)
    rows = [
        f"# {device.name}, from the CMSIS pack {device.pack}. Made by 'tinygen boards add'.",
        *_notes(device, like),
        f'name = "{device.name}"',
        f'core = "{device.core}"' + (f"  # {device.core_note}" if device.core_note else ""),
        f'port = "{like.port if like else GENERIC_PORT}"',
        f"clock_hz = {clock_hz}",
        f'source = "CMSIS pack {device.pack}"',
        *_flash(device),
        *_defines(like),
    ]
    first = next((memory for memory in device.memories if not memory.is_flash), None)
    for memory in device.memories:
        rows += [
            "",
            "[[regions]]",
            f'name = "{memory.name}"',
            f'kind = "{"flash" if memory.is_flash else "ram"}"',
            f"origin = {memory.origin:#010x}",
            f"nbytes = {memory.nbytes:#x}",
        ]
        if not memory.is_flash and memory is not first:
            rows.append("arena = false  # or true, once you know that its clock is on")
    return "\n".join(rows) + "\n"


def _notes(device: Device, like: Board | None) -> list[str]:
    notes = [f"# Its core has: {device.extensions}."] if device.extensions else []
    if like:
        notes.append(
            f"# Port, pins and clock are those of {like.id}: compare them with your board."
        )
    else:
        notes.append("# The link is the debugger's RTT (docs/boards.md); clocks stay as at reset.")
        notes.append("# clock_hz is the highest that the pack names: write the real one.")
    return notes


def _flash(device: Device) -> list[str]:
    rows = ["", "[flash]", f'pyocd = "{device.name.lower()}"']
    return rows + [f"# pyOCD's algorithm in the pack: {name}" for name in device.algorithms]


def _defines(like: Board | None) -> list[str]:
    if like is None or not like.defines:
        return []
    return ["", "[defines]", *(f"{name} = {value}" for name, value in like.defines.items())]
