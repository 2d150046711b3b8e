"""Does a model fit a board: what is known exactly before anything is built."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinygen.board import Board
from tinygen.errors import DoesNotFitError
from tinygen.graph import Graph
from tinygen.ops.contract import Kernel, stored_constants
from tinygen.plan.model import Plan
from tinygen.plan.schedule import is_chained
from tinygen.plan.shared import part_constants

# The least that start-up, link and serial protocol take in any image we build.
_RUNTIME_FLASH = 2048
_RUNTIME_RAM = 64


@dataclass(frozen=True, slots=True)
class Fit:
    """What an image needs at least, in bytes.

    Attributes:
        constants: Weights, biases and tables, exact.
        arena: Exact, scratch included.
        stack: As it will be reserved.
        peak: The op that sets the arena's size, for messages.
    """

    constants: int
    arena: int
    stack: int
    peak: str

    @property
    def ram(self) -> int:
        """Return the least RAM."""
        return self.arena + self.stack + _RUNTIME_RAM

    @property
    def flash(self) -> int:
        """Return the least flash."""
        return self.constants + _RUNTIME_FLASH


def measure_fit(
    graph: Graph, kernels: Sequence[Kernel | None], plan: Plan, stack_bytes: int
) -> Fit:
    """Count the constants that the C will hold, and the RAM of the plan."""
    stored = [part_constants(graph, chain) for chain in plan.chains]
    total = sum(named.constant.values.nbytes for of in stored for named in of.arrays)
    for position, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True)):
        if kernel is None or is_chained(plan.chains, position):
            continue
        total += sum(constant.values.nbytes for constant in stored_constants(graph, op, kernel))
        total += sum(c.values.nbytes for loop in kernel.loops for c in loop.constants)
    peak = graph.ops[plan.peak_op]
    return Fit(total, plan.arena_bytes, stack_bytes, f"op {peak.index} ({peak.name})")


def fit_text(name: str, board: Board, fit: Fit) -> str:
    """Return what is needed and what the board has."""
    flash, ram = board.region("flash").nbytes, board.region("ram").nbytes
    return "\n".join(
        [
            f"{name} on {board.id}",
            f"  ram   {fit.ram:>9,} of {ram:>9,} bytes   arena {fit.arena:,}  stack {fit.stack:,}",
            (
                f"  flash {fit.constants:>9,} of {flash:>9,} bytes   constants; "
                f"{max(flash - fit.constants, 0):,} are left for code"
            ),
        ]
    )


def require_fit(board: Board, fit: Fit) -> None:
    """Raise unless the least an image needs is there.

    Raises:
        DoesNotFitError: RAM or flash is too small.
    """
    flash, ram = board.region("flash"), board.region("ram")
    if fit.ram > ram.nbytes:
        raise DoesNotFitError(
            ram.name,
            fit.ram,
            ram.nbytes,
            hint=f"{fit.peak} sets the arena's peak of {fit.arena} bytes; use a smaller input, "
            "--optimize ram or a board with more RAM",
        )
    if fit.flash > flash.nbytes:
        raise DoesNotFitError(
            flash.name,
            fit.flash,
            flash.nbytes,
            hint="use a smaller model or a board with more flash",
        )
