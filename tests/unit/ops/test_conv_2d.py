"""CONV_2D against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder


def conv(rng, shape, out_c, k, stride=(1, 1), dilation=(1, 1), padding=0, act=0, groups=1,
         bias=True, per_channel=True):
    b = ModelBuilder()
    filter_c = shape[3] // groups
    x = b.tensor(shape, scale=0.05, zero_point=int(rng.integers(-128, 128)))
    scales = rng.uniform(0.001, 0.02, out_c if per_channel else 1)
    w = b.tensor([out_c, *k, filter_c], scale=scales,
                 data=rng.integers(-127, 128, (out_c, *k, filter_c)))
    inputs = [x, w]
    if bias:
        inputs.append(b.tensor([out_c], "int32", scale=0.05 * scales,
                               data=rng.integers(-3000, 3000, out_c)))
    size = []
    for n, window, s, d in zip(shape[1:3], k, stride, dilation, strict=True):
        eff = (window - 1) * d + 1
        size.append(-(-n // s) if padding == 0 else (n - eff) // s + 1)
    y = b.tensor([shape[0], *size, out_c], scale=0.4, zero_point=int(rng.integers(-128, 128)))
    o = schema.Conv2DOptionsT()
    o.padding, o.fusedActivationFunction = padding, act
    o.strideH, o.strideW = stride
    o.dilationHFactor, o.dilationWFactor = dilation
    b.op("CONV_2D", inputs, [y], o, version=3)
    return b.build([x], [y])


CASES = [
    dict(shape=(1, 8, 7, 3), out_c=5, k=(3, 3)),
    dict(shape=(1, 9, 9, 1), out_c=4, k=(10, 4), stride=(2, 2)),
    dict(shape=(1, 5, 6, 8), out_c=8, k=(1, 1), act=1),
    dict(shape=(1, 5, 6, 8), out_c=3, k=(1, 1), stride=(2, 2), act=3, padding=1),
    dict(shape=(1, 12, 11, 2), out_c=3, k=(3, 2), dilation=(2, 3), act=2),
    dict(shape=(2, 6, 6, 6), out_c=9, k=(3, 3), groups=3, padding=1),
    dict(shape=(1, 1, 20, 4), out_c=7, k=(1, 5), bias=False),
    dict(shape=(1, 6, 6, 3), out_c=4, k=(3, 3), per_channel=False, stride=(3, 1)),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_conv_2d_is_bit_exact(case, tmp_path):
    rng = np.random.default_rng(case)
    assert_bit_exact(conv(rng, **CASES[case]), tmp_path)
