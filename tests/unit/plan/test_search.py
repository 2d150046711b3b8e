"""The search's short cuts: it tries equal buffers in one order only, and misses nothing by it."""

import numpy as np
import pytest

from tests.unit.plan.random_nets import Net, random_net
from tests.unit.plan.test_chain import DSP, setting
from tests.unit.test_plan import brute_force, holds
from tinygen.emit.kernels import choose_kernel
from tinygen.plan import pieces
from tinygen.plan.choose import RULES, plan_with_chains
from tinygen.plan.layout import plan_memory
from tinygen.plan.search import Problem, height_of, place


def apart(sizes, meet):
    """Return the problem of buffers of which some pairs share no byte."""
    count = range(len(sizes))
    return Problem(sizes, [[sizes[a] if meet(a, b) else None for b in count] for a in count], 0)


@pytest.mark.parametrize("seed", range(40))
def test_equal_buffers_are_placed_as_well_as_trying_everything_does(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 6))
    kinds = rng.integers(0, 3, count)
    meets = rng.random((3, 3)) < 0.6
    problem = apart(
        [1 + int(kind) % 2 for kind in kinds],
        lambda a, b: a != b and meets[tuple(sorted((kinds[a], kinds[b])))],
    )
    offsets, proved = place(problem)
    assert proved
    assert holds(problem, offsets)
    assert height_of(problem, offsets) == brute_force(problem)


def test_equal_buffers_that_meet_around_a_ring_are_proved_minimal():
    """Two of each of five kinds: no three of the ten lie level, and no five meet."""
    problem = apart([16] * 10, lambda a, b: a != b and (a - b) % 5 in {0, 1, 4})
    offsets, proved = place(problem)
    assert (height_of(problem, offsets), proved) == (5 * 16, True)


def test_many_outputs_are_a_bound_of_their_own():
    """More live at the end than a table of all their orders could hold."""
    net = Net(np.random.default_rng(0))
    x = net.image((4, 4, 3))
    made = [net.conv(x, out_c=2 + n % 5, k=(1, 1)) for n in range(24)]
    graph, _, _ = setting(net.b.build([x], made), DSP)
    plan = plan_memory(graph, {})
    assert plan.bounds.overlap >= sum(-(-graph.tensors[t].nbytes // 16) * 16 for t in graph.outputs)


@pytest.mark.parametrize("seed", range(12))
def test_chains_that_are_not_looked_at_would_not_have_been_taken(seed, monkeypatch):
    graph, kernels, _ = setting(random_net(seed), DSP)
    plans = []
    for nothing_is_left_out in (False, True):
        if nothing_is_left_out:
            monkeypatch.setattr(pieces, "live_between", lambda *_: [0] * (len(graph.ops) + 1))
        plan = plan_with_chains(
            graph, kernels, lambda g, op: choose_kernel(g, op, DSP, "tinygen"), RULES["ram"]
        )
        plans.append((plan.buffers, [(c.first, c.last, c.lines) for c in plan.chains]))
    assert plans[0] == plans[1]
