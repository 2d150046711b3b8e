"""The memory plan: optimal, and no two live buffers share a byte they may not share."""

import itertools

import numpy as np
import pytest

from tests.tflite_builder import ModelBuilder
from tinygen.load.tflite import read_graph
from tinygen.plan.layout import plan_memory
from tinygen.plan.search import Problem, place


def random_problem(rng, count):
    sizes = [int(n) for n in rng.integers(1, 4, count)]
    meet = np.triu(rng.random((count, count)) < 0.7, 1)
    meet = meet | meet.T
    table = [[sizes[a] if meet[a, b] else None for b in range(count)] for a in range(count)]
    for a, b in zip(*np.nonzero(meet), strict=True):
        if rng.random() < 0.2:  # a may trail below b by less than its size
            table[a][b] = int(rng.integers(0, sizes[a] + 1))
    return Problem(sizes, table, 0)


def holds(problem, offsets):
    for a, b in itertools.combinations(range(len(offsets)), 2):
        ab, ba = problem.separation[a][b], problem.separation[b][a]
        if ab is None:
            continue
        if not (offsets[b] >= offsets[a] + ab or offsets[a] >= offsets[b] + ba):
            return False
    return True


def brute_force(problem):
    """Return the smallest height over all integer offsets."""
    top = sum(problem.sizes)
    for height in range(max(problem.sizes), top + 1):
        spaces = [range(height - n + 1) for n in problem.sizes]
        if any(holds(problem, o) for o in itertools.product(*spaces)):
            return height
    raise AssertionError


@pytest.mark.parametrize("seed", range(60))
def test_offsets_are_as_low_as_trying_everything_finds(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, int(rng.integers(2, 6)))
    offsets, proved = place(problem)
    assert proved
    assert holds(problem, offsets)
    height = max(o + n for o, n in zip(offsets, problem.sizes, strict=True))
    assert height == brute_force(problem)


def chain(*sizes):
    """Return a graph of RELUs over tensors of these sizes; the shapes are not checked."""
    b = ModelBuilder()
    tensors = [b.tensor([n], scale=1.0) for n in sizes]
    for x, y in itertools.pairwise(tensors):
        b.op("RELU", [x], [y])
    return b.build([tensors[0]], [tensors[-1]])


def relu_graph(count, n):
    return read_graph(chain(*[n] * (count + 1)), "chain")


def test_a_chain_needs_its_two_largest_neighbours():
    plan = plan_memory(relu_graph(4, 160), {})
    assert (plan.arena_bytes, plan.bounds.layerwise, plan.is_optimal) == (320, 320, True)


def test_in_place_ops_share_one_buffer():
    plan = plan_memory(relu_graph(4, 160), {}, {k: {0: 0} for k in range(4)})
    assert (plan.arena_bytes, plan.bounds.layerwise, plan.bounds.overlap) == (160, 320, 160)


def test_an_op_may_trail_its_input_by_a_distance():
    plan = plan_memory(relu_graph(1, 160), {}, {0: {0: 30}})
    assert plan.arena_bytes == 192
    assert plan.tensor_offsets == {0: 32, 1: 0}


def test_scratch_lives_only_while_its_op_runs():
    plan = plan_memory(relu_graph(2, 64), {0: 100, 1: 20})
    assert (plan.arena_bytes, plan.scratch_bytes) == (64 + 64 + 112, 100)


def test_an_input_read_again_later_is_not_overwritten():
    b = ModelBuilder()
    x, y, z = (b.tensor([64], scale=1.0) for _ in range(3))
    b.op("RELU", [x], [y])
    b.op("RELU", [x], [z])
    graph = read_graph(b.build([x], [y, z]), "twice")
    plan = plan_memory(graph, {}, {0: {0: 0}, 1: {0: 0}})
    assert plan.tensor_offsets[y] not in (plan.tensor_offsets[x], plan.tensor_offsets[z])
    assert plan.arena_bytes == 128
