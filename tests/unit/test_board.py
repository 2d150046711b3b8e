"""Board files: strict reading, ids and aliases, and facts that must hold for all."""

import pytest

from tinygen.board import Board, NorFlash, find_board, list_boards
from tinygen.errors import BoardError
from tinygen.region import Region

GOOD = """
name = "Some board"
core = "cortex-m4"
clock_hz = 25_000_000
port = "mps2"
source = "a manual"
aliases = ["other_name"]

[defines]
TG_X = 1

[[regions]]
name = "FLASH"
kind = "flash"
origin = 0
nbytes = 0x1000

[[regions]]
name = "RAM"
kind = "ram"
origin = 0x2000_0000
nbytes = 0x800
"""


CHIP = """
[nor_flash]
driver = "pl022"
chip_bytes = 0x10_0000
wake_us = 3

[nor_flash.settings]
base = 0x4002_0000
prescaler = 2
"""


def read(tmp_path, old="", new="", text=GOOD):
    assert old in text
    path = tmp_path / "some.toml"
    path.write_text(text.replace(old, new))
    return Board.from_toml(path)


def test_a_board_file_describes_a_flash_chip(tmp_path):
    settings = {"base": 0x4002_0000, "prescaler": 2}
    wanted = NorFlash("pl022", 0x10_0000, settings, wake_us=3)
    assert read(tmp_path, text=GOOD + CHIP).nor_flash == wanted
    assert read(tmp_path).nor_flash is None


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        (
            "pl022",
            "pl02",
            "some.toml: nor_flash: unknown driver 'pl02'",
            "did you mean 'pl022'?",
        ),
        (
            "chip_bytes",
            "chip_byte",
            "some.toml: nor_flash: unknown key 'chip_byte'",
            "did you mean 'chip_bytes'?",
        ),
        (
            "prescaler = 2",
            'prescaler = "2"',
            "some.toml: nor_flash: 'settings' is {'base': 1073872896, 'prescaler': '2'}",
            "write it as a table of integers",
        ),
        ("[nor_flash]", "[[nor_flash]]", "some.toml: nor_flash is", "write it as [nor_flash]"),
    ],
)
def test_a_wrong_flash_chip_is_refused(tmp_path, old, new, message, hint):
    with pytest.raises(BoardError) as caught:
        read(tmp_path, old, new, GOOD + CHIP)
    assert str(caught.value).startswith(message)
    assert caught.value.hint == hint


def test_a_board_file_is_read_whole(tmp_path):
    board = read(tmp_path)
    assert board == Board(
        name="Some board",
        core="cortex-m4",
        clock_hz=25_000_000,
        port="mps2",
        regions=(Region("FLASH", "flash", 0, 0x1000), Region("RAM", "ram", 0x2000_0000, 0x800)),
        source="a manual",
        defines={"TG_X": 1},
        aliases=("other_name",),
        id="some",
    )
    assert not board.is_emulated
    assert board.macros == {
        "TG_BOARD_ID": "some",
        "TG_CLOCK_HZ": 25_000_000,
        "TG_COUNTER_HZ": 0,
        "TG_X": 1,
    }


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("clock_hz =", "clok_hz =", "some.toml: unknown key 'clok_hz'", "did you mean 'clock_hz'?"),
        ("clock_hz =", "zzz =", "some.toml: unknown key 'zzz'", "see docs/boards.md"),
        ('port = "mps2"', "", "some.toml: key 'port' is missing", "see docs/boards.md"),
        (
            "25_000_000",
            '"fast"',
            "some.toml: 'clock_hz' is 'fast'",
            "write it as an integer that is not negative",
        ),
        (
            "25_000_000",
            "true",
            "some.toml: 'clock_hz' is True",
            "write it as an integer that is not negative",
        ),
        (
            "25_000_000",
            "-1",
            "some.toml: 'clock_hz' is -1",
            "write it as an integer that is not negative",
        ),
        ("25_000_000", "0", "some.toml: 'clock_hz' is 0", "write the CPU clock in Hz"),
        ('"Some board"', "3", "some.toml: 'name' is 3", "write it as a string"),
        (
            "TG_X = 1",
            'TG_X = "1"',
            "some.toml: 'defines' is {'TG_X': '1'}",
            "write it as a table of integers",
        ),
        (
            "TG_X = 1",
            "TG_X = 1\n[flash]\npyocd = 1",
            "some.toml: 'flash' is {'pyocd': 1}",
            "write it as a table of strings",
        ),
        (
            "TG_X = 1",
            'TG_X = 1\n[official]\nplatform = "p"\nversion = "1"',
            "some.toml: key 'official.board' is missing",
            "see docs/boards.md",
        ),
        (
            "TG_X = 1",
            'TG_X = 1\n[official]\nplatfrom = "p"',
            "some.toml: unknown key 'official.platfrom'",
            "did you mean 'platform'?",
        ),
        (
            "TG_X = 1",
            'TG_X = 1\n[official]\nplatform="p"\nversion="1"\nboard="b"\nframework="arduino"',
            "some.toml: port 'mps2' with the framework 'arduino'",
            "remove the framework",
        ),
        (
            '"mps2"',
            '"arduino_esp32"',
            "some.toml: port 'arduino_esp32' with the framework ''",
            "it needs official.framework = 'arduino'",
        ),
        (
            '"cortex-m4"',
            '"riscv32imc"',
            "some.toml: key 'official.platform' is missing",
            "see docs/boards.md",
        ),
        ('["other_name"]', "[1]", "some.toml: 'aliases' is [1]", "write it as an array of strings"),
        (
            '"cortex-m4"',
            '"cortex-m5"',
            "some.toml: unknown core 'cortex-m5'",
            "did you mean 'cortex-m55'?",
        ),
        ('"mps2"', '"mps22"', "some.toml: unknown port 'mps22'", "did you mean 'mps2'?"),
        (
            '"ram"',
            '"rom"',
            "some.toml: regions[1]: 'kind' is 'rom'",
            'write it as one of "flash", "ram", "external"',
        ),
        ('"ram"', '"flash"', "some.toml: no region of kind 'ram'", "an image needs flash and ram"),
        (
            "origin = 0x2000_0000",
            "origin = 0xFFF",
            "some.toml: regions 'FLASH' and 'RAM' overlap",
            "shorten one of them",
        ),
        ('"RAM"', '"FLASH"', "some.toml: two regions 'FLASH'", "rename one of them"),
        (
            '"RAM"',
            '"A B"',
            "some.toml: region 'A B' of 2048 bytes",
            "name it as an identifier and give it a size",
        ),
        (
            "0x800",
            "0",
            "some.toml: region 'RAM' of 0 bytes",
            "name it as an identifier and give it a size",
        ),
        (
            "nbytes = 0x800",
            "nbyte = 0x800",
            "some.toml: regions[1]: unknown key 'nbyte'",
            "did you mean 'nbytes'?",
        ),
        (
            "nbytes = 0x800",
            "nbytes = 0x800\ndma = 0",
            "some.toml: regions[1]: 'dma' is 0",
            "write it as true or false",
        ),
        (
            "nbytes = 0x800",
            "nbytes = 0x800\narena = false",
            "some.toml: no region may hold the arena",
            "leave 'arena = false' out of one of kind 'ram'",
        ),
        (
            'name = "Some board"',
            'name = "Some board"\nid = "x"',
            "some.toml: unknown key 'id'",
            "the id is the file's name",
        ),
    ],
)
def test_a_wrong_board_file_says_what_is_wrong(tmp_path, old, new, message, hint):
    with pytest.raises(BoardError) as caught:
        read(tmp_path, old, new)
    assert (str(caught.value), caught.value.hint) == (message, hint)
    assert caught.value.exit_code == 4


def test_what_is_not_toml_is_a_board_error(tmp_path):
    with pytest.raises(BoardError, match=r"^some\.toml: not TOML: "):
        read(tmp_path, "name =", "name")


def test_a_region_that_is_no_table_is_a_board_error(tmp_path):
    path = tmp_path / "some.toml"
    head = GOOD[: GOOD.index("[defines]")]
    path.write_text(head + "regions = [1]\n")
    with pytest.raises(BoardError) as caught:
        Board.from_toml(path)
    assert str(caught.value) == "some.toml: regions[0] is 1"


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
