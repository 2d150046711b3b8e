"""GATHER and MIRROR_PAD against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

REFLECT, SYMMETRIC = 0, 1


def gather(shape, positions, axis, *, batch_dims=0, dtype="int8", out=None):
    o = schema.GatherOptionsT()
    o.axis, o.batchDims = axis, batch_dims
    kept = np.shape(positions)[batch_dims:]
    out = out or (*shape[:axis], *kept, *shape[axis:][1:])
    return single_op("GATHER", shape, out, [positions], o, dtype=dtype)


def mirror_pad(shape, paddings, mode, dtype="int8"):
    o = schema.MirrorPadOptionsT()
    o.mode = mode
    out = [b + n + a for n, (b, a) in zip(shape, paddings, strict=True)]
    return single_op("MIRROR_PAD", shape, out, [paddings], o, dtype=dtype)


AROUND = [(0, 0), (2, 1), (0, 3), (0, 0)]

CASES = {
    "rows": lambda: gather((5, 3), [4, 0, 0, 2], 0),
    "channels": lambda: gather((2, 3, 4), [3, 1], -1, out=(2, 3, 2)),
    "matrix of positions": lambda: gather((2, 5, 2), [[4, 0, 1], [3, 3, 2]], 1),
    "one position": lambda: gather((2, 5, 2), 3, 1),
    "batched": lambda: gather((2, 5, 3), [[4, 0, 1], [3, 3, 2]], 1, batch_dims=1),
    "batched before the axis": lambda: gather(
        (2, 3, 4, 2), [[3, 0], [1, 1]], 2, batch_dims=1, out=(2, 3, 2, 2)
    ),
    "batched from the back": lambda: gather(
        (2, 5), [[4], [3]], 1, batch_dims=-1, out=(2, 1)
    ),
    "float": lambda: gather((5, 3), [4, 0], 0, dtype="float32"),
    "reflect": lambda: mirror_pad((1, 3, 5, 2), AROUND, REFLECT),
    "symmetric": lambda: mirror_pad((1, 3, 5, 2), AROUND, SYMMETRIC),
    "symmetric channels": lambda: mirror_pad((2, 3), [(0, 2), (3, 1)], SYMMETRIC),
    "reflect batch float": lambda: mirror_pad((3, 2, 2), [(1, 2), (0, 0), (0, 1)], REFLECT,
                                              "float32"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_positions_are_those_tflm_takes(name, tmp_path):
    assert_bit_exact(CASES[name](), tmp_path, count=3)


REFUSED = {
    "a position is outside axis 0 of size 5": lambda: gather((5, 3), [5], 0),
    "a position is outside axis 1 of size 3": lambda: gather((5, 3), [-1], 1),
    "axis 2 in 2 dimensions": lambda: gather((5, 3), [0], 2),
    "batch_dims is 2": lambda: gather((2, 5), [[1], [1]], 1, batch_dims=2),
    "batch_dims is 1": lambda: gather((2, 5), [[1]], 1, batch_dims=1),
    "values are int16, not float32, int8": lambda: gather((5,), [0], 0, dtype="int16"),
    "mirrors 3 of 3 of axis 0": lambda: mirror_pad((3,), [(3, 0)], REFLECT),
    "mirrors 4 of 3 of axis 0": lambda: mirror_pad((3,), [(0, 4)], SYMMETRIC),
    "mode 2 is unknown": lambda: mirror_pad((3,), [(0, 1)], 2),
    "has no options": lambda: single_op("GATHER", (3,), (1,), [[1]]),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_not_there_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(REFUSED[message](), "m")
    assert str(error.value).endswith(message)
