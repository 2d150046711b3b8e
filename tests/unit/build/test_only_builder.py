"""Two builds never write to one folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.emulator.small_model import small_model
from tinygen.build.only_builder import only_builder
from tinygen.cli.main import cli
from tinygen.errors import ToolchainError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no such lock")
ROOT = Path(__file__).parents[3]
HOLD = """
import sys
from pathlib import Path
from tinygen.build.only_builder import only_builder
with only_builder(Path("out")):
    print("here", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "small.tflite").write_bytes(small_model())


def test_a_second_build_into_a_folder_is_refused_as_long_as_the_first_lives():
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as first:
        assert first.stdout.readline() == b"here\n"
        done = CliRunner().invoke(cli, ["build", "small.tflite", "--board", "qemu-m4", "-o", "out"])
        with only_builder(Path("other")):
            first.kill()
    assert (done.exit_code, done.stderr) == (
        2,
        (
            "error: another tinygen is building in out\n"
            " hint: wait until it is done, or choose another folder with --output\n"
        ),
    )
    with only_builder(Path("out")):
        pass


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "cache").write_text("a file in the way")
    with pytest.raises(ToolchainError) as caught, only_builder(Path("out")):
        pass
    assert (
        str(caught.value) == f"cannot write to the cache {tmp_path}/cache/tinygen: Not a directory"
    )
    assert caught.value.hint == "set XDG_CACHE_HOME to a folder that can be written"
