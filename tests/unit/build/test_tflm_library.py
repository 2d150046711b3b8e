"""Only what an application needs is compiled, once; on a small library of our own."""

import shutil
from pathlib import Path

import pytest

from tests.tflm_stand_in import write_tree
from tinygen.build.tflm_library import LibraryBuilder
from tinygen.build.tflm_source import read_source
from tinygen.build.toolchain import find_compiler
from tinygen.core import CORES
from tinygen.errors import ToolchainError
from tinygen.progress import Silent

pytestmark = pytest.mark.skipif(
    shutil.which("arm-none-eabi-g++") is None, reason="no arm-none-eabi-g++"
)
MICRO = "tensorflow/lite/micro"
SOURCES = {
    f"{MICRO}/used.h": "#pragma once\nnamespace tflite { struct A { A(); virtual int f(); }; }\n",
    f"{MICRO}/used.cc": (
        '#include "tensorflow/lite/micro/used.h"\n'
        'extern "C" int arm_some_s8(int x);\nint helper(int x);\n'
        "namespace tflite { A::A() {} int A::f() { return arm_some_s8(helper(1)); } }\n"
    ),
    f"{MICRO}/kernels/helper.cc": "int helper(int x) { return x + OPTIMIZED; }\n",
    f"{MICRO}/kernels/other.cc": "int helper_of_others(int x) { return x; }\n",
    f"{MICRO}/kernels/misleading.cc": "namespace n { int helper(int x) { return x; } }\n",
    "third_party/cmsis_nn/Source/SomeFunctions/arm_some_s8.c": (
        "extern const short table[2];\nint arm_some_s8(int x) { return table[x]; }\n"
    ),
    "third_party/cmsis_nn/Source/Tables/tables.c": "const short table[2] = {1, 2};\n",
}
APPLICATION = {
    "model.h": "#pragma once\n",
    "model.cc": (
        '#include "model.h"\n#include "tensorflow/lite/micro/used.h"\n'
        "tflite::A made;\nint run() { return made.f(); }\n"
    ),
}
NEEDED = (
    "cmsis-nn.SomeFunctions.arm_some_s8.o",
    "cmsis-nn.Tables.tables.o",
    "lite.micro.kernels.helper.o",
    "lite.micro.used.o",
)


class Compiled(Silent):
    """Keeps what was compiled."""

    def __init__(self):
        self.names = []

    def detail(self, text):
        self.names.append(text.split()[1])


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TINYGEN_CMSIS_NN_DIR", raising=False)


def build(tree, files=SOURCES, core="cortex-m4", optimize="balanced", application=APPLICATION):
    # The macro stands for what a kernel's flags decide: it is 1 where they are there.
    files = {name: text.replace("OPTIMIZED", "__OPTIMIZE__") for name, text in files.items()}
    source = read_source([write_tree(tree, files)], "the tree")
    progress = Compiled()
    builder = LibraryBuilder(source, CORES[core], optimize, find_compiler())
    return builder.build(application, [], progress), progress.names


def test_what_is_needed_is_compiled_and_nothing_else(tmp_path):
    library, _ = build(tmp_path / "tree")
    assert library.members == NEEDED
    assert all(name.encode() in library.archive for name in NEEDED)


def test_the_librarys_headers_come_along_and_the_applications_do_not(tmp_path):
    library, _ = build(tmp_path / "tree")
    assert set(library.headers) == {f"{MICRO}/used.h"}


def test_a_second_build_compiles_nothing_and_gives_the_same_bytes(tmp_path):
    first, names = build(tmp_path / "tree")
    assert sorted(set(names)) >= ["cmsis-nn/SomeFunctions/arm_some_s8"]
    source = read_source([tmp_path / "tree"], "the tree")
    progress = Compiled()
    builder = LibraryBuilder(source, CORES["cortex-m4"], "balanced", find_compiler())
    again = builder.build(APPLICATION, [], progress)
    assert progress.names == []
    assert again == first


@pytest.mark.parametrize("change", [{"core": "cortex-m7"}, {"optimize": "size"}])
def test_another_core_or_aim_is_compiled_anew(tmp_path, change):
    build(tmp_path / "tree")
    _, names = build(tmp_path / "tree", **change)
    assert "lite/micro/used" in names


def test_the_same_tree_elsewhere_gives_the_same_bytes(tmp_path):
    one, _ = build(tmp_path / "one")
    other, _ = build(tmp_path / "other")
    assert one.archive == other.archive


def test_a_source_that_does_not_compile_is_named(tmp_path):
    files = SOURCES | {f"{MICRO}/kernels/helper.cc": "int helper(int x) { return y; }\n"}
    with pytest.raises(ToolchainError) as caught:
        build(tmp_path / "tree", files)
    message = str(caught.value)
    assert message.startswith("helper.cc does not compile: ")
    assert "'y' was not declared" in message
    assert caught.value.hint == "run again with --verbose; 'tinygen doctor' checks the compiler"


def test_a_cache_that_cannot_be_written_is_an_error(tmp_path, monkeypatch):
    blocked = Path(tmp_path / "file")
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    with pytest.raises(ToolchainError, match=r"^cannot write to the cache .*: Not a directory$"):
        build(tmp_path / "tree")


def test_a_registration_that_the_copy_declares_and_lacks_is_named(tmp_path):
    text = "namespace tflite { int Register_ADD_INT8(); }\nint run() { return tflite::"
    application = APPLICATION | {"model.cc": f"{text}Register_ADD_INT8(); }}\n"}
    with pytest.raises(ToolchainError) as caught:
        build(tmp_path / "tree", application=application)
    assert str(caught.value) == "the tree has no CMSIS-NN kernel for tflite::Register_ADD_INT8()"
    assert caught.value.hint == (
        "make the tree with OPTIMIZED_KERNEL_DIR=cmsis_nn, or name a git checkout"
    )
