"""The MLPerf Tiny models on every emulated core: bit-exact, and no dearer than promised."""

import pytest

from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, verify

MODELS = {
    "kws": "kws_ref_model",
    "vww": "vww_96_int8",
    "ic": "pretrainedResnet_quant",
    "ad": "ad01_int8",
}
CORES = ["m4", "m7", "m33", "m55"]
LIBRARIES = ["tinygen", "cmsis-nn", "reference"]
INPUTS = 32

# Instructions of TFLM + CMSIS-NN on the same core, QEMU 7.2 -icount, and what generated
# CMSIS-NN calls may cost more, the pinned CMSIS-NN being older.
TFLM = {
    "m4": {"kws": 7_697_945, "vww": 24_101_522, "ic": 29_864_295, "ad": 582_870},
    "m7": {"kws": 7_643_732, "vww": 24_025_147, "ic": 30_025_730, "ad": 583_160},
    "m33": {"kws": 7_680_250, "vww": 24_046_372, "ic": 29_963_816, "ad": 583_334},
    "m55": {"kws": 1_813_771, "vww": 6_557_934, "ic": 4_913_068, "ad": 149_924},
}
CMSIS_NN_AT_MOST = 1.15
CMSIS_NN_CODE = {"kws": 27_000, "vww": 30_000, "ic": 25_000, "ad": 11_500}
PLANNED_AT_MOST = {"kws": 16_500, "vww": 56_000, "ic": 50_000, "ad": 1_024}


def built(models_dir, tmp_path, model, core, library, **choices):
    path = models_dir / f"{MODELS[model]}.tflite"
    build(path, tmp_path / "p", Choices(f"qemu-{core}", kernels=library, **choices), Silent())
    return open_project(tmp_path / "p")


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("model", MODELS)
def test_the_firmware_is_bit_exact(models_dir, tmp_path, model, core, library):
    project = built(models_dir, tmp_path, model, core, library)
    inputs = choose_inputs(project, INPUTS, None)
    report, first = verify(project, inputs, None, Silent())
    assert first is None
    assert report.verify.inputs == INPUTS
    assert report.verify.oracle.startswith("tflite-micro")
    memory = report.memory
    assert memory.arena_bytes - memory.scratch_bytes <= PLANNED_AT_MOST[model]


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("model", MODELS)
def test_a_run_touches_the_arena_up_to_its_end(models_dir, tmp_path, model, core):
    project = built(models_dir, tmp_path, model, core, "tinygen")
    inputs = choose_inputs(project, 1, None).sets[0]
    memory = profile(project, inputs, None)[0].memory
    assert memory.arena_high_water_bytes == memory.arena_bytes


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("model", MODELS)
def test_generated_cmsis_nn_calls_cost_what_tflm_costs(models_dir, tmp_path, model, core):
    project = built(models_dir, tmp_path, model, core, "cmsis-nn", surgery=False)
    inputs = choose_inputs(project, 1, None).sets[0]
    report, _ = profile(project, inputs, None)
    assert report.cost.instructions <= CMSIS_NN_AT_MOST * TFLM[core][model]
    if core == "m4":
        assert report.memory.flash.code <= CMSIS_NN_CODE[model]


def test_keyword_spotting_is_as_accurate_on_the_device_as_on_the_host(models_dir, tmp_path):
    project = built(models_dir, tmp_path, "kws", "m4", "tinygen")
    inputs = choose_inputs(project, 1, models_dir / "kws01_even.npz")
    report, first = verify(project, inputs, None, Silent())
    assert first is None
    assert report.accuracy.samples == 500
    assert report.accuracy.device == report.accuracy.host == pytest.approx(0.904)


def test_two_profiles_count_the_same_instructions(models_dir, tmp_path):
    project = built(models_dir, tmp_path, "ad", "m4", "tinygen")
    inputs = choose_inputs(project, 1, None).sets[0]
    first, second = (profile(project, inputs, None)[0] for _ in range(2))
    assert first.cost == second.cost
    assert first.ops == second.ops
