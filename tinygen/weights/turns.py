"""Where slabs lie in RAM: one that an op fills again and again, two in turn, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tinygen.core import Core
from tinygen.graph import Graph, Op
from tinygen.ops.contract import Kernel
from tinygen.ops.registry import op_types
from tinygen.weights.channels import CUTS, uses_once
from tinygen.weights.slabs import Chooser, map_op, stream_op
from tinygen.weights_file import ALIGN, HEADER_BYTES, padded

# About how many instructions our kernels take for a multiply-accumulate; and how many
# more they take, again in those of a multiply-accumulate, to make a value of an input
# window ready, which they do once a slab.
_DSP_MAC, _MVE_MAC, _PORTABLE_MAC = 1.0, 0.2, 6.0
_VALUE_MACS = 2.0


@dataclass(frozen=True, slots=True)
class SlabRam:
    """RAM for weights, and how they come into it.

    Attributes:
        nbytes: At most.
        cycles_a_byte: Of the core, in which it is free to compute; 0 where it moves the
            bytes itself, so that nothing is gained by reading ahead.
        is_mapped: It can compute with them where their source has them.
    """

    nbytes: int
    cycles_a_byte: float = 0.0
    is_mapped: bool = False

    @property
    def reads_ahead(self) -> bool:
        """Return whether the next slab is read while the core computes."""
        return self.cycles_a_byte > 0


@dataclass(frozen=True, slots=True)
class Slab:
    """A piece of RAM that chunks are read into.

    Attributes:
        nbytes: Size.
        first: Position of the first op while whose run it is in use.
        last: Of the last.
    """

    nbytes: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a chunk is read to.

    Attributes:
        slab: Which one.
        offset: In it, bytes.
        is_early: It may be read while the core computes with the chunk before it.
    """

    slab: int
    offset: int
    is_early: bool


def stream_in_turns(graph: Graph, op: Op, choose: Chooser, ram: SlabRam) -> Kernel | str:
    """Return the streaming kernel of an op, in slabs of all the RAM or of half of it.

    Half of it lets the next slab come while one is computed, but the input has to be gone
    through more often. Bytes that the core would copy to use them once stay where they are.
    """
    if ram.is_mapped and op.name in CUTS and uses_once(graph, op):
        return map_op(graph, op, choose)
    whole = stream_op(graph, op, choose, ram.nbytes // ALIGN * ALIGN)
    if isinstance(whole, str) or not ram.reads_ahead:
        return whole
    halves = stream_op(graph, op, choose, ram.nbytes // 2 // ALIGN * ALIGN)
    if isinstance(halves, str):
        return whole
    more = (_count(halves) - _count(whole)) * _pass_cycles(graph, op, choose.core)
    transfer = ram.cycles_a_byte * sum(padded(len(s)) for loop in whole.loops for s in loop.slabs)
    compute = _mac_cycles(choose.core) * op_types()[op.name].macs(graph, op)
    return halves if more < min(transfer, compute) else whole


def place_slabs(
    kernels: Sequence[Kernel | None], ram: SlabRam
) -> tuple[tuple[Slab, ...], tuple[Spot | None, ...]]:
    """Return the slabs, and where in them the chunks of all kernels go, in order.

    A chunk that stays where its source has it goes nowhere.

    A source that the core waits for has one slab an op, in use while that op runs. One
    that reads ahead has one for all: chunks lie at its bottom and at its top by turns, and
    are read ahead where they leave room. It is in use from the start, since a read that
    a given-up inference began may go on while the next inputs are written.
    """
    sizes = [
        (n, 0 if loop.stays else padded(len(slab)))
        for n, kernel in enumerate(kernels)
        if kernel
        for loop in kernel.loops
        for slab in loop.slabs
    ]
    if not ram.reads_ahead:
        return _slabs_of_ops(sizes)
    chunks = [nbytes for _, nbytes in sizes]
    pairs = [a + b for a, b in pairwise(chunks)]
    limit = ram.nbytes // ALIGN * ALIGN
    height = max(HEADER_BYTES, *chunks, *(pair for pair in pairs if pair <= limit))
    early = [False, *(pair <= height for pair in pairs)]
    spots = (Spot(0, height - nbytes if k % 2 else 0, early[k]) for k, nbytes in enumerate(chunks))
    return (Slab(height, 0, sizes[-1][0]),), tuple(spots)


def _slabs_of_ops(
    sizes: Sequence[tuple[int, int]],
) -> tuple[tuple[Slab, ...], tuple[Spot | None, ...]]:
    """Return a slab an op, and its chunks' places; those of size 0 have none."""
    most: dict[int, int] = {}
    for k, (n, nbytes) in enumerate(sizes):
        if nbytes:
            # The first chunk's place also takes the file's header.
            most[n] = max(most.get(n, 0 if k else HEADER_BYTES), nbytes)
    numbers = {n: k for k, n in enumerate(most)}
    slabs = tuple(Slab(nbytes, n, n) for n, nbytes in most.items())
    return slabs, tuple(Spot(numbers[n], 0, is_early=False) if size else None for n, size in sizes)


def _count(kernel: Kernel) -> int:
    return sum(len(loop.slabs) for loop in kernel.loops)


def _mac_cycles(core: Core) -> float:
    return _MVE_MAC if core.mve else _DSP_MAC if core.dsp else _PORTABLE_MAC


def _pass_cycles(graph: Graph, op: Op, core: Core) -> float:
    """Return about what one more pass over an op's input costs."""
    if not CUTS[op.name].gathers:
        return 0.0
    weights = graph.tensors[op.inputs[1]]
    pixels = graph.outputs_of(op)[0].size // weights.shape[0]
    depth = weights.size // weights.shape[0]
    return _VALUE_MACS * _mac_cycles(core) * pixels * depth
