"""AVERAGE_POOL_2D and MAX_POOL_2D against the tflite-micro wheel, in numpy and in C."""

import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.ops.pool_2d import overlap_bytes
from tinygen.ops.window import Window

SAME, VALID = 0, 1


def pool(name, shape, window, stride=(1, 1), padding=SAME, **more):
    o = schema.Pool2DOptionsT()
    o.padding, o.fusedActivationFunction = padding, more.pop("act", 0)
    o.filterHeight, o.filterWidth = window
    o.strideH, o.strideW = stride
    rows = [
        -(-n // s) if padding == SAME else (n - k) // s + 1
        for n, k, s in zip(shape[1:3], window, stride, strict=True)
    ]
    out = more.pop("out", (shape[0], *rows, shape[3]))
    return single_op(name, shape, out, (), o, **more)


CASES = [
    dict(shape=(1, 8, 6, 4), window=(2, 2), stride=(2, 2), padding=VALID),
    dict(shape=(1, 7, 9, 3), window=(3, 3)),
    dict(shape=(2, 7, 9, 3), window=(3, 2), stride=(2, 3)),
    dict(shape=(1, 7, 5, 8), window=(7, 5), padding=VALID),
    dict(shape=(1, 3, 3, 2), window=(9, 8), stride=(2, 2)),
    dict(shape=(1, 9, 9, 2), window=(2, 2), stride=(4, 4)),
    dict(shape=(1, 6, 6, 3), window=(3, 3), act=1, zero_point=-20),
    dict(shape=(1, 6, 6, 3), window=(2, 2), padding=VALID, act=3, zero_point=-90),
    dict(shape=(1, 6, 6, 3), window=(3, 3), act=2, zero_point=11),
    dict(shape=(2, 1, 33, 1), window=(1, 4), stride=(1, 3), zero_point=127),
    dict(shape=(1, 5, 5, 1), window=(1, 1), scales=(0.1, 0.1000005)),
]


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.parametrize("name", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
def test_pooling_is_bit_exact(name, case, tmp_path):
    assert_bit_exact(pool(name, **CASES[case]), tmp_path, seed=case)


@pytest.mark.parametrize(
    ("shape", "window", "stride", "padding", "expected"),
    [
        ((1, 8, 6, 4), (2, 2), (2, 2), (0, 0), 0),
        ((1, 7, 9, 3), (3, 3), (1, 1), (1, 1), (9 + 1) * 3),
    ],
)
def test_the_output_may_lie_over_the_input(shape, window, stride, padding, expected):
    out_hw = tuple(-(-n // s) for n, s in zip(shape[1:3], stride, strict=True))
    w = Window(shape[1:3], window, out_hw, stride, (1, 1), padding)
    assert overlap_bytes(w, shape[0], shape[3]) == expected


REFUSED = {
    "filter is 0 by 2": dict(window=(0, 2)),
    "stride is -1 by 1": dict(window=(2, 2), stride=(-1, 1), out=(1, 4, 4, 1)),
    "a window of 5 does not fit 4": dict(window=(5, 5), padding=VALID, out=(1, 1, 1, 1)),
    "pads by 32768 and 0": dict(window=(65537, 1)),
    "padding 7 is unknown": dict(window=(2, 2), padding=7, out=(1, 4, 4, 1)),
    "fused activation 4 is unknown": dict(window=(2, 2), act=4),
    "input and output are quantized differently": dict(window=(2, 2), scales=(0.1, 0.2)),
    "input is float32, not int8": dict(window=(2, 2), dtype="float32"),
    "output has shape [1, 4, 3, 1], but [1, 4, 4, 1] follows from the inputs": dict(
        window=(2, 2), out=(1, 4, 3, 1)
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_a_damaged_pooling_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(pool("MAX_POOL_2D", (1, 4, 4, 1), **REFUSED[message]), "m")
    assert str(error.value).endswith(message)


def test_pooling_without_options_is_refused():
    with pytest.raises(ModelError, match="has no options"):
        read_graph(single_op("MAX_POOL_2D", (1, 4, 4, 1), (1, 4, 4, 1)), "m")


def test_a_window_far_larger_than_the_image_costs_nothing(tmp_path):
    assert_bit_exact(pool("AVERAGE_POOL_2D", (1, 3, 2, 2), (60000, 50000)), tmp_path, count=3)
