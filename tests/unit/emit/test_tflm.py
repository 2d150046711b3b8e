"""The application of the tflm runtime: golden files, and C++ against a stand-in of the API."""

import shutil
import subprocess

import pytest

from tests.emulator.small_model import small_model
from tests.tflm_stand_in import write_tree
from tinygen.board import find_board
from tinygen.build.tflm_ops import match_ops
from tinygen.emit.tflm import TflmParts, emit_application, emit_measurement, library_flags
from tinygen.load.tflite import read_graph
from tinygen.resources import data_dir
from tinygen.streaming import WeightChoice, stream_model

FLAGS = (
    *("-std=c++17", "-fsyntax-only", "-fno-exceptions", "-fno-rtti"),
    *("-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"),
)


@pytest.fixture
def emitted(tmp_path):
    """Return the applications of the small model, and the folder of the stand-in."""
    content = small_model()
    choice = WeightChoice("stream:file", 4096)
    _, stream = stream_model(find_board("qemu-m4"), read_graph(content, "small"), content, choice)
    graph = read_graph(content, "small")
    tree = write_tree(tmp_path / "tree")
    ops = match_ops(graph, tree)
    return {
        "application": emit_application(graph, ops, content, 2048, [(672, 0), (1344, 672)]),
        "measurement": emit_measurement(graph, ops, content, 65536),
        "streamed": emit_application(graph, ops, content, 2048, [(672, 0)], stream=stream),
    }, tree


@pytest.mark.parametrize(
    "name", ["model.cc", "model.h", "interpreter.h", "memory_plan.h", "cxx_runtime.cc"]
)
def test_the_application_is_as_the_golden_files(emitted, golden, name):
    golden(f"tflm/application/{name}", emitted[0]["application"][name])


@pytest.mark.parametrize("name", ["model.cc", "model.h"])
def test_the_measuring_firmware_is_as_the_golden_files(emitted, golden, name):
    golden(f"tflm/measurement/{name}", emitted[0]["measurement"][name])


@pytest.mark.parametrize("name", ["model.cc", "model.h", "model_weights.c"])
def test_the_application_without_its_model_is_as_the_golden_files(emitted, golden, name):
    golden(f"tflm/streamed/{name}", emitted[0]["streamed"][name])
    assert "model_data.cc" not in emitted[0]["streamed"]


def test_the_array_is_the_model_file(emitted):
    text = emitted[0]["application"]["model_data.cc"]
    assert f"alignas(16) const uint8_t model_data[{len(small_model())}] TG_WEIGHTS" in text
    numbers = text.split("= {")[1].split("}")[0].replace("\n", " ").split(",")
    assert bytes(int(number) for number in numbers) == small_model()


@pytest.mark.parametrize(
    ("kind", "count"), [("application", 3), ("measurement", 3), ("streamed", 2)]
)
def test_the_sources_compile_without_a_warning(emitted, tmp_path, kind, count):
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++")
    folder = tmp_path / kind
    folder.mkdir()
    for name, text in emitted[0][kind].items():
        (folder / name).write_text(text)
    sources = sorted(folder.glob("*.cc"))
    assert len(sources) == count
    includes = [f"-I{folder}", f"-isystem{emitted[1]}", f"-I{data_dir('firmware') / 'include'}"]
    done = subprocess.run(
        [compiler, *FLAGS, *includes, *sources], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_application_is_compiled_with_the_librarys_macros():
    parts = TflmParts({}, b"", {}, ("NDEBUG", "CMSIS_NN"))
    assert library_flags(parts) == ["-DNDEBUG", "-DCMSIS_NN", "-isystem tflm/include"]
    assert library_flags(None) == []


def test_the_project_holds_sources_headers_and_archive():
    parts = TflmParts({"model.cc": "a"}, b"!", {"x/y.h": b"b"}, ())
    assert parts.files() == {
        "src/model.cc": "a",
        "tflm/include/x/y.h": b"b",
        "tflm/libtflm.a": b"!",
    }
