"""Choose a memory for each buffer: exact branch and bound over choices that fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tinygen.plan.search import (
    Problem,
    height_of,
    least_height,
    lowest_offset,
    most_saved,
    part_of,
    place,
)

_NODE_LIMIT = 800
_REPACK_LIMIT = 60
_PACK_NODES = 1_000
_IMPOSSIBLE = 1 << 62


@dataclass(frozen=True, slots=True)
class Memory:
    """A memory that buffers may lie in.

    Attributes:
        name: Of the region.
        nbytes: What it has for buffers; below 0 where other things fill more than all of it.
        cost: Picoseconds to load or store a byte.
        dma: DMA reaches it.
        holds_data: Data and stack lie there, too.
    """

    name: str
    nbytes: int
    cost: int
    dma: bool
    holds_data: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """A memory and an offset in it for each buffer.

    Attributes:
        memory: Number of each buffer's memory.
        offsets: Of each buffer in its memory.
        cost: Traffic times the memories' cost.
        bound: No assignment costs less.
        is_optimal: None was left untried that could.
    """

    memory: tuple[int, ...]
    offsets: tuple[int, ...]
    cost: int
    bound: int
    is_optimal: bool


@dataclass(slots=True)
class _Search:
    problem: Problem
    traffic: Sequence[int]
    memories: Sequence[Memory]
    allowed: Sequence[Sequence[int]]
    cliques: Sequence[Sequence[int]] = ()
    saved: dict[tuple[int, ...], int] = field(default_factory=dict)
    chosen: dict[int, int] = field(default_factory=dict)
    best: list[dict[int, int]] = field(default_factory=list)
    best_cost: int = _IMPOSSIBLE
    nodes: int = 0
    repacks: int = 0
    is_complete: bool = True
    spots: list[dict[int, int]] = field(default_factory=list)
    packed: dict[tuple[int, frozenset[int]], dict[int, int] | None] = field(default_factory=dict)

    def cost(self, b: int, m: int) -> int:
        return self.traffic[b] * self.memories[m].cost


def assign(
    problem: Problem,
    traffic: Sequence[int],
    memories: Sequence[Memory],
    allowed: Sequence[Sequence[int]],
) -> Assignment | None:
    """Return the cheapest assignment that fits the memories; None when none was found.

    Deterministic: each search gives up after a fixed number of nodes.

    Args:
        problem: Of all buffers; those in different memories cannot meet.
        traffic: Bytes read from and written to each buffer.
        memories: At least one; of equal ones the first is preferred.
        allowed: Memories that each buffer may lie in.
    """
    by_cost = [sorted(ways, key=lambda m: (memories[m].cost, m)) for ways in allowed]
    search = _Search(problem, traffic, memories, by_cost)
    search.cliques = list(_disjoint(search))
    bound = _cheapest(search, range(len(problem.sizes)))
    if bound >= _IMPOSSIBLE:
        return None
    is_optimal = False
    for order in _orders(search):
        search.nodes, search.repacks, search.is_complete = 0, 0, True
        search.spots, search.packed = [{} for _ in memories], {}
        _descend(search, order, 0, 0)
        is_optimal = search.is_complete or search.best_cost <= bound
        if is_optimal:
            break
    if not search.best:
        return None
    chosen = {b: m for m, spots in enumerate(search.best) for b in spots}
    offsets = _lowered(problem, search.best)
    cost = sum(search.cost(b, m) for b, m in chosen.items())
    count = range(len(problem.sizes))
    return Assignment(
        memory=tuple(chosen[b] for b in count),
        offsets=tuple(offsets[b] for b in count),
        cost=cost,
        bound=cost if is_optimal else bound,
        is_optimal=is_optimal,
    )


def _orders(search: _Search) -> list[list[int]]:
    """Return orders to decide in: what there is most to gain or lose by, or large first."""
    count = range(len(search.problem.sizes))
    dear = max(memory.cost for memory in search.memories)
    gain = [search.traffic[b] * dear - search.cost(b, search.allowed[b][0]) for b in count]
    sizes = search.problem.sizes
    return [
        sorted(count, key=lambda b: (-gain[b] / max(sizes[b], 1), b)),
        sorted(count, key=lambda b: (-sizes[b], b)),
        sorted(count, key=lambda b: (-gain[b], b)),
    ]


def _descend(search: _Search, order: Sequence[int], placed: int, cost: int) -> None:
    """Choose for one more buffer, in every way that may be cheaper and fits so far."""
    if placed == len(order):
        search.best, search.best_cost = list(search.spots), cost
        return
    if search.nodes >= _NODE_LIMIT:
        search.is_complete = False
        return
    search.nodes += 1
    b = order[placed]
    for m in search.allowed[b]:
        search.chosen[b] = m
        so_far = cost + search.cost(b, m)
        rest = _cheapest(search, order[placed + 1 :])
        if so_far + rest < search.best_cost:
            before = search.spots[m]
            after = _with(search, m, b)
            if after is not None:
                search.spots[m] = after
                _descend(search, order, placed + 1, so_far)
                search.spots[m] = before
        del search.chosen[b]


def _with(search: _Search, m: int, b: int) -> dict[int, int] | None:
    """Return offsets in a memory for what was chosen for it; None where none are found.

    Others stay where they are if ``b`` fits between them.
    """
    spots, limit = search.spots[m], search.memories[m].nbytes
    offset = lowest_offset(search.problem, spots, b)
    if offset + search.problem.sizes[b] <= limit:
        return spots | {b: offset}
    members = frozenset((*spots, b))
    if (m, members) not in search.packed:
        search.packed[m, members] = _pack(search, limit, sorted(members))
    return search.packed[m, members]


def _pack(search: _Search, limit: int, members: Sequence[int]) -> dict[int, int] | None:
    part = part_of(search.problem, members, limit)
    for clique in part.cliques:
        if sum(part.sizes[b] for b in clique) - most_saved(part, clique) > limit:
            return None
    if search.repacks >= _REPACK_LIMIT:
        search.is_complete = False
        return None
    search.repacks += 1
    offsets, is_proved = place(part, _PACK_NODES)
    if height_of(part, offsets) <= limit:
        return dict(zip(members, offsets, strict=True))
    search.is_complete &= is_proved
    return None


def _cheapest(search: _Search, rest: Sequence[int]) -> int:
    """Return what choosing for the rest costs at least: too much where they cannot fit."""
    left = set(rest)
    least = sum(search.cost(b, search.allowed[b][0]) for b in rest)
    return least + sum(_excess(search, clique, left) for clique in search.cliques)


def _excess(search: _Search, clique: Sequence[int], left: set[int]) -> int:
    """Return by how much buffers that live together cost more than each would alone.

    They may be cut: then the busiest byte is best in the cheapest memory, and so on.
    """
    problem, memories = search.problem, search.memories
    members = sorted((b for b in clique if b in left), key=lambda b: _idleness(search, b))
    if not members:
        return 0
    saved = search.saved.setdefault(tuple(clique), -1)
    if saved < 0:
        saved = search.saved[tuple(clique)] = most_saved(problem, clique)
    taken = [0] * len(memories)
    for b in clique:
        if b in search.chosen:
            taken[search.chosen[b]] += problem.sizes[b]
    ways = sorted(range(len(memories)), key=lambda m: (memories[m].cost, m))
    room = [max(memories[m].nbytes + saved - taken[m], 0) for m in ways]
    alone = sum(search.cost(b, search.allowed[b][0]) for b in members)
    together, way = 0, 0
    for b in members:
        need = problem.sizes[b]
        while need:
            while way < len(ways) and room[way] == 0:
                way += 1
            if way == len(ways):
                return _IMPOSSIBLE
            some = min(need, room[way])
            together += search.cost(b, ways[way]) * some // problem.sizes[b]
            need -= some
            room[way] -= some
    return max(together - alone, 0)


def _idleness(search: _Search, b: int) -> tuple[float, int]:
    return -search.traffic[b] / max(search.problem.sizes[b], 1), b


def _disjoint(search: _Search) -> Iterator[Sequence[int]]:
    """Yield cliques that share no buffer, the most crowded first: their excesses add up."""
    everything = set(range(len(search.problem.sizes)))
    excess = {n: _excess(search, c, everything) for n, c in enumerate(search.problem.cliques)}
    seen: set[int] = set()
    for n in sorted(excess, key=lambda n: (-excess[n], n)):
        clique = search.problem.cliques[n]
        if excess[n] and not seen & set(clique):
            seen |= set(clique)
            yield clique


def _lowered(problem: Problem, spots: Sequence[dict[int, int]]) -> dict[int, int]:
    """Return offsets as low as can be found, in all memories."""
    offsets: dict[int, int] = {}
    for found in spots:
        members = sorted(found)
        part = part_of(problem, members)
        part = replace(part, bound=least_height(part))
        ways = [[found[b] for b in members], place(part)[0]]
        best = min(ways, key=lambda way: height_of(part, way))
        offsets |= dict(zip(members, best, strict=True))
    return offsets
