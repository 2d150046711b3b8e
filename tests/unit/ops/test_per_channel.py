"""Multipliers and requantization of the matrix ops, where TFLM's ways of rounding differ."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.ops.fixed_point import quantize_multiplier, requantize

TOP = 255 * 127  # the sum of one product, x = 127 with zero point -128 and weight 127
NAMES = ["CONV_2D", "FULLY_CONNECTED", "FULLY_CONNECTED per channel", "BATCH_MATMUL"]


def one_product(name, scales, bias=None, zero_point=-128):
    """Return a model whose output is ``(x + 128) * 127``, or more than one of them."""
    in_scale, weight_scale, out_scale = scales
    channels = 2 if "channel" in name or bias else 1
    op = name.split()[0]
    b = ModelBuilder()
    shape = [1, 1, 1, 1] if op == "CONV_2D" else [1, 1]
    x = b.tensor(shape, scale=in_scale, zero_point=-128)
    weights = {"CONV_2D": [channels, 1, 1, 1], "FULLY_CONNECTED": [channels, 1]}.get(op, [1, 1])
    w = b.tensor(weights, scale=[weight_scale] * channels, data=np.full(weights, 127))
    inputs = [x, w]
    if bias:
        inputs.append(b.tensor([2], "int32", scale=[1.0, 1.0], data=bias))
    y = b.tensor([*shape[:-1], channels], scale=out_scale, zero_point=zero_point)
    options = {
        "CONV_2D": schema.Conv2DOptionsT,
        "FULLY_CONNECTED": schema.FullyConnectedOptionsT,
        "BATCH_MATMUL": schema.BatchMatMulOptionsT,
    }[op]()
    if op == "CONV_2D":
        options.strideH = options.strideW = 1
    b.op(op, inputs, [y], options, version=3)
    return b.build([x], [y])


def telling_scales(rng):
    """Return scales with which float32 and float64 products of scales round TOP differently."""
    edge = (100.5 * 256 - 0.5) / 256  # TFLM rounds to 1/256 first, with multipliers near 1/322
    for _ in range(10_000):
        in_scale, weight_scale = (np.float32(s) for s in rng.uniform(0.01, 0.1, 2))
        exact = float(in_scale) * float(weight_scale)
        out_scale = np.float32(exact * TOP / edge)
        outputs = {
            int(requantize(TOP, *quantize_multiplier(product / float(out_scale))))
            for product in (exact, float(in_scale * weight_scale))
        }
        if len(outputs) == 2:
            return float(in_scale), float(weight_scale), float(out_scale)
    raise AssertionError("no scales tell the precisions apart")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_scales_are_multiplied_in_the_precision_that_the_wheel_takes(name, seed, tmp_path):
    scales = telling_scales(np.random.default_rng(seed))
    assert_bit_exact(one_product(name, scales), tmp_path, count=3)


@pytest.mark.parametrize("zero_point", [-128, 127])
@pytest.mark.parametrize("name", ["CONV_2D", "FULLY_CONNECTED per channel"])
def test_adding_the_zero_point_wraps(name, zero_point, tmp_path):
    """A multiplier just under 1 leaves an extreme bias within 33 of where int32 ends."""
    scales = (1 + 2**-13, 1 - 2**-13, 1.0)
    limits = [(1 << 31) - 1 - TOP, -(1 << 31)]
    assert_bit_exact(one_product(name, scales, limits, zero_point), tmp_path, count=3)


def test_a_shift_of_30_is_bit_exact(tmp_path):
    assert_bit_exact(one_product("CONV_2D", (0.75, 1.0, 2.0**-30)), tmp_path, count=3)


@pytest.mark.parametrize(
    ("scales", "multiplier"),
    [
        ((1.0, 1.0, 2.0**-30), "1.07374e+09"),
        ((1 + 2**-20, 1 - 2**-20, 2.0**-30), "1.07374e+09"),  # under 2**30, and rounds up
        ((1e30, 1e30, 1e-30), "1e+90"),
    ],
)
def test_a_multiplier_that_needs_a_larger_shift_is_refused(scales, multiplier):
    with pytest.raises(ModelError) as caught:
        read_graph(one_product("CONV_2D", scales), "test")
    assert str(caught.value) == (
        f"op 0 (CONV_2D, version 3): scales give a multiplier of {multiplier}"
    )
