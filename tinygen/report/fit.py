"""Does a model fit a board: what is known exactly before anything is built."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinygen.board import Board
from tinygen.errors import DoesNotFitError
from tinygen.estimate.code import guess_code
from tinygen.graph import Graph
from tinygen.ops.contract import Constant, Kernel, stored_constants
from tinygen.plan.model import Plan, RegionUse
from tinygen.plan.schedule import is_chained, kernels_used
from tinygen.plan.shared import part_constants

# The least that start-up, link and serial protocol take in any image we build.
_RUNTIME_FLASH = 2048
_RUNTIME_RAM = 64


@dataclass(frozen=True, slots=True)
class Fit:
    """What an image needs at least, in bytes.

    Attributes:
        constants: Weights, biases and tables, exact.
        weights: Those of them that are copied to RAM at start-up.
        code: About, for information: an image is not refused for it.
        arena: Exact, scratch included.
        stack: As it will be reserved.
        peak: The op that sets the arena's size, for messages.
        regions: The memories that hold the arena.
        missing: Bytes by which the largest of them is too small, wherever what goes.
        may_stream: The board has a memory that weights could be read from, and none are.
    """

    constants: int
    arena: int
    stack: int
    peak: str
    weights: int = 0
    code: int = 0
    regions: tuple[RegionUse, ...] = ()
    missing: int = 0
    may_stream: bool = False

    @property
    def ram(self) -> int:
        """Return the least RAM where data and stack are."""
        other = sum(use.nbytes for use in self.regions if not use.holds_data)
        return self.arena - other + self.stack + self.weights + _RUNTIME_RAM

    @property
    def flash(self) -> int:
        """Return the least flash."""
        return self.constants + _RUNTIME_FLASH


def measure_fit(
    graph: Graph,
    kernels: Sequence[Kernel | None],
    plan: Plan,
    stack_bytes: int,
    *,
    weights_in_ram: bool = False,
) -> Fit:
    """Count the constants that the C will hold, and the RAM of the plan."""
    constants = list(_constants(graph, kernels, plan))
    total = sum(constant.values.nbytes for constant in constants)
    weights = sum(c.values.nbytes for c in constants if c.kind == "weights")
    peak = graph.ops[plan.peak_op]
    return Fit(
        constants=total,
        arena=plan.arena_bytes,
        stack=stack_bytes,
        peak=f"op {peak.index} ({peak.name})",
        regions=plan.regions,
        missing=plan.missing_bytes,
        weights=weights if weights_in_ram else 0,
        code=guess_code(kernels_used(kernels, plan.chains)),
    )


def _constants(graph: Graph, kernels: Sequence[Kernel | None], plan: Plan) -> Iterator[Constant]:
    for chain in plan.chains:
        yield from (named.constant for named in part_constants(graph, chain).arrays)
    for position, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True)):
        if kernel is not None and not is_chained(plan.chains, position):
            yield from stored_constants(graph, op, kernel)
            yield from (constant for loop in kernel.loops for constant in loop.constants)


def fit_text(name: str, board: Board, fit: Fit) -> str:
    """Return what is needed and what the board has."""
    flash, ram = board.region("flash").nbytes, board.region("ram").nbytes
    others = [use for use in fit.regions if use.nbytes and not use.holds_data]
    arena = fit.arena - sum(use.nbytes for use in others)
    return "\n".join(
        [
            f"{name} on {board.id}",
            f"  ram   {fit.ram:>9,} of {ram:>9,} bytes   arena {arena:,}  stack {fit.stack:,}"
            + (f"  weights {fit.weights:,}" if fit.weights else ""),
            *(
                f"        {use.nbytes:>9,} of {use.free_bytes:>9,} bytes   arena in {use.name}"
                for use in others
            ),
            (
                f"  flash {fit.constants:>9,} of {flash:>9,} bytes   constants; "
                f"{max(flash - fit.constants, 0):,} are left for code, about {fit.code:,}"
            ),
        ]
    )


def _ram_hint(fit: Fit) -> str:
    if fit.weights > fit.arena:
        return f"--weights ram puts {fit.weights} bytes there; use --weights flash or stream"
    return (
        f"{fit.peak} sets the arena's peak of {fit.arena} bytes; use a smaller input, "
        "--optimize ram or a board with more RAM"
    )


def require_fit(board: Board, fit: Fit) -> None:
    """Raise unless the least an image needs is there.

    Raises:
        DoesNotFitError: RAM or flash is too small.
    """
    flash, ram = board.region("flash"), board.region("ram")
    if fit.missing:
        raise _split_error(fit)
    needs = [(ram.name, fit.ram, ram.nbytes)]
    needs += [(u.name, u.nbytes, u.free_bytes) for u in fit.regions if not u.holds_data]
    for name, needed, available in needs:
        if needed > available:
            raise DoesNotFitError(name, needed, available, hint=_ram_hint(fit))
    if fit.flash > flash.nbytes:
        other = "read weights from outside (--weights auto), or " if fit.may_stream else ""
        raise DoesNotFitError(
            flash.name,
            fit.flash,
            flash.nbytes,
            hint=f"{other}use a smaller model or a board with more flash",
        )


def _split_error(fit: Fit) -> DoesNotFitError:
    """Return the error of an arena that fits the memories in no combination."""
    free = sum(use.free_bytes for use in fit.regions)
    names = [f"{use.name} ({use.free_bytes} free)" for use in fit.regions]
    return DoesNotFitError(
        "the arena in " + " and ".join((", ".join(names[:-1]), names[-1])),
        free + fit.missing,
        free,
        hint=f"{fit.peak} sets the arena's peak of {fit.arena} bytes, which fits no combination "
        "of them; use a smaller input, --optimize ram or a board with more RAM",
    )
