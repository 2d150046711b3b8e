"""Functions of one int8 value against the tflite-micro wheel: all 256 inputs, many scales."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact, run_c, run_numpy, run_tflm
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

ALL = np.arange(-128, 128, dtype=np.int8)
FIXED_OUTPUT = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}
NAMES = ["RELU", "RELU6", "LEAKY_RELU", "HARD_SWISH", "LOGISTIC", "TANH", "ABS", "ELU", "QUANTIZE"]
ROUND_SCALES = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.1, 0.125, 0.2, 0.3, 0.5, 1.0, 3.0]
IN_C = 4
ZERO_POINTS = [-128, -100, -1, 0, 3, 64, 127]


def leaky(alpha):
    table = schema.LeakyReluOptionsT()
    table.alpha = alpha
    return table


def unary(name, cases, alpha=None, shape=(1, 256)):
    """Return a model of one op a case ``(in_scale, in_zero, out_scale, out_zero)``."""
    b = ModelBuilder()
    ins, outs = [], []
    for in_scale, in_zero, out_scale, out_zero in cases:
        ins.append(b.tensor(shape, scale=in_scale, zero_point=in_zero))
        outs.append(b.tensor(shape, scale=out_scale, zero_point=out_zero))
        options = leaky(alpha) if alpha is not None else None
        b.op(name, ins[-1:], outs[-1:], options)
    return b.build(ins, outs)


def draw(name, rng, count=40):
    """Return cases of random scales, and of round ones.

    The ratio of round scales makes exact halves, whose rounding shows in what precision TFLM
    divides: 0.03 / 0.02 is 1.5 as a float and less as a double.
    """
    cases = []
    for n in range(count):
        scale = rng.choice(ROUND_SCALES) if n % 2 else 10 ** rng.uniform(-3, 1)
        near = [s for s in ROUND_SCALES if scale / 6 < s < scale * 6]
        out_scale = rng.choice(near) if n % 2 else scale * 10 ** rng.uniform(-1, 1)
        zeros = [int(z) for z in rng.choice(ZERO_POINTS, 2)]
        out = FIXED_OUTPUT.get(name, (out_scale, zeros[1]))
        cases.append((scale, zeros[0], *out))
    return cases


def check(name, cases, folder, alpha=None, values=None):
    """Compare numpy with the wheel for all cases, C (a table made by numpy) for the first few."""
    values = values or [ALL.reshape(1, 256)] * len(cases)
    for case, one in zip(cases, values, strict=True):
        content = unary(name, [case], alpha)
        wanted, got = run_tflm(content, [[one]]), run_numpy(content, [[one]])
        np.testing.assert_array_equal(wanted[0][0], got[0][0], err_msg=str(case))
    content = unary(name, cases[:IN_C], alpha)
    assert_bit_exact(content, folder, inputs=[values[:IN_C]])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_all_values_are_bit_exact(name, seed, tmp_path):
    rng = np.random.default_rng([seed, NAMES.index(name)])
    alpha = [0.1, 1.7, 0.0][seed] if name == "LEAKY_RELU" else None
    check(name, draw(name, rng), tmp_path, alpha)


@pytest.mark.parametrize("alpha", [-0.2, -1.0])
def test_leaky_relu_with_a_negative_alpha_is_bit_exact(alpha, tmp_path):
    check("LEAKY_RELU", draw("LEAKY_RELU", np.random.default_rng(5)), tmp_path, alpha)


@pytest.mark.parametrize("seed", range(4))
def test_rsqrt_of_what_is_not_negative_is_bit_exact(seed, tmp_path):
    rng = np.random.default_rng(seed)
    cases, inputs = [], []
    for n in range(24):
        zero = int(rng.choice(ZERO_POINTS)) if n else -128
        scale = 10 ** rng.uniform(-6, 1)
        out = 1 / np.sqrt(scale) / rng.uniform(10, 300)
        cases.append((scale, zero, out, int(rng.choice(ZERO_POINTS))))
        inputs.append(np.maximum(ALL, zero).astype(np.int8).reshape(1, 256))
    check("RSQRT", cases, tmp_path, values=inputs)


def test_rsqrt_of_negative_values_is_the_largest_output(tmp_path):
    """TFLM stops with an error there; numpy and C agree on what to do instead."""
    content = unary("RSQRT", [(0.01, 100, 0.1, 0)])
    inputs = [[ALL.reshape(1, 256)]]
    (wanted,), (got,) = run_numpy(content, inputs), run_c(content, inputs, tmp_path)
    np.testing.assert_array_equal(wanted[0], got[0])
    assert (got[0][0, : 128 + 101] == 127).all()


# Found by search: single and double precision give different tables, the wheel one of them.
PRECISE = {
    "RELU": [(0.03, -128, 0.02, -128), (0.5, -100, 0.2, 0)],
    "RELU6": [(6 / (n + 0.5), -128, 1.0, 0) for n in (3, 47, 61, 83, 171)],
    "LEAKY_RELU": [(0.11, 127, 0.0289620253164557, 89), (0.52, 127, 0.026366197183098593, 66)],
    "HARD_SWISH": [
        (0.026035364023746878, -128, 0.04577965882847086, 0),
        (0.4752048056000231, -128, 0.5919488802931682, 0),
        (0.03807618589855197, 0, 0.04374526249157208, 0),
    ],
    "RSQRT": [(0.02, -128, 0.002858881585881394, -128)],
    "ABS": [(0.5, -100, 0.2, 0), (0.03, 3, 0.02, -128)],
    "QUANTIZE": [(0.5, -100, 0.2, 0), (0.03, 3, 0.02, -128)],
}


@pytest.mark.parametrize("name", PRECISE)
def test_scales_that_show_in_what_precision_tflm_divides_are_bit_exact(name, tmp_path):
    check(name, PRECISE[name], tmp_path, 0.1 if name == "LEAKY_RELU" else None)


EXTREMES = {
    "RELU": [(1e-30, -128, 1e30, 127), (1.0, -128, 2**-29.5, 0), (1e-38, 127, 1e-39, -128)],
    "RELU6": [(1e30, 5, 1.0, 0), (1e-8, -128, 1e-8, -128), (0.1, 127, 0.1, 127)],
    "LEAKY_RELU": [(1.0, 127, 2**-29.5, 127), (1e-30, 0, 1e30, 0), (1e30, 3, 1e30, 3)],
    "HARD_SWISH": [
        (1e-6, 0, 1e-6, 0),
        (1e-9, -5, 1e-9, 7),
        (5e4, -128, 5e4, 3),
        (1e6, 3, 1e6, 3),
        (0.1, 0, 50.0, 0),
        (0.1, 0, 500.0, 0),
        (0.01, -128, 5000.0, 100),
        (1.0, 1, 1 / 127, 0),
    ],
    "LOGISTIC": [(s, z, 1 / 256, -128) for s in (1e-8, 15.9, 16.0, 1e10) for z in (-128, 127)],
    "TANH": [(s, z, 1 / 128, 0) for s in (1e-8, 7.9, 8.0, 16.0, 1e10) for z in (-128, 127)],
    "ABS": [(1e-30, -128, 1e30, 127), (1.0, 127, 2**-29.5, 127), (1e38, 0, 1e38, 0)],
    "ELU": [(1e-20, 0, 1.0, 0), (10.0, -128, 1e-5, 127), (1.0, 0, 1e30, 0)],
    "QUANTIZE": [(1e-30, -128, 1e30, 127), (1.0, 127, 2**-29.5, 127), (1e38, 0, 1e38, 0)],
}


@pytest.mark.parametrize("name", NAMES)
def test_extreme_scales_are_bit_exact(name, tmp_path):
    check(name, EXTREMES[name], tmp_path, 0.3 if name == "LEAKY_RELU" else None)


@pytest.mark.parametrize(("source", "target"), [("uint8", "int8"), ("int8", "uint8")])
def test_quantize_between_int8_and_uint8_is_bit_exact(source, target, tmp_path):
    rng = np.random.default_rng(3)
    b = ModelBuilder()
    ins, outs = [], []
    for n in range(4):
        low, high = np.iinfo(source), np.iinfo(target)
        scale = 10 ** rng.uniform(-3, 0)
        in_zero = int(rng.integers(low.min, low.max))
        shifted = in_zero + high.min - low.min  # the pure shift by 128 that converters write
        out_zero = shifted if n % 2 else int(rng.integers(high.min, high.max))
        ins.append(b.tensor((1, 256), source, scale=scale, zero_point=in_zero))
        out_scale = scale if n % 2 else scale * rng.uniform(0.3, 3)
        outs.append(b.tensor((1, 256), target, scale=out_scale, zero_point=out_zero))
        b.op("QUANTIZE", ins[-1:], outs[-1:])
    values = np.arange(256, dtype=np.uint8).view(source).reshape(1, 256)
    assert_bit_exact(b.build(ins, outs), tmp_path, inputs=[[values] * 4])


def refusal(content):
    with pytest.raises(ModelError) as error:
        read_graph(content, "test")
    return str(error.value)


@pytest.mark.parametrize("name", [*NAMES, "RSQRT"])
def test_wrong_counts_types_and_shapes_are_refused(name):
    def model(in_shape=(2, 3), in_dtype="int8", out_dtype="int8", scale=1, count=1):
        b = ModelBuilder()
        x = b.tensor(in_shape, in_dtype, scale=scale)
        out = FIXED_OUTPUT.get(name, (1.0, 0))
        y = b.tensor((2, 3), out_dtype, scale=out[0], zero_point=out[1])
        b.op(name, [x] * count, [y], leaky(0.1) if name == "LEAKY_RELU" else None)
        return b.build([x], [y])

    start = f"op 0 ({name}, version 1): "
    wrong = "int16 to int8 is not supported" if name == "QUANTIZE" else "input is int16, not int8"
    assert refusal(model(count=2)) == start + "has 2 inputs and 1 outputs"
    assert refusal(model(count=0)) == start + "has 0 inputs and 1 outputs"
    assert refusal(model(in_dtype="int16")) == start + wrong
    assert refusal(model(scale=None)) == start + "input is not quantized per tensor"
    assert refusal(model(scale=[1, 2])) == start + "input is not quantized per tensor"
    assert (
        refusal(model(in_shape=(3, 2)))
        == start + "output has shape [2, 3], but [3, 2] follows from the inputs"
    )


@pytest.mark.parametrize(
    ("name", "case", "message"),
    [
        ("RELU", (1, 0, 1e-10, 0), "scales give a multiplier of 1e+10"),
        ("RELU6", (1e-10, 0, 1, 0), "input scale 1e-10 is too small"),
        ("HARD_SWISH", (1, 0, 1e-3, 0), "the output's scale is below 1/128 of the input's"),
        ("HARD_SWISH", (1e8, 0, 1e8, 0), "scales give a multiplier of 8.53333e+09"),
        (
            "LOGISTIC",
            (1, 0, 1 / 128, -128),
            "output scale 0.0078125 and zero point -128 are not 1/256 and -128",
        ),
        ("LOGISTIC", (1e-10, 0, 1 / 256, -128), "input scale 1e-10 is out of range"),
        (
            "TANH",
            (1, 0, 1 / 128, 1),
            "output scale 0.0078125 and zero point 1 are not 1/128 and 0",
        ),
        ("TANH", (1e30, 0, 1 / 128, 0), "input scale 1e+30 is out of range"),
        ("ABS", (1, 0, 1e-10, 0), "scales give a multiplier of 1e+10"),
        ("RSQRT", (1, 0, 1e-10, 0), "scales give a multiplier of 1e+10"),
        ("RSQRT", (1, 0, 1e10, 0), "scales give a multiplier of 1e-10"),
        ("RSQRT", (1e-38, 0, 1e-38, 0), "scales give a multiplier of 1e+57"),
        ("ELU", (1, 0, 1e-10, 0), "output scale 1e-10 is too small for input scale 1"),
        ("QUANTIZE", (1, 0, 1e-10, 0), "scales give a multiplier of 1e+10"),
    ],
)
def test_scales_that_tflm_cannot_hold_are_refused(name, case, message):
    assert refusal(unary(name, [case])) == f"op 0 ({name}, version 1): {message}"


@pytest.mark.parametrize("alpha", [np.inf, np.nan, -np.inf, 1e20])
def test_leaky_relu_refuses_an_alpha_that_does_not_fit(alpha):
    content = unary("LEAKY_RELU", [(1, 0, 1, 0)], alpha)
    assert refusal(content) == (
        f"op 0 (LEAKY_RELU, version 1): scales give a multiplier of {abs(alpha):g}"
    )


def test_leaky_relu_without_options_is_refused():
    content = unary("LEAKY_RELU", [(1, 0, 1, 0)])
    assert refusal(content) == "op 0 (LEAKY_RELU, version 1): has no options"
