"""The port rtt on the host: a debugger finds its buffers and every byte arrives."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tinygen.board import find_board
from tinygen.resources import data_dir

FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread")


def test_a_debugger_echoes_what_the_port_sends(tmp_path):
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    port = data_dir("firmware") / "ports" / "rtt"
    includes = [f"-I{port}", f"-I{data_dir('firmware') / 'include'}"]
    program = tmp_path / "debugger"
    source = Path(__file__).with_name("rtt_debugger.c")
    subprocess.run(["gcc", *FLAGS, *includes, source, "-o", program], check=True)
    done = subprocess.run([program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "echoed\n")


@pytest.mark.parametrize("core", ["qemu-m3", "qemu-m4", "qemu-m33", "qemu-m55"])
def test_it_compiles_without_a_warning_for_every_core_with_a_cycle_counter(tmp_path, core):
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        pytest.skip("no arm-none-eabi-gcc")
    port = data_dir("firmware") / "ports/rtt/port.c"
    warnings = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
    flags = ["-std=c11", "-Os", *warnings, *find_board(core).cpu.flags]
    include = f"-I{data_dir('firmware') / 'include'}"
    subprocess.run([compiler, *flags, include, "-c", port, "-o", tmp_path / "port.o"], check=True)
