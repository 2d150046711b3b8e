"""Equal channels are computed once, where the sums of their weights are int8."""

import numpy as np
import pytest

from tests.unit.optimize.test_surgery import Net, check
from tinygen.load.tflite import read_graph
from tinygen.optimize.surgery import operate


class Twins(Net):
    """A net in which some filters equal others, and weights are small enough to add."""

    def _change(self, back, change):
        """Change the data of the buffer that was added ``back`` buffers ago."""
        tensor = next(t for t in self.b.tensors if t.buffer == len(self.b.buffers) - back)
        dtype = np.int32 if tensor.type == 2 else np.int8
        data = np.frombuffer(self.b.buffers[-back].data, dtype).reshape(tensor.shape).copy()
        change(data)
        self.b.buffers[-back].data = np.frombuffer(data.tobytes(), np.uint8)
        return tensor

    def small(self, most=40):
        """Make the last op's weights small."""

        def shrink(data):
            np.copyto(data, data % most)

        self._change(2, shrink)
        return self

    def twin(self, pairs, axis=0):
        """Make the last op's filter ``b`` equal to ``a`` for (a, b) in ``pairs``."""
        for a, b in pairs:

            def copy(data, a=a, b=b):
                view = np.moveaxis(data, axis if data.ndim > 1 else 0, 0)
                view[b] = view[a]

            for back in (2, 1):
                tensor = self._change(back, copy)
                scale = list(tensor.quantization.scale)
                scale[b] = scale[a]
                tensor.quantization.scale = scale
        return self


def widths(graph):
    return [graph.tensors[op.outputs[0]].shape[-1] for op in graph.ops]


@pytest.mark.parametrize("k", [1, 3])
def test_equal_filters_are_computed_once(tmp_path, k):
    net = Twins(1).conv(8, k=3).twin([(1, 4), (1, 6), (2, 7)]).conv(5, k=k).small()
    _, smaller, savings = check(net.build(), tmp_path)
    assert widths(smaller) == [5, 5]
    assert [(s.rewrite, s.what) for s in savings] == [
        ("merge-channels", "3 channels that equal another")
    ]
    assert savings[0].macs == 36 * 3 * (27 + 5 * k * k)


def test_another_bias_or_scale_makes_another_filter():
    net = Twins(2).conv(6).twin([(0, 1), (2, 3), (4, 5)])

    def other_bias(data):
        data[1] += 1

    net._change(1, other_bias)
    scale = list(net.b.tensors[-3].quantization.scale)
    scale[3] *= 1.5
    net.b.tensors[-3].quantization.scale = scale
    net.conv(4).small()
    assert widths(operate(read_graph(net.build(), "net"))[0]) == [5, 4]


def test_sums_that_are_not_int8_keep_their_channels(tmp_path):
    net = Twins(3).conv(6).twin([(0, 3), (1, 4)]).conv(4).small(60)

    def large(data):
        data[2, ..., 1] = data[2, ..., 4] = 64

    net._change(2, large)
    _, smaller, _ = check(net.build(), tmp_path)
    assert widths(smaller) == [5, 4]


def test_a_sum_of_127_is_still_int8(tmp_path):
    net = Twins(4).conv(6).twin([(1, 4)]).conv(4).small(60)

    def most(data):
        data[2, ..., 1], data[2, ..., 4] = 64, 63

    net._change(2, most)
    _, smaller, _ = check(net.build(), tmp_path)
    assert widths(smaller) == [5, 4]


def test_equal_channels_are_followed_through_a_depthwise_op(tmp_path):
    net = Twins(5).conv(8).twin([(0, 1), (2, 3), (4, 5)])
    net.depthwise().twin([(0, 1), (2, 3), (6, 7)], axis=3).conv(5).small()
    _, smaller, _ = check(net.build(), tmp_path)
    assert widths(smaller) == [6, 6, 5]  # 4 and 5 differ after it, 6 and 7 before


def test_both_sides_of_an_add_must_be_equal(tmp_path):
    net = Twins(6).conv(8).twin([(0, 1), (2, 3)])
    skip = net.at
    net.conv(8, k=3).small().twin([(0, 1), (4, 5)]).add(skip).conv(5).small()
    _, smaller, _ = check(net.build(), tmp_path)
    assert widths(smaller) == [7, 7, 7, 5]


def test_filters_that_differ_only_on_equal_inputs_are_equal(tmp_path):
    net = Twins(7).conv(6).twin([(0, 5)]).conv(6).small(30)

    def shifted(data):
        data[3] = data[1]
        data[3, ..., 0] += 9
        data[3, ..., 5] -= 9

    net._change(2, shifted)

    def same_bias(data):
        data[3] = data[1]

    for back in (2, 1):
        tensor = net._change(back, same_bias if back == 1 else lambda _: None)
        scale = list(tensor.quantization.scale)
        scale[3] = scale[1]
        tensor.quantization.scale = scale
    net.conv(4).small(30)
    _, smaller, _ = check(net.build(), tmp_path)
    assert widths(smaller) == [5, 5, 4]


def test_equal_outputs_of_the_model_are_both_kept():
    graph = read_graph(Twins(8).conv(6).twin([(0, 1)]).build(), "net")
    assert operate(graph) == (graph, [])


@pytest.mark.parametrize("seed", range(20, 26))
def test_random_nets_with_twins_keep_every_bit(seed, tmp_path):
    rng = np.random.default_rng(seed)
    net = Twins(seed)

    def pairs():
        return [(int(a), int(b)) for a, b in rng.integers(0, 7, (3, 2)) if a != b]

    for _ in range(2):
        net.conv(7, k=int(rng.choice([1, 3]))).small(50).twin(pairs())
        skip = net.at
        net.depthwise().twin(pairs(), axis=3)
        net.add(skip) if rng.random() < 0.5 else None
    net.conv(3).small(50)
    check(net.build(), tmp_path)
