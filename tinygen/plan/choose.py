"""Choose which ops run as chains: those that lower the arena, and no more than needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from tinygen.graph import Graph
from tinygen.ops.contract import Kernel, Optimize
from tinygen.ops.cost import count_macs
from tinygen.plan.layout import plan_memory
from tinygen.plan.model import Plan
from tinygen.plan.order import find_order, reorder
from tinygen.plan.pieces import (
    ChooseKernel,
    Piece,
    Rules,
    Setting,
    find_pieces,
    part_kernels,
    place_quickly,
)
from tinygen.plan.schedule import Chain, Held, Unit
from tinygen.plan.share import has_rows, roots
from tinygen.plan.strided import strided_kernels
from tinygen.plan.units import Overlaps, make_units

RULES: Mapping[Optimize, Rules] = {
    "speed": Rules(),
    "balanced": Rules(lines=(4, 8), longest=4, cost_share=0.02),
    "size": Rules(),
    "ram": Rules(lines=(1,), longest=24, cost_share=1e9),
}
_NEAR = 2  # ops: how far from a buffer its cause is looked for
_NEVER = 1 << 40


def plan_with_chains(
    graph: Graph,
    kernels: Sequence[Kernel | None],
    choose: ChooseKernel,
    rules: Rules,
    held: Sequence[Held] = (),
) -> Plan:
    """Return the plan whose arena is smallest, run by rows where that helps.

    Args:
        graph: Verified.
        kernels: Of each op run whole; None for views.
        choose: Chooses the kernel of an op on some rows.
        rules: Which chains may be tried.
        held: Buffers beside tensors and scratch.
    """
    scratch = {k: kernel.scratch_bytes for k, kernel in enumerate(kernels) if kernel}
    overlaps = {k: kernel.overlap for k, kernel in enumerate(kernels) if kernel}
    in_place = frozenset(k for k, kernel in enumerate(kernels) if kernel and kernel.in_place)
    strided = strided_kernels(graph, kernels, choose)
    whole = _lower(graph, scratch, overlaps, (), (in_place, frozenset()), held, strided)
    if not rules.lines:
        return whole
    of = Setting(graph, make_units(graph, scratch, overlaps, ()), in_place, held)
    pieces = find_pieces(of, kernels, part_kernels(graph, choose), rules)
    found = _search(of, pieces, int(rules.cost_share * count_macs(graph)))
    chains = [piece.chain for piece in found if piece.chain]
    plan = _lower(graph, scratch, overlaps, chains, (in_place,), held, strided)
    costs = [piece.cost for piece in found if piece.chain]
    return _explained(graph, whole, plan, costs) if plan.arena_bytes < whole.arena_bytes else whole


def choose_order(
    graph: Graph, kernels: Sequence[Kernel | None], choose: ChooseKernel, rules: Rules
) -> tuple[Graph, Sequence[Kernel | None], int]:
    """Return the ops in the order whose arena is smallest, their kernels, and the bytes saved.

    Args:
        graph: Verified.
        kernels: Of each op run whole; None for views.
        choose: Chooses the kernel of an op on some rows.
        rules: Which chains may be tried.
    """
    order = find_order(graph, kernels)
    if order is None:
        return graph, kernels, 0
    other, moved = reorder(graph, kernels, order)
    given, found = (
        plan_with_chains(*ops, choose, rules).arena_bytes
        for ops in ((graph, kernels), (other, moved))
    )
    return (other, moved, given - found) if found < given else (graph, kernels, 0)


def _lower(  # noqa: PLR0913, PLR0917 - all that plans are made from
    graph: Graph,
    scratch: Mapping[int, int],
    overlaps: Overlaps,
    chains: Sequence[Chain],
    in_place: Sequence[frozenset[int]],
    held: Sequence[Held],
    strided: Mapping[int, Kernel],
) -> Plan:
    """Return the lowest plan: ops in place, and tensors parts of others, or not.

    Buffers that are larger, or live longer, may not fit where smaller ones would. Of equal
    arenas, the one with the least to copy is best.
    """
    ways: list[tuple[bool, Mapping[int, Kernel]]] = [(False, {})]
    if any(has_rows(graph, op) for op in graph.ops):
        ways.insert(0, (True, {}))
    if strided:
        ways.insert(0, (True, strided))
    plans = [
        plan_memory(graph, scratch, overlaps, chains, places, held, parts=parts, strided=steps)
        for (parts, steps), places in product(ways, dict.fromkeys(in_place))
    ]
    return min(plans, key=lambda p: (p.arena_bytes, -_count_free(p), len(p.buffers)))


def _count_free(plan: Plan) -> int:
    return sum(len(calls) for calls in plan.free.values())


def _search(of: Setting, pieces: Sequence[Piece], budget: int) -> list[Piece]:
    """Return the pieces whose arena is smallest, of those the cheapest, within a budget.

    Pieces that each fit an arena may still not fit it together, since a buffer between
    two of them has one place. So pieces are insisted on one by one while that helps.
    """
    wanted: list[Piece] = []
    best, lowest = _lowest(pieces, len(of.units), wanted, budget)
    arena, near = _arena(of, best)
    while arena > lowest:
        tried: list[tuple[int, int, int]] = []
        for n, piece in enumerate(pieces):
            meets = piece.first <= near.stop and near.start <= piece.last
            if piece.chain and meets and piece.height < arena and _fits(piece, wanted):
                found, _ = _lowest(pieces, len(of.units), [*wanted, piece], budget)
                if found:
                    tried.append((_arena(of, found)[0], _cost(found), n))
        if not tried or min(tried)[0] >= arena:
            break
        wanted.append(pieces[min(tried)[2]])
        best, _ = _lowest(pieces, len(of.units), wanted, budget)
        arena, near = _arena(of, best)
    return best


def _cost(pieces: Sequence[Piece]) -> int:
    return sum(piece.cost for piece in pieces)


def _fits(piece: Piece, wanted: Sequence[Piece]) -> bool:
    return all(piece.last < p.first or p.last < piece.first for p in wanted)


def _lowest(
    pieces: Sequence[Piece], count: int, wanted: Sequence[Piece], budget: int
) -> tuple[list[Piece], int]:
    """Return the lowest pieces that make up all ops, and the height of the highest.

    Args:
        pieces: What to choose from.
        count: Number of ops.
        wanted: Pieces that must be among them.
        budget: What all may cost; the result is empty when ``wanted`` cost more.
    """
    free = [piece for piece in pieces if _fits(piece, wanted)] + list(wanted)
    ending = [[piece for piece in free if piece.last == n] for n in range(count)]
    heights = sorted({piece.height for piece in free})
    best, height = list[Piece](), _NEVER
    low, high = 0, len(heights)
    while low < high:
        middle = (low + high) // 2
        found = _cheapest(ending, heights[middle])
        if found is not None and _cost(found) <= budget:
            best, height, high = found, heights[middle], middle
        else:
            low = middle + 1
    return best, height


def _cheapest(ending: Sequence[Sequence[Piece]], limit: int) -> list[Piece] | None:
    """Return the cheapest pieces within a height that make up all ops; None if none do.

    Args:
        ending: The pieces whose last op is at each position.
        limit: Bytes.
    """
    best: list[tuple[int, list[Piece]]] = [(0, [])]
    for pieces in ending:
        ways = [
            (best[p.first][0] + p.cost, [*best[p.first][1], p]) for p in pieces if p.height <= limit
        ]
        best.append(min(ways, key=lambda way: way[0], default=(_NEVER, [])))
    cost, found = best[-1]
    return found if cost < _NEVER else None


def _arena(of: Setting, pieces: Sequence[Piece]) -> tuple[int, range]:
    """Return about what pieces need together, and the ops around the topmost buffer."""
    units = [_unit(of, piece) for piece in pieces]
    spots = place_quickly(of, units, range(len(units)))
    height = max((offset + nbytes for _, offset, nbytes in spots), default=0)
    top = {key for key, offset, nbytes in spots if offset + nbytes == height}
    root = roots(of.graph, of.in_place, [u for u in units if u.first < u.last])
    using = [
        n
        for n, op in enumerate(of.graph.ops)
        if -1 - n in top or top & {root.get(t) for t in (*op.inputs, *op.outputs)}
    ]
    return height, range(min(using, default=0) - _NEAR, max(using, default=0) + _NEAR)


def _unit(of: Setting, piece: Piece) -> Unit:
    if piece.chain is None:
        return of.units[piece.first]
    return Unit(piece.first, piece.last, piece.chain.steps, piece.chain.bands)


def _explained(graph: Graph, whole: Plan, plan: Plan, costs: Sequence[int]) -> Plan:
    """Say in each chain what all of them save, and what it costs."""
    saved = whole.arena_bytes - plan.arena_bytes
    chains = []
    for chain, cost in zip(plan.chains, costs, strict=True):
        first, last = graph.ops[chain.first].index, graph.ops[chain.last].index
        rows = f"{chain.lines} row{'s' if chain.lines > 1 else ''} at a time"
        why = f"ops {first} to {last}, {rows}; saves {saved:,} bytes, "
        why += f"costs about {round(cost, -3):,} instructions"
        chains.append(replace(chain, why=why))
    return replace(plan, chains=tuple(chains))
