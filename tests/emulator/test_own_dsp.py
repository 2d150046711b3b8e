"""tinygen's DSP kernels on emulated cores: bit-exact, as fast and as small as promised."""

from dataclasses import replace

import numpy as np
import pytest

from tests.emulator.own_image import build_own
from tests.emulator.semihosting import core, run
from tests.oracle import random_inputs, run_tflm
from tests.unit.kernels.cases import fold_padding
from tests.unit.kernels.own.own_cases import FORMS, own_cases
from tests.unit.kernels.random_ops import random_ops
from tests.unit.kernels.side_by_side import over_the_input, side_by_side
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.optimize.surgery import operate
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent

CORES = ["cortex-m4", "cortex-m7", "cortex-m33"]
# Instructions an inference; TFLM with CMSIS-NN needs 7.7, 24.1, 29.9 and 0.58 million on M4.
MODELS = {
    "kws_ref_model": 2_650_000,
    "vww_96_int8": 8_250_000,
    "pretrainedResnet_quant": 11_500_000,
    "ad01_int8": 280_000,
}
AFTER_SURGERY = {"vww_96_int8": 5_100_000}
CODE_BYTES = {"balanced": 20_480, "size": 12_288}


def wrong_ops(cases, target, folder, plan):
    """Return what differs from the tflite-micro wheel, and the kernels' names."""
    content = cases.build()
    inputs = random_inputs(content, 3)
    image = build_own(fold_padding(content), target, folder, plan)
    got, _ = run(image, inputs)
    pairs = list(zip(run_tflm(content, inputs), got, strict=True))
    wrong = [
        f"{cases.names[n]} by {kernel.name}"
        for n, kernel in enumerate(image.kernels)
        if any(not np.array_equal(a[n], b[n]) for a, b in pairs)
    ]
    return wrong, {k.name for k in image.kernels}


@pytest.mark.parametrize("plan", [side_by_side, over_the_input])
@pytest.mark.parametrize("name", [*CORES, "cortex-m55"])
def test_every_form_is_bit_exact(tmp_path, name, plan):
    wrong, names = wrong_ops(own_cases(3), Target(replace(core(name), mve=False)), tmp_path, plan)
    assert wrong == []
    assert names >= FORMS


@pytest.mark.parametrize("optimize", ["speed", "size", "ram"])
def test_random_ops_are_bit_exact(tmp_path, optimize):
    target = Target(core("cortex-m4"), optimize)
    wrong, _ = wrong_ops(random_ops(21, 20), target, tmp_path, side_by_side)
    assert wrong == []


@pytest.mark.parametrize("name", CORES)
@pytest.mark.parametrize("model", MODELS)
def test_a_real_model_is_exact_and_within_its_instructions(models_dir, tmp_path, model, name):
    content = (models_dir / f"{model}.tflite").read_bytes()
    inputs = random_inputs(content, 3)
    image = build_own(read_graph(content, model), Target(core(name)), tmp_path)
    got, cost = run(image, inputs)
    for a, b in zip(run_tflm(content, inputs), got, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
    assert cost.sum(axis=1).max() <= MODELS[model]


@pytest.mark.parametrize("model", AFTER_SURGERY)
def test_channels_that_do_nothing_cost_nothing(models_dir, tmp_path, model):
    content = (models_dir / f"{model}.tflite").read_bytes()
    inputs = random_inputs(content, 3)
    graph, _ = operate(read_graph(content, model))
    image = build_own(graph, Target(core("cortex-m4")), tmp_path)
    got, cost = run(image, inputs)
    for a, b in zip(run_tflm(content, inputs), got, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
    assert cost.sum(axis=1).max() <= AFTER_SURGERY[model]


@pytest.mark.parametrize("optimize", CODE_BYTES)
@pytest.mark.parametrize("model", MODELS)
def test_code_is_small(models_dir, tmp_path, model, optimize):
    choices = Choices("qemu-m4", optimize=optimize)
    memory = build(models_dir / f"{model}.tflite", tmp_path / "p", choices, Silent()).memory
    assert memory.flash.code <= CODE_BYTES[optimize]
    assert memory.scratch_bytes <= 2560
