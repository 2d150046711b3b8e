"""Choose which ops run as chains: those that lower the arena, and no more than needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Kernel, Optimize
from tinygen.ops.row_sums import row_sum_kernel
from tinygen.ops.rows import is_row_sum, on_part, rows_of
from tinygen.plan.chain import PartKernel, make_chain
from tinygen.plan.layout import last_units, make_units, plan_memory, roots
from tinygen.plan.model import Plan
from tinygen.plan.schedule import Chain, PartName, Unit
from tinygen.plan.search import Problem, first_fit
from tinygen.plan.timeline import follow, padded, separations

# Chooses the kernel of an op; None for a view.
ChooseKernel = Callable[[Graph, Op], Kernel | None]

# Rows that a step of a chain computes at most: none, no chains.
LINES: Mapping[Optimize, Sequence[int]] = {
    "speed": (),
    "balanced": (),
    "size": (),
    "ram": (1,),
}
_LONGEST = 24  # ops in a chain
_NEAR = 2  # ops: how far from a buffer its cause is looked for
_NEVER = 1 << 40


@dataclass(frozen=True, slots=True)
class _Piece:
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


def plan_with_chains(
    graph: Graph, kernels: Sequence[Kernel | None], choose: ChooseKernel, lines: Sequence[int]
) -> Plan:
    """Return the plan whose arena is smallest, run by rows where that helps.

    Args:
        graph: Verified.
        kernels: Of each op run whole; None for views.
        choose: Chooses the kernel of an op on some rows.
        lines: Numbers of rows a step of a chain may compute at most; one is used for all
            ops of a chain.
    """
    scratch = {k: kernel.scratch_bytes for k, kernel in enumerate(kernels) if kernel}
    overlaps = {k: kernel.overlap for k, kernel in enumerate(kernels) if kernel}
    whole = plan_memory(graph, scratch, overlaps)
    if not lines:
        return whole
    units = make_units(graph, scratch, overlaps, ())
    streams = [bool(kernel and kernel.loops) for kernel in kernels]
    can = [
        rows_of(graph, op) is not None and not s for op, s in zip(graph.ops, streams, strict=True)
    ]
    pieces = _pieces(graph, units, can, part_kernels(graph, choose), lines)
    chains = [p.chain for p in _search(_Situation(graph, units, pieces)) if p.chain]
    plan = plan_memory(graph, scratch, overlaps, chains)
    return _explained(graph, whole, plan) if plan.arena_bytes < whole.arena_bytes else whole


@dataclass(frozen=True, slots=True, eq=False)
class _Situation:
    """What to choose from: ``units`` are the ops run whole."""

    graph: Graph
    units: Sequence[Unit]
    pieces: Sequence[_Piece]


def _search(of: _Situation) -> list[_Piece]:
    """Return the pieces whose arena is smallest, of those the cheapest.

    Pieces that each fit an arena may still not fit it together, since a buffer between
    two of them has one place. So pieces are insisted on one by one while that helps.
    """
    wanted: list[_Piece] = []
    best, lowest = _cheapest(of, wanted)
    arena, near = _arena(of, best)
    while arena > lowest:
        tried: list[tuple[int, int, int]] = []
        for n, piece in enumerate(of.pieces):
            meets = piece.first <= near.stop and near.start <= piece.last
            if piece.chain and meets and piece.height < arena and _fits(piece, wanted):
                pieces, _ = _cheapest(of, [*wanted, piece])
                tried.append((_arena(of, pieces)[0], sum(p.cost for p in pieces), n))
        if not tried or min(tried)[0] >= arena:
            break
        wanted.append(of.pieces[min(tried)[2]])
        best, _ = _cheapest(of, wanted)
        arena, near = _arena(of, best)
    return best


def _fits(piece: _Piece, wanted: Sequence[_Piece]) -> bool:
    return all(piece.last < p.first or p.last < piece.first for p in wanted)


def _arena(of: _Situation, pieces: Sequence[_Piece]) -> tuple[int, range]:
    """Return about what pieces need together, and the ops around the topmost buffer."""
    graph, units = of.graph, [_unit(of, piece) for piece in pieces]
    placed = _placed(graph, units, range(len(units)))
    height = max((offset + nbytes for _, offset, nbytes in placed), default=0)
    top = {key for key, offset, nbytes in placed if offset + nbytes == height}
    using = [
        n
        for n, op in enumerate(graph.ops)
        if -1 - n in top or top & {roots(graph).get(t) for t in (*op.inputs, *op.outputs)}
    ]
    return height, range(min(using, default=0) - _NEAR, max(using, default=0) + _NEAR)


def _unit(of: _Situation, piece: _Piece) -> Unit:
    if piece.chain is None:
        return of.units[piece.first]
    return Unit(piece.first, piece.last, piece.chain.steps, piece.chain.bands)


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


def _pieces(
    graph: Graph,
    units: Sequence[Unit],
    can: Sequence[bool],
    part_kernel: PartKernel,
    lines: Sequence[int],
) -> list[_Piece]:
    """Return every op whole, and every range of ops that ``can`` run by rows as a chain."""
    pieces = [_Piece(n, n, _height(graph, units, n), 0, None) for n in range(len(graph.ops))]
    for first in range(len(graph.ops)):
        for last in range(first + 1, min(len(graph.ops), first + _LONGEST)):
            if not all(can[first : last + 1]):
                break
            for count in lines:
                chain = make_chain(graph, first, last, count, part_kernel)
                assert chain is not None
                unit = Unit(first, last, chain.steps, chain.bands)
                others = [*units[:first], unit, *units[last + 1 :]]
                height = _height(graph, others, first)
                if height < max(p.height for p in pieces[first : last + 1]):
                    pieces.append(_Piece(first, last, height, _cost(chain), chain))
    return pieces


def _height(graph: Graph, units: Sequence[Unit], number: int) -> int:
    """Return the arena that one unit needs, with all that is live beside it."""
    placed = _placed(graph, units, range(number, number + 1))
    return max((offset + nbytes for _, offset, nbytes in placed), default=0)


def _placed(graph: Graph, units: Sequence[Unit], numbers: range) -> list[tuple[int, int, int]]:
    """Return key, offset and size of what is live over some units, quickly placed."""
    root = roots(graph)
    line = follow(graph, root, last_units(graph, root, units), units, numbers)
    keys = sorted({key for live in line.instants for key in live})
    sizes = {t: graph.tensors[t].nbytes for t in keys if t >= 0}
    for unit in units[numbers.start : numbers.stop]:
        sizes |= unit.bands
        for step in unit.steps:
            key = -1 - step.op
            sizes[key] = max(sizes.get(key, 0), step.kernel.scratch_bytes)
    nbytes = [padded(sizes[key]) for key in keys]
    offsets = first_fit(Problem(nbytes, separations(line, keys, nbytes), 0))
    return list(zip(keys, offsets, nbytes, strict=True))


def _cost(chain: Chain) -> int:
    """Guess what a chain costs beyond its ops whole: calls, and rows moved."""
    moved = sum(shift.nbytes for step in chain.steps for shift in step.shifts)
    return 200 * len(chain.steps) + moved


def _cheapest(of: _Situation, wanted: Sequence[_Piece]) -> tuple[list[_Piece], int]:
    """Return the lowest pieces that make up all ops, and the height of the highest.

    Args:
        of: What to choose from.
        wanted: Pieces that must be among them.
    """
    pieces = [p for p in of.pieces if _fits(p, wanted)] + list(wanted)
    pieces.sort(key=lambda p: p.last)
    lowest = [0]
    for stop in range(1, len(of.graph.ops) + 1):
        ending = (max(lowest[p.first], p.height) for p in pieces if p.last == stop - 1)
        lowest.append(min(ending, default=_NEVER))
    best: list[tuple[int, list[_Piece]]] = [(0, [])]
    for stop in range(1, len(lowest)):
        ways = [
            (best[p.first][0] + p.cost, [*best[p.first][1], p])
            for p in pieces
            if p.last == stop - 1 and p.height <= lowest[-1]
        ]
        best.append(min(ways, key=lambda way: way[0], default=(_NEVER, [])))
    return best[-1][1], lowest[-1]


def _explained(graph: Graph, whole: Plan, plan: Plan) -> Plan:
    """Say in each chain what all of them save."""
    saved = whole.arena_bytes - plan.arena_bytes
    chains = []
    for chain in plan.chains:
        first, last = graph.ops[chain.first].index, graph.ops[chain.last].index
        rows = f"{chain.lines} row{'s' if chain.lines > 1 else ''} at a time"
        chains.append(replace(chain, why=f"ops {first} to {last}, {rows}; saves {saved} bytes"))
    return replace(plan, chains=tuple(chains))
