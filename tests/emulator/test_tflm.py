"""With a copy of TensorFlow Lite Micro: the MLPerf Tiny models by its runtime, and by aot."""

import os
import re
import shutil

import numpy as np
import pytest

from tests.emulator.test_mlperf import Runner
from tinygen.board import find_board
from tinygen.build.toolchain import find_compiler, require_cxx
from tinygen.device.qemu import emulate
from tinygen.errors import DeviceError, ToolchainError
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.report.text import ops_text
from tinygen.session import choose_inputs, open_project, profile, run_once, verify
from tinygen.tflm import find_source

MODELS = {
    "kws": "kws_ref_model",
    "vww": "vww_96_int8",
    "ic": "pretrainedResnet_quant",
    "ad": "ad01_int8",
}
# Instructions of TFLM with CMSIS-NN, release build, TFLM 90b983c2, GCC 12.2, QEMU 7.2; and
# what arena_used_bytes() says with TFLM's own planner, which itself is some 40 bytes of it.
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


def outputs_of(project, inputs):
    """Verify the project, and return the report and the device's outputs."""
    seen = {}
    report, first = verify(project, inputs, None, Silent(), seen.__setitem__)
    assert first is None
    assert report.verify.bit_exact
    return [[output.tobytes() for output in seen[n]] for n in range(len(inputs.sets))]


@pytest.mark.parametrize("board", INSTRUCTIONS)
@pytest.mark.parametrize("model", MODELS)
def test_the_runtime_is_exact_fast_and_measured(models_dir, tmp_path, model, board):
    project = built(models_dir, tmp_path / "tflm", model, board, "tflm")
    inputs = choose_inputs(project, INPUTS, None)
    outputs = outputs_of(project, inputs)
    report = profile(project, inputs.sets[0], None)[0]
    wanted = INSTRUCTIONS[board][model]
    assert report.cost.instructions == pytest.approx(wanted, rel=0.03)
    assert report.runtime == "tflm"
    assert report.cost.cycles_source == "estimate"
    assert "est. cycles" not in ops_text(report)  # there is one of the whole
    used = used_bytes(project.folder)
    assert ARENA[board][model] - 64 < used <= ARENA[board][model]
    assert used < report.memory.arena_bytes <= 1.02 * used
    assert sum(op.instructions for op in report.ops) == pytest.approx(
        report.cost.instructions, rel=0.02
    )
    aot = built(models_dir, tmp_path / "aot", model, board, "aot")
    assert outputs_of(aot, inputs) == outputs


def used_bytes(folder):
    """Return what arena_used_bytes() said: the project's README has it."""
    text = (folder / "README.md").read_text().replace(",", "")
    arena, more = re.search(r"The arena has (\d+) bytes: .* and (\d+) more", text).groups()
    return int(arena) - int(more)


def test_mlperfs_runner_can_talk_to_it(models_dir, tmp_path):
    path = models_dir / f"{MODELS['ad']}.tflite"
    choices = Choices("qemu-m4", runtime="tflm", app="mlperf")
    build(path, tmp_path / "tflm", choices, Silent())
    elf = tmp_path / "tflm/.pio/build/qemu-m4/firmware.elf"
    sample = np.random.default_rng(5).normal(0, 10, 640).astype("<f4").tobytes()
    with emulate(find_board("qemu-m4"), elf) as link:
        runner = Runner(link)
        assert runner.lines_to_ready()[-2:] == ["m-init-done", "m-ready"]
        assert runner.load(sample)[-1] == ["m-load-done", "m-ready"]
        tflm = runner.send("infer 1 0")
    build(path, tmp_path / "aot", Choices("qemu-m4", app="mlperf"), Silent())
    with emulate(find_board("qemu-m4"), tmp_path / "aot/.pio/build/qemu-m4/firmware.elf") as link:
        runner = Runner(link)
        runner.lines_to_ready()
        runner.load(sample)
        aot = runner.send("infer 1 0")
    (result,) = [line for line in tflm if line.startswith("m-results-[")]
    assert result in aot


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


@pytest.mark.parametrize("weights", ["ram", "stream", "stream:serial"])
def test_the_model_file_runs_from_ram(models_dir, tmp_path, weights):
    choices = Choices("qemu-m4", runtime="tflm", weights=weights)
    build(models_dir / "kws_ref_model.tflite", tmp_path / "p", choices, Silent())
    project = open_project(tmp_path / "p")
    _, first = verify(project, choose_inputs(project, 2, None), None, Silent())
    assert first is None
    memory, size = project.report.memory, len(project.content)
    assert memory.ram_bytes > memory.arena_bytes + size
    assert (memory.flash_bytes > size + 40_000) == (weights == "ram")


def test_a_damaged_model_file_never_starts(models_dir, tmp_path):
    choices = Choices("qemu-m4", runtime="tflm", weights="stream")
    build(models_dir / "kws_ref_model.tflite", tmp_path / "p", choices, Silent())
    path = tmp_path / "p" / "weights.bin"
    content = bytearray(path.read_bytes())
    content[30_000] ^= 1
    path.write_bytes(content)
    project = open_project(tmp_path / "p")
    with pytest.raises(DeviceError) as caught:
        run_once(project, choose_inputs(project, 1, None).sets[0], None)
    assert str(caught.value) == "chunk 1 of the weights from 'external' is damaged"
