"""CONV_2D by tinygen's DSP kernels against the tflite-micro wheel."""

import numpy as np
import pytest

from tests.unit.kernels.own.host import assert_own_is_exact, kernel_of
from tests.unit.ops.conv_models import NONE, RELU, RELU6, VALID, Conv, draw, model

REAL = {"spread": 1.0, "zero_points": (-4, -128), "act": RELU}
CASES = {
    "pixel/packed_relu": Conv((1, 5, 5, 16), out_c=6, k=(1, 1), **REAL),
    "pixel/packed": Conv((1, 3, 7, 8), out_c=5, k=(1, 1), stride=(2, 2)),
    "words/packed_relu": Conv((1, 7, 6, 4), out_c=3, stride=(2, 1), **REAL),
    "words/packed": Conv((2, 6, 5, 8), out_c=4, k=(3, 2), dilation=(2, 1)),
    "patches/packed_relu": Conv((1, 11, 9, 1), out_c=8, k=(10, 4), stride=(2, 2), **REAL),
    "patches/packed": Conv((1, 6, 6, 3), out_c=4, dilation=(1, 2)),
    "words/wide": Conv((1, 4, 4, 160), out_c=2, k=(1, 2), bias_range=1 << 27, spread=3.0),
}
CLAMPED = {
    "relu with room below": Conv((1, 5, 5, 8), out_c=4, k=(1, 1), act=RELU),
    "relu6": Conv((1, 5, 5, 8), out_c=4, act=RELU6, zero_points=(-128, -128), spread=9.0),
}
STEP_BY_STEP = {
    "positive shifts": Conv((1, 4, 4, 4), out_c=4, spread=1e-4),
    "huge biases": Conv((1, 4, 4, 4), out_c=4, spread=1e-9, bias_range=1 << 31),
    "vanishing multipliers": Conv((1, 4, 4, 4), out_c=4, spread=1e13),
    "odd channels": Conv((1, 5, 4, 7), out_c=5, k=(1, 1), spread=1e-3),
}
LARGE = Conv((1, 6, 7, 64), out_c=6, **REAL)


@pytest.mark.parametrize("form", CASES)
def test_each_form_is_exact(form, tmp_path):
    content = model(np.random.default_rng(1), "CONV_2D", CASES[form])
    assert kernel_of(content).name == f"tg_conv_2d_dsp_s8/{form}"
    assert_own_is_exact(content, tmp_path)


@pytest.mark.parametrize("name", CLAMPED)
def test_a_narrower_range_is_clamped(name, tmp_path):
    content = model(np.random.default_rng(2), "CONV_2D", CLAMPED[name])
    assert kernel_of(content).calls[-1].function == "tg_clamp_s8"
    assert_own_is_exact(content, tmp_path)


@pytest.mark.parametrize("name", STEP_BY_STEP)
def test_what_the_fast_form_cannot_do_is_exact(name, tmp_path):
    content = model(np.random.default_rng(3), "CONV_2D", STEP_BY_STEP[name])
    assert kernel_of(content).name.startswith("tg_conv_2d_split_s8")
    assert_own_is_exact(content, tmp_path)


def test_a_large_filter_is_summed_in_parts(tmp_path):
    content = model(np.random.default_rng(4), "CONV_2D", LARGE)
    kernel = kernel_of(content)
    assert kernel.why == "the filter is summed 1 of 3 rows at a time to save scratch"
    assert kernel.scratch_bytes < 2500
    assert_own_is_exact(content, tmp_path)


def test_groups_are_left_to_the_reference():
    content = model(np.random.default_rng(5), "CONV_2D", Conv((1, 4, 4, 4), groups=2))
    assert kernel_of(content).name == "tg_conv_2d_s8"


@pytest.mark.parametrize("seed", range(16))
def test_random_convolutions_are_exact(seed, tmp_path):
    rng = np.random.default_rng(2000 + seed)
    conv = draw(rng, "CONV_2D")
    conv.groups, conv.out_c = 1, int(rng.integers(2, 9))
    conv.act = int(rng.choice([NONE, RELU, RELU6]))
    assert_own_is_exact(model(rng, "CONV_2D", conv), tmp_path, seed=seed)


def test_valid_padding_is_exact(tmp_path):
    conv = Conv((1, 8, 8, 4), out_c=4, stride=(2, 2), padding=VALID)
    assert_own_is_exact(model(np.random.default_rng(6), "CONV_2D", conv), tmp_path)
