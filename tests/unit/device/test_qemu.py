"""Starting the emulator: what is missing, and what may not be asked."""

from pathlib import Path

import pytest

from tinygen.board import find_board
from tinygen.device.qemu import emulate, find_qemu
from tinygen.errors import ToolchainError


def test_a_missing_emulator_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError) as caught:
        find_qemu()
    assert str(caught.value) == "qemu-system-arm is not installed"
    assert caught.value.hint == "sudo apt-get install qemu-system-arm"


def test_a_real_board_is_not_emulated():
    with (
        pytest.raises(ValueError, match="stm32h7 is not emulated"),
        emulate(find_board("stm32h7"), Path("firmware.elf")),
    ):
        pass
