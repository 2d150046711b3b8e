"""The command line: what it says when something is wrong, and with which exit code."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.emulator.small_model import small_model
from tinygen.cli.main import COMMANDS, cli


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_listed_with_its_own_help(name):
    assert name in run("--help").stdout
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: cli {name}")


def test_a_misspelt_command_suggests_the_nearest():
    result = run("bild")
    assert result.exit_code == 2
    assert "no command 'bild'; did you mean 'build'?" in result.stderr


def test_an_unknown_board_is_two_lines_and_exit_4(model):
    result = run("build", model, "--board", "qemu-m5")
    assert result.exit_code == 4
    assert result.stderr == "error: no board named 'qemu-m5'\n hint: did you mean 'qemu-m55'?\n"


def test_a_missing_model_is_exit_3(tmp_path):
    result = run("check", tmp_path / "no.tflite", "--board", "qemu-m4", "-q")
    assert result.exit_code == 3
    assert "no such model" in result.stderr


def test_a_folder_that_is_no_project_is_exit_2(tmp_path):
    result = run("verify", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: {tmp_path} is not a tinygen project: it has no tinygen.json\n"
        " hint: 'tinygen build' makes one\n"
    )


def test_what_does_not_fit_is_exit_5_and_names_region_bytes_and_op(tmp_path):
    path = tmp_path / "small.tflite"
    path.write_bytes(small_model())
    result = run("check", path, "--board", "qemu-m0", "--stack", 16000, "-q")
    assert result.exit_code == 5
    assert "RAM needs " in result.stderr
    assert " bytes but the board has 16384 (" in result.stderr
    assert "sets the arena's peak of " in result.stderr


def test_a_json_file_that_cannot_be_written_is_exit_2(model, tmp_path):
    missing = tmp_path / "no" / "x.json"
    result = run(
        "build", model, "--board", "qemu-m4", "-o", tmp_path / "p", "--json", missing, "-q"
    )
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: cannot write {missing}: No such file or directory\n"
        " hint: its folder must exist and be writable\n"
    )


def test_quantizing_an_int8_model_is_refused(model):
    result = run("quantize", model, "-q")
    assert result.exit_code == 2
    assert "is int8 already" in result.stderr


def test_help_imports_neither_tensorflow_nor_numpy():
    command = [sys.executable, "-X", "importtime", "-m", "tinygen", "--help"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.split("|")[-1].strip() for line in run.stderr.splitlines()}
    assert not {"tensorflow", "keras", "numpy", "platformio"} & imported


def test_boards_lists_and_shows():
    assert "qemu-m4" in run("boards").stdout
    shown = run("boards", "show", "nucleo_h743zi")
    assert shown.exit_code == 0
    assert "AXI_SRAM" in shown.stdout
