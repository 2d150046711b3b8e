"""TILE becomes CONCATENATION, which TFLM runs, and the outputs are what numpy repeats."""

import numpy as np
import pytest

from tests.oracle import random_inputs, run_c, run_tflm
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.load.tiles import replace_tiles


def tile(shape, multiples, dtype="int32", constant=True):
    b = ModelBuilder()
    x = b.tensor(shape, scale=0.1, zero_point=3)
    kind = {"data": multiples} if constant else {}
    m = b.tensor([len(multiples)], dtype, **kind)
    y = b.tensor(np.multiply(shape, multiples), scale=0.1, zero_point=3)
    b.op("TILE", [x, m], [y], version=3)
    return b.build([x] if constant else [x, m], [y])


@pytest.mark.parametrize(
    ("shape", "multiples", "ops"),
    [
        ((1, 4, 5, 3), (1, 2, 2, 1), 2),
        ((1, 6), (1, 10), 1),
        ((1, 1, 7), (1, 13, 1), 2),
        ((1, 3), (1, 40), 2),
        ((2, 3), (1, 117), 4),
        ((3, 2), (1, 1), 1),
    ],
)
def test_tensors_are_repeated_as_numpy_does(shape, multiples, ops, tmp_path):
    content = tile(shape, multiples)
    replaced = replace_tiles(content, "m")
    assert [op.name for op in read_graph(replaced, "m").ops] == ["CONCATENATION"] * ops
    inputs = random_inputs(replaced, 3)
    for way in (run_tflm(replaced, inputs), run_c(replaced, inputs, tmp_path)):
        for one, got in zip(inputs, way, strict=True):
            np.testing.assert_array_equal(got[0], np.tile(one[0], multiples))


def test_multiples_of_64_bits_are_read():
    replaced = replace_tiles(tile((1, 2), (1, 3), "int64"), "m")
    assert read_graph(replaced, "m").ops[0].inputs == (0, 0, 0)


def test_a_file_without_tile_keeps_its_bytes():
    b = ModelBuilder()
    x, y = b.tensor([1, 4], scale=0.5), b.tensor([1, 4], scale=0.5)
    b.op("RELU", [x], [y])
    content = b.build([x], [y])
    assert replace_tiles(content, "m") is content


def test_computed_multiples_are_refused():
    replaced = replace_tiles(tile((1, 4), (1, 2), constant=False), "m")
    with pytest.raises(ModelError, match=r"^op 0 \(TILE, version 3\): this operator is not"):
        read_graph(replaced, "m")


def test_a_damaged_file_is_refused():
    content = bytearray(tile((1, 4), (1, 2)))
    content[40:-40] = bytes(len(content) - 80)
    with pytest.raises(ModelError):
        read_graph(replace_tiles(bytes(content), "m"), "m")
