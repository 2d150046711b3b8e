"""The memory plan: buffers, where they lie and when they live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tinygen.ops.contract import Kernel
from tinygen.plan.schedule import Chain
from tinygen.plan.search import Problem


@dataclass(frozen=True, slots=True)
class Buffer:
    """A piece of the arena.

    Attributes:
        name: ``tensor 12``, ``scratch of op 3`` or ``weights of op 3``.
        offset: Bytes from the start of its region's arena.
        nbytes: Size.
        first: Position in ``Graph.ops`` of the op that writes it first; -1 for inputs.
        last: Position of the last op that uses it; ``len(ops)`` for outputs.
        region: Memory that it lies in; empty until it is known.
        why: It lies there.
    """

    name: str
    offset: int
    nbytes: int
    first: int
    last: int
    region: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the offsets were found from: memories are chosen with it.

    Attributes:
        problem: Sizes, and who may lie how near to whom; of ``Plan.buffers``, in order.
        traffic: Bytes that an inference reads from and writes to each of them.
        tensors: Tensor to the number of its buffer.
        scratch: Position of an op to the number of its scratch buffer.
        held: Numbers of the buffers that are neither tensor nor scratch.
        shifts: First byte in its buffer of each tensor that does not begin where that does.
    """

    problem: Problem
    traffic: tuple[int, ...]
    tensors: Mapping[int, int]
    scratch: Mapping[int, int]
    held: tuple[int, ...] = ()
    shifts: Mapping[int, int] = field(default_factory=dict)

    def tensor_offsets(self, offsets: Sequence[int]) -> dict[int, int]:
        """Return where each tensor begins when buffers begin at ``offsets``."""
        return {t: offsets[b] + self.shifts.get(t, 0) for t, b in self.tensors.items()}


@dataclass(frozen=True, slots=True)
class RegionUse:
    """The part of the arena that lies in one memory.

    Attributes:
        name: Of the memory.
        start: Where the part begins, were the parts one behind the other: offsets of tensors
            and scratch in `Plan` count so.
        nbytes: Size.
        free_bytes: What the memory has for it.
        holds_data: Data and stack lie there, too.
    """

    name: str
    start: int
    nbytes: int
    free_bytes: int
    holds_data: bool = True


@dataclass(frozen=True, slots=True)
class PlacementCost:
    """What the choice of memories costs: picoseconds of loads and stores an inference.

    Attributes:
        cost: Of the plan.
        bound: No choice costs less.
        is_optimal: The search proved that none does.
    """

    cost: int
    bound: int
    is_optimal: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no plan can go below.

    Attributes:
        layerwise: Bytes live at the worst op, were every op run whole and no two live
            buffers to share a byte.
        overlap: The same where an op's output may be laid over an input that it has
            finished reading, as its kernel allows; the bound of the plan itself.
    """

    layerwise: int
    overlap: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything lies that lives only during inference.

    Attributes:
        buffers: All of them, scratch included.
        tensor_offsets: Byte offset of each computed tensor and graph input.
        scratch_offsets: Byte offset of the scratch buffer of each op that has one, by
            position in ``Graph.ops``.
        arena_bytes: Highest byte used, scratch included.
        scratch_bytes: The largest scratch buffer.
        bounds: Proven lower bounds.
        is_optimal: The search proved that no smaller arena exists for these lifetimes
            and overlaps.
        peak_op: Position in ``Graph.ops`` of the op that sets the layer-wise bound.
        chains: Ops that run row by row; a tensor between them has a band only.
        held_offsets: Byte offset of each buffer that is neither tensor nor scratch.
        layout: What the offsets were found from.
        free: Positions of ops to the numbers of those of their kernel's calls that have
            nothing to copy (`ops.moves.without_calls`).
        kernels: By position, of ops that write into a part of another tensor with a kernel
            of their own for that.
        regions: The memories that hold a part of the arena; none until they are chosen.
        placement: What the choice costs; None where there was none.
        missing_bytes: By which the largest of ``regions`` is too small for any choice found;
            they then hold nothing.
        order_saves: Bytes by which the arena would be larger in the order of the model
            file; 0 where that is the order.
    """

    buffers: tuple[Buffer, ...]
    tensor_offsets: Mapping[int, int]
    scratch_offsets: Mapping[int, int]
    arena_bytes: int
    scratch_bytes: int
    bounds: Bounds
    is_optimal: bool
    peak_op: int
    chains: tuple[Chain, ...] = ()
    held_offsets: tuple[int, ...] = ()
    layout: Layout | None = None
    free: Mapping[int, frozenset[int]] = field(default_factory=dict)
    kernels: Mapping[int, Kernel] = field(default_factory=dict)
    regions: tuple[RegionUse, ...] = ()
    placement: PlacementCost | None = None
    missing_bytes: int = 0
    order_saves: int = 0
