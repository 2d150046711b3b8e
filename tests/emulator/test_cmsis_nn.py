"""CMSIS-NN's kernels on emulated cores against the tflite-micro wheel, bit for bit."""

import numpy as np
import pytest

from tests.emulator.semihosting import build, core, run
from tests.oracle import random_inputs, run_tflm
from tests.unit.kernels.cases import Cases
from tests.unit.kernels.random_ops import PRODUCTS, random_ops
from tests.unit.kernels.side_by_side import over_the_input, side_by_side
from tinygen.ops.contract import Target

INPUTS = 4
OPS_OF_A_TYPE = 12

TARGETS = [
    ("cortex-m3", "balanced"),
    ("cortex-m4", "balanced"),
    ("cortex-m4", "ram"),
    ("cortex-m4", "speed"),
    ("cortex-m7", "balanced"),
    ("cortex-m33", "balanced"),
    ("cortex-m55", "balanced"),
    ("cortex-m55", "size"),
    ("cortex-m55", "speed"),
]

# What a run has to have tried, by target; all of it is in the fixed cases.
ALWAYS = {
    "arm_convolve_1x1_s8",
    "arm_convolve_s8",
    "arm_nn_mat_mult_nt_t_s8",
    "arm_depthwise_conv_s8",
    "arm_avgpool_s8",
    "arm_max_pool_s8",
    "arm_softmax_s8",
    "arm_elementwise_add_s8",
    "arm_elementwise_mul_s8",
}
ALSO = {
    ("cortex-m4", "balanced"): {"arm_depthwise_conv_3x3_s8", "arm_depthwise_conv_s8_opt"},
    ("cortex-m4", "speed"): {"arm_transpose_conv_s8", "arm_nn_vec_mat_mult_t_s8"},
    ("cortex-m55", "balanced"): {"arm_convolve_1_x_n_s8", "arm_depthwise_conv_s8_opt"},
    ("cortex-m55", "speed"): {"arm_transpose_conv_s8", "arm_nn_vec_mat_mult_t_s8"},
}


@pytest.fixture(scope="module")
def ops():
    """Return the model, what its ops are, inputs and what the wheel makes of them."""
    cases = random_ops(1, OPS_OF_A_TYPE)
    content = cases.build()
    inputs = random_inputs(content, INPUTS)
    return content, cases.names, inputs, run_tflm(content, inputs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which all tests share CMSIS-NN's objects."""
    return tmp_path_factory.mktemp("cmsis_nn")


@pytest.mark.parametrize("plan", [side_by_side, over_the_input])
@pytest.mark.parametrize("target", TARGETS, ids="-".join)
def test_every_op_is_bit_exact(ops, folder, target, plan):
    content, names, inputs, wanted = ops
    name, optimize = target
    image = build(content, Target(core(name), optimize), folder / "model", plan)
    got, _ = run(image, inputs)
    wrong = [
        f"{names[n]} by {kernel.name}"
        for n, kernel in enumerate(image.kernels)
        if any(not np.array_equal(a[n], b[n]) for a, b in zip(wanted, got, strict=True))
    ]
    assert wrong == []
    assert {k.name for k in image.kernels} >= ALWAYS | ALSO.get(target, set())


def test_a_lone_row_is_multiplied_by_its_own_function(folder):
    cases = Cases(3)
    for case in PRODUCTS:
        cases.fully_connected(**case)
    content = cases.build()
    inputs = random_inputs(content, INPUTS)
    for name in ("cortex-m4", "cortex-m55"):
        image = build(content, Target(core(name)), folder / "rows")
        got, _ = run(image, inputs)
        for a, b in zip(run_tflm(content, inputs), got, strict=True):
            for x, y in zip(a, b, strict=True):
                np.testing.assert_array_equal(x, y)
        assert [k.name for k in image.kernels].count("arm_nn_vec_mat_mult_t_s8") == 3
