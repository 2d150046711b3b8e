"""The order of execution: ops whole, and chains of ops that run row by row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tinygen.ops.contract import Kernel
from tinygen.ops.rows import Part

MOVE_ROWS = Kernel("tg_move_rows", [], ["kernels/move_rows.c"], ["tinygen/kernels/move_rows.h"])


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a tensor's buffer, from ``low`` to before ``high``."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Access:
    """Bytes of a tensor's buffer that a step reads or writes."""

    tensor: int
    span: Span


@dataclass(frozen=True, slots=True)
class Shift:
    """Move the rows of a band that are still needed to the band's start.

    Attributes:
        tensor: Whose band.
        source: Where they lie, in bytes from the band's start.
        nbytes: How many bytes they are, > 0.
    """

    tensor: int
    source: int
    nbytes: int


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One call of one kernel, on the whole of an op or on some rows of it.

    Attributes:
        op: Position in ``Graph.ops``.
        kernel: Of the part.
        reads: By input position of the op; inputs that are constant are left out.
        writes: By output position.
        after: What is still needed of each tensor the step touches, once it has run.
        shifts: What is moved before the kernel runs.
        name: What tells its function from the op's other ones.
        keeps_scratch: Another step of the op reads what this one leaves in scratch.
    """

    op: int
    kernel: Kernel
    reads: Mapping[int, Access]
    writes: Sequence[Access]
    after: Mapping[int, Span]
    shifts: Sequence[Shift] = ()
    name: str = ""
    keeps_scratch: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Consecutive ops that run row by row, so that what is between them is never whole.

    Attributes:
        first: Position of its first op in ``Graph.ops``.
        last: Position of its last op.
        lines: Rows that a step computes at most.
        steps: In order.
        bands: Bytes of the band of each tensor that is never whole.
        why: For the report.
    """

    first: int
    last: int
    lines: int
    steps: Sequence[Step]
    bands: Mapping[int, int]
    why: str = ""

    @property
    def kernels(self) -> list[Kernel]:
        """Return the different kernels, in the order of their first steps."""
        found = {id(step.kernel): step.kernel for step in self.steps}
        moves = [MOVE_ROWS] if any(step.shifts for step in self.steps) else []
        return [*found.values(), *moves]

    @property
    def scratch_bytes(self) -> dict[int, int]:
        """Return the scratch of each op that has one, by position."""
        found: dict[int, int] = {}
        for step in self.steps:
            found[step.op] = max(found.get(step.op, 0), step.kernel.scratch_bytes)
        return {op: nbytes for op, nbytes in found.items() if nbytes}


@dataclass(frozen=True, slots=True, order=True)
class PartName:
    """Which code of an op a step runs: equal names, equal code.

    Attributes:
        part: The rows.
        is_first: It begins a sum over rows; always True for other ops.
        is_last: It ends one; always True for other ops.
    """

    part: Part
    is_first: bool = True
    is_last: bool = True

    @property
    def text(self) -> str:
        """Return a part of a C identifier.

        >>> PartName(Part(in_rows=2, out_rows=1, above=1)).text
        '1_from_2_above_1'
        """
        text = f"{self.part.out_rows}_from_{self.part.in_rows}"
        text += f"_above_{self.part.above}" if self.part.above else ""
        text += f"_below_{self.part.below}" if self.part.below else ""
        text += "" if self.is_first else "_more"
        return text + ("" if self.is_last else "_on")


def kernels_used(kernels: Sequence[Kernel | None], chains: Iterable[Chain]) -> list[Kernel | None]:
    """Return the kernels that a schedule runs: those of chains instead of whole ops'."""
    whole = [kernel for n, kernel in enumerate(kernels) if not is_chained(chains, n)]
    return [*whole, *(kernel for chain in chains for kernel in chain.kernels)]


def is_chained(chains: "Iterable[Chain | Unit]", position: int) -> bool:
    """Return whether the op at a position is part of a chain."""
    return any(chain.first <= position <= chain.last for chain in chains)


@dataclass(frozen=True, slots=True)
class Held:
    """RAM beside tensors and scratch that some ops hold: what weights are read into.

    Attributes:
        name: For the plan's table.
        nbytes: Size.
        first: Position in ``Graph.ops`` of the first op that holds it.
        last: Of the last.
    """

    name: str
    nbytes: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """What runs between two points at which all tensors in memory are whole.

    Attributes:
        first: Position of its first op.
        last: Position of its last op.
        steps: In order; none for a view.
        bands: As `Chain`'s.
        parts: Tensors that are there once it runs without a step that writes them.
    """

    first: int
    last: int
    steps: Sequence[Step]
    bands: Mapping[int, int] = field(default_factory=dict)
    parts: Sequence[int] = ()
