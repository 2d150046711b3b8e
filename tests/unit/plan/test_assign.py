"""Memories for buffers: as cheap as trying everything finds, and nothing overlaps."""

import itertools

import numpy as np
import pytest

from tests.unit.test_plan import holds
from tinygen.plan.assign import Memory, assign
from tinygen.plan.search import Problem, part_of


def lives(rng, count, most=4):
    """Return a problem of buffers with random lives, some of which may overlap a little."""
    sizes = [int(n) for n in rng.integers(1, most, count)]
    first = rng.integers(0, 5, count)
    last = first + rng.integers(0, 4, count)
    meet = (first[:, None] <= last[None]) & (first[None] <= last[:, None])
    table = [
        [sizes[a] if meet[a, b] and a != b else None for b in range(count)] for a in range(count)
    ]
    for a, b in zip(*np.nonzero(np.triu(meet, 1)), strict=True):
        if rng.random() < 0.2:
            table[a][b] = int(rng.integers(0, sizes[a] + 1))
    sets = {frozenset(np.flatnonzero((first <= t) & (t <= last)).tolist()) for t in range(9)}
    return Problem(sizes, table, 0, sorted(sorted(s) for s in sets if s))


def fits(problem, members, limit):
    """Return whether some integer offsets keep the members below a limit."""
    part = part_of(problem, members)
    spaces = [range(limit - n + 1) for n in part.sizes]
    return any(holds(part, offsets) for offsets in itertools.product(*spaces))


def brute_force(problem, traffic, memories, allowed):
    """Return the least cost over all assignments that fit; None where none does."""
    known = {}

    def can(members, limit):
        if (members, limit) not in known:
            known[members, limit] = fits(problem, members, limit)
        return known[members, limit]

    best = None
    for chosen in itertools.product(*allowed):
        cost = sum(t * memories[m].cost for t, m in zip(traffic, chosen, strict=True))
        if (best is None or cost < best) and all(
            can(tuple(b for b, c in enumerate(chosen) if c == m), memory.nbytes)
            for m, memory in enumerate(memories)
        ):
            best = cost
    return best


def require_valid(problem, memories, allowed, found):
    for m, memory in enumerate(memories):
        members = [b for b, c in enumerate(found.memory) if c == m]
        offsets = [found.offsets[b] for b in members]
        assert holds(part_of(problem, members), offsets)
        ends = [o + problem.sizes[b] for o, b in zip(offsets, members, strict=True)]
        assert max(ends, default=0) <= memory.nbytes
    assert all(m in ways for m, ways in zip(found.memory, allowed, strict=True))


@pytest.mark.parametrize("seed", range(80))
def test_an_assignment_costs_as_little_as_trying_everything_finds(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 7))
    problem = lives(rng, count)
    traffic = [int(n) for n in rng.integers(0, 50, count)]
    memories = [
        Memory(f"M{m}", int(rng.integers(2, 9)), int(rng.integers(1, 4)), dma=True)
        for m in range(int(rng.integers(1, 4)))
    ]
    allowed = [
        [m for m in range(len(memories)) if m == 0 or rng.random() < 0.8] for _ in range(count)
    ]
    least = brute_force(problem, traffic, memories, allowed)
    found = assign(problem, traffic, memories, allowed)
    if least is None:
        assert found is None
    else:
        assert found is not None
        require_valid(problem, memories, allowed, found)
        assert (found.cost, found.bound, found.is_optimal) == (least, least, True)


@pytest.mark.parametrize("seed", range(2))
def test_many_buffers_are_placed_validly_and_not_below_the_bound(seed):
    rng = np.random.default_rng(seed)
    problem = lives(rng, 18, most=200)
    traffic = [int(n) for n in rng.integers(0, 5000, 18)]
    crowd = max(sum(problem.sizes[b] for b in clique) for clique in problem.cliques)
    memories = [Memory("FAST", crowd // 3, 1, dma=True), Memory("SLOW", crowd, 4, dma=True)]
    allowed = [[0, 1]] * 18
    found = assign(problem, traffic, memories, allowed)
    assert found is not None
    require_valid(problem, memories, allowed, found)
    assert found.bound <= found.cost
    assert found.is_optimal == (found.bound == found.cost)
    assert found.cost < sum(traffic) * 4  # some are in the fast one


def test_what_lives_at_one_time_and_is_more_than_all_memories_is_refused_at_once():
    problem = Problem([8, 8, 8], [[None, 8, 8], [8, None, 8], [8, 8, None]], 0, [[0, 1, 2]])
    memories = [Memory("A", 8, 1, dma=True), Memory("B", 15, 1, dma=True)]
    assert assign(problem, [1, 1, 1], memories, [[0, 1]] * 3) is None
    assert assign(problem, [1, 1, 1], [*memories, memories[0]], [[0, 1, 2]] * 3) is not None
