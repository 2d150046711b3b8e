"""DEPTHWISE_CONV_2D against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest

from tests.oracle import assert_bit_exact
from tests.unit.ops.conv_models import RELU, RELU6, RELU_N1_TO_1, VALID, Conv, draw, model

CASES = [
    Conv((1, 8, 7, 5)),
    Conv((1, 9, 8, 4), stride=(2, 2), act=RELU),
    Conv((1, 9, 8, 4), stride=(2, 1), act=RELU6, padding=VALID),
    Conv((1, 49, 10, 1), multiplier=8, k=(10, 8), stride=(2, 2), act=RELU_N1_TO_1),
    Conv((2, 6, 5, 3), multiplier=3, dilation=(2, 1)),
    Conv((1, 25, 5, 6), k=(25, 5), padding=VALID),
    Conv((1, 7, 7, 3), per_channel=False, bias=False),
    Conv((1, 4, 4, 4), dilation=(5, 5)),
    Conv((1, 6, 6, 4), spread=1e-4, zero_points=(127, -128)),
    Conv((1, 6, 6, 4), spread=1e-9, zero_points=(-128, 127), bias_range=1 << 31),
    Conv((1, 6, 6, 4), spread=1e8, zero_points=(-128, 127)),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_depthwise_conv_2d_is_bit_exact(case, tmp_path):
    rng = np.random.default_rng(case)
    assert_bit_exact(model(rng, "DEPTHWISE_CONV_2D", CASES[case]), tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_random_depthwise_conv_2d_is_bit_exact(seed, tmp_path):
    rng = np.random.default_rng(2000 + seed)
    content = model(rng, "DEPTHWISE_CONV_2D", draw(rng, "DEPTHWISE_CONV_2D"))
    assert_bit_exact(content, tmp_path, count=4)
