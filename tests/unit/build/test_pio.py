"""PlatformIO runs in an environment of our own."""

from pathlib import Path

import pytest

from tinygen.build import pio
from tinygen.errors import ToolchainError


def test_settings_of_the_users_own_platformio_are_left_out(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PLATFORMIO_BUILD_FLAGS", "-DSURPRISE")
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", "/elsewhere")
    environment = pio.pio_environment()
    assert "PLATFORMIO_BUILD_FLAGS" not in environment
    assert Path(environment["PLATFORMIO_CORE_DIR"]).parent == tmp_path / "tinygen"
    assert environment["TINYGEN_OFFLINE"] == "1"


def test_each_version_of_platformio_has_its_own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(pio, "version", lambda _name: "9.9.9")
    assert pio.pio_environment()["PLATFORMIO_CORE_DIR"] == str(tmp_path / "tinygen/pio-9.9.9")
    assert (tmp_path / "tinygen/pio-9.9.9").is_dir()


def test_relative_folders_are_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("TINYGEN_TOOLCHAIN_DIR", "gcc")
    environment = pio.pio_environment()
    assert environment["PLATFORMIO_CORE_DIR"].startswith(str(tmp_path / "cache"))
    assert environment["TINYGEN_TOOLCHAIN_DIR"] == str(tmp_path / "gcc")


def test_a_missing_platformio_is_named(monkeypatch):
    monkeypatch.setattr(pio, "find_spec", lambda _name: None)
    with pytest.raises(ToolchainError) as caught:
        pio.pio_environment()
    assert str(caught.value) == "PlatformIO is not installed"
    assert caught.value.hint == "pip install platformio scons"
