"""Tensors that are parts of others: ops that join, split and slice have nothing to copy."""

import pytest

from tests.unit.plan.part_nets import Parts, random_parts
from tests.unit.plan.test_chain import DSP, PORTABLE, assert_exact, setting
from tinygen.emit.kernels import choose_kernel
from tinygen.plan.choose import RULES, plan_with_chains
from tinygen.plan.layout import plan_memory
from tinygen.plan.units import needed_kernels


def planned(content, target=PORTABLE, *, parts=True):
    """Return graph, plan, and the kernels that are left."""
    graph, kernels, _ = setting(content, target)
    scratch = {n: k.scratch_bytes for n, k in enumerate(kernels) if k}
    overlaps = {n: k.overlap for n, k in enumerate(kernels) if k}
    in_place = [n for n, k in enumerate(kernels) if k and k.in_place]
    plan = plan_memory(graph, scratch, overlaps, (), in_place, parts=parts)
    return graph, plan, needed_kernels(kernels, plan)


def freed(net, inputs, outputs, folder):
    """Return plan and calls left out, by the op's name and number, of an exact net."""
    content = net.b.build(inputs, outputs)
    graph, plan, kernels = planned(content)
    assert_exact(content, graph, kernels, plan, folder)
    return plan, {f"{graph.ops[n].name} {n}": sorted(calls) for n, calls in plan.free.items()}


@pytest.mark.parametrize("seed", [*range(16), 35])
def test_random_nets_are_exact(seed, tmp_path):
    content = random_parts(seed)
    graph, plan, kernels = planned(content, DSP if seed % 3 else PORTABLE)
    assert_exact(content, graph, kernels, plan, tmp_path, count=3)


def test_random_nets_copy_a_third_less_and_are_smaller():
    arenas, calls, left = [0, 0], 0, 0
    for seed in range(24):
        graph, kernels, choose = setting(random_parts(seed), PORTABLE)
        arenas[0] += planned(random_parts(seed), parts=False)[1].arena_bytes
        plan = plan_with_chains(graph, kernels, choose, RULES["speed"])
        arenas[1] += plan.arena_bytes
        calls += sum(len(k.calls) for k in kernels if k and k.name == "tg_copy_strided")
        left += sum(len(numbers) for numbers in plan.free.values())
    assert arenas[1] < 0.9 * arenas[0]
    assert left > calls / 3


def test_inputs_of_a_concatenation_are_written_into_it(tmp_path):
    net = Parts()
    x = net.tensor(1, 32)
    y = net.join(net.act(x), net.act(x))
    plan, free = freed(net, [x], [net.act(y)], tmp_path)
    assert free == {"CONCATENATION 2": [0, 1]}
    assert plan.arena_bytes == 64  # the second half takes the place of the input


def test_parts_of_a_split_are_where_the_whole_is(tmp_path):
    net = Parts()
    x = net.tensor(1, 64)
    one, other = net.split(net.act(x), 2)
    plan, free = freed(net, [x], [net.act(one), net.act(other)], tmp_path)
    assert free == {"SPLIT 1": [0, 1]}
    assert plan.arena_bytes == 96  # 128 with copies


@pytest.mark.parametrize("kind", ["slice", "strided_slice"])
def test_a_slice_is_where_the_whole_is(kind, tmp_path):
    net = Parts()
    x = net.tensor(1, 64)
    y = getattr(net, kind)(net.act(x), 12, 20)
    plan, free = freed(net, [x], [net.act(y)], tmp_path)
    assert list(free.values()) == [[0]]
    assert plan.tensor_offsets[y] == plan.tensor_offsets[net.b.ops[0].outputs[0]] + 12


def test_rows_are_packed_and_unpacked_without_a_copy(tmp_path):
    net = Parts()
    x = net.tensor(1, 48)
    one, two, three = net.unpack(net.act(x), 3)
    y = net.pack(net.act(three), net.act(two), net.act(one))
    _, free = freed(net, [x], [net.act(y)], tmp_path)
    assert sorted(free.values()) == [[0, 1, 2], [0, 1, 2]]


def test_what_is_split_and_joined_again_is_not_moved(tmp_path):
    net = Parts()
    x = net.tensor(1, 64)
    y = net.join(*net.split(net.act(x), 4))
    plan, free = freed(net, [x], [net.act(y)], tmp_path)
    assert free == {"SPLIT 1": [0, 1, 2, 3], "CONCATENATION 2": [0, 1, 2, 3]}
    assert plan.arena_bytes == 64


def test_of_halves_that_change_places_one_is_copied(tmp_path):
    net = Parts()
    x = net.tensor(1, 64)
    one, other = net.split(net.act(x), 2)
    _, free = freed(net, [x], [net.act(net.join(other, one))], tmp_path)
    assert free == {"SPLIT 1": [0, 1], "CONCATENATION 2": [0]}


def test_a_concatenation_lies_in_another(tmp_path):
    net = Parts()
    x = net.tensor(1, 16)
    y = net.join(net.act(x), net.act(x))
    z = net.join(net.act(x), y, net.act(x))
    plan, free = freed(net, [x], [net.act(z), net.act(y)], tmp_path)
    assert free == {"CONCATENATION 2": [0, 1], "CONCATENATION 5": [0, 1, 2]}
    assert plan.tensor_offsets[y] == plan.tensor_offsets[z] + 16


def test_an_input_that_comes_twice_is_copied_once(tmp_path):
    net = Parts()
    x = net.tensor(1, 32)
    y = net.act(x)
    _, free = freed(net, [x], [net.act(net.join(y, y))], tmp_path)
    assert free == {"CONCATENATION 1": [0]}


def test_a_constant_is_copied(tmp_path):
    net = Parts()
    x = net.tensor(1, 32)
    y = net.join(net.constant(32), net.act(x))
    _, free = freed(net, [x], [net.act(y)], tmp_path)
    assert free == {"CONCATENATION 1": [1]}


def test_a_tensor_is_part_of_one_concatenation_only(tmp_path):
    net = Parts()
    x = net.tensor(1, 32)
    one, two, three = net.act(x), net.act(x), net.act(x)
    outputs = [net.act(net.join(one, two)), net.act(net.join(two, three))]
    _, free = freed(net, [x], outputs, tmp_path)
    assert free == {"CONCATENATION 3": [0, 1], "CONCATENATION 5": [0, 1]}  # they overlap


def test_a_tensor_in_the_middle_of_one_concatenation_is_copied_to_the_other(tmp_path):
    net = Parts()
    x = net.tensor(1, 32)
    one, two, three = net.act(x), net.act(x), net.act(x)
    joined = net.join(one, two, three), net.join(three, two, one)
    _, free = freed(net, [x], [net.act(t) for t in joined], tmp_path)
    assert free == {"CONCATENATION 3": [0, 1, 2], "CONCATENATION 4": [0]}


def test_parts_that_no_word_begins_with_are_copied(tmp_path):
    net = Parts()
    x = net.tensor(1, 6)
    y = net.join(net.act(x), net.act(x), net.act(x))
    _, free = freed(net, [x], [net.act(y)], tmp_path)
    assert free == {"CONCATENATION 3": [0, 2]}


def test_inputs_and_outputs_of_the_model_stay_aligned(tmp_path):
    net = Parts()
    x, z = net.tensor(1, 8), net.tensor(1, 8)
    plan, free = freed(net, [x, z], [net.act(net.join(x, z))], tmp_path)
    assert free == {"CONCATENATION 0": [0]}
    assert plan.tensor_offsets[z] % 16 == 0


def test_a_joined_tensor_that_is_an_output_is_written_in_parts(tmp_path):
    net = Parts()
    x, z = net.tensor(1, 16), net.tensor(1, 16)
    plan, free = freed(net, [x, z], [net.join(x, z)], tmp_path)
    assert free == {"CONCATENATION 0": [0, 1]}
    assert plan.arena_bytes == 32


def test_parts_of_a_chain_that_runs_by_rows_are_exact(tmp_path):
    for seed in (3, 6, 17):
        content = random_parts(seed)
        graph, kernels, _ = setting(content, DSP)
        plan = plan_with_chains(
            graph, kernels, lambda g, op: choose_kernel(g, op, DSP, "tinygen"), RULES["ram"]
        )
        assert_exact(content, graph, needed_kernels(kernels, plan), plan, tmp_path)
