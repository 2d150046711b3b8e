"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND against the tflite-micro wheel, numpy and C."""

import numpy as np
import pytest

from tests.oracle import assert_bit_exact
from tests.unit.ops.single_op import single_op
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph


def to_batch(shape, blocks, paddings, dtype="int8", out=None, zero_point=0):
    padded = [n + sum(p) for n, p in zip(shape[1:-1], paddings, strict=False)]
    spatial = [n // b for n, b in zip(padded, blocks, strict=False)]
    out = out or (shape[0] * int(np.prod(blocks)), *spatial, shape[-1])
    return single_op(
        "SPACE_TO_BATCH_ND", shape, out, [blocks, paddings], dtype=dtype, zero_point=zero_point
    )


def to_space(shape, blocks, crops, dtype="int8"):
    whole = [n * b for n, b in zip(shape[1:-1], blocks, strict=True)]
    spatial = [n - sum(c) for n, c in zip(whole, crops, strict=True)]
    out = (shape[0] // int(np.prod(blocks)), *spatial, shape[-1])
    return single_op("BATCH_TO_SPACE_ND", shape, out, [blocks, crops], dtype=dtype)


CASES = {
    "no padding": lambda: to_batch((1, 4, 6, 3), (2, 3), ((0, 0), (0, 0)), zero_point=-7),
    "two images": lambda: to_batch((2, 6, 8, 2), (2, 2), ((0, 0), (0, 0))),
    "tall blocks": lambda: to_batch((1, 6, 8, 2), (3, 4), ((0, 0), (0, 0))),
    "rows only": lambda: to_batch((1, 8, 4), (4,), ((0, 0),)),
    "float": lambda: to_batch((1, 4, 4, 2), (2, 2), ((0, 0), (0, 0)), "float32"),
    "back": lambda: to_space((6, 2, 3, 2), (2, 3), ((0, 0), (0, 0))),
    "crops": lambda: to_space((8, 3, 3, 2), (2, 2), ((1, 2), (0, 3))),
    "rows back": lambda: to_space((4, 3, 2), (4,), ((5, 1),)),
    "crops whole blocks": lambda: to_space((4, 4, 1, 1), (4, 1), ((9, 4), (0, 0))),
    "float back": lambda: to_space((4, 2, 2, 2), (2, 2), ((1, 0), (0, 1)), "float32"),
}


@pytest.mark.parametrize("name", CASES)
def test_values_go_where_tflm_puts_them(name, tmp_path):
    assert_bit_exact(CASES[name](), tmp_path, count=3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (to_batch((1, 5, 4, 2), (2, 2), ((0, 0), (0, 0))), "blocks of 2 do not divide 5"),
        (to_batch((1, 4, 4, 2), (2,), ((0, 0),), out=(2, 2, 4, 2)), "1 blocks of 4 dimensions"),
        (to_batch((1, 4, 2), (2,), ((-1, 1),)), "a block or a padding is negative"),
        (
            to_batch((1, 3, 2), (2,), ((0, 1),)),
            "TensorFlow Lite Micro pads with a value that it never sets",
        ),
        (to_space((3, 2, 2, 1), (2, 1), ((0, 0), (0, 0))), "2 blocks of 3"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(content, reason):
    with pytest.raises(ModelError) as caught:
        read_graph(content, "test")
    assert str(caught.value).endswith(f"_ND, version 1): {reason}")
