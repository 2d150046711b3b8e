"""With a copy of TensorFlow Lite Micro: the MLPerf Tiny models by its runtime, and by aot."""

import os
import shutil

import pytest

from tinygen.build.toolchain import find_compiler, require_cxx
from tinygen.errors import ToolchainError
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, run_once, verify
from tinygen.tflm import find_source

MODELS = {
    "kws": "kws_ref_model",
    "vww": "vww_96_int8",
    "ic": "pretrainedResnet_quant",
    "ad": "ad01_int8",
}
# Instructions of TFLM with CMSIS-NN, release build, TFLM 90b983c2, GCC 12.2, QEMU 7.2; and
# what arena_used_bytes() says.
INSTRUCTIONS = {
    "qemu-m4": {"kws": 7_697_945, "vww": 24_101_522, "ic": 29_864_295, "ad": 582_870},
    "qemu-m7": {"kws": 7_643_732, "vww": 24_025_147, "ic": 30_025_730, "ad": 583_160},
    "qemu-m55": {"kws": 1_813_771, "vww": 6_557_934, "ic": 4_913_068, "ad": 149_924},
}
ARENA = {
    "qemu-m4": {"kws": 22_820, "vww": 100_708, "ic": 54_996, "ad": 2_580},
    "qemu-m7": {"kws": 22_820, "vww": 100_708, "ic": 54_996, "ad": 2_580},
    "qemu-m55": {"kws": 27_348, "vww": 100_772, "ic": 55_028, "ad": 9_268},
}
# Where TFLM starts in no less: it plans in the arena, which needs more than ad in the end.
STARTS_IN = {("qemu-m4", "ad"): 3_040, ("qemu-m7", "ad"): 3_040, ("qemu-m55", "ad"): 9_728}
INPUTS = 8


@pytest.fixture(scope="module", autouse=True)
def _tflm():
    """Skip without a C++ library or a copy of TFLM, and say so."""
    try:
        find_source(None)
        require_cxx(find_compiler())
    except ToolchainError as error:
        pytest.skip(f"{error}: set TINYGEN_TFLM_DIR")


def built(models_dir, folder, model, board, runtime):
    path = models_dir / f"{MODELS[model]}.tflite"
    build(path, folder, Choices(board, runtime=runtime), Silent())
    return open_project(folder)


@pytest.mark.parametrize("board", INSTRUCTIONS)
@pytest.mark.parametrize("model", MODELS)
def test_the_runtime_is_exact_fast_and_measured(models_dir, tmp_path, model, board):
    project = built(models_dir, tmp_path / "tflm", model, board, "tflm")
    inputs = choose_inputs(project, INPUTS, None)
    report, first = verify(project, inputs, None, Silent())
    assert first is None
    assert report.verify.bit_exact
    report = profile(project, inputs.sets[0], None)[0]
    wanted = INSTRUCTIONS[board][model]
    assert report.cost.instructions == pytest.approx(wanted, rel=0.03)
    assert report.runtime == "tflm"
    if (board, model) in STARTS_IN:
        assert report.memory.arena_bytes == STARTS_IN[board, model]
    else:
        assert report.memory.arena_bytes == pytest.approx(ARENA[board][model], rel=0.02)
    assert sum(op.instructions for op in report.ops) == pytest.approx(
        report.cost.instructions, rel=0.02
    )


def test_both_runtimes_give_the_same_outputs(models_dir, tmp_path):
    tflm = built(models_dir, tmp_path / "tflm", "ad", "qemu-m4", "tflm")
    aot = built(models_dir, tmp_path / "aot", "ad", "qemu-m4", "aot")
    for one in choose_inputs(tflm, 4, None).sets:
        (a,), (b,) = run_once(tflm, one, None), run_once(aot, one, None)
        assert a.tobytes() == b.tobytes()


def test_a_second_build_is_the_same_to_the_byte(models_dir, tmp_path):
    for name in ("one", "other"):
        built(models_dir, tmp_path / name, "ad", "qemu-m4", "tflm")
    one, other = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in sorted((tmp_path / name).rglob("*"))
            if path.is_file() and ".pio" not in path.parts
        }
        for name in ("one", "other")
    )
    assert one == other


def test_a_tree_without_cmsis_nn_kernels_does_not_pass(models_dir, tmp_path, monkeypatch):
    place = os.environ.get("TINYGEN_TFLM_DIR")
    if place is None:
        pytest.skip("needs a folder: set TINYGEN_TFLM_DIR")
    copy = tmp_path / "tree"
    shutil.copytree(place, copy, ignore=shutil.ignore_patterns(".git", "testdata"))
    shutil.rmtree(copy / "tensorflow/lite/micro/kernels/cmsis_nn")
    monkeypatch.setenv("TINYGEN_TFLM_DIR", str(copy))
    with pytest.raises(ToolchainError) as caught:
        built(models_dir, tmp_path / "p", "ad", "qemu-m4", "tflm")
    assert str(caught.value) == (
        f"{copy} has no CMSIS-NN kernel for tflite::Register_FULLY_CONNECTED_INT8()"
    )
