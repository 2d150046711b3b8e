"""TRANSPOSE_CONV against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest

from tests.oracle import assert_bit_exact
from tests.unit.ops.conv_models import RELU, RELU6, VALID, Conv, draw, model

CASES = [
    Conv((1, 4, 5, 3), stride=(2, 2)),
    Conv((1, 4, 5, 3), stride=(2, 2), padding=VALID),
    Conv((1, 4, 5, 3), stride=(3, 2), padding=VALID, k=(2, 2), act=RELU),
    Conv((1, 4, 4, 3), stride=(3, 3), padding=VALID, extra_rows=2),
    Conv((2, 3, 3, 2), out_c=5, k=(4, 4), stride=(2, 2), act=RELU6, bias=False),
    Conv((1, 3, 3, 2), k=(1, 1), stride=(2, 2), per_channel=False),
    Conv((1, 1, 6, 2), k=(1, 7)),
    Conv((1, 3, 3, 4), spread=1e-4, zero_points=(127, -128)),
    Conv((1, 3, 3, 4), spread=1e-9, zero_points=(-128, 127), bias_range=1 << 31),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_transpose_conv_is_bit_exact(case, tmp_path):
    rng = np.random.default_rng(case)
    assert_bit_exact(model(rng, "TRANSPOSE_CONV", CASES[case]), tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_random_transpose_conv_is_bit_exact(seed, tmp_path):
    rng = np.random.default_rng(3000 + seed)
    content = model(rng, "TRANSPOSE_CONV", draw(rng, "TRANSPOSE_CONV"))
    assert_bit_exact(content, tmp_path, count=4)
