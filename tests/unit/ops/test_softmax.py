"""SOFTMAX against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact, random_inputs, run_c, run_numpy
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.ops.softmax import exp_table


def softmax(shape, scale, beta=1.0, *, zero_point=0, out=(1 / 256, -128), table=True):
    b = ModelBuilder()
    x = b.tensor(shape, scale=scale, zero_point=zero_point)
    y = b.tensor(shape, scale=out[0], zero_point=out[1])
    options = schema.SoftmaxOptionsT()
    options.beta = beta
    b.op("SOFTMAX", [x], [y], options if table else None)
    return b.build([x], [y])


CASES = [
    dict(shape=(1, 10), scale=0.1),
    dict(shape=(1, 12), scale=0.02, zero_point=127),
    dict(shape=(1, 2), scale=0.35, zero_point=-128),
    dict(shape=(1, 1), scale=0.1),
    dict(shape=(7,), scale=0.05),
    dict(shape=(2, 3, 4, 5), scale=0.2, beta=2.5),
    dict(shape=(6, 200), scale=0.07, beta=0.1),
    dict(shape=(1, 300), scale=0.004),  # inputs that are equal sum to 300
    dict(shape=(3, 10), scale=1e-4),
    dict(shape=(3, 10), scale=3e-8),  # hardly above what TFLM takes
    dict(shape=(3, 10), scale=15.6),
    dict(shape=(3, 10), scale=31.0),  # one step reaches exp(-31)
    dict(shape=(3, 10), scale=1e6),  # the multiplier is capped
    dict(shape=(3, 10), scale=0.1, beta=np.inf),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_softmax_is_bit_exact(case, tmp_path):
    assert_bit_exact(softmax(**CASES[case]), tmp_path, count=12, seed=case)


@pytest.mark.parametrize("seed", range(4))
def test_softmax_of_random_scales_is_bit_exact(seed, tmp_path):
    rng = np.random.default_rng(seed)
    shape = (*(int(n) for n in rng.integers(1, 7, 2)), int(rng.integers(2, 40)))
    scale, beta = 10 ** rng.uniform(-3, 0.5), rng.uniform(0.1, 4)
    content = softmax(shape, scale, beta, zero_point=int(rng.integers(-128, 128)))
    assert_bit_exact(content, tmp_path, count=20, seed=seed)


def test_every_difference_is_bit_exact(tmp_path):
    """Pairs of the maximum and each other value, where the exponential alone decides."""
    pairs = np.stack([np.full(256, 127), np.arange(-128, 128)], axis=1).astype(np.int8)
    for scale in (0.01, 0.04, 0.3):
        assert_bit_exact(softmax((256, 2), scale), tmp_path, inputs=[[pairs]])


@pytest.mark.parametrize("depth", [600, 5000, 8191])
def test_a_sum_that_stops_tflm_gives_the_smallest_output(depth, tmp_path):
    content = softmax((1, depth), 1e-3)
    inputs = random_inputs(content, 3)
    wanted, got = run_numpy(content, inputs), run_c(content, inputs, tmp_path)
    for a, b in zip(wanted, got, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
    assert (got[0][0] == -128).all()


def test_the_table_is_no_longer_than_tflm_looks():
    """Input scale 0.5 is a shift of 26; TFLM then drops differences beyond 31 << 26 >> 26."""
    graph = read_graph(softmax((1, 10), 0.5), "test")
    table = exp_table(graph, graph.ops[0])
    assert len(table) == 32
    assert table[0] == 2**31 - 1
    assert (np.diff(table) <= 0).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (dict(table=False), "has no options"),
        (dict(shape=()), "input is a scalar"),
        (
            dict(out=(1 / 255, -128)),
            "output scale 0.00392157 and zero point -128 are not 1/256 and -128",
        ),
        (
            dict(out=(1 / 256, 0)),
            "output scale 0.00390625 and zero point 0 are not 1/256 and -128",
        ),
        (dict(beta=0.0), "beta 0 and input scale 0.1 are out of range"),
        (dict(beta=-1.0), "beta -1 and input scale 0.1 are out of range"),
        (dict(beta=np.nan), "beta nan and input scale 0.1 are out of range"),
        (dict(scale=1e-9), "beta 1 and input scale 1e-09 are out of range"),
        (dict(shape=(1, 8192)), "8192 classes; TFLM's sum holds 8191"),
    ],
)
def test_what_tflm_cannot_compute_is_refused(changes, message):
    with pytest.raises(ModelError) as error:
        read_graph(softmax(**(dict(shape=(1, 10), scale=0.1) | changes)), "test")
    assert str(error.value) == f"op 0 (SOFTMAX, version 1): {message}"
