"""The real tools, where they are installed: without a board each says so, and we know its words."""

import pytest

from tinygen.board import find_board
from tinygen.flash.contract import Job, Trouble
from tinygen.flash.flash import Chosen, command_line
from tinygen.flash.registry import flash_tools
from tinygen.flash.tool_run import find_program, run
from tinygen.flash.troubles import explain, trouble_error
from tinygen.progress import Silent

BOARDS = {
    "pyocd": "nucleo_f446re",
    "openocd": "nucleo_f446re",
    "stlink": "nucleo_f446re",
    "dfu": "portenta_h7",
    "esptool": "esp32s3",
}


@pytest.mark.parametrize("name", BOARDS)
def test_without_a_board_it_says_that_there_is_none(name, tmp_path):
    tool = flash_tools()[name]
    if find_program(tool) is None:
        pytest.skip(f"{tool.programs[0]} is not installed")
    board = find_board(BOARDS[name])
    binary = tmp_path / "firmware.bin"
    binary.write_bytes(bytes(1000))
    for image in ("bootloader.bin", "partitions.bin", "firmware.elf"):
        (tmp_path / image).write_bytes(bytes(16))
    # A number that no probe has: with a board plugged in, this must not flash it.
    nobody = {"port": str(tmp_path / "no-port")} if name == "esptool" else {"serial": "NOBODY"}
    address = min(r.origin for r in board.regions if r.kind == "flash")
    job = Job(board, tmp_path, tmp_path / "firmware.elf", binary, address, **nobody)
    status, lines = run(command_line(job, Chosen(tool, None)), Silent())
    error = explain(tool, job, lines, status)
    expected = str(trouble_error(Trouble.NO_PROBE, tool, job))
    assert str(error).startswith(expected), lines
