"""PAD and PADV2 against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def pad(shape, paddings, dtype="int8", out=None, **more):
    out = out or [b + n + a for n, (b, a) in zip(shape, paddings, strict=True)]
    return single_op("PAD", shape, out, [paddings], dtype=dtype, **more)


def padv2(shape, paddings, value, dtype="int8", scale=0.1):
    b = ModelBuilder()
    how = {"zero_point": 5} if dtype == "int8" else {}
    x = b.tensor(shape, dtype, scale=0.1 if how else None, **how)
    p = b.tensor([len(shape), 2], "int32", data=paddings)
    v = b.tensor([], dtype, scale=scale if how else None, data=value, **how)
    out = [before + n + after for n, (before, after) in zip(shape, paddings, strict=True)]
    y = b.tensor(out, dtype, scale=0.1 if how else None, **how)
    b.op("PADV2", [x, p, v], [y], version=2)
    return b.build([x], [y])


AROUND = [(0, 0), (1, 2), (3, 0), (0, 0)]

CASES = {
    "image": lambda: pad((2, 3, 4, 5), AROUND),
    "image, lowest zero point": lambda: pad((1, 3, 4, 5), AROUND, zero_point=-128),
    "image, other scale": lambda: pad((1, 3, 4, 5), AROUND, scales=(0.1, 0.3)),
    "all ways": lambda: pad((2, 3, 4), [(1, 0), (0, 2), (1, 1)]),
    "5d": lambda: pad((2, 1, 2, 2, 3), [(1, 0), (0, 1), (1, 1), (0, 0), (2, 1)]),
    "nothing": lambda: pad((2, 3), [(0, 0), (0, 0)]),
    "float": lambda: pad((2, 3), [(1, 0), (0, 2)], "float32"),
    "int16": lambda: pad((2, 3), [(1, 0), (0, 2)], "int16"),
    "int32": lambda: pad((4,), [(1, 2)], "int32"),
    "value": lambda: padv2((1, 3, 4, 2), AROUND, -77),
    "value float": lambda: padv2((3, 2), [(1, 1), (2, 0)], -2.5, "float32"),
    "value int32": lambda: padv2((3, 2), [(1, 1), (2, 0)], -100000, "int32"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_border_is_the_one_tflm_makes(name, tmp_path):
    assert_bit_exact(CASES[name](), tmp_path, count=3)


REFUSED = {
    "2 paddings in 2-D": lambda: pad((2, 2), [(0, 1)], out=[2, 3]),
    "a padding is negative": lambda: pad((4,), [(-1, 0)]),
    "output has shape [9], but [5] follows from the inputs": lambda: pad((4,), [(1, 0)], out=[9]),
    "paddings is int64, not int32": lambda: single_op("PAD", (4,), (5,), [np.array([[1, 0]])]),
    "tensors 2 and 3 are quantized differently": lambda: padv2((4,), [(1, 0)], 3, scale=0.2),
    "has 1 inputs and 1 outputs": lambda: single_op("PAD", (4,), (4,)),
}


@pytest.mark.parametrize("message", REFUSED)
def test_a_damaged_padding_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(REFUSED[message](), "m")
    assert str(error.value).endswith(message)
