"""Convolutions that write their channels where they are joined."""

import numpy as np
import pytest

from tests.unit.plan.joined_images import Branches, random_joins
from tests.unit.plan.test_chain import DSP, PORTABLE, assert_exact, setting
from tinygen.core import Core
from tinygen.emit.kernels import choose_kernel
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.plan.assign import Memory
from tinygen.plan.choose import RULES, plan_with_chains
from tinygen.plan.layout import plan_memory
from tinygen.plan.regions import place_in_regions
from tinygen.plan.strided import strided_kernels
from tinygen.plan.units import needed_kernels


def planned(content, target=DSP, library="tinygen"):
    """Return the plan with convolutions that write in place, the one without, and kernels."""
    graph = read_graph(content, "net")

    def choose(some, op):
        return choose_kernel(some, op, target, library)

    kernels = [choose(graph, op) for op in graph.ops]
    scratch = {n: k.scratch_bytes for n, k in enumerate(kernels) if k}
    overlaps = {n: k.overlap for n, k in enumerate(kernels) if k}
    strided = strided_kernels(graph, kernels, choose)
    plan = plan_memory(graph, scratch, overlaps, parts=True, strided=strided)
    copying = plan_memory(graph, scratch, overlaps)
    return graph, plan, copying, needed_kernels(kernels, plan)


def writers(content, folder=None):
    """Return the positions of ops that write into another tensor; the plan's code is exact."""
    graph, plan, _, kernels = planned(content)
    if folder:
        assert_exact(content, graph, kernels, plan, folder)
    return sorted(plan.kernels)


@pytest.mark.parametrize("seed", range(12))
def test_random_joins_are_exact(seed, tmp_path):
    content = random_joins(seed)
    target = (DSP, "tinygen") if seed % 3 else (PORTABLE, "reference")
    graph, plan, _, kernels = planned(content, *target)
    assert_exact(content, graph, kernels, plan, tmp_path)


@pytest.mark.parametrize("seed", range(12, 18))
def test_random_joins_that_are_planned_by_rows_are_exact(seed, tmp_path):
    content = random_joins(seed)
    graph, kernels, _ = setting(content, DSP)
    rules = RULES["ram" if seed % 2 else "balanced"]
    plan = plan_with_chains(
        graph, kernels, lambda g, op: choose_kernel(g, op, DSP, "tinygen"), rules
    )
    assert_exact(content, graph, needed_kernels(kernels, plan), plan, tmp_path)


def test_a_fire_module_copies_nothing_and_needs_a_third_less(tmp_path):
    net = Branches(np.random.default_rng(1))
    x = net.image((12, 12, 8))
    content = net.b.build([x], [net.fire(x, 8, 16)])
    graph, plan, copying, kernels = planned(content)
    assert [kernel is None for kernel in kernels] == [False, False, False, True]
    out = plan.tensor_offsets[graph.outputs[0]]
    assert plan.tensor_offsets[graph.ops[1].outputs[0]] == out
    assert plan.tensor_offsets[graph.ops[2].outputs[0]] == out + 16
    image = 12 * 12 * 8
    assert copying.arena_bytes >= 8 * image
    assert plan.arena_bytes <= 5 * image + kernels[2].scratch_bytes + 32
    assert_exact(content, graph, kernels, plan, tmp_path)


def test_a_dense_block_copies_what_it_had_only(tmp_path):
    net = Branches(np.random.default_rng(2))
    x = first = net.image((9, 8, 6))
    for _ in range(3):
        x = net.dense(x, 5)
    content = net.b.build([first], [x])
    graph, plan, _, kernels = planned(content)
    assert [graph.ops[n].name for n in sorted(plan.kernels)] == ["CONV_2D"] * 3
    joins = [k for k in kernels if k and k.name == "tg_copy_strided"]
    assert [len(k.calls) for k in joins] == [1, 1, 1]
    assert joins[0].why == "1 of 2 parts need no copy"
    assert_exact(content, graph, kernels, plan, tmp_path)


def test_what_others_read_is_copied(tmp_path):
    net = Branches(np.random.default_rng(3))
    x = net.image((6, 6, 4))
    a, b = (net.conv(x, out_c=8, k=(1, 1)) for _ in range(2))
    content = net.b.build([x], [net.join(a, b), net.pointwise(b)])
    assert writers(content, tmp_path) == [0]


def test_an_output_of_the_model_is_copied(tmp_path):
    net = Branches(np.random.default_rng(4))
    x = net.image((6, 6, 4))
    a, b = (net.conv(x, out_c=8, k=(1, 1)) for _ in range(2))
    assert writers(net.b.build([x], [net.join(a, b), a]), tmp_path) == [1]


def test_what_is_joined_twice_is_copied(tmp_path):
    net = Branches(np.random.default_rng(5))
    x = net.image((6, 6, 4))
    a, b = (net.conv(x, out_c=8, k=(1, 1)) for _ in range(2))
    assert writers(net.b.build([x], [net.join(a, b, a)]), tmp_path) == [1]


def test_a_join_of_joins_copies_the_inner_one(tmp_path):
    net = Branches(np.random.default_rng(6))
    x = net.image((6, 6, 4))
    a, b, c = (net.conv(x, out_c=8, k=(1, 1)) for _ in range(3))
    content = net.b.build([x], [net.join(net.join(a, b), c)])
    assert writers(content, tmp_path) == [0, 1, 2]


def test_a_kernel_that_writes_pixels_side_by_side_only_is_kept():
    net = Branches(np.random.default_rng(7))
    x = net.image((6, 6, 4))
    content = net.b.build([x], [net.fire(x, 4, 8)])
    _, plan, _, kernels = planned(content, Target(Core("cortex-m4", dsp=True)), "cmsis-nn")
    assert kernels[1].name.startswith("arm_")
    assert plan.kernels == {}
    assert plan.free == {}


def test_parts_move_together_to_another_memory():
    net = Branches(np.random.default_rng(9))
    x = net.image((12, 12, 8))
    content = net.b.build([x], [net.mean(net.fire(x, 8, 16), keep_dims=False)])
    graph, plan, _, _ = planned(content)
    memories = [Memory("FAST", 2048, 1, dma=False), Memory("SLOW", 8192, 4, dma=True)]
    found = place_in_regions(graph, plan, memories)
    assert found is not None
    assert len(found.regions) == 2
    one, three, joined = (found.tensor_offsets[graph.ops[n].outputs[0]] for n in (1, 2, 3))
    assert (one, three) == (joined, joined + 16)


@pytest.mark.parametrize("seed", [3, 6, 11, 20, 21])
def test_a_larger_arena_is_not_taken(seed):
    content = random_joins(seed)
    graph, kernels, _ = setting(content, DSP)
    plan = plan_with_chains(
        graph, kernels, lambda g, op: choose_kernel(g, op, DSP, "tinygen"), RULES["speed"]
    )
    _, parts, copying, _ = planned(content)
    assert plan.arena_bytes <= copying.arena_bytes < parts.arena_bytes
