"""L2_NORMALIZATION against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def normalize(shape, zero_point=0, *, out=(1 / 128, 0), activation=0):
    b = ModelBuilder()
    x = b.tensor(shape, scale=0.1, zero_point=zero_point)
    y = b.tensor(shape, scale=out[0], zero_point=out[1])
    options = schema.L2NormOptionsT()
    options.fusedActivationFunction = activation
    b.op("L2_NORMALIZATION", [x], [y], options)
    return b.build([x], [y])


@pytest.mark.parametrize("zero_point", [-128, -3, 0, 127])
@pytest.mark.parametrize("shape", [(1, 8), (1, 1), (3, 130), (1, 4, 5, 7), (1, 8000)])
def test_rows_are_divided_by_their_length(shape, zero_point, tmp_path):
    assert_bit_exact(normalize(shape, zero_point), tmp_path, count=6)


def test_short_rows_and_rows_of_zero_are_exact(tmp_path):
    """Sums of squares from 0 to 50: the inverse root's shifts are unlike there."""
    rng = np.random.default_rng(0)
    inputs = [[rng.integers(-2, 3, (40, 6)).astype(np.int8)] for _ in range(4)]
    inputs.append([np.zeros((40, 6), np.int8)])
    assert_bit_exact(normalize((40, 6)), tmp_path, inputs=inputs)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            normalize((1, 8), out=(1 / 256, 0)),
            "output scale 0.00390625 and zero point 0 are not 1/128 and 0",
        ),
        (normalize((1, 8), activation=1), "has a fused activation"),
        (normalize((1, 8257)), "rows of 8257"),
        (normalize((1, 1, 1, 2, 2)), "input has 5 dimensions"),
    ],
)
def test_what_tflm_does_not_run_is_refused(content, reason):
    with pytest.raises(ModelError) as caught:
        read_graph(content, "test")
    assert str(caught.value) == f"op 0 (L2_NORMALIZATION, version 1): {reason}"
