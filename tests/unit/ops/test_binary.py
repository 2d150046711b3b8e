"""Ops with two inputs against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

FUSED = {"ADD": schema.AddOptionsT, "SUB": schema.SubOptionsT, "MUL": schema.MulOptionsT}
NAMES = [*FUSED, "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "PRELU"]
SHAPES = [  # the last two are not for PRELU: its input does not repeat
    ((1, 7, 5, 3), (1, 7, 5, 3)),
    ((2, 3, 5), (5,)),
    ((1, 3, 2, 40), (1, 3, 2, 1)),
    ((3, 4, 2), (3, 1, 2)),
    ((2, 3), ()),
    ((2, 2, 3, 2, 2, 2), (2, 1, 3, 1, 2, 1)),
    ((1, 4), (3, 2, 4)),
    ((2, 1, 3), (1, 70, 1)),
]
ZERO_POINTS = [-128, -37, 0, 5, 127]


def options(name, activation=0):
    if name not in FUSED:
        return None
    table = FUSED[name]()
    table.fusedActivationFunction = activation
    return table


def binary(name, shapes, scales, zero_points, *, activation=0, data=(None, None), table=True):
    b = ModelBuilder()
    ins = [
        b.tensor(shape, scale=scale, zero_point=z, data=values)
        for shape, scale, z, values in zip(shapes, scales, zero_points, data, strict=False)
    ]
    y = b.tensor(np.broadcast_shapes(*shapes), scale=scales[2], zero_point=zero_points[2])
    b.op(name, ins, [y], options(name, activation) if table else None)
    return b.build([x for x, values in zip(ins, data, strict=True) if values is None], [y])


def out_scale(name, rng, first, second):
    """Return a scale that uses much of int8, for any input scales."""
    natural = {
        "MUL": first * second * 64,
        "SQUARED_DIFFERENCE": max(first, second) ** 2 * 64,
        "PRELU": first * max(1, second * 40),
    }
    return natural.get(name, max(first, second)) * rng.uniform(0.5, 3)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [(n, s) for n in NAMES for s in range(len(SHAPES) - (2 if n == "PRELU" else 0))],
)
def test_two_inputs_are_bit_exact(name, shapes, tmp_path):
    rng = np.random.default_rng([NAMES.index(name), shapes])
    first, second = 10 ** rng.uniform(-4, 1, 2)
    scales = (first, second, out_scale(name, rng, first, second))
    zero_points = [int(z) for z in rng.choice(ZERO_POINTS, 3)]
    activation = shapes % 4 if name in FUSED else 0
    content = binary(name, SHAPES[shapes], scales, zero_points, activation=activation)
    assert_bit_exact(content, tmp_path, seed=shapes)


def all_pairs():
    values = np.arange(-128, 128, dtype=np.int8)
    return [np.ascontiguousarray(grid) for grid in np.meshgrid(values, values)]


@pytest.mark.parametrize("name", NAMES)
def test_all_pairs_of_values_are_bit_exact(name, tmp_path):
    rng = np.random.default_rng(NAMES.index(name))
    first, second = 10 ** rng.uniform(-2, 0, 2)
    scales = (first, second, out_scale(name, rng, first, second))
    content = binary(name, ((256, 256), (256, 256)), scales, (3, -9, -20))
    assert_bit_exact(content, tmp_path, inputs=[all_pairs()])


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_input_is_bit_exact(name, tmp_path):
    rng = np.random.default_rng(7)
    values = rng.integers(-128, 128, (1, 1, 1, 6))
    content = binary(
        name, ((1, 4, 4, 6), (1, 1, 1, 6)), (0.03, 0.02, 0.04), (-3, 11, 2), data=(None, values)
    )
    assert_bit_exact(content, tmp_path)
    if name != "PRELU":
        content = binary(
            name, ((6,), (1, 5, 6)), (0.3, 0.2, 2), (-3, 11, 2), data=(values.reshape(6), None)
        )
        assert_bit_exact(content, tmp_path)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", NAMES)
def test_round_scales_whose_results_are_halves_are_bit_exact(name, seed, tmp_path):
    """Where the last bit of a multiplier decides how a half is rounded."""
    rng = np.random.default_rng(seed)
    first, second, out = rng.choice([0.01, 0.02, 0.03, 0.05, 0.06, 0.1, 0.5, 1], 3)
    out *= {"MUL": 10, "SQUARED_DIFFERENCE": 20}.get(name, 1)
    content = binary(name, ((1, 3000), (1, 3000)), (first, second, out), (-3, 11, 2))
    assert_bit_exact(content, tmp_path, seed=seed)


# Found by search: single and double precision differ on some pair of values.
PRECISE = {
    "ADD": ((0.06, 0.07, 0.3), (11, -128, -128)),
    "SUB": ((0.06, 0.07, 0.3), (11, -128, -128)),
    "MUL": ((0.5, 0.5, 0.2), (-128, -3, 11)),
    "SQUARED_DIFFERENCE": ((0.01, 0.02, 0.56), (11, -128, -3)),
    "PRELU": ((0.05, 0.5, 0.01), (11, -128, -3)),
}


@pytest.mark.parametrize("name", PRECISE)
def test_scales_that_show_in_what_precision_tflm_divides_are_bit_exact(name, tmp_path):
    content = binary(name, ((256, 256), (256, 256)), *PRECISE[name])
    assert_bit_exact(content, tmp_path, inputs=[all_pairs()])


EXTREME_SCALES = [
    (1e-30, 1e-28, 1e-29),
    (1e30, 1e28, 1e30),
    (1e-20, 1e10, 1e10),
    (1.0, 1.0, 1e30),
    (1.0, 2**-20, 2**-18.5),
]
MULTIPLIERS_THAT_WRAP = [(0.5, 1.0, 2**-17.3), (1.0, 1.0, 2**-28.1), (7.0, 9.0, 2**-23.9)]


@pytest.mark.parametrize("scales", range(len(EXTREME_SCALES)))
@pytest.mark.parametrize("name", ["ADD", "SUB"])
def test_extreme_scales_are_bit_exact(name, scales, tmp_path):
    content = binary(name, ((1, 300), (1, 300)), EXTREME_SCALES[scales], (-128, 127, -128))
    assert_bit_exact(content, tmp_path)


@pytest.mark.parametrize("scales", range(len(MULTIPLIERS_THAT_WRAP)))
@pytest.mark.parametrize("name", ["MUL", "SQUARED_DIFFERENCE", "PRELU"])
def test_results_beyond_int32_wrap_as_tflm(name, scales, tmp_path):
    content = binary(name, ((1, 300), (1, 300)), MULTIPLIERS_THAT_WRAP[scales], (-128, 127, 127))
    assert_bit_exact(content, tmp_path)


def test_one_tensor_may_be_both_inputs(tmp_path):
    b = ModelBuilder()
    x = b.tensor((1, 50), scale=0.1, zero_point=4)
    y = b.tensor((1, 50), scale=0.2, zero_point=-7)
    b.op("ADD", [x, x], [y], options("ADD"))
    assert_bit_exact(b.build([x], [y]), tmp_path)


def refusal(content):
    with pytest.raises(ModelError) as error:
        read_graph(content, "test")
    return str(error.value)


@pytest.mark.parametrize("name", FUSED)
def test_left_out_options_are_refused(name):
    content = binary(name, ((2,), (2,)), (1, 1, 1), (0, 0, 0), table=False)
    assert refusal(content) == f"op 0 ({name}, version 1): has no options"


@pytest.mark.parametrize("name", NAMES)
def test_wrong_counts_types_and_shapes_are_refused(name):
    def model(shapes=((2, 3), (2, 3), (2, 3)), dtypes=("int8",) * 3, scales=(1, 1, 1), count=2):
        b = ModelBuilder()
        tensors = [
            b.tensor(*one, scale=scale) for *one, scale in zip(shapes, dtypes, scales, strict=True)
        ]
        b.op(name, tensors[:count], tensors[2:], options(name))
        return b.build(tensors[:2], tensors[2:])

    start = f"op 0 ({name}, version 1): "
    assert refusal(model(count=1)) == start + "has 1 inputs and 1 outputs"
    assert refusal(model(dtypes=("int8", "int16", "int8"))) == start + "input 1 is int16, not int8"
    assert refusal(model(dtypes=("int8", "int8", "uint8"))) == start + "output is uint8, not int8"
    assert refusal(model(scales=(None, 1, 1))) == start + "input 0 is not quantized per tensor"
    assert refusal(model(scales=(1, [1, 2], 1))) == start + "input 1 is not quantized per tensor"
    assert (
        refusal(model(shapes=((2, 3), (2, 4), (2, 3))))
        == start + "inputs of shapes [2, 3] and [2, 4] do not broadcast"
    )
    assert (
        refusal(model(shapes=((2, 3), (1, 3), (1, 3))))
        == start + "output has shape [1, 3], but [2, 3] follows from the inputs"
    )
    assert (
        refusal(model(shapes=([1] * 7, [1], [1] * 7)))
        == start + "an input has 7 dimensions; 6 are supported"
    )


def test_prelu_refuses_an_input_that_broadcasts():
    content = binary("PRELU", ((1, 3), (2, 3)), (1, 1, 1), (0, 0, 0))
    assert refusal(content) == (
        "op 0 (PRELU, version 1): output has shape [2, 3], but [1, 3] follows from the inputs"
    )


@pytest.mark.parametrize(
    ("name", "scales", "multiplier"),
    [
        ("ADD", (1, 1, 1e-9), "1907.35, which is not between 0 and 1"),
        ("SUB", (1, 1, 1e-9), "1907.35, which is not between 0 and 1"),
        ("MUL", (1, 1, 1e-10), "1e+10"),
        ("SQUARED_DIFFERENCE", (1, 1, 1e-14), "2.44141e+10"),
        ("PRELU", (1, 1e-5, 1e-10), "1e+10"),
    ],
)
def test_scales_that_tflm_cannot_hold_are_refused(name, scales, multiplier):
    content = binary(name, ((2,), (2,)), scales, (0, 0, 0))
    assert refusal(content) == f"op 0 ({name}, version 1): scales give a multiplier of {multiplier}"
