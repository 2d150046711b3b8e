"""Ops that work exactly in place: one buffer for input and output, and exact results."""

import numpy as np
import pytest

from tests.unit.plan.random_nets import Net
from tests.unit.plan.test_chain import DSP, assert_exact, setting
from tinygen.plan.layout import plan_memory


def depthwise(net, x):
    return net.conv(x, "DEPTHWISE_CONV_2D", k=(3, 3), act=int(net.rng.integers(0, 2)))


def planned(graph, kernels):
    scratch = {n: k.scratch_bytes for n, k in enumerate(kernels)}
    overlaps = {n: k.overlap for n, k in enumerate(kernels)}
    in_place = [n for n, k in enumerate(kernels) if k.in_place]
    return plan_memory(graph, scratch, overlaps, (), in_place)


@pytest.mark.parametrize(
    "shape", [(30, 5, 6), (15, 16, 8), (14, 15, 4), (1, 1, 7), (2, 6, 5), (29, 3, 13)]
)
def test_a_depthwise_convolution_takes_the_place_of_its_input(shape, tmp_path):
    net = Net(np.random.default_rng(sum(shape)))
    x = net.image(shape)
    y = depthwise(net, depthwise(net, x))
    content = net.b.build([x], [y])
    graph, kernels, _ = setting(content, DSP)
    plan = planned(graph, kernels)
    assert len(set(plan.tensor_offsets.values())) == 1
    assert_exact(content, graph, kernels, plan, tmp_path)


def test_an_input_that_is_read_later_keeps_its_place(tmp_path):
    net = Net(np.random.default_rng(3))
    x = net.image((9, 6, 8))
    content = net.b.build([x], [net.add(depthwise(net, x), x)])
    graph, kernels, _ = setting(content, DSP)
    plan = planned(graph, kernels)
    assert kernels[0].in_place
    assert plan.tensor_offsets[graph.ops[0].outputs[0]] != plan.tensor_offsets[x]
    assert_exact(content, graph, kernels, plan, tmp_path)


def test_an_output_of_the_model_is_not_overwritten():
    net = Net(np.random.default_rng(4))
    x = net.image((9, 6, 8))
    y = depthwise(net, x)
    graph, kernels, _ = setting(net.b.build([x], [y, depthwise(net, y)]), DSP)
    offsets = planned(graph, kernels).tensor_offsets
    assert offsets[y] == offsets[x]
    assert offsets[graph.outputs[1]] != offsets[y]
