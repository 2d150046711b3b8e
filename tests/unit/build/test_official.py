"""A board of the official platform: what is missing is named, what is there is used."""

import json
import socket
import subprocess
import threading
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from tests.espressif_stand_in import install_platform, require_host_compiler
from tinygen.cli.main import cli

pytestmark = pytest.mark.skipif(not require_host_compiler(), reason="no g++ for Linux")
_RESTART = 3  # the stand-in's status for it


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs a command with a PlatformIO of its own."""
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path / "core"))
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


def test_without_the_platform_the_project_is_complete_and_the_way_is_told(run, model, tmp_path):
    out = tmp_path / "out"
    done = run("build", model, "--board", "esp32-s3", "-o", out)
    assert done.exit_code == 6
    assert done.output.splitlines()[-2:] == [
        (
            "error: esp32s3 is built by PlatformIO's platform espressif32 6.13.0, and not all of "
            "it is installed: platformio/espressif32@6.13.0"
        ),
        (
            f" hint: once, with a network: pio pkg install -d {out}; then build again. The project "
            "there is complete: 'pio run' builds it on any machine that has the platform"
        ),
    ]
    manifest = json.loads((out / "tinygen.json").read_text())
    assert all((out / name).is_file() for name in manifest["files"])


def test_a_package_of_the_platform_that_is_missing_is_named(run, model, tmp_path):
    install_platform(tmp_path / "core")
    (tmp_path / "core/packages/framework-arduinoespressif32/.piopm").unlink()
    (tmp_path / "core/packages/framework-arduinoespressif32/package.json").unlink()
    done = run("build", model, "--board", "esp32s3", "-o", tmp_path / "out")
    assert done.exit_code == 6
    assert "is installed: framework-arduinoespressif32\n" in done.output


def test_a_platform_that_cannot_be_read_says_why(run, model, tmp_path):
    install_platform(tmp_path / "core")
    platform = tmp_path / "core/platforms/espressif32"
    (platform / "platform.py").write_text("raise RuntimeError('no luck')\n")
    done = run("build", model, "--board", "esp32s3", "-o", tmp_path / "out")
    assert done.exit_code == 6
    assert "PlatformIO cannot say which packages it has: RuntimeError: no luck" in done.output


@contextmanager
def served(elf):
    """Give the address at which the built program answers, as a serial port's URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            status = _RESTART
            while status == _RESTART:
                link = {"stdin": connection, "stdout": connection}
                status = subprocess.run([elf], check=False, **link).returncode
            connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        thread.join(60)


def test_with_the_platform_it_is_built_verified_and_measured(run, model, tmp_path):
    install_platform(tmp_path / "core")
    out = tmp_path / "out"
    done = run("build", model, "--board", "esp32s3", "-o", out, "--json", tmp_path / "r.json")
    assert done.exit_code == 0, done.output
    assert "  port  PlatformIO's espressif32 6.13.0 with the framework arduino" in done.output
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["port"] == {
        "way": "official-platform",
        "name": "arduino_esp32",
        "platform": "espressif32 6.13.0",
        "framework": "arduino",
    }
    memory = report["memory"]
    assert memory["flash"]["weights"] == 6 * 3 * 3 * 3 + 4 * 6 + 4 * (6 + 4)  # and biases
    assert memory["flash"]["tables"] > 0
    assert memory["stack_bytes"] == 4096 + 4096
    assert memory["ram_bytes"] > memory["arena_bytes"] + memory["stack_bytes"]
    elf = out / ".pio/build/esp32s3/firmware.elf"
    with served(elf) as port:
        done = run("verify", out, "--inputs", 4, "--port", port)
        assert done.exit_code == 0, done.output
        assert "4 inputs bit-exact" in done.output
    with served(elf) as port:
        done = run("profile", out, "--port", port, "--json", tmp_path / "r.json")
        assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["cost"]["cycles_source"] == "measured"
    assert report["cost"]["cycles"] == 240  # the stand-in's counter
    assert 256 < report["memory"]["stack_high_water_bytes"] < memory["stack_bytes"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--kernels", "cmsis-nn"], "esp32c3 (riscv32imc) cannot have --kernels cmsis-nn"),
        (["--kernels", "auto"], "esp32c3 (riscv32imc) cannot have --kernels auto"),
        (["--runtime", "tflm"], "esp32c3 (riscv32imc) cannot have --runtime tflm"),
        (["--weights", "ram"], "esp32c3 (riscv32imc) cannot have --weights ram"),
    ],
)
def test_what_needs_a_cortex_m_is_refused(run, model, tmp_path, words, message):
    done = run("build", model, "--board", "esp32-c3", "-o", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert message in done.output
    assert not (tmp_path / "out").exists()
