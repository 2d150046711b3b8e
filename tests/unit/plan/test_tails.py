"""Bounds from what lives at one time: never too high, and met where buffers only meet in rows."""

import itertools

import numpy as np
import pytest

from tests.unit.plan.test_assign import lives
from tests.unit.test_plan import brute_force, holds
from tinygen.plan.search import Problem, height_of, place, tails_of
from tinygen.plan.tails import make_tails


def all_meet(rng, count):
    """Return buffers that live together, each of which may overlap some others."""
    sizes = [int(n) for n in rng.integers(1, 9, count)]
    table = [[size if a != b else None for b in range(count)] for a, size in enumerate(sizes)]
    for a, b in itertools.permutations(range(count), 2):
        if rng.random() < 0.5:
            table[a][b] = int(rng.integers(0, sizes[a] + 1))
    return Problem(sizes, table, 0, [range(count)])


def least_height(problem):
    """Return the least height over all orders of buffers that all meet."""
    heights = []
    for order in itertools.permutations(range(len(problem.sizes))):
        offsets = {}
        for b in order:
            offsets[b] = max([offsets[a] + problem.separation[a][b] for a in offsets], default=0)
        heights.append(max(offsets[b] + problem.sizes[b] for b in order))
    return min(heights)


@pytest.mark.parametrize("seed", range(60))
def test_the_height_of_a_clique_is_not_above_that_of_its_best_order(seed):
    rng = np.random.default_rng(seed)
    problem = all_meet(rng, int(rng.integers(1, 7)))
    (tails,) = tails_of(problem)
    least = least_height(problem)
    assert tails.height <= least
    offsets, proved = place(problem)
    assert (proved, height_of(problem, offsets)) == (True, least)


def test_of_buffers_that_do_not_overlap_it_is_the_sum():
    sizes = [3, 5, 7]
    table = [[size] * 3 for size in sizes]
    assert make_tails(sizes, table, range(3), 12).height == 15
    assert make_tails(sizes, table, range(3), 2).height == 12  # of the two largest


def test_an_overlap_is_used_once_by_each_buffer():
    """b may start 1 above a and c 1 above b: c ends at 2 + 4, though a alone needs 4."""
    table = [[0, 1, 4], [4, 0, 1], [4, 4, 0]]
    assert make_tails([4, 4, 4], table, range(3), 12).height == 6


@pytest.mark.parametrize("seed", range(60))
def test_a_search_with_cliques_finds_what_trying_everything_finds(seed):
    rng = np.random.default_rng(seed)
    problem = lives(rng, int(rng.integers(2, 6)))
    offsets, proved = place(problem)
    assert proved
    assert holds(problem, offsets)
    assert height_of(problem, offsets) == brute_force(problem)
    assert all(tails.height <= height_of(problem, offsets) for tails in tails_of(problem))
