"""CONCATENATION, PACK, SPLIT, SPLIT_V and UNPACK against the tflite-micro wheel."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

SCALED = {"scale": 0.1, "zero_point": -3}


def tensor(b, shape, dtype="int8", **more):
    return b.tensor(shape, dtype, **(SCALED if dtype == "int8" else {}), **more)


def concatenation(shapes, axis, dtype="int8", *, act=0, constant=None, twice=False, out=None):
    b = ModelBuilder()
    rng = np.random.default_rng(1)
    xs = [
        tensor(b, s, dtype, data=rng.integers(-9, 9, s) if n == constant else None)
        for n, s in enumerate(shapes)
    ]
    reads = [*xs, xs[0]] if twice else xs
    shape = list(shapes[0])
    shape[axis] = sum(shapes[xs.index(x)][axis] for x in reads)
    y = tensor(b, out or shape, dtype)
    o = schema.ConcatenationOptionsT()
    o.axis, o.fusedActivationFunction = axis, act
    b.op("CONCATENATION", reads, [y], o, version=2)
    return b.build([x for n, x in enumerate(xs) if n != constant], [y])


def pack(count, shape, axis, dtype="int8"):
    b = ModelBuilder()
    xs = [tensor(b, shape, dtype) for _ in range(count)]
    out = list(shape)
    out.insert(axis % (len(shape) + 1), count)
    y = tensor(b, out, dtype)
    o = schema.PackOptionsT()
    o.axis, o.valuesCount = axis, count
    b.op("PACK", xs, [y], o, version=2)
    return b.build(xs, [y])


def split(shape, axis, count, dtype="int8", read=None):
    b = ModelBuilder()
    x = tensor(b, shape, dtype)
    a = b.tensor([], "int32", data=axis)
    part = list(shape)
    part[axis] //= count
    ys = [tensor(b, part, dtype) for _ in range(count)]
    o = schema.SplitOptionsT()
    o.numSplits = count
    b.op("SPLIT", [a, x], ys, o, version=2)
    return b.build([x], ys if read is None else [ys[n] for n in read])


def split_v(shape, axis, sizes, dtype="int8", given=None):
    b = ModelBuilder()
    x = tensor(b, shape, dtype)
    s = b.tensor([len(sizes)], "int32", data=given or sizes)
    a = b.tensor([1], "int32", data=[axis])
    ys = []
    for size in sizes:
        part = list(shape)
        part[axis] = size
        ys.append(tensor(b, part, dtype))
    o = schema.SplitVOptionsT()
    o.numSplits = len(sizes)
    b.op("SPLIT_V", [x, s, a], ys, o, version=2)
    return b.build([x], ys)


def unpack(shape, axis, dtype="int8", num=None):
    b = ModelBuilder()
    x = tensor(b, shape, dtype)
    part = list(shape)
    del part[axis]
    ys = [tensor(b, part, dtype) for _ in range(shape[axis])]
    o = schema.UnpackOptionsT()
    o.axis, o.num = axis, shape[axis] if num is None else num
    b.op("UNPACK", [x], ys, o, version=2)
    return b.build([x], ys)


CASES = {
    "channels": lambda: concatenation([(1, 4, 3, 2), (1, 4, 3, 5), (1, 4, 3, 1)], -1),
    "rows": lambda: concatenation([(2, 4, 3), (2, 1, 3)], 1),
    "constant": lambda: concatenation([(2, 3), (2, 2)], 1, constant=1),
    "one tensor twice": lambda: concatenation([(2, 3), (2, 2)], 1, twice=True),
    "float": lambda: concatenation([(2, 3), (2, 2)], 1, "float32"),
    "int32": lambda: concatenation([(3,), (2,)], 0, "int32"),
    "int16": lambda: concatenation([(3, 1), (3, 2)], 1, "int16"),
    "10 inputs": lambda: concatenation([(1, n) for n in range(1, 11)], 1),
    "pack first": lambda: pack(3, (4, 5), 0),
    "pack last": lambda: pack(2, (4, 5), -1),
    "pack middle float": lambda: pack(3, (4, 5, 2), 1, "float32"),
    "split": lambda: split((2, 6, 4), 1, 3),
    "split, one part read": lambda: split((2, 6, 4), 1, 3, read=[1]),
    "split back float": lambda: split((2, 6, 4), -1, 2, "float32"),
    "split_v": lambda: split_v((2, 9, 3), 1, [1, 5, 3]),
    "split_v rest": lambda: split_v((2, 9), -1, [1, 5, 3], given=[1, -1, 3]),
    "split_v int32": lambda: split_v((7,), 0, [3, 4], "int32"),
    "unpack": lambda: unpack((3, 4, 2), 0),
    "unpack last": lambda: unpack((3, 4, 2), -1),
    "unpack int16": lambda: unpack((3, 4, 2), 1, "int16"),
}


@pytest.mark.parametrize("name", CASES)
def test_values_move_as_in_tflm(name, tmp_path):
    assert_bit_exact(CASES[name](), tmp_path, count=4)


REFUSED = {
    "has a fused activation": lambda: concatenation([(2, 3), (2, 2)], 1, act=1),
    "joins 11 tensors": lambda: concatenation([(1, 1)] * 11, 1),
    "values are uint8, not float32, int16, int32, int8": lambda: concatenation(
        [(2, 3)], 1, "uint8"
    ),
    "output has shape [2, 9], but [2, 5] follows from the inputs": lambda: concatenation(
        [(2, 3), (2, 2)], 1, out=[2, 9]
    ),
    "3 parts, 2 outputs": lambda: unpack((2, 4), 0, num=3),
    "parts of [4, 4] in 7": lambda: split_v((2, 7), 1, [4, 4]),
    "a tensor of 67108864 bytes is larger than 16777216": lambda: split((1 << 13, 1 << 13), 1, 1),
    "a tensor has 6 dimensions": lambda: split((1, 1, 1, 1, 1, 2), 5, 2),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_moved_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(REFUSED[message](), "m")
    assert str(error.value).endswith(message)


def test_concatenation_of_other_scales_is_refused_as_in_tflm():
    b = ModelBuilder()
    xs = [b.tensor([1, 2], scale=0.1), b.tensor([1, 2], scale=0.2)]
    y = b.tensor([1, 4], scale=0.1)
    o = schema.ConcatenationOptionsT()
    o.axis = 1
    b.op("CONCATENATION", xs, [y], o, version=2)
    with pytest.raises(ModelError, match="tensors 0 and 1 are quantized differently"):
        read_graph(b.build(xs, [y]), "m")
