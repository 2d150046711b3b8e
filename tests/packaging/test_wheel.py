"""The wheel works outside the checkout: templates, firmware and boards are in it."""

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.emulator.small_model import small_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """Return a Python that has the wheel's tinygen, and our environment's other packages."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    site = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder / "bin" / "python"


def tinygen(python, *arguments, cwd):
    command = [python, "-m", "tinygen", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_wheel_holds_its_data(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    templates = ("templates/model/model.c.j2", "templates/plugin/block_counts.c")
    for piece in ("boards/qemu-m4.toml", *templates, "firmware/src/runtime/"):
        assert any(f"tinygen/_data/{piece}" in name for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_it_is_the_wheel_that_runs(python, tmp_path):
    code = "import tinygen; print(tinygen.__file__)"
    where = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert not Path(where.strip()).is_relative_to(ROOT)


def test_a_model_is_built_and_verified_outside_the_checkout(python, tmp_path):
    (tmp_path / "small.tflite").write_bytes(small_model())
    build = tinygen(python, "build", "small.tflite", "--board", "qemu-m4", "-o", "p", cwd=tmp_path)
    assert build.returncode == 0, build.stderr
    verified = tinygen(python, "verify", "p", "--inputs", 3, "--json", "v.json", cwd=tmp_path)
    assert verified.returncode == 0, verified.stderr
    assert json.loads((tmp_path / "v.json").read_text())["verify"]["bit_exact"] is True
