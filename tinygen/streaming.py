"""From ``--weights`` to a placement, its slabs in the plan and the C of its source."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from tinygen.board import Board
from tinygen.device.qemu import ICOUNT_SHIFT
from tinygen.emit.streams import Stream
from tinygen.emit.weight_source import (
    IN_MEMORY,
    SOURCES,
    cycles_ahead,
    external_region,
    is_mapped,
    nor_flash,
    source_code,
)
from tinygen.errors import UsageError
from tinygen.estimate.code import guess_code
from tinygen.graph import Graph, Op
from tinygen.manifest import PlacedEntry, WeightsEntry
from tinygen.ops.contract import Kernel, Target
from tinygen.ops.registry import op_types
from tinygen.plan.model import Plan
from tinygen.plan.schedule import Held
from tinygen.weights.place import Placement, keep_weights, stream_weights
from tinygen.weights.slabs import SOURCES as STREAM_SOURCES
from tinygen.weights.slabs import Chooser
from tinygen.weights.turns import SlabRam
from tinygen.weights_file import write_weights

_PIECE = 16384  # of a model file, read and checked at a time
_TFLM_CODE = 65536  # more than TensorFlow Lite Micro took for any of the MLPerf Tiny models


@dataclass(frozen=True, slots=True)
class WeightChoice:
    """What the user wants of the weights.

    Attributes:
        text: ``flash``, ``ram``, ``stream``, ``stream:SOURCE`` or ``auto``.
        ram_bytes: For slabs, at most.
    """

    text: str
    ram_bytes: int

    @property
    def source(self) -> str:
        """Return the source of weights that stream.

        Raises:
            UsageError: There is no such choice.
        """
        kind, _, source = self.text.partition(":")
        if kind not in {"flash", "ram", "stream", "auto"} or (source and kind != "stream"):
            raise UsageError(
                f"--weights {self.text} is not a choice",
                hint=f"flash, ram, stream, auto, or stream:{'|'.join(SOURCES)}",
            )
        if source and source not in SOURCES:
            raise UsageError(
                f"no source of weights is called '{source}'", hint=f"one of {', '.join(SOURCES)}"
            )
        return source or "external"


def place_weights(
    graph: Graph,
    kernels: Sequence[Kernel | None],
    board: Board,
    choice: WeightChoice,
    chooser: Chooser,
) -> Placement:
    """Decide where weights live.

    Raises:
        UsageError: There is no such choice, or nothing can stream.
    """
    source = source_on(board, choice)
    if choice.text in {"flash", "ram"}:
        return keep_weights(graph, kernels, "ram" if choice.text == "ram" else "flash")
    budget = None
    if choice.text == "auto":
        if not source:
            return keep_weights(graph, kernels, "flash")
        all_stream = stream_weights(graph, kernels, chooser, _slab_ram(source, board, choice))
        code = max(guess_code(kernels), guess_code(all_stream.kernels))
        budget = max(board.region("flash").nbytes - code, 0)
    elif source in IN_MEMORY:
        external_region(board)
    elif source == "nor":
        nor_flash(board)
    ram = _slab_ram(source, board, choice)
    placed = stream_weights(graph, kernels, chooser, ram, budget)
    if placed.file is None and budget is None:
        raise _nothing_streams(graph, placed, choice)
    return placed


def _slab_ram(source: str, board: Board, choice: WeightChoice) -> SlabRam:
    """Return the RAM for slabs and what the source means for it."""
    return SlabRam(choice.ram_bytes, cycles_ahead(source, board), is_mapped(source))


def _nothing_streams(graph: Graph, placed: Placement, choice: WeightChoice) -> UsageError:
    """Return the error that says why the weights of each op do not stream."""
    if not placed.places:
        return UsageError(f"{graph.name} has no weights to stream", hint="use --weights flash")
    whys = [f"op {p.index} ({p.op}): {p.why}" for p in placed.places]
    return UsageError(
        f"no weights of {graph.name} stream through {choice.ram_bytes} bytes: {'; '.join(whys)}",
        hint="use --weights flash, or a larger --weight-ram",
    )


def source_on(board: Board, choice: WeightChoice) -> str:
    """Return the source of weights that stream: for ``auto`` what the board has, or none.

    Raises:
        UsageError: There is no such choice.
    """
    if choice.source and choice.text != "auto":
        return choice.source
    if any(region.kind == "external" for region in board.regions):
        return "external"
    return "nor" if board.nor_flash else ""


def make_chooser(target: Target, kernel_of: Callable[[Graph, Op], Kernel | None]) -> Chooser:
    """Return how kernels of parts of ops are found."""
    return Chooser(
        core=target.core,
        preferred=kernel_of,
        portable=lambda graph, op: op_types()[op.name].kernel(graph, op, target),
    )


def slabs_held(graph: Graph, placement: Placement) -> tuple[Held, ...]:
    """Return the slabs as the plan of the arena takes them."""
    return tuple(
        Held(_slab_name(graph, slab.first, slab.last), slab.nbytes, slab.first, slab.last)
        for slab in placement.slabs
    )


def stream_model(
    board: Board, graph: Graph, content: bytes, choice: WeightChoice
) -> tuple[WeightsEntry, Stream | None]:
    """Say where a whole model file is, and how it is brought into RAM where it streams.

    Args:
        board: Where it runs.
        graph: Of the file.
        content: The file.
        choice: What the user wants; ``auto`` keeps it in flash where it fits.

    Raises:
        UsageError: There is no such choice, or the board has no such source.
    """
    source = source_on(board, choice)
    fits = len(content) + _TFLM_CODE <= board.region("flash").nbytes
    if choice.text in {"flash", "ram"} or (choice.text == "auto" and (fits or not source)):
        return WeightsEntry(choice.text, "", 0, 0, -1, 0, ()), None
    pieces = range(0, len(content), _PIECE)
    file = write_weights(graph.sha256, [(0, content[at : at + _PIECE]) for at in pieces])
    code = source_code(source, board, len(file.content), ICOUNT_SHIFT)
    entry = WeightsEntry(
        choice=choice.text,
        source=code.name,
        file_bytes=len(file.content),
        slab_bytes=0,
        origin=_origin(board, source),
        bytes_an_inference=0,
        places=(),
    )
    return entry, Stream(file, (), replace(code, files=(*code.files, *STREAM_SOURCES)))


def _origin(board: Board, source: str) -> int:
    """Return the address of the weights file; -1 where it has none."""
    if source in IN_MEMORY:
        return external_region(board).origin
    chip = board.nor_flash
    return chip.address + chip.base if source == "nor" and chip and chip.address else -1


def _slab_name(graph: Graph, first: int, last: int) -> str:
    return "weights" if first < last else f"weights of op {graph.ops[first].index}"


def plan_stream(
    board: Board, plan: Plan, placement: Placement, choice: WeightChoice
) -> tuple[WeightsEntry, Stream | None]:
    """Say where the weights are, and where in the arena they are read to."""
    places = tuple(PlacedEntry(**asdict(place)) for place in placement.places)
    file = placement.file
    if file is None:
        return WeightsEntry(choice.text, "", 0, 0, -1, 0, places), None
    spots = tuple(
        (plan.held_offsets[spot.slab] + spot.offset, spot.is_early) if spot else None
        for spot in placement.spots
    )
    source = source_on(board, choice)
    code = source_code(source, board, len(file.content), ICOUNT_SHIFT)
    entry = WeightsEntry(
        choice=choice.text,
        source=code.name,
        file_bytes=len(file.content),
        slab_bytes=max((slab.nbytes for slab in placement.slabs), default=0),
        origin=_origin(board, source),
        bytes_an_inference=sum(chunk.nbytes for chunk in file.chunks),
        places=places,
    )
    return entry, Stream(file, spots, code)
