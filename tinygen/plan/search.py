"""Exact offsets for buffers with fixed lifetimes: depth-first branch and bound.

Source: the canonical-solution argument of MiniMalloc (Moffitt, ASPLOS 2023): some
optimal solution places each buffer, in order of offset, as low as those below it allow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tinygen.plan.tails import Tails, make_tails
from tinygen.plan.twins import find_twins

_NODE_LIMIT = 30_000
_NODES_A_SET = 4
_MANY = 64  # buffers from which on a node is paid for by their number's square
_SMALL = 16  # a buffer this many times smaller than the bound is not placed first


@dataclass(frozen=True, slots=True)
class Problem:
    """What to place.

    Attributes:
        sizes: Bytes of each buffer, > 0.
        separation: ``separation[a][b]``: how far above ``a`` the start of ``b`` must lie
            when ``b`` lies above ``a`` or level with it; None where the two never meet.
        bound: A proven lower bound of the height.
        cliques: Sets of buffers that are all live at one time; they prune the search.
    """

    sizes: Sequence[int]
    separation: Sequence[Sequence[int | None]]
    bound: int
    cliques: Sequence[Sequence[int]] = ()


@dataclass(slots=True)
class _Search:
    problem: Problem
    best: list[int]
    best_height: int
    savings: Sequence[int] = ()
    tails: Sequence[Tails] = ()
    nodes: int = 0
    limit: int = _NODE_LIMIT
    offsets: list[int] = field(default_factory=list)
    within: Sequence[Sequence[tuple[int, int]]] = ()  # of each buffer: a clique, its bit in tails
    unplaced: list[int] = field(default_factory=list)  # bytes of each clique
    waiting: list[int] = field(default_factory=list)  # bits of each clique's members in tails
    near: Sequence[Sequence[tuple[int, int]]] = ()  # of each buffer, those that it pushes up
    twin: Sequence[int] = ()  # of each buffer, the one before it that may as well come first


def place(problem: Problem, node_limit: int = _NODE_LIMIT) -> tuple[list[int], bool]:
    """Return an offset for each buffer, and whether the height is proved minimal.

    Deterministic; the search gives up after ``node_limit`` nodes, fewer where buffers are
    many, and then returns the best found.
    """
    node_limit = min(node_limit, node_limit * _MANY**2 // max(len(problem.sizes), 1) ** 2)
    best = first_fit(problem)
    if height_of(problem, best) > problem.bound:
        best = min(
            best, _large_first(problem, node_limit), key=lambda offsets: height_of(problem, offsets)
        )
    search = _Search(problem, best, height_of(problem, best), limit=node_limit)
    if search.best_height > problem.bound:
        _prepare(search, node_limit)
        _descend(search, 0, 0, [0] * len(problem.sizes))
    return search.best, search.best_height == problem.bound or search.nodes < node_limit


def _prepare(search: _Search, node_limit: int) -> None:
    """Set up what is kept as buffers are placed: none is yet."""
    problem = search.problem
    search.savings = [most_saved(problem, clique) for clique in problem.cliques]
    search.tails = tails_of(problem, node_limit)
    search.offsets = [-1] * len(problem.sizes)
    search.unplaced = [sum(problem.sizes[b] for b in clique) for clique in problem.cliques]
    search.waiting = [(1 << len(tails.members)) - 1 for tails in search.tails]
    within: list[list[tuple[int, int]]] = [[] for _ in problem.sizes]
    for c, (clique, tails) in enumerate(zip(problem.cliques, search.tails, strict=True)):
        bits = {b: 1 << n for n, b in enumerate(tails.members)}
        for b in clique:
            within[b].append((c, bits.get(b, 0)))
    search.within = within
    search.twin = find_twins(problem.sizes, problem.separation)
    search.near = [
        [(b, distance) for b, distance in enumerate(row) if distance is not None and b != a]
        for a, row in enumerate(problem.separation)
    ]


def tails_of(problem: Problem, node_limit: int = _NODE_LIMIT) -> list[Tails]:
    """Return the least heights of each clique, for less work than a search of so many nodes."""
    most = max((node_limit // _NODES_A_SET).bit_length() - 1, 1)
    return [make_tails(problem.sizes, problem.separation, c, most) for c in problem.cliques]


def first_fit(problem: Problem) -> list[int]:
    """Return the best of the offsets that some orders of placing buffers one by one give."""
    meets = _meets(problem)
    return min(
        (_first_fit(problem, order, meets) for order in _orders(problem, meets)),
        key=lambda offsets: height_of(problem, offsets),
        default=[],
    )


def _meets(problem: Problem) -> list[list[int]]:
    """Return those that each buffer meets."""
    return [[b for b, s in enumerate(row) if s is not None] for row in problem.separation]


def _large_first(problem: Problem, node_limit: int) -> list[int]:
    """Return offsets that are searched for among large buffers only; small ones fill gaps."""
    large = [b for b, size in enumerate(problem.sizes) if size * _SMALL >= problem.bound]
    if len(large) == len(problem.sizes):
        return first_fit(problem)
    placed, _ = place(part_of(problem, large, problem.bound), node_limit)
    small = sorted(set(range(len(problem.sizes))) - set(large), key=lambda b: -problem.sizes[b])
    found = dict(zip(large, placed, strict=True))
    return _first_fit(problem, small, _meets(problem), found)


def height_of(problem: Problem, offsets: Sequence[int]) -> int:
    """Return where the topmost buffer ends."""
    return max((o + n for o, n in zip(offsets, problem.sizes, strict=True)), default=0)


def least_height(problem: Problem) -> int:
    """Return a height that no layout goes below: what lives together, less all it may share."""
    heights = [sum(problem.sizes[b] for b in c) - most_saved(problem, c) for c in problem.cliques]
    return max([*heights, *problem.sizes], default=0)


def _orders(problem: Problem, meets: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return orders in which placing buffers one by one often does well."""
    count = range(len(problem.sizes))
    conflicts = [len(others) for others in meets]
    return [
        sorted(count, key=lambda b: -problem.sizes[b]),
        sorted(count, key=lambda b: (-problem.sizes[b] * conflicts[b], b)),
        sorted(count, key=lambda b: (-conflicts[b], -problem.sizes[b])),
        list(count),
        list(reversed(count)),
    ]


def part_of(problem: Problem, members: Sequence[int], bound: int = 0) -> Problem:
    """Return the problem of some buffers, all others left out.

    Args:
        problem: Of all.
        members: Numbers of those to keep, in order.
        bound: Of the part's height.
    """
    number = {b: n for n, b in enumerate(members)}
    cliques = {tuple(number[b] for b in clique if b in number) for clique in problem.cliques}
    return Problem(
        [problem.sizes[b] for b in members],
        [[problem.separation[a][b] for b in members] for a in members],
        bound,
        sorted(cliques - {()}),
    )


def _first_fit(
    problem: Problem,
    order: Sequence[int],
    meets: Sequence[Sequence[int]],
    placed: Mapping[int, int] | None = None,
) -> list[int]:
    """Place each buffer at the lowest offset that suits all placed before it."""
    offsets = dict(placed or {})
    for b in order:
        offsets[b] = lowest_offset(problem, offsets, b, meets[b])
    return [offsets[b] for b in range(len(problem.sizes))]


def lowest_offset(
    problem: Problem, offsets: Mapping[int, int], b: int, others: Iterable[int] | None = None
) -> int:
    """Return the lowest offset of ``b`` that suits all that is placed, by number.

    Args:
        problem: Of all.
        offsets: Of those that are placed.
        b: The one to place.
        others: Those to look at, among them all that meet ``b``; all that are placed if None.
    """
    near = []
    for a in offsets if others is None else others:
        above, below = problem.separation[a][b], problem.separation[b][a]
        if a in offsets and above is not None and below is not None:
            near.append((offsets[a] - below, offsets[a] + above))
    lowest = 0
    for low, high in sorted(near):
        if low >= lowest:  # this one and those that follow leave room below them
            break
        lowest = max(lowest, high)
    return lowest


def _descend(search: _Search, placed: int, level: int, lows: list[int]) -> None:
    """Place one more buffer at ``level`` or above, in every way that may be better.

    ``lows`` are the lowest offsets of all buffers above what is placed and meets them.
    """
    problem, offsets = search.problem, search.offsets
    if placed == len(problem.sizes):
        search.best, search.best_height = list(offsets), height_of(problem, offsets)
        return
    if _cannot_improve(search, level, lows):
        return
    for low, _, b in _choices(search, level, lows):
        search.nodes += 1
        if search.best_height <= problem.bound or search.nodes >= search.limit:
            return
        if low + problem.sizes[b] >= search.best_height:
            continue
        offsets[b] = low
        pushed = list(lows)
        for other, distance in search.near[b]:
            pushed[other] = max(pushed[other], low + distance)
        _count(search, b, -1)
        _descend(search, placed + 1, low, pushed)
        _count(search, b, 1)
        offsets[b] = -1


def _count(search: _Search, b: int, sign: int) -> None:
    """Take a buffer out of what its cliques wait for, or put it back."""
    for clique, bit in search.within[b]:
        search.unplaced[clique] += sign * search.problem.sizes[b]
        search.waiting[clique] += sign * bit


def _choices(search: _Search, level: int, lows: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return offset, size negated and number of each buffer that may come next, in order."""
    choices = []
    for b, size in enumerate(search.problem.sizes):
        if search.offsets[b] >= 0:
            continue
        if max(lows[b], level) + size >= search.best_height:
            return []  # b fits nowhere from here on
        twin = search.twin[b]
        if twin >= 0 and search.offsets[twin] < 0:
            continue
        if lows[b] >= level:  # else: better placed earlier, or pushed up by another first
            choices.append((lows[b], -size, b))
    return sorted(choices)


def most_saved(problem: Problem, clique: Sequence[int]) -> int:
    """Return more bytes than overlaps within a clique can save."""
    saved = 0
    for a in clique:
        overlaps = [problem.separation[a][b] for b in clique if b != a]
        saved += max((problem.sizes[a] - s for s in overlaps if s is not None), default=0)
    return saved


def _cannot_improve(search: _Search, level: int, lows: Sequence[int]) -> bool:
    """Return whether what is unplaced of some clique does not fit above ``level``."""
    highest = search.best_height - level
    for unplaced, saved in zip(search.unplaced, search.savings, strict=True):
        if unplaced and unplaced - saved >= highest:
            return True
    return any(
        waiting and _reaches(search, tails, waiting, level, lows)
        for tails, waiting in zip(search.tails, search.waiting, strict=True)
    )


def _reaches(search: _Search, tails: Tails, waiting: int, level: int, lows: Sequence[int]) -> bool:
    """Return whether waiting buffers of a clique reach the best height, whichever is first."""
    return all(
        max(level, lows[b]) + tails.least[waiting & ~(1 << n), n] >= search.best_height
        for n, b in enumerate(tails.members)
        if waiting >> n & 1
    )
