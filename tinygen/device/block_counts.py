"""Count how often each block of code runs, op by op, with a plugin of the emulator's."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinygen.board import Board
from tinygen.device.client import Device
from tinygen.device.qemu import EMULATOR_TIMEOUTS, emulate
from tinygen.errors import DeviceError

# The runtime reads the counter just before and just after what it measures.
MARK = "tg_read_clock"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of instructions without a branch in it.

    Attributes:
        address: Of the first.
        instructions: How many.
        executions: How often they ran.
        falls: How often the instruction after the last one ran next.
    """

    address: int
    instructions: int
    executions: int
    falls: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What ran between two marks.

    Attributes:
        blocks: Those that ran.
        unaligned: Extra accesses that a 32-bit bus needs for unaligned data.
        loaded: Bytes of data that were loaded from the image's flash.
    """

    blocks: tuple[Block, ...]
    unaligned: int
    loaded: int

    @property
    def instructions(self) -> int:
        """Return how many ran."""
        return sum(b.instructions * b.executions for b in self.blocks)


@dataclass(frozen=True, slots=True)
class CodeCounts:
    """What ran in one inference and in each op, by the op's index in the model file."""

    whole: Counts
    ops: Mapping[int, Counts]


@dataclass(frozen=True, slots=True)
class Counter:
    """The plugin, compiled, and what it needs to know of an image.

    Attributes:
        plugin: Shared object.
        mark: Address of the function `MARK`.
        model_sha256: Of the model in the image.
    """

    plugin: Path
    mark: int
    model_sha256: str


def count_blocks(
    board: Board, elf: Path, counter: Counter, inputs: Sequence[bytes], loads: Mapping[int, Path]
) -> CodeCounts:
    """Run once as a whole and once op by op, and return what ran.

    Args:
        board: An emulated one.
        elf: The image.
        counter: What counts.
        inputs: The bytes of each input tensor.
        loads: Files that are in memory at reset, by address.

    Raises:
        DeviceError: This QEMU takes no plugins, or the device does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="tinygen-counts-") as folder:
        path = Path(folder) / "counts"
        flash = board.region("flash")
        words = {
            "file": counter.plugin,
            "mark": f"{counter.mark:x}",
            "out": path,
            "data": f"{flash.origin:x}-{flash.origin + flash.nbytes - 1:x}",
        }
        plugin = ",".join(f"{k}={str(v).replace(',', ',,')}" for k, v in words.items())
        with emulate(board, elf, loads, ["-plugin", plugin]) as link:
            device = Device.connect(link, counter.model_sha256, board.id, EMULATOR_TIMEOUTS)
            device.infer(inputs)
            costs = device.profile(inputs)[0] if device.hello.op_count else ()
        return _by_op(read_counts(path), [cost.index for cost in costs])


def read_counts(path: Path) -> list[Counts]:
    """Return what the plugin wrote, mark by mark."""
    found: list[Counts] = []
    blocks: list[Block] = []
    for line in path.read_text().splitlines():
        kind, *words = line.split()
        if kind == "B":
            blocks.append(Block(int(words[0], 16), *map(int, words[1:])))
        else:
            found.append(Counts(tuple(blocks), int(words[0]), int(words[1])))
            blocks = []
    return found


def _by_op(found: Sequence[Counts], ops: Sequence[int]) -> CodeCounts:
    """Name what ran: each op lies between its two marks, last of all the last op.

    >>> boot, idle, whole, op = (Counts((), n, 0) for n in range(4))
    >>> _by_op([boot, idle, whole, idle, op], [7]).ops[7].unaligned
    3
    """
    measured = found[::-1][: 2 * len(ops) + 1 : 2][::-1]
    if len(measured) != len(ops) + 1:
        raise DeviceError(
            f"the emulator marked {len(found)} regions for {len(ops)} ops",
            hint="this QEMU's plugins do not work as version 7.2's do",
        )
    return CodeCounts(measured[0], dict(zip(ops, measured[1:], strict=True)))
