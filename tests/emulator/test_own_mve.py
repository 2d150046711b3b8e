"""tinygen's vector kernels on an emulated Cortex-M55: bit-exact, and as fast as promised."""

import numpy as np
import pytest

from tests.emulator.fences import apart, behind_inputs, fenced, over_inputs, run_fenced
from tests.emulator.mve_cases import FORMS, ROW_FORMS, mve_cases, row_cases
from tests.emulator.own_image import build_own, section_bytes
from tests.emulator.semihosting import core, run
from tests.oracle import random_inputs, run_tflm
from tests.unit.kernels.cases import fold_padding
from tests.unit.kernels.random_ops import random_ops
from tests.unit.ops.test_lstm import CASES, lstm
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.optimize.surgery import operate

M55 = core("cortex-m55")
# Instructions an inference; TFLM with CMSIS-NN needs 1.81, 6.56, 4.91 and 0.15 million.
MODELS = {
    "kws_ref_model": 830_000,
    "vww_96_int8": 2_300_000,
    "pretrainedResnet_quant": 2_450_000,
    "ad01_int8": 50_000,
}
AFTER_SURGERY = {"vww_96_int8": 1_600_000}
CODE_BYTES = {"balanced": 9_472, "size": 8_704}
SCRATCH_BYTES = 2560


def check(cases, folder, plan, optimize="balanced"):
    """Return what differs from the tflite-micro wheel, and the kernels' names."""
    content = cases.build()
    inputs = random_inputs(content, 4)
    graph = fenced(fold_padding(content))
    image = build_own(graph, Target(M55, optimize), folder, plan)
    got, damaged = run_fenced(image, inputs)
    pairs = list(zip(run_tflm(content, inputs), got, strict=True))
    wrong = [
        f"{cases.names[n]} by {kernel.name}"
        for n, kernel in enumerate(image.kernels)
        if n in damaged or any(not np.array_equal(a[n], b[n]) for a, b in pairs)
    ]
    return wrong, {k.name for k in image.kernels}


@pytest.mark.parametrize("plan", [apart, over_inputs, behind_inputs])
def test_every_form_is_bit_exact_and_writes_only_what_is_its(tmp_path, plan):
    wrong, names = check(mve_cases(5), tmp_path, plan)
    assert wrong == []
    assert names >= FORMS


@pytest.mark.parametrize("plan", [apart, over_inputs, behind_inputs])
def test_rows_of_windows_are_bit_exact_and_write_only_what_is_theirs(tmp_path, plan):
    wrong, names = check(row_cases(8), tmp_path, plan, "speed")
    assert wrong == []
    assert names >= ROW_FORMS


@pytest.mark.parametrize("plan", [apart, over_inputs, behind_inputs])
@pytest.mark.parametrize("seed", [11, 12])
def test_random_ops_are_bit_exact_and_write_only_what_is_theirs(tmp_path, plan, seed):
    wrong, _ = check(random_ops(seed, 25), tmp_path, plan)
    assert wrong == []


@pytest.mark.parametrize("seed", [6, 7])
def test_kernels_compiled_for_size_are_bit_exact(tmp_path, seed):
    wrong, _ = check(mve_cases(seed), tmp_path, apart, "size")
    assert wrong == []


def measure(graph, content, folder, optimize="balanced"):
    """Return the image and its instructions, its outputs checked."""
    inputs = random_inputs(content, 3)
    image = build_own(graph, Target(M55, optimize), folder)
    got, cost = run(image, inputs)
    for a, b in zip(run_tflm(content, inputs), got, strict=True):
        np.testing.assert_array_equal(a[0], b[0])
    return image, cost.sum(axis=1).max()


@pytest.mark.parametrize("optimize", CODE_BYTES)
@pytest.mark.parametrize("model", MODELS)
def test_a_real_model_is_exact_fast_and_small(models_dir, tmp_path, model, optimize):
    content = (models_dir / f"{model}.tflite").read_bytes()
    image, instructions = measure(read_graph(content, model), content, tmp_path, optimize)
    assert instructions <= MODELS[model]
    assert max(k.scratch_bytes for k in image.kernels if k) <= SCRATCH_BYTES
    assert section_bytes(image, ".text") <= CODE_BYTES[optimize]


@pytest.mark.parametrize("case", CASES)
def test_an_lstm_multiplies_by_vectors(tmp_path, case):
    content = lstm(**case)
    measure(read_graph(content, "lstm"), content, tmp_path)


def test_an_lstm_takes_two_instructions_a_product(tmp_path):
    content = lstm(steps=10, size=40, units=64)
    _, instructions = measure(read_graph(content, "lstm"), content, tmp_path)
    assert instructions <= 2 * 10 * 4 * 64 * (40 + 64)


@pytest.mark.parametrize("model", AFTER_SURGERY)
def test_channels_that_do_nothing_cost_nothing(models_dir, tmp_path, model):
    content = (models_dir / f"{model}.tflite").read_bytes()
    graph, _ = operate(read_graph(content, model))
    _, instructions = measure(graph, content, tmp_path)
    assert instructions <= AFTER_SURGERY[model]
