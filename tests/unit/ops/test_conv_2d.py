"""CONV_2D against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest

from tests.oracle import assert_bit_exact
from tests.unit.ops.conv_models import RELU, RELU6, RELU_N1_TO_1, VALID, Conv, draw, model

CASES = [
    Conv((1, 8, 7, 3), out_c=5),
    Conv((1, 9, 9, 1), k=(10, 4), stride=(2, 2)),
    Conv((1, 5, 6, 8), out_c=8, k=(1, 1), act=RELU),
    Conv((1, 5, 6, 8), out_c=3, k=(1, 1), stride=(2, 2), act=RELU6, padding=VALID),
    Conv((1, 12, 11, 2), out_c=3, k=(3, 2), dilation=(2, 3), act=RELU_N1_TO_1),
    Conv((2, 6, 6, 6), out_c=9, groups=3, padding=VALID),
    Conv((1, 1, 20, 4), out_c=7, k=(1, 5), bias=False),
    Conv((1, 6, 6, 3), per_channel=False, stride=(3, 1)),
    Conv((1, 4, 4, 4), k=(3, 3), dilation=(5, 5)),  # only the middle row and column meet
    Conv((1, 5, 5, 6), out_c=6, groups=6, stride=(4, 5)),
    Conv((1, 3, 3, 1), out_c=1, k=(3, 3), padding=VALID),
    Conv((1, 6, 6, 4), spread=1e-4, zero_points=(127, -128)),
    Conv((1, 6, 6, 4), spread=1e-9, zero_points=(-128, 127), bias_range=1 << 31),
    Conv((1, 6, 6, 4), spread=1e8, zero_points=(-128, 127)),
    Conv((1, 6, 6, 4), spread=1e13, act=RELU6),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_conv_2d_is_bit_exact(case, tmp_path):
    rng = np.random.default_rng(case)
    assert_bit_exact(model(rng, "CONV_2D", CASES[case]), tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_random_conv_2d_is_bit_exact(seed, tmp_path):
    rng = np.random.default_rng(1000 + seed)
    assert_bit_exact(model(rng, "CONV_2D", draw(rng, "CONV_2D")), tmp_path, count=4)
