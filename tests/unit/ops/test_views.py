"""RESHAPE, SQUEEZE and EXPAND_DIMS against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import HOST, assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tests.unit.ops.single_op import single_op
from tinygen.emit.kernels import choose_kernels
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def squeeze(shape, axes, out, dtype="int8"):
    o = schema.SqueezeOptionsT()
    o.squeezeDims = list(axes)
    return single_op("SQUEEZE", shape, out, (), o, dtype=dtype)


CASES = {
    "reshape": lambda: single_op("RESHAPE", (1, 4, 3, 2), (1, 24), [[1, 24]]),
    "reshape, -1": lambda: single_op("RESHAPE", (2, 12), (2, 3, 4), [[-1, 3, 4]]),
    "reshape, no shape": lambda: single_op("RESHAPE", (2, 12), (24,)),
    "reshape float": lambda: single_op("RESHAPE", (2, 3), (6,), [[6]], dtype="float32"),
    "reshape int32": lambda: single_op("RESHAPE", (2, 3), (6,), [[6]], dtype="int32"),
    "squeeze all": lambda: squeeze((1, 3, 1, 2), (), (3, 2)),
    "squeeze one": lambda: squeeze((1, 3, 1, 2), (-2,), (1, 3, 2)),
    "expand": lambda: single_op("EXPAND_DIMS", (3, 2), (3, 1, 2), [1]),
    "expand last": lambda: single_op("EXPAND_DIMS", (3, 2), (3, 2, 1), [[-1]], dtype="int16"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_view_keeps_the_values(name, tmp_path):
    assert_bit_exact(CASES[name](), tmp_path, count=3)


def test_a_view_needs_no_code():
    assert choose_kernels(read_graph(CASES["reshape"](), "m"), HOST, "reference") == [None]


def test_a_view_of_a_constant_is_copied(tmp_path):
    b = ModelBuilder()
    x, c = b.tensor([1, 6], scale=0.1), b.tensor([2, 3], scale=0.1, data=np.arange(6))
    flat, y = b.tensor([1, 6], scale=0.1), b.tensor([1, 12], scale=0.1)
    b.op("RESHAPE", [c, b.tensor([2], "int32", data=[1, 6])], [flat], schema.ReshapeOptionsT())
    o = schema.ConcatenationOptionsT()
    o.axis = 1
    b.op("CONCATENATION", [x, flat], [y], o)
    assert_bit_exact(b.build([x], [y]), tmp_path, count=3)


def mixed():
    b = ModelBuilder()
    x, y = b.tensor([4], scale=0.1), b.tensor([2, 2], "float32")
    b.op("RESHAPE", [x], [y])
    return b.build([x], [y])


REFUSED = {
    "[2, 12] has not as many elements as [23]": lambda: single_op("RESHAPE", (2, 12), (23,)),
    "shape is int64, not int32": lambda: single_op("RESHAPE", (6,), (6,), [np.array([6])]),
    "mixes int8 with float32": mixed,
    "has no options": lambda: single_op("SQUEEZE", (1, 2), (2,)),
    "removes axis 1 of size 3": lambda: squeeze((1, 3), (1,), (1,)),
    "axis 5 in 2 dimensions": lambda: squeeze((1, 3), (5,), (3,)),
    "axis 3 in 3 dimensions": lambda: single_op("EXPAND_DIMS", (3, 2), (3, 2, 1), [3]),
    "axis has 2 values, not 1": lambda: single_op("EXPAND_DIMS", (3,), (3, 1), [[1, 1]]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_a_damaged_view_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(REFUSED[message](), "m")
    assert str(error.value).endswith(message)


def test_a_computed_shape_is_refused():
    b = ModelBuilder()
    x, shape, y = b.tensor([4], scale=0.1), b.tensor([2], "int32"), b.tensor([2, 2], scale=0.1)
    b.op("RESHAPE", [x, shape], [y])
    with pytest.raises(ModelError, match="shape is not constant"):
        read_graph(b.build([x, shape], [y]), "m")
