"""A project is complete, minimal and always the same bytes."""

import json
import posixpath
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from platformio.project.config import ProjectConfig

from tests.projects import make_project
from tinygen.board import find_board
from tinygen.emit.project import emit_project, file_flags
from tinygen.manifest import Manifest
from tinygen.ops.contract import Call, Kernel


def test_platformio_ini_is_as_reviewed(golden):
    golden("project/qemu-m4.ini", emit_project(make_project())["platformio.ini"])


def test_platformio_ini_of_a_real_board_has_the_official_platform_pinned(golden):
    golden("project/stm32h7.ini", emit_project(make_project("stm32h7"))["platformio.ini"])


@pytest.mark.parametrize("board", ["esp32s3", "esp32c3"])
def test_the_project_of_a_vendors_framework_is_as_reviewed(golden, board):
    files = emit_project(make_project(board))
    golden(f"project/{board}.ini", files["platformio.ini"])
    golden(f"project/{board}.md", files["README.md"])
    assert "link.ld" not in files
    assert {name.split("/")[2] for name in files if name.startswith("src/ports/")} == {
        "arduino_esp32"
    }


@pytest.mark.parametrize("board", ["esp32s3", "esp32c3", "nrf52840_dk", "qemu-m4"])
def test_platformio_itself_reads_the_file(tmp_path, board):
    made = find_board(board)
    path = tmp_path / "platformio.ini"
    path.write_text(emit_project(make_project(board))["platformio.ini"])
    config = ProjectConfig(str(path))
    config.validate()
    assert config.default_envs() == [board]
    official = made.official
    name = board if made.framework else f"{board}_{official.get('platform')}"
    assert (name in config.envs()) == bool(official)
    if official:
        spec = f"platformio/{official['platform']}@{official['version']}"
        assert config.get(f"env:{name}", "platform") == spec
        assert config.get(f"env:{name}", "board") == official["board"]
    if made.framework:
        assert config.get(f"env:{name}", "framework") == ["arduino"]
        assert config.get(f"env:{name}", "board_build.f_cpu") == f"{made.clock_hz}L"
        assert f"-DTG_CLOCK_HZ={made.clock_hz}" in config.get(f"env:{name}", "build_flags")


def test_manifest_is_as_reviewed(golden):
    manifest = Manifest.from_text(emit_project(make_project())["tinygen.json"])
    golden("project/qemu-m4.json", replace(manifest, files=()).to_text())


def test_readme_is_as_reviewed(golden):
    golden("project/stm32h7.md", emit_project(make_project("stm32h7"))["README.md"])


def test_manifest_reads_back_as_it_was_written():
    text = emit_project(make_project())["tinygen.json"]
    assert Manifest.from_text(text).to_text() == text


def test_manifest_counts_the_model():
    manifest = Manifest.from_text(emit_project(make_project())["tinygen.json"])
    pixels = 14 * 16
    assert manifest.model.macs == pixels * 6 * 3 * 3 * 3 + pixels * 4 * 6
    assert manifest.model.weights_bytes == 6 * 3 * 3 * 3 + 4 * 6
    assert [op.op for op in manifest.ops] == ["CONV_2D", "CONV_2D"]
    assert sum(op.macs for op in manifest.ops) == manifest.model.macs
    assert [t.shape for t in manifest.inputs] == [(1, 14, 16, 3)]
    assert [t.nbytes for t in manifest.outputs] == [14 * 16 * 4]


def test_manifest_lists_every_other_file():
    files = emit_project(make_project())
    assert [*Manifest.from_text(files["tinygen.json"]).files, "tinygen.json"] == sorted(
        files, key=lambda name: (name == "tinygen.json", name)
    )


def test_same_input_gives_the_same_bytes_in_another_process():
    script = (
        "import hashlib, sys; from tests.projects import make_project; "
        "from tinygen.emit.project import emit_project; "
        "print(hashlib.sha256(repr(emit_project(make_project())).encode()).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


def test_no_text_names_a_path_of_this_machine():
    for name, content in emit_project(make_project()).items():
        if isinstance(content, str):
            assert not re.search(r"/(?:home|work|root|usr/lib|tmp)/", content), name


def test_only_the_kernels_of_the_model_are_in_it():
    files = emit_project(make_project())
    kernels = [name for name in files if name.startswith("src/kernels/")]
    assert kernels == ["src/kernels/conv_2d_s8.c"]


def test_every_included_header_is_in_it():
    files = emit_project(make_project("stm32h7"))
    for name, content in files.items():
        if not name.endswith((".c", ".h")):
            continue
        for header in re.findall(r'#include "([^"]+)"', content):
            beside = posixpath.normpath(f"{posixpath.dirname(name)}/{header}")
            places = (f"include/{header}", f"src/{header}", beside)
            assert any(place in files for place in places), f"{name} includes {header}"


def test_only_the_port_of_the_board_is_in_it():
    files = emit_project(make_project("stm32h7"))
    ports = {name.split("/")[2] for name in files if name.startswith("src/ports/")}
    assert ports == {"cortex_m", "stm32", "stm32h7"}  # stm32: headers of the whole family


def test_model_file_is_copied():
    project = make_project()
    assert emit_project(project)["model.tflite"] == project.model


def test_platformio_board_has_the_regions_of_the_board():
    files = emit_project(make_project())
    board = json.loads(files[".tinygen/platforms/tinygen/boards/qemu-m4.json"])
    assert board["upload"]["maximum_size"] == 1 << 20
    assert board["upload"]["maximum_ram_size"] == 1 << 18


def test_cmsis_nn_has_its_folders_and_flags():
    files = emit_project(
        make_project(cmsis_nn={"Source/F/arm_f.c": b"int f;", "Include/Internal/i.h": b"//"})
    )
    assert files["src/cmsis-nn/F/arm_f.c"] == b"int f;"
    assert files["include/cmsis-nn/Internal/i.h"] == b"//"
    assert "    -Iinclude/cmsis-nn\n" in files["platformio.ini"]
    assert "    cmsis-nn/* -O2\n" in files["platformio.ini"]


def test_a_view_has_no_kernel():
    project = make_project()
    project = make_project(kernels=[None, project.kernels[1]])
    ops = Manifest.from_text(emit_project(project)["tinygen.json"]).ops
    assert [op.kernel for op in ops] == ["", "tg_conv_2d_s8"]


def test_sources_of_another_library_are_not_looked_for_in_the_firmware():
    foreign = Kernel("arm", [Call("arm_f", [])], ["cmsis-nn/F/arm_f.c"], ["arm_nnfunctions.h"])
    own = make_project().kernels[1]
    files = emit_project(make_project(kernels=[foreign, own]))
    assert not any("arm" in name for name in files if name.startswith("src/kernels"))


def test_optimizing_for_size_compiles_kernels_for_size():
    library = {"Source/F/arm_f.c": b""}
    rules = dict(file_flags(make_project(optimize="size", cmsis_nn=library)))
    assert set(rules.values()) == {("-Os",)}
    assert {"kernels/*", "cmsis-nn/*"} < set(rules)


def test_files_the_project_lacks_have_no_flags():
    softmax = {"Source/SoftmaxFunctions/arm_nn_softmax_common_s8.c": b""}
    pattern = "cmsis-nn/SoftmaxFunctions/arm_nn_softmax_common_s8.c"
    assert pattern in dict(file_flags(make_project(cmsis_nn=softmax)))
    assert pattern not in dict(file_flags(make_project(cmsis_nn={"Source/F/arm_f.c": b""})))
