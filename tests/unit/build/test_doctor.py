"""The doctor finds what is there and names the command for what is not."""

import os
import shutil
from importlib.metadata import PackageNotFoundError

import pytest

from tinygen.build import doctor

pytestmark = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None or shutil.which("qemu-system-arm") is None,
    reason="no arm-none-eabi-gcc or qemu-system-arm",
)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch, tmp_path):
    for name in ("TINYGEN_TOOLCHAIN_DIR", "TINYGEN_CMSIS_NN_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def checks() -> dict[str, doctor.Check]:
    return {check.name: check for check in doctor.examine()}


def test_a_machine_that_runs_these_tests_has_what_is_required():
    assert [c.name for c in checks().values() if not c.ok and not c.is_optional] == []


def test_nothing_found_has_a_fix_and_nothing_missing_lacks_one(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for check in doctor.examine():
        assert check.ok == (check.fix == ""), check
        assert check.found


def test_without_path_compiler_and_emulator_are_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = checks()
    apt = "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
    assert found["arm-none-eabi-gcc"].found == "no arm-none-eabi-gcc on PATH"
    assert found["arm-none-eabi-gcc"].fix == apt
    assert found["newlib nano"].fix == apt
    assert found["qemu-system-arm"].found == "no qemu-system-arm on PATH"
    assert found["qemu-system-arm"].fix == "apt-get install qemu-system-arm"


def test_without_path_there_is_no_compiler_for_this_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    check = checks()["C compiler of this machine"]
    assert (check.ok, check.is_optional) == (False, True)
    assert check.found == "no C compiler for this machine"
    assert check.fix == "apt-get install gcc libc6-dev"


def test_an_emulator_without_a_machine_of_ours_is_named(monkeypatch, tmp_path):
    fake = tmp_path / "qemu-system-arm"
    fake.write_text("#!/bin/sh\necho 'mps2-an385  ARM MPS2'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    check = checks()["qemu-system-arm"]
    assert not check.ok
    assert "mps2-an386" in check.found
    assert "mps2-an385" not in check.found


def test_a_missing_package_is_fixed_at_the_version_tinygen_asks_for(monkeypatch):
    real = doctor.version

    def version(name):
        if name in {"tflite-micro", "scons"}:
            raise PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(doctor, "version", version)
    found = checks()
    assert found["scons"].fix == "pip install 'scons<5,>=4.8.1'"
    assert found["tflite-micro"].fix.startswith("pip install 'tflite-micro==0.dev")


def test_either_tensorflow_will_do(monkeypatch):
    def version(name):
        if name == "tensorflow-cpu":
            raise PackageNotFoundError(name)
        return "2.21.0"

    monkeypatch.setattr(doctor, "version", version)
    assert checks()["tensorflow-cpu"].ok


def test_a_missing_library_source_is_optional():
    check = checks()["CMSIS-NN source"]
    assert not check.ok
    assert check.is_optional
    assert check.fix == "python -m tinygen.build.cmsis_nn"


def test_a_cache_that_cannot_be_written_is_found(tmp_path):
    (tmp_path / "cache").write_text("a file")
    check = checks()["cache"]
    assert not check.ok
    assert check.found == f"{tmp_path}/cache/tinygen: Not a directory"


def test_examining_changes_nothing(tmp_path):
    doctor.examine()
    assert list(tmp_path.iterdir()) == []
