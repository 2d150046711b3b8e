"""FULLY_CONNECTED against the tflite-micro wheel, in numpy and in C."""

from dataclasses import dataclass

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder

NONE, RELU, RELU_N1_TO_1, RELU6 = range(4)


@dataclass
class Dense:
    """``spread`` scales the output: far below 1 saturates, far above flattens."""

    shape: tuple[int, ...]
    out_c: int = 5
    depth: int = 0  # 0: the last dimension
    out_shape: tuple[int, ...] = ()  # (): [rows, out_c]
    act: int = NONE
    bias: bool = True
    per_channel: bool = False
    computed: bool = False
    weights_zero_point: int = 0
    spread: float = 1.0
    zero_points: tuple[int, int] = (3, -5)
    bias_range: int = 3000
    in_scale: float = 0.05
    has_options: bool = True


def model(rng, dense) -> bytes:
    b = ModelBuilder()
    depth = dense.depth or dense.shape[-1]
    rows = int(np.prod(dense.shape)) // depth
    scales = rng.uniform(0.001, 0.02, dense.out_c if dense.per_channel else 1)
    out_scale = dense.spread * dense.in_scale * float(scales.mean()) * 60 * depth**0.5
    x = b.tensor(dense.shape, scale=dense.in_scale, zero_point=dense.zero_points[0])
    values = rng.integers(-127, 128, (dense.out_c, depth))
    w = b.tensor(
        values.shape,
        scale=scales,
        zero_point=dense.weights_zero_point,
        data=None if dense.computed else values,
    )
    inputs = [x, w, -1]
    if dense.bias:
        bias = rng.integers(-dense.bias_range, dense.bias_range, dense.out_c)
        inputs[2] = b.tensor([dense.out_c], "int32", scale=dense.in_scale * scales, data=bias)
    y = b.tensor(
        dense.out_shape or (rows, dense.out_c), scale=out_scale, zero_point=dense.zero_points[1]
    )
    o = schema.FullyConnectedOptionsT()
    o.fusedActivationFunction, o.keepNumDims = dense.act, bool(dense.out_shape)
    b.op("FULLY_CONNECTED", inputs, [y], o if dense.has_options else None, version=4)
    return b.build([x, w] if dense.computed else [x], [y])


CASES = [
    Dense((1, 16)),
    Dense((3, 17), act=RELU),
    Dense((1, 4, 4, 3), depth=48, act=RELU6),
    Dense((2, 3, 7), out_shape=(2, 3, 5)),
    Dense((2, 6), depth=4, act=RELU_N1_TO_1),
    Dense((9,)),
    Dense((2, 640), out_c=1, per_channel=True),
    Dense((2, 33), per_channel=True, bias=False),
    Dense((4, 8), computed=True, weights_zero_point=-128, bias=False),
    Dense((4, 8), computed=True, weights_zero_point=127),
    Dense((2, 8), weights_zero_point=-7),
    Dense((2, 8), has_options=False),
    Dense((2, 20), spread=1e-4, zero_points=(127, -128)),
    Dense((2, 20), spread=1e-7, zero_points=(-128, 127), bias_range=1 << 31),
    Dense((2, 20), spread=1e-9, zero_points=(-128, 127), bias=False),
    Dense((2, 20), spread=1e-8, per_channel=True, bias_range=1 << 31),
    Dense((2, 20), spread=1e8),
    Dense((1, 8), in_scale=1e-38, bias=False),  # the product of scales is subnormal
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_fully_connected_is_bit_exact(case, tmp_path):
    rng = np.random.default_rng(case)
    assert_bit_exact(model(rng, CASES[case]), tmp_path)


@pytest.mark.parametrize("seed", range(16))
def test_random_fully_connected_is_bit_exact(seed, tmp_path):
    rng = np.random.default_rng(4000 + seed)
    dense = Dense(
        shape=(int(rng.integers(1, 40)), int(rng.integers(1, 200))),
        out_c=int(rng.integers(1, 40)),
        act=int(rng.integers(0, 4)),
        bias=bool(rng.integers(0, 2)),
        per_channel=bool(rng.integers(0, 2)),
        spread=float(rng.uniform(0.2, 3)),
        zero_points=tuple(int(z) for z in rng.integers(-128, 128, 2)),
        in_scale=float(rng.uniform(0.001, 0.3)),
    )
    assert_bit_exact(model(rng, dense), tmp_path)
