"""QUANTIZE, DEQUANTIZE and NEG on float32 against the tflite-micro wheel."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact, run_c, run_numpy
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

SCALES = [0.01, 0.037, 0.5, 1.0, 1e-6, 1e10]


def quantize(shape, scale, zero_point):
    b = ModelBuilder()
    x, y = b.tensor(shape, "float32"), b.tensor(shape, scale=scale, zero_point=zero_point)
    b.op("QUANTIZE", [x], [y])
    return b.build([x], [y])


def dequantize(shape, scale, zero_point):
    b = ModelBuilder()
    x, y = b.tensor(shape, scale=scale, zero_point=zero_point), b.tensor(shape, "float32")
    b.op("DEQUANTIZE", [x], [y])
    return b.build([x], [y])


def halves_and_neighbours(scale):
    """Return what lies on, just below and just above half steps, and far out."""
    steps = (np.arange(-300, 300) + 0.5).astype(np.float32) * np.float32(scale)
    far = np.float32([0, -0.0, 1e-40, -1e-40, 1e6, -1e6]) * np.float32(scale)
    below, above = np.nextafter(steps, np.float32(-np.inf)), np.nextafter(steps, np.float32(np.inf))
    return np.concatenate([steps, below, above, far])[None]


@pytest.mark.parametrize("zero_point", [-128, 0, 127])
@pytest.mark.parametrize("scale", SCALES)
def test_quantize_from_float_is_bit_exact(scale, zero_point, tmp_path):
    values = halves_and_neighbours(scale)
    content = quantize(values.shape, scale, zero_point)
    noise = np.random.default_rng(0).normal(0, 60 * scale, values.shape).astype(np.float32)
    assert_bit_exact(content, tmp_path, inputs=[[values], [noise]])


def test_quantize_saturates_infinity_and_takes_nan_as_zero(tmp_path):
    """TFLM's conversion is undefined there; ours is what Arm's instruction does."""
    values = np.float32([[np.inf, -np.inf, np.nan, 3e38, -3e38, 1e10]])
    content = quantize(values.shape, 1e-5, -7)
    for got in (run_numpy(content, [[values]]), run_c(content, [[values]], tmp_path)):
        assert got[0][0].tolist() == [[127, -128, -7, 127, -128, 127]]


@pytest.mark.parametrize("zero_point", [-128, 3, 127])
@pytest.mark.parametrize("scale", [*SCALES, 1e-42, 1e-38, 3e38])
def test_dequantize_is_bit_exact(scale, zero_point, tmp_path):
    values = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)
    content = dequantize(values.shape, scale, zero_point)
    assert_bit_exact(content, tmp_path, inputs=[[values]])


def test_the_float_part_of_layer_normalization_is_bit_exact(tmp_path):
    b = ModelBuilder()
    shape = (2, 5, 1)
    x = b.tensor(shape, scale=0.03, zero_point=-20)
    floats = [b.tensor(shape, "float32") for _ in range(2)]
    y = b.tensor(shape, scale=0.03, zero_point=20)
    b.op("DEQUANTIZE", [x], floats[:1])
    b.op("NEG", floats[:1], floats[1:])
    b.op("QUANTIZE", floats[1:], [y])
    z = b.tensor((2, 5, 4), scale=0.05, zero_point=1)
    w = b.tensor((2, 5, 4), scale=0.02, zero_point=5)
    b.op("ADD", [w, y], [z], schema.AddOptionsT())
    assert_bit_exact(b.build([x, w], [y, z]), tmp_path, count=10)


def test_neg_of_special_values_is_bit_exact(tmp_path):
    b = ModelBuilder()
    x, y = b.tensor((1, 5), "float32"), b.tensor((1, 5), "float32")
    b.op("NEG", [x], [y])
    values = np.float32([[0.0, -0.0, np.inf, 1e-40, -3.5]])
    content = b.build([x], [y])
    assert_bit_exact(content, tmp_path, inputs=[[values]])
    assert np.signbit(run_c(content, [[values]], tmp_path)[0][0]).tolist() == [
        [True, False, True, True, False]
    ]


def one_op(name, in_dtype, out_dtype, scales=(1, 1), shapes=((2, 3), (2, 3))):
    b = ModelBuilder()
    x = b.tensor(shapes[0], in_dtype, scale=scales[0])
    y = b.tensor(shapes[1], out_dtype, scale=scales[1])
    b.op(name, [x], [y])
    return b.build([x], [y])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (one_op("QUANTIZE", "float32", "uint8"), "float32 to uint8 is not supported"),
        (one_op("QUANTIZE", "int32", "int8"), "int32 to int8 is not supported"),
        (one_op("QUANTIZE", "uint8", "uint8"), "uint8 to uint8 is not supported"),
        (
            one_op("QUANTIZE", "float32", "int8", (None, None)),
            "output is not quantized per tensor",
        ),
        (
            one_op("QUANTIZE", "float32", "int8", (None, [1, 2])),
            "output is not quantized per tensor",
        ),
        (
            one_op("QUANTIZE", "float32", "int8", (None, 1), ((2, 3), (6,))),
            "output has shape [6], but [2, 3] follows from the inputs",
        ),
        (one_op("DEQUANTIZE", "int16", "float32"), "input is int16, not int8"),
        (one_op("DEQUANTIZE", "int8", "int8"), "output is int8, not float32"),
        (
            one_op("DEQUANTIZE", "int8", "float32", (None, None)),
            "input is not quantized per tensor",
        ),
        (
            one_op("DEQUANTIZE", "int8", "float32", shapes=((2, 3), (3, 2))),
            "output has shape [3, 2], but [2, 3] follows from the inputs",
        ),
        (one_op("NEG", "int8", "int8"), "input is int8, not float32"),
        (one_op("NEG", "float32", "int8"), "output is int8, not float32"),
        (
            one_op("NEG", "float32", "float32", shapes=((2, 3), (3, 2))),
            "output has shape [3, 2], but [2, 3] follows from the inputs",
        ),
    ],
)
def test_other_types_and_shapes_are_refused(content, message):
    with pytest.raises(ModelError) as error:
        read_graph(content, "test")
    assert str(error.value).partition(": ")[2] == message
