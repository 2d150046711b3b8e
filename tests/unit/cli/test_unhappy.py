"""What a user can do wrong is an error with a hint, never a traceback."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.emulator.small_model import small_model
from tests.projects import make_project
from tinygen.build.project_dir import write_project
from tinygen.cli.main import cli
from tinygen.emit.project import emit_project

ROOT = Path(__file__).parents[3]
ON_PROJECTS = (["verify"], ["run"], ["profile"], ["flash"], ["flash", "--dry-run"], ["report"])
ON_MODELS = (
    ["check", "--board", "qemu-m4"],
    ["plan", "--board", "qemu-m4"],
    ["build", "--board", "qemu-m4", "-o", "out"],
    ["quantize"],
)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.tflite").write_bytes(small_model())
    (tmp_path / "text").write_text("words")
    (tmp_path / "folder").mkdir()
    return tmp_path


def failed(*words):
    """Run a command that must fail in words; return its exit code and what it said."""
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in range(2, 9), done.output
    assert "\n hint: " in done.stderr, done.stderr
    return done.exit_code, done.stderr


@pytest.mark.parametrize("command", ON_PROJECTS, ids=" ".join)
@pytest.mark.parametrize("name", ["nothing", "folder", "text"])
def test_what_is_no_project_is_named(command, name):
    message = f"{name} is not a tinygen project: it has no tinygen.json"
    code, said = failed(command[0], name, *command[1:])
    assert code == 2
    assert message in said


BROKEN = ["{", "[]", "null", "3", '"x"', "{}", '{"schema": 9}', '{"schema": 1}', "\udcff"]


@pytest.mark.parametrize("command", ON_PROJECTS, ids=" ".join)
@pytest.mark.parametrize("text", BROKEN)
def test_a_manifest_that_cannot_be_read_is_named(place, command, text):
    (place / "folder/tinygen.json").write_bytes(text.encode(errors="surrogateescape"))
    code, said = failed(command[0], "folder", *command[1:])
    assert code == 2
    assert "folder/tinygen.json is damaged or of another version of tinygen" in said


def test_a_manifest_with_a_file_that_is_no_name_is_not_built_over(place):
    write_project(emit_project(make_project()), place / "project")
    path = place / "project/tinygen.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"files": [3]}))
    code, said = failed("build", "small.tflite", "--board", "qemu-m4", "-o", "project")
    assert code == 2
    assert f"hint: delete {place / 'project'}" in said


@pytest.mark.parametrize("command", ON_PROJECTS, ids=" ".join)
def test_a_project_that_was_not_built_says_so(place, command):
    write_project(emit_project(make_project()), place / "project")
    code, said = failed(command[0], "project", *command[1:])
    assert (code, said) == (
        2,
        "error: project has not been built\n hint: run 'tinygen build' again\n",
    )


@pytest.mark.parametrize("command", ON_MODELS, ids=lambda words: words[0])
@pytest.mark.parametrize("name", ["nothing.tflite", "folder", "text"])
def test_what_is_no_model_is_named(command, name):
    code, said = failed(command[0], name, *command[1:])
    assert code == 3
    assert f"error: {name}: " in said


@pytest.mark.parametrize("name", ["folder", "text"])
def test_a_port_that_is_none_is_said_to_be_none(name):
    code, said = failed("monitor", "--port", name, "--for", "1")
    assert code == 7
    assert "hint: it is no serial port; " in said


@pytest.mark.skipif(os.name != "posix", reason="no signals")
def test_an_interrupt_is_no_bug():
    script = (
        "import signal, sys, time; from tinygen.cli import main, doctor\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # may be ignored here\n"
        "def wait(): print('here', flush=True); time.sleep(60)\n"
        "doctor.examine = wait\n"
        "main.cli(['doctor'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "interrupted\n")


@pytest.mark.skipif(shutil.which("head") is None, reason="no head")
def test_a_reader_that_leaves_is_no_bug():
    command = f"{sys.executable} -m tinygen boards | head -n 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, "")
