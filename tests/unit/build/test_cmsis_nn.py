"""CMSIS-NN's source is found, or its absence explained within seconds."""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from tinygen.build import cmsis_nn
from tinygen.errors import ToolchainError

INSIDE = "aidge_export_arm_cortexm/_CMSIS-NN/CMSIS-NN"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TINYGEN_CMSIS_NN_DIR", raising=False)


def fake_pip(monkeypatch, content: bytes | None, stderr: str = "") -> list[list[str]]:
    """Replace pip: it leaves a wheel with ``content``, or fails with ``stderr``."""
    calls = []

    def run(command, **_options):
        calls.append(command)
        if content is None:
            raise subprocess.CalledProcessError(1, command, "", stderr)
        folder = Path(command[command.index("--dest") + 1])
        (folder / "package-0.2.1-py3-none-any.whl").write_bytes(content)

    monkeypatch.setattr(cmsis_nn.subprocess, "run", run)
    return calls


def wheel() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(f"{INSIDE}/Source/F/arm_f.c", "int arm_f;")
        archive.writestr(f"{INSIDE}/Include/Internal/arm_i.h", "//")
        archive.writestr(f"{INSIDE}/Tests/test.c", "no")
        archive.writestr(f"{INSIDE}/Source/../../../../escaped.c", "no")
        archive.writestr("aidge_export_arm_cortexm/other.c", "no")
    return stream.getvalue()


def test_a_folder_of_the_user_comes_first(tmp_path, monkeypatch):
    (tmp_path / "nn/Source").mkdir(parents=True)
    (tmp_path / "nn/Include").mkdir()
    (tmp_path / "nn/Include/arm_nnfunctions.h").touch()
    cmsis_nn.cached_dir().mkdir(parents=True)
    monkeypatch.setenv("TINYGEN_CMSIS_NN_DIR", str(tmp_path / "nn"))
    assert cmsis_nn.find_cmsis_nn() == tmp_path / "nn"


def test_a_wrong_folder_of_the_user_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGEN_CMSIS_NN_DIR", str(tmp_path))
    with pytest.raises(ToolchainError) as caught:
        cmsis_nn.find_cmsis_nn()
    assert str(caught.value) == (
        f"TINYGEN_CMSIS_NN_DIR={tmp_path} has no Include/arm_nnfunctions.h"
    )
    assert caught.value.hint == (
        "it must be a copy of CMSIS-NN: a folder that holds Source and Include"
    )
    assert caught.value.exit_code == 6


def test_without_permission_the_network_is_not_asked(monkeypatch):
    calls = fake_pip(monkeypatch, None)
    with pytest.raises(ToolchainError, match=r"^CMSIS-NN's source is not in the cache$"):
        cmsis_nn.find_cmsis_nn(may_fetch=False)
    assert calls == []


def test_only_source_and_headers_are_unpacked_and_only_once(tmp_path, monkeypatch):
    content = wheel()
    monkeypatch.setattr(cmsis_nn, "SHA256", hashlib.sha256(content).hexdigest())
    calls = fake_pip(monkeypatch, content)
    for _ in range(2):
        folder = cmsis_nn.find_cmsis_nn()
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    inside = folder.relative_to(tmp_path).as_posix()
    assert found == {f"{inside}/Source/F/arm_f.c", f"{inside}/Include/Internal/arm_i.h"}
    assert len(calls) == 1


def test_a_wheel_of_another_hash_is_refused_and_not_kept(monkeypatch):
    fake_pip(monkeypatch, b"something else")
    wrong = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(ToolchainError) as caught:
        cmsis_nn.find_cmsis_nn()
    assert str(caught.value) == (
        f"package-0.2.1-py3-none-any.whl has SHA-256 {wrong}, not {cmsis_nn.SHA256}"
    )
    assert list(cmsis_nn.cached_dir().parent.iterdir()) == []


def test_no_network_is_explained(monkeypatch):
    fake_pip(monkeypatch, None, "WARNING: retrying\nERROR: No matching distribution found for x\n")
    with pytest.raises(ToolchainError) as caught:
        cmsis_nn.find_cmsis_nn()
    assert str(caught.value) == (
        "cannot fetch CMSIS-NN's source: No matching distribution found for x"
    )
    assert caught.value.hint == (
        "with a network: python -m tinygen.build.cmsis_nn; without: set TINYGEN_CMSIS_NN_DIR "
        "to a copy of github.com/ARM-software/CMSIS-NN, or use --kernels tinygen"
    )


def test_pip_may_not_retry(monkeypatch):
    calls = fake_pip(monkeypatch, None)
    with pytest.raises(ToolchainError):
        cmsis_nn.find_cmsis_nn()
    command = calls[0]
    assert command[command.index("--retries") + 1] == "0"
    assert int(command[command.index("--timeout") + 1]) <= 10


def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file")
    fake_pip(monkeypatch, None)
    with pytest.raises(ToolchainError) as caught:
        cmsis_nn.find_cmsis_nn()
    assert str(caught.value) == (
        f"cannot write to the cache {tmp_path}/cache/tinygen: Not a directory"
    )
    assert caught.value.hint == "set XDG_CACHE_HOME to a folder that can be written"


def test_the_command_returns_the_exit_code_and_prints_the_way_out(monkeypatch, capsys):
    fake_pip(monkeypatch, None, "ERROR: offline")
    assert cmsis_nn.main() == 6
    assert capsys.readouterr().err.startswith(
        "error: cannot fetch CMSIS-NN's source: offline\n hint: with a network: "
    )
