"""ARG_MAX and ARG_MIN against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

NAMES = ["ARG_MAX", "ARG_MIN"]


def extreme(name, shape, axis, *, out=None, dtype="int32", axes=None):
    b = ModelBuilder()
    x = b.tensor(shape, scale=0.1, zero_point=4)
    positions = axes if axes is not None else [axis]
    index = b.tensor([len(positions)], "int32", data=np.array(positions, np.int32))
    kept = [n for i, n in enumerate(shape) if i != axis % len(shape)]
    y = b.tensor(kept if out is None else out, dtype)
    options = getattr(schema, {"ARG_MAX": "ArgMaxOptionsT", "ARG_MIN": "ArgMinOptionsT"}[name])()
    options.outputType = schema.TensorType.INT32
    b.op(name, [x, index], [y], options)
    return b.build([x], [y])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((1, 10), -1), ((1, 10), 1), ((1, 5, 6, 4), 3), ((1, 5, 6, 4), 1), ((300, 2), 0), ((1, 1), 1)],
)
def test_the_position_is_that_of_tflm(name, shape, axis, tmp_path):
    """The first two inputs are all equal, so that the first position is the answer."""
    assert_bit_exact(extreme(name, shape, axis), tmp_path, count=5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"out": [1, 4]}, "output has shape [1, 4], but [1] follows from the inputs"),
        ({"dtype": "float32"}, "output is float32, not int32"),
        ({"axes": [0, 1]}, "axis has 2 values, not 1"),
        ({"axes": [2]}, "axis 2 in 2 dimensions"),
    ],
)
def test_what_tflm_does_not_run_is_refused(changes, reason):
    with pytest.raises(ModelError) as caught:
        read_graph(extreme("ARG_MAX", (1, 4), 1, **changes), "test")
    assert reason in str(caught.value)


def test_the_default_of_tensorflow_is_refused_with_the_way_out():
    with pytest.raises(ModelError) as caught:
        read_graph(extreme("ARG_MAX", (1, 4), 1, dtype="int64"), "test")
    assert str(caught.value) == "test: input or output 2 is int64"
    assert caught.value.hint == "make it int32, as in tf.argmax(x, output_type=tf.int32)"
