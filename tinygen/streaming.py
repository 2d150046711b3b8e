"""From ``--weights`` to a placement, its slabs in the plan and the C of its source."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from tinygen.board import Board
from tinygen.device.qemu import ICOUNT_SHIFT
from tinygen.emit.parts import Stream
from tinygen.emit.weight_source import IN_MEMORY, SOURCES, external_region, source_code
from tinygen.errors import UsageError
from tinygen.graph import Graph, Op
from tinygen.manifest import PlacedEntry, WeightsEntry
from tinygen.ops.contract import Kernel, Target
from tinygen.ops.registry import op_types
from tinygen.plan.model import Plan
from tinygen.plan.slabs import add_slabs
from tinygen.weights.place import Placement, keep_weights, stream_weights
from tinygen.weights.slabs import Chooser

# What code takes beside the constants in the images we have measured, rounded up.
_CODE_BYTES = 49152


@dataclass(frozen=True, slots=True)
class WeightChoice:
    """What the user wants of the weights.

    Attributes:
        text: ``flash``, ``ram``, ``stream``, ``stream:SOURCE`` or ``auto``.
        ram_bytes: For both slabs together.
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
    source = choice.source
    if choice.text in {"flash", "ram"}:
        return keep_weights(graph, kernels, "ram" if choice.text == "ram" else "flash")
    budget = None
    if choice.text == "auto":
        budget = max(board.region("flash").nbytes - _CODE_BYTES, 0)
        if not any(region.kind == "external" for region in board.regions):
            return keep_weights(graph, kernels, "flash")
    elif source in IN_MEMORY:
        external_region(board)
    placed = stream_weights(graph, kernels, chooser, choice.ram_bytes, budget)
    if placed.file is None and budget is None:
        raise UsageError(
            f"no weights of {graph.name} stream through {choice.ram_bytes} bytes: "
            + "; ".join(f"op {p.index} ({p.op}): {p.why}" for p in placed.places),
            hint="use --weights flash, or a larger --weight-ram",
        )
    return placed


def make_chooser(target: Target, kernel_of: Callable[[Graph, Op], Kernel | None]) -> Chooser:
    """Return how kernels of parts of ops are found."""
    return Chooser(
        preferred=kernel_of,
        portable=lambda graph, op: op_types()[op.name].kernel(graph, op, target),
    )


def plan_stream(
    board: Board, plan: Plan, placement: Placement, choice: WeightChoice
) -> tuple[Plan, WeightsEntry, Stream | None]:
    """Add the slabs to the plan, and say where the weights are."""
    places = tuple(PlacedEntry(**asdict(place)) for place in placement.places)
    file = placement.file
    if file is None:
        return plan, WeightsEntry(choice.text, "", 0, (), -1, 0, places), None
    users = [k for k, kernel in enumerate(placement.kernels) if kernel and kernel.loops]
    plan, offsets = add_slabs(plan, placement.slab_bytes, users[0], users[-1])
    code = source_code(choice.source, board, len(file.content), ICOUNT_SHIFT)
    is_memory = choice.source in IN_MEMORY
    entry = WeightsEntry(
        choice=choice.text,
        source=code.name,
        file_bytes=len(file.content),
        slab_bytes=placement.slab_bytes,
        origin=external_region(board).origin if is_memory else -1,
        bytes_an_inference=sum(chunk.nbytes for chunk in file.chunks),
        places=places,
    )
    return plan, entry, Stream(file, offsets, code)
