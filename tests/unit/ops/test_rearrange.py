"""TRANSPOSE, SPACE_TO_DEPTH, DEPTH_TO_SPACE and BROADCAST_TO against the tflite-micro wheel."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def transpose(shape, order, dtype="int8", out=None):
    out = [shape[axis] for axis in order] if out is None else out
    return single_op("TRANSPOSE", shape, out, [order], dtype=dtype)


def blocks(name, shape, out, size, dtype="int8"):
    kind = "SpaceToDepthOptionsT" if name == "SPACE_TO_DEPTH" else "DepthToSpaceOptionsT"
    o = getattr(schema, kind)()
    o.blockSize = size
    return single_op(name, shape, out, (), o, dtype=dtype)


def broadcast(shape, out, dtype="int8", wanted=None):
    return single_op("BROADCAST_TO", shape, out, [wanted or out], dtype=dtype)


CASES = {
    "transpose 2d": lambda: transpose((4, 7), (1, 0)),
    "transpose to channels first": lambda: transpose((1, 4, 5, 3), (0, 3, 1, 2)),
    "transpose 4d reversed": lambda: transpose((2, 3, 4, 5), (3, 2, 1, 0)),
    "transpose keeping runs": lambda: transpose((2, 3, 4, 5), (1, 0, 2, 3), "float32"),
    "transpose 5d": lambda: transpose((2, 3, 2, 3, 2), (4, 1, 3, 0, 2), "int16"),
    "transpose nothing": lambda: transpose((2, 3), (0, 1)),
    "space to depth": lambda: blocks("SPACE_TO_DEPTH", (2, 4, 6, 3), (2, 2, 3, 12), 2),
    "space to depth float": lambda: blocks(
        "SPACE_TO_DEPTH", (1, 3, 6, 1), (1, 1, 2, 9), 3, "float32"
    ),
    "depth to space": lambda: blocks("DEPTH_TO_SPACE", (2, 2, 3, 12), (2, 4, 6, 3), 2),
    "depth to space 1": lambda: blocks("DEPTH_TO_SPACE", (1, 2, 3, 4), (1, 2, 3, 4), 1),
    "broadcast rows": lambda: broadcast((1, 3, 1, 2), (2, 3, 4, 2)),
    "broadcast more dimensions": lambda: broadcast((3, 1), (2, 2, 2, 3, 4)),
    "broadcast float": lambda: broadcast((3, 1), (3, 4), "float32"),
}


@pytest.mark.parametrize("name", CASES)
def test_values_move_as_in_tflm(name, tmp_path):
    assert_bit_exact(CASES[name](), tmp_path, count=3)


REFUSED = {
    "[0, 0] does not permute 2 axes": lambda: transpose((2, 2), (0, 0)),
    "[0, -1] does not permute 2 axes": lambda: transpose((2, 2), (0, -1)),
    "[1, 0, 2] does not permute 2 axes": lambda: transpose((2, 2), (1, 0, 2), out=[2, 2]),
    "output has shape [2, 3], but [3, 2] follows from the inputs": lambda: transpose(
        (2, 3), (1, 0), out=[2, 3]
    ),
    "values are int32, not float32, int16, int8": lambda: transpose((2, 2), (1, 0), "int32"),
    "block size is 0": lambda: blocks("SPACE_TO_DEPTH", (1, 2, 2, 1), (1, 2, 2, 1), 0),
    "3 by 2 is not whole blocks of 2": lambda: blocks(
        "SPACE_TO_DEPTH", (1, 3, 2, 1), (1, 1, 1, 4), 2
    ),
    "6 channels in blocks of 2": lambda: blocks("DEPTH_TO_SPACE", (1, 1, 1, 6), (1, 2, 2, 1), 2),
    "input has shape [4, 4], not 4-D": lambda: blocks("DEPTH_TO_SPACE", (4, 4), (8, 8), 2),
    "[3] does not broadcast to [2]": lambda: broadcast((3,), (2,)),
    "has no options": lambda: single_op("DEPTH_TO_SPACE", (1, 1, 1, 4), (1, 2, 2, 1)),
    "permutation is float32, not int32": lambda: single_op(
        "TRANSPOSE", (2, 2), (2, 2), [np.array([0, 1], np.float32)]
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_moved_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(REFUSED[message](), "m")
    assert str(error.value).endswith(message)
