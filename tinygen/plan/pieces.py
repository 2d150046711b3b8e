"""Pieces that a schedule can be made of: ops whole, and ranges of ops as chains."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Kernel
from tinygen.ops.row_sums import row_sum_kernel
from tinygen.ops.rows import is_row_sum, on_part, rows_of
from tinygen.plan.chain import PartKernel, make_chain
from tinygen.plan.schedule import Chain, Held, PartName, Unit
from tinygen.plan.search import Problem, first_fit
from tinygen.plan.share import roots, share
from tinygen.plan.timeline import (
    follow,
    held_key,
    left_alone,
    live_between,
    padded,
    separations,
)
from tinygen.plan.units import last_units

# Chooses the kernel of an op; None for a view.
ChooseKernel = Callable[[Graph, Op], Kernel | None]

# Guesses of what a chain costs in instructions, from those of the MLPerf Tiny models on a
# Cortex-M4.
_STEP_COST = 200
_MOVES_AN_INSTRUCTION = 2  # bytes
_STRIP_COST = 40  # a value of a depthwise row: filters are set up once a step
_WHOLE_ROWS = 8  # rows for which they are set up once where an op runs whole
_WINDOW_COST = 1.25  # a weight of a convolution that gathers windows: once a step


@dataclass(frozen=True, slots=True)
class Rules:
    """Which chains may be tried.

    Attributes:
        lines: Numbers of rows that a step computes at most; one is used for all ops of a
            chain. None: no chains.
        longest: Ops in a chain.
        cost_share: What chains may cost, as a share of the graph's multiply-accumulates.
    """

    lines: Sequence[int] = ()
    longest: int = 0
    cost_share: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """The ops to schedule.

    Attributes:
        graph: Verified.
        units: The ops, all run whole.
        in_place: Positions of those that run in place.
        held: Buffers beside tensors and scratch.
    """

    graph: Graph
    units: Sequence[Unit]
    in_place: frozenset[int]
    held: Sequence[Held] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive ops, whole or as a chain, and what running them so takes.

    Attributes:
        first: Position of the first op.
        last: Position of the last.
        height: Bytes of arena, were there no other ops.
        cost: Of running by rows, in about instructions.
        chain: None for one op that runs whole.
    """

    first: int
    last: int
    height: int
    cost: int
    chain: Chain | None


def part_kernels(graph: Graph, choose: ChooseKernel) -> PartKernel:
    """Return a function that chooses the kernel of a part of an op, each once."""
    found: dict[tuple[int, PartName], Kernel] = {}

    def part_kernel(position: int, name: PartName) -> Kernel:
        if (position, name) not in found:
            found[position, name] = _part_kernel(graph, graph.ops[position], name, choose)
        return found[position, name]

    return part_kernel


def _part_kernel(graph: Graph, op: Op, name: PartName, choose: ChooseKernel) -> Kernel:
    if is_row_sum(graph, op):
        return row_sum_kernel(
            graph, op, name.part.in_rows, is_first=name.is_first, is_last=name.is_last
        )
    kernel = choose(*on_part(graph, op, name.part))
    assert kernel is not None
    return kernel


def find_pieces(
    of: Setting, kernels: Sequence[Kernel | None], part_kernel: PartKernel, rules: Rules
) -> list[Piece]:
    """Return every op whole, and every range of ops as a chain that lowers its worst op."""
    graph, units = of.graph, of.units
    pieces = [Piece(n, n, _height(of, units, n), 0, None) for n in range(len(units))]
    heights = [piece.height for piece in pieces]
    root = roots(graph, of.in_place)
    whole = live_between(graph, root, last_units(graph, root, units), units)
    for first, last in _ranges(graph, kernels, rules.longest):
        if max(whole[first], whole[last + 1]) >= max(heights[first : last + 1]):
            continue  # what is whole before or after is too much already
        for lines in rules.lines:
            chain = make_chain(graph, first, last, lines, part_kernel)
            assert chain is not None
            unit = Unit(first, last, chain.steps, chain.bands)
            height = _height(of, [*units[:first], unit, *units[last + 1 :]], first)
            if height < max(heights[first : last + 1]):
                pieces.append(Piece(first, last, height, _cost(graph, chain), chain))
    return pieces


def _ranges(
    graph: Graph, kernels: Sequence[Kernel | None], longest: int
) -> Iterator[tuple[int, int]]:
    """Yield first and last of all ranges of two ops and more that can run by rows.

    Ops whose weights stream run whole.
    """
    can = [
        rows_of(graph, op) is not None and not (kernel and kernel.loops)
        for op, kernel in zip(graph.ops, kernels, strict=True)
    ]
    breaks = [-1, *(n for n, able in enumerate(can) if not able), len(can)]
    for before, after in pairwise(breaks):
        for first in range(before + 1, after):
            for last in range(first + 1, min(after, first + longest)):
                yield first, last


def _height(of: Setting, units: Sequence[Unit], number: int) -> int:
    """Return the arena that one unit needs, with all that is live beside it."""
    spots = place_quickly(of, units, range(number, number + 1))
    return max((offset + nbytes for _, offset, nbytes in spots), default=0)


def place_quickly(of: Setting, units: Sequence[Unit], numbers: range) -> list[tuple[int, int, int]]:
    """Return key, offset and size of what is live over some units: good, not optimal.

    What they do not touch lies below all else, since nothing may share its bytes.
    """
    sharing = share(of.graph, of.in_place, [u for u in units if u.first < u.last])
    last = last_units(of.graph, sharing.root, units)
    line = follow(of.graph, sharing, last, units, numbers, held=of.held)
    some = units[numbers.start : numbers.stop]
    sizes = _sizes(of, some, {key for live in line.instants for key in live})
    alone = left_alone(line, some, sharing.root)
    others = [key for key in sizes if key not in alone]
    least = [sizes[key] for key in others]
    offsets = first_fit(Problem(least, separations(line, others, least), 0))
    spots, bottom = [], 0
    for key in sorted(alone):
        spots.append((key, bottom, sizes[key]))
        bottom += sizes[key]
    return spots + [(key, bottom + o, n) for key, o, n in zip(others, offsets, least, strict=True)]


def _sizes(of: Setting, units: Sequence[Unit], keys: Collection[int]) -> dict[int, int]:
    """Return the padded sizes of buffers over some units, in the order of their keys."""
    sizes = {t: of.graph.tensors[t].nbytes for t in keys if t >= 0}
    sizes |= {held_key(n): buffer.nbytes for n, buffer in enumerate(of.held)}
    for unit in units:
        sizes |= unit.bands
        for step in unit.steps:
            key = -1 - step.op
            sizes[key] = max(sizes.get(key, 0), step.kernel.scratch_bytes)
    return {key: padded(sizes[key]) for key in sorted(keys)}


def _cost(graph: Graph, chain: Chain) -> int:
    """Guess what a chain costs beyond its ops whole: calls, moves, and set-up of filters."""
    moved = sum(shift.nbytes for step in chain.steps for shift in step.shifts)
    cost = _STEP_COST * len(chain.steps) + moved // _MOVES_AN_INSTRUCTION
    for n in range(chain.first, chain.last + 1):
        op, steps = graph.ops[n], sum(step.op == n for step in chain.steps)
        if op.name == "DEPTHWISE_CONV_2D":
            _, rows, columns, channels = graph.outputs_of(op)[0].shape
            more = max(steps - -(-rows // _WHOLE_ROWS), 0)
            cost += _STRIP_COST * more * columns * channels
        elif op.name == "CONV_2D":
            weights = graph.tensors[op.inputs[1]]
            if weights.shape[1:3] != (1, 1):
                cost += int(_WINDOW_COST * weights.size) * (steps - 1)
    return cost
