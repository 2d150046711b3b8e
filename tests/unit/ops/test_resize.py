"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR against the tflite-micro wheel."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

NEAREST, BILINEAR = "RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"


def resize(name, shape, size, align=False, half=False, **more):
    kind = "ResizeNearestNeighborOptionsT" if name == NEAREST else "ResizeBilinearOptionsT"
    o = getattr(schema, kind)()
    o.alignCorners, o.halfPixelCenters = align, half
    out = more.pop("out", (shape[0], *size, shape[3]))
    return single_op(name, shape, out, [size], o, **more)


SIZES = [
    ((1, 4, 5, 3), (8, 10)),
    ((2, 7, 5, 2), (3, 11)),
    ((1, 3, 3, 1), (1, 1)),
    ((1, 1, 1, 4), (5, 3)),
    ((1, 5, 6, 2), (5, 6)),
    ((1, 9, 13, 1), (31, 29)),
    ((1, 100, 2, 1), (333, 1)),
]
MODES = [(False, False), (True, False), (False, True)]


@pytest.mark.parametrize(("align", "half"), [*MODES, (True, True)])
@pytest.mark.parametrize(("shape", "size"), SIZES)
def test_nearest_neighbour_is_bit_exact(shape, size, align, half, tmp_path):
    assert_bit_exact(resize(NEAREST, shape, size, align, half), tmp_path, count=3)


@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_nearest_neighbour_moves_other_types(dtype, tmp_path):
    assert_bit_exact(resize(NEAREST, (1, 3, 2, 3), (5, 4), dtype=dtype), tmp_path, count=3)


@pytest.mark.parametrize(("align", "half"), MODES)
@pytest.mark.parametrize(("shape", "size"), SIZES)
def test_bilinear_is_bit_exact(shape, size, align, half, tmp_path):
    assert_bit_exact(resize(BILINEAR, shape, size, align, half), tmp_path)


REFUSED = {
    "has align_corners and half_pixel_centers": lambda: resize(
        BILINEAR, (1, 2, 2, 1), (4, 4), align=True, half=True
    ),
    "values are float32, not int8": lambda: resize(BILINEAR, (1, 2, 2, 1), (4, 4), dtype="float32"),
    "TFLM reads beyond the input when it makes 2049 of 100": lambda: resize(
        BILINEAR, (1, 100, 1, 1), (2049, 1)
    ),
    "resizes [2, 2] to [4]": lambda: resize(NEAREST, (1, 2, 2, 1), (4,), out=(1, 4, 4, 1)),
    "resizes [2, 2] to [0, 4]": lambda: resize(NEAREST, (1, 2, 2, 1), (0, 4), out=(1, 4, 4, 1)),
    "resizes [2, 2] to [2147483647, 1]": lambda: resize(
        NEAREST, (1, 2, 2, 1), (2147483647, 1), out=(1, 4, 4, 1)
    ),
    "a tensor of 33554432 bytes is larger than 16777216": lambda: resize(
        NEAREST, (1, 2, 2, 1), (8192, 4096)
    ),
    "output has shape [1, 4, 5, 1], but [1, 4, 4, 1] follows from the inputs": lambda: resize(
        NEAREST, (1, 2, 2, 1), (4, 4), out=(1, 4, 5, 1)
    ),
    "input has shape [2, 2], not 4-D": lambda: single_op(
        NEAREST, (2, 2), (2, 2), [[4, 4]], schema.ResizeNearestNeighborOptionsT()
    ),
    "has no options": lambda: single_op(BILINEAR, (1, 2, 2, 1), (1, 4, 4, 1), [[4, 4]]),
    "size is float32, not int32": lambda: single_op(
        NEAREST,
        (1, 2, 2, 1),
        (1, 4, 4, 1),
        [np.array([4, 4], np.float32)],
        schema.ResizeNearestNeighborOptionsT(),
    ),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_resized_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(REFUSED[message](), "m")
    assert str(error.value).endswith(message)
