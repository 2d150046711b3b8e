"""The compiler is looked for where the generated project looks."""

import shutil

import pytest

from tinygen.build.toolchain import find_compiler, has_nano_library
from tinygen.errors import ToolchainError

HINT = (
    "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi, or set TINYGEN_TOOLCHAIN_DIR to "
    "a folder that has bin/arm-none-eabi-gcc"
)


@pytest.fixture(autouse=True)
def _no_toolchain_dir(monkeypatch):
    monkeypatch.delenv("TINYGEN_TOOLCHAIN_DIR", raising=False)


def fake_gcc(folder, script: str) -> None:
    folder.mkdir(parents=True)
    (folder / "arm-none-eabi-gcc").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "arm-none-eabi-gcc").chmod(0o755)


def test_a_missing_compiler_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError) as caught:
        find_compiler()
    assert (str(caught.value), caught.value.hint) == ("no arm-none-eabi-gcc on PATH", HINT)


def test_a_folder_without_compiler_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("TINYGEN_TOOLCHAIN_DIR", str(tmp_path))
    with pytest.raises(ToolchainError) as caught:
        find_compiler()
    assert str(caught.value) == f"no arm-none-eabi-gcc in TINYGEN_TOOLCHAIN_DIR={tmp_path}"


@pytest.mark.parametrize("inner", ["", "bin"])
def test_the_users_folder_comes_before_path(monkeypatch, tmp_path, inner):
    fake_gcc(tmp_path / "own" / inner, "echo 'arm-none-eabi-gcc (Arm) 13.2.1 20231009'")
    monkeypatch.setenv("TINYGEN_TOOLCHAIN_DIR", str(tmp_path / "own"))
    compiler = find_compiler()
    assert compiler.version == "13.2.1"
    assert compiler.path == tmp_path / "own" / inner / "arm-none-eabi-gcc"


def test_a_compiler_that_does_not_run_is_named(monkeypatch, tmp_path):
    fake_gcc(tmp_path / "own", "exit 3")
    monkeypatch.setenv("TINYGEN_TOOLCHAIN_DIR", str(tmp_path / "own"))
    with pytest.raises(ToolchainError, match=r"own/arm-none-eabi-gcc does not run: "):
        find_compiler()


def test_the_small_c_library_is_looked_for_by_the_compiler_itself(monkeypatch, tmp_path):
    fake_gcc(tmp_path / "own", "echo 'gcc 12.2.1'; [ $1 = --version ] || echo nano.specs")
    monkeypatch.setenv("TINYGEN_TOOLCHAIN_DIR", str(tmp_path / "own"))
    assert not has_nano_library(find_compiler())


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="no arm-none-eabi-gcc")
def test_this_machine_has_the_small_c_library():
    assert has_nano_library(find_compiler())
