"""SLICE and STRIDED_SLICE against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def strided(shape, begin, end, strides, out, **masks):
    o = schema.StridedSliceOptionsT()
    dtype = masks.pop("dtype", "int8")
    for name, value in masks.items():
        setattr(o, name, value)
    return single_op("STRIDED_SLICE", shape, out, [begin, end, strides], o, dtype=dtype)


def taken(shape, begin, size, dtype="int8", out=None):
    out = out or [s if n < 0 else n for n, s in zip(size, shape, strict=True)]
    return single_op("SLICE", shape, out, [begin, size], dtype=dtype)


CASES = {
    "slice rows": lambda: taken((1, 6, 5, 3), (0, 2, 0, 0), (1, 3, 5, 3)),
    "slice all ways": lambda: taken((3, 4, 5, 6), (1, 1, 2, 3), (2, 2, 2, 2)),
    "slice to the end": lambda: taken((3, 4), (0, 1), (-1, 3), out=[3, 3]),
    "slice rest": lambda: taken((3, 4), (0, 1), (3, -1), out=[3, 3]),
    "slice 5d float": lambda: taken((2, 2, 3, 2, 2), (0, 1, 1, 0, 1), (2, 1, 2, 2, 1), "float32"),
    "slice int32": lambda: taken((7,), (2,), (4,), "int32"),
    "slice int64 indices": lambda: single_op(
        "SLICE", (5, 4), (2, 4), [np.array([1, 0]), np.array([2, 4])]
    ),
    "every second": lambda: strided((4, 6), (0, 1), (4, 6), (2, 2), (2, 3)),
    "backwards": lambda: strided((4, 5), (3, 4), (0, 1), (-1, -2), (3, 2)),
    "backwards to the start": lambda: strided(
        (4, 5), (0, 0), (0, 0), (-1, -1), (4, 5), beginMask=3, endMask=3
    ),
    "from the back": lambda: strided((4, 5), (-3, -2), (-1, 99), (1, 1), (2, 2)),
    "shrink": lambda: strided((4, 5, 2), (1, 0, 0), (0, 5, 2), (1, 1, 1), (5, 2), shrinkAxisMask=1),
    "shrink last of the back": lambda: strided(
        (4, 5), (0, -1), (4, 0), (1, 1), (4,), shrinkAxisMask=2
    ),
    "shrink all": lambda: strided((4, 5), (2, 3), (3, 4), (1, 1), (), shrinkAxisMask=3),
    "masks": lambda: strided((4, 5, 3), (9, 1, 1), (0, 0, 3), (1, 1, 1), (4, 4, 2), beginMask=1,
                             endMask=3),
    "4d float": lambda: strided(
        (2, 5, 4, 3), (0, 4, 0, 2), (2, 0, 4, -9), (1, -2, 3, -1), (2, 2, 2, 3), dtype="float32"
    ),
    "int16": lambda: strided((9,), (1,), (8,), (3,), (3,), dtype="int16"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_slice_is_the_one_tflm_takes(name, tmp_path):
    assert_bit_exact(CASES[name](), tmp_path, count=3)


@pytest.mark.parametrize("seed", range(8))
def test_random_strided_slices_are_those_tflm_takes(seed, tmp_path):
    rng = np.random.default_rng(seed)
    while True:
        shape = tuple(int(n) for n in rng.integers(1, 7, 4))
        begin, end = rng.integers(-8, 9, 4).tolist(), rng.integers(-8, 9, 4).tolist()
        strides = rng.choice([-3, -2, -1, 1, 2, 3], 4).tolist()
        where = tuple(slice(*s) for s in zip(begin, end, strides, strict=True))
        out = np.empty(shape)[where].shape
        if min(out) > 0:
            break
    assert_bit_exact(strided(shape, begin, end, strides, out), tmp_path, count=3)


def computed_begin():
    b = ModelBuilder()
    x, begin, y = b.tensor([4], scale=0.1), b.tensor([1], "int32"), b.tensor([2], scale=0.1)
    b.op("SLICE", [x, begin, b.tensor([1], "int32", data=[2])], [y])
    return b.build([x, begin], [y])


REFUSED = {
    "takes 3 from 2 of 4 of axis 0": lambda: taken((4,), (2,), (3,)),
    "takes 2 from -1 of 4 of axis 0": lambda: taken((4,), (-1,), (2,)),
    "2 begins, 1 sizes": lambda: single_op("SLICE", (4,), (2,), [[0, 0], [2]]),
    "stride of axis 0 is 0": lambda: strided((4,), (0,), (4,), (0,), (4,)),
    "has an ellipsis, new axis or offset": lambda: strided(
        (4,), (0,), (4,), (1,), (4,), ellipsisMask=1
    ),
    "takes element 4 of 4 of axis 0": lambda: strided((4,), (4,), (5,), (1,), (), shrinkAxisMask=1),
    "takes element 2 of 4 of axis 0": lambda: strided(
        (4,), (2,), (1,), (-1,), (), shrinkAxisMask=1
    ),
    "output has shape [3], but [2] follows from the inputs": lambda: strided(
        (4,), (0,), (4,), (2,), (3,)
    ),
    "[1, 2] indices": lambda: strided((4, 4), (0, 0), (4, 4), (2,), (3,)),
    "has no options": lambda: single_op("STRIDED_SLICE", (4,), (4,), [[0], [4], [1]]),
    "begin is not constant": computed_begin,
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_sliced_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(REFUSED[message](), "m")
    assert str(error.value).endswith(message)
