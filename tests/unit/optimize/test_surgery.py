"""Lossless surgery: what it removes, and that the C it leaves gives TFLM's outputs."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import random_inputs, run_graph_c, run_tflm
from tests.tflite_builder import ModelBuilder
from tinygen.load.tflite import read_graph
from tinygen.ops.cost import count_macs, count_weights
from tinygen.optimize.surgery import operate


class Net:
    """A chain of int8 layers with chosen filters set to zero."""

    def __init__(self, seed, channels=3, size=6):
        self.rng = np.random.default_rng(seed)
        self.b = ModelBuilder()
        self.shape = [1, size, size, channels]
        self.x = self.at = self.b.tensor(self.shape, scale=0.05, zero_point=3)

    def _weights(self, shape, axis, zero):
        data = self.rng.integers(-127, 128, shape)
        index = [slice(None)] * len(shape)
        index[axis] = zero
        data[tuple(index)] = 0
        scale = self.rng.uniform(0.002, 0.01, shape[axis])
        return self.b.tensor(shape, scale=scale, axis=axis, data=data), scale

    def _bias(self, scale, zero, value):
        data = self.rng.integers(-2000, 2000, len(scale))
        data[zero] = value
        return self.b.tensor([len(scale)], "int32", scale=scale * 0.05, data=data)

    def _output(self, shape, zero_point):
        self.shape = shape
        return self.b.tensor(shape, scale=0.05, zero_point=zero_point)

    def conv(self, out, *, k=1, zero=(), dead_value=-5000, zero_point=-128, unread=(), valid=False):
        """Add a CONV_2D with RELU; ``zero`` filters, ``unread`` input channels."""
        w, scale = self._weights([out, k, k, self.shape[3]], 0, list(zero))
        data = np.frombuffer(self.b.buffers[-1].data, np.int8).copy()
        data = data.reshape(out, k, k, self.shape[3])
        data[..., list(unread)] = 0
        self.b.buffers[-1].data = np.frombuffer(data.tobytes(), np.uint8)
        bias = self._bias(scale, list(zero), dead_value)
        size = [n - k + 1 if valid else n for n in self.shape[1:3]]
        y = self._output([1, *size, out], zero_point)
        o = schema.Conv2DOptionsT()
        o.padding = int(valid)
        o.strideH = o.strideW = o.dilationHFactor = o.dilationWFactor = 1
        o.fusedActivationFunction = 1
        self.b.op("CONV_2D", [self.at, w, bias], [y], o, version=3)
        self.at = y
        return self

    def depthwise(self, zero=(), zero_point=-128):
        """Add a 3x3 DEPTHWISE_CONV_2D with padding and RELU."""
        channels = self.shape[3]
        w, scale = self._weights([1, 3, 3, channels], 3, list(zero))
        bias = self._bias(scale, list(zero), 900)
        y = self._output(list(self.shape), zero_point)
        o = schema.DepthwiseConv2DOptionsT()
        o.strideH = o.strideW = o.dilationHFactor = o.dilationWFactor = o.depthMultiplier = 1
        o.fusedActivationFunction = 1
        self.b.op("DEPTHWISE_CONV_2D", [self.at, w, bias], [y], o, version=3)
        self.at = y
        return self

    def add(self, other):
        """Add an ADD with tensor ``other`` of the same shape."""
        y = self._output(list(self.shape), 5)
        self.b.op("ADD", [self.at, other], [y], schema.AddOptionsT(), version=2)
        self.at = y
        return self

    def pad(self, rows, columns):
        """Add a PAD of (before, after) rows and columns."""
        paddings = np.array([[0, 0], rows, columns, [0, 0]])
        wide = [a + sum(p) for a, p in zip(self.shape, paddings.tolist(), strict=True)]
        zero_point = self.b.tensors[self.at].quantization.zeroPoint[0]
        table = self.b.tensor([4, 2], "int32", data=paddings)
        y = self._output(wide, zero_point)
        self.b.op("PAD", [self.at, table], [y], schema.PadOptionsT())
        self.at = y
        return self

    def build(self):
        return self.b.build([self.x], [self.at])


def check(content, folder):
    """Assert that the rewritten graph's C equals TFLM's outputs of the original."""
    graph = read_graph(content, "net")
    smaller, savings = operate(graph)
    inputs = random_inputs(content, 5)
    for a, b in zip(run_tflm(content, inputs), run_graph_c(smaller, inputs, folder), strict=True):
        np.testing.assert_array_equal(a[0], b[0])
    return graph, smaller, savings


def test_zero_filters_and_what_only_they_feed_are_removed(tmp_path):
    net = Net(1).conv(8, zero=[1, 2, 5]).depthwise().conv(4).conv(3)
    graph, smaller, savings = check(net.build(), tmp_path)
    widths = [smaller.tensors[op.outputs[0]].shape[-1] for op in smaller.ops]
    assert widths == [5, 5, 4, 3]
    assert [s.rewrite for s in savings] == ["remove-channels"]
    assert savings[0].macs == count_macs(graph) - count_macs(smaller) > 0
    assert savings[0].weights_bytes == count_weights(graph) - count_weights(smaller)


def test_a_constant_away_from_the_zero_point_stays_before_padding(tmp_path):
    net = Net(2).conv(6, zero=[0, 3], dead_value=4000).depthwise().conv(3)
    _, smaller, _ = check(net.build(), tmp_path)
    assert smaller.tensors[smaller.ops[0].outputs[0]].shape[-1] == 6


def test_a_constant_folds_into_the_bias_where_nothing_is_padded(tmp_path):
    net = Net(3).conv(6, zero=[0, 3], dead_value=4000).conv(3)
    _, smaller, _ = check(net.build(), tmp_path)
    assert smaller.tensors[smaller.ops[0].outputs[0]].shape[-1] == 4


def test_channels_that_nobody_reads_are_not_computed(tmp_path):
    net = Net(4).conv(8).depthwise().conv(4, unread=[2, 7])
    _, smaller, _ = check(net.build(), tmp_path)
    assert [smaller.tensors[op.outputs[0]].shape[-1] for op in smaller.ops] == [6, 6, 4]


def test_a_branch_that_meets_again_is_cut_alike(tmp_path):
    net = Net(5).conv(8, zero=[4])
    skip = net.at
    net.conv(8, k=3, zero=[4, 6]).add(skip).conv(4, unread=[4])
    check(net.build(), tmp_path)


def test_a_constant_stays_before_padding_on_one_side_only(tmp_path):
    net = Net(8).conv(6, zero=[2], dead_value=4000).pad((1, 0), (0, 0)).conv(3, k=2, valid=True)
    _, smaller, _ = check(net.build(), tmp_path)
    assert smaller.tensors[smaller.ops[0].outputs[0]].shape[-1] == 6


@pytest.mark.parametrize("valid", [True, False])
def test_a_pad_becomes_padding_of_the_convolution(valid, tmp_path):
    net = Net(7).pad((0, 1), (2, 1)).conv(5, k=3, valid=valid).conv(3)
    _, smaller, savings = check(net.build(), tmp_path)
    assert [op.name for op in smaller.ops] == ["CONV_2D", "CONV_2D"]
    assert [s.rewrite for s in savings] == ["fold-padding"]


@pytest.mark.parametrize("seed", range(10, 16))
def test_random_nets_keep_every_bit(seed, tmp_path):
    rng = np.random.default_rng(seed)
    net = Net(seed)
    for _ in range(3):
        zero = np.nonzero(rng.random(7) < 0.4)[0]
        net.conv(7, k=int(rng.choice([1, 3])), zero=zero, dead_value=int(rng.integers(-4000, 4000)))
        net.depthwise(zero=np.nonzero(rng.random(7) < 0.3)[0])
    net.conv(3)
    check(net.build(), tmp_path)


def test_a_model_with_all_its_channels_in_use_is_left_alone():
    graph = read_graph(Net(6).conv(5).conv(3).build(), "net")
    smaller, savings = operate(graph)
    assert smaller is graph
    assert savings == []


def test_visual_wake_words_loses_half_its_work(models_dir):
    content = (models_dir / "vww_96_int8.tflite").read_bytes()
    graph = read_graph(content, "vww")
    smaller, _ = operate(graph)
    assert count_macs(graph) == 7_489_664
    assert count_macs(smaller) <= 3_740_000
    assert count_weights(smaller) <= 30_000
