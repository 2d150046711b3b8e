"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def reduce(name, shape, axes, keep=False, *, scales=(0.05, 0.05), zero_points=(3, 3), out=None):
    b = ModelBuilder()
    x = b.tensor(shape, scale=scales[0], zero_point=zero_points[0])
    axis = b.tensor([len(axes)], "int32", data=axes)
    left = {a % len(shape) for a in axes}
    kept = [1 if n in left else s for n, s in enumerate(shape) if keep or n not in left]
    y = b.tensor(kept if out is None else out, scale=scales[1], zero_point=zero_points[1])
    o = schema.ReducerOptionsT()
    o.keepDims = keep
    b.op(name, [x, axis], [y], o, version=2)
    return b.build([x], [y])


SHAPES = [
    ((1, 7, 5, 9), (1, 2), False),
    ((1, 7, 5, 9), (2, 1), True),
    ((2, 3, 4, 5), (0, 2), False),
    ((2, 3, 4, 5), (-1, 1, 1), False),
    ((2, 3, 4, 5), (0, 1, 2, 3), False),
    ((4, 1, 6), (1,), True),
    ((17,), (0,), True),
    ((2, 3, 2, 3, 2, 3), (1, 3, 5), False),
    ((1, 64, 48, 3), (1, 2), False),
]


@pytest.mark.parametrize(("shape", "axes", "keep"), SHAPES)
@pytest.mark.parametrize("name", ["REDUCE_MAX", "REDUCE_MIN"])
def test_extremes_are_bit_exact(name, shape, axes, keep, tmp_path):
    assert_bit_exact(reduce(name, shape, axes, keep), tmp_path)


@pytest.mark.parametrize(("shape", "axes", "keep"), SHAPES)
@pytest.mark.parametrize("name", ["MEAN", "SUM"])
def test_sums_are_bit_exact_with_equal_and_other_scales(name, shape, axes, keep, tmp_path):
    assert_bit_exact(reduce(name, shape, axes, keep), tmp_path)
    rng = np.random.default_rng(len(shape))
    scales = (0.05, float(rng.uniform(0.002, 2)))
    zero_points = tuple(int(z) for z in rng.integers(-128, 128, 2))
    assert_bit_exact(
        reduce(name, shape, axes, keep, scales=scales, zero_points=zero_points), tmp_path
    )


@pytest.mark.parametrize("scales", [(1e-9, 1.0), (1e-20, 1.0), (3e4, 0.001), (0.7, 0.3)])
@pytest.mark.parametrize("name", ["MEAN", "SUM"])
def test_sums_are_bit_exact_at_extreme_scales(name, scales, tmp_path):
    assert_bit_exact(
        reduce(name, (1, 31, 3), (1,), scales=scales, zero_points=(-128, 127)), tmp_path
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(axes=(4,), out=[1]), "op 0 (MEAN, version 2): axis 4 in 4 dimensions"),
        (
            dict(axes=(1, 2), out=[9]),
            "op 0 (MEAN, version 2): output has shape [9], but [1, 9] follows from the inputs",
        ),
        (
            dict(axes=(1,), scales=(1e20, 1e-9)),
            "op 0 (MEAN, version 2): scales give a multiplier of 1e+29",
        ),
    ],
)
def test_a_damaged_reduction_is_refused(change, message):
    with pytest.raises(ModelError) as error:
        read_graph(reduce("MEAN", (1, 7, 5, 9), **change), "m")
    assert str(error.value) == message


def test_a_maximum_with_other_scales_is_refused_as_in_tflm():
    with pytest.raises(ModelError, match="tensors 0 and 2 are quantized differently"):
        read_graph(reduce("REDUCE_MAX", (2, 3), (1,), scales=(0.1, 0.2)), "m")
