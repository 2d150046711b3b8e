"""REVERSE_V2 against the tflite-micro wheel, in numpy and in C."""

import pytest

from tests.oracle import assert_bit_exact
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def reverse(shape, axes, dtype="int8"):
    return single_op("REVERSE_V2", shape, shape, [axes], dtype=dtype)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((7,), [0]),
        ((1, 6, 4), [1]),
        ((2, 3, 5), [-1]),
        ((1, 4, 5, 3), [1, 2]),
        ((2, 3, 4), [0, 1, 2]),
        ((2, 3, 4), [-1, 1]),
        ((1, 1, 3), [0]),
    ],
)
@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_axes_are_reversed_as_tflm_does(shape, axes, dtype, tmp_path):
    assert_bit_exact(reverse(shape, axes, dtype), tmp_path, count=3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (reverse((2, 3, 4), [0, 2]), "axes [0, 2] do not follow each other"),
        (reverse((2, 3, 4), [1, -2]), "axes [1, 1] do not follow each other"),
        (reverse((2, 3, 4), [3]), "axis 3 in 3 dimensions"),
        (reverse((1, 1, 2, 3, 4, 5), [3]), "a tensor has 6 dimensions"),
    ],
)
def test_what_tflm_does_not_reverse_is_refused(content, reason):
    with pytest.raises(ModelError) as caught:
        read_graph(content, "test")
    assert str(caught.value) == f"op 0 (REVERSE_V2, version 1): {reason}"
