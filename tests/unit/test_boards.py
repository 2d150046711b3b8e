"""The boards that come with tinygen: their ids and aliases, and facts that must hold for all."""

import shutil

import pytest

from tinygen.board import find_board, list_boards
from tinygen.errors import BoardError
from tinygen.resources import data_dir


def test_unknown_board_suggests_the_nearest():
    with pytest.raises(BoardError) as caught:
        find_board("qemu-m8")
    assert str(caught.value) == "no board named 'qemu-m8'"
    assert caught.value.hint.startswith("did you mean 'qemu-m")


def test_unknown_board_like_no_other_says_how_to_list_them():
    with pytest.raises(BoardError) as caught:
        find_board("teapot")
    assert caught.value.hint == "run 'tinygen boards'"


def test_an_alias_finds_the_board():
    assert find_board("nucleo_h743zi") is find_board("stm32h7")


def test_the_boards_the_documentation_promises_are_there():
    ids = {board.id for board in list_boards()}
    assert ids >= {"qemu-m0", "qemu-m3", "qemu-m4", "qemu-m7", "qemu-m33", "qemu-m55", "stm32h7"}
    assert ids >= {"nucleo_f446re", "disco_f407vg", "netduinoplus2", "nucleo_l4r5zi"}
    assert ids >= {"disco_l475vg_iot01a", "nucleo_f767zi", "nucleo_u575zi_q", "nrf52840_dk"}
    assert ids >= {"nrf5340_dk", "bbc_microbit", "pico", "pico2", "nano_33_ble", "portenta_h7"}


@pytest.mark.parametrize("name", ["esp32-s3", "esp32-c3"])
def test_a_board_of_another_architecture_goes_by_its_vendors_framework(name):
    board = find_board(name)
    assert board.id == name.replace("-", "")
    assert board.framework == "arduino"
    assert not board.cpu.flags


@pytest.mark.parametrize("board", list_boards(), ids=lambda board: board.id)
def test_every_board_names_its_source(board):
    assert board.source
    # Exact with icount shift 8; a port that looks for itself is tested in tests/emulator.
    assert not board.is_emulated or board.counter_hz >= 16_000_000 or board.port == "stm32f"


def test_the_h743_has_the_memories_of_its_reference_manual():
    sizes = {region.name: region.nbytes >> 10 for region in find_board("stm32h7").regions}
    assert sizes == {
        "FLASH": 2048,
        "AXI_SRAM": 512,
        "DTCM": 128,
        "SRAM1": 128,
        "SRAM2": 128,
        "SRAM3": 32,
        "SRAM4": 64,
        "ITCM": 64,
    }


def test_a_board_of_the_users_with_a_name_that_is_taken_says_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGEN_BOARDS", str(tmp_path))
    shutil.copyfile(data_dir("boards") / "qemu-m4.toml", tmp_path / "qemu-m4.toml")
    with pytest.raises(BoardError) as caught:
        list_boards.__wrapped__()  # without its cache
    assert str(caught.value) == "boards 'qemu-m4' and 'qemu-m4' are both called 'qemu-m4'"
    assert caught.value.hint == (
        f"give one of them another id or alias; your own are in {tmp_path}"
    )
