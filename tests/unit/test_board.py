"""Board files are read strictly: what is wrong is named."""

import pytest

from tinygen.board import Board, NorFlash
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
    with pytest.raises(BoardError, match=r"^some\.toml: not TOML: ") as caught:
        read(tmp_path, "name =", "name")
    assert caught.value.hint == f"see docs/boards.md; the file is {tmp_path / 'some.toml'}"


def test_a_folder_called_as_a_board_file_is_a_board_error(tmp_path):
    (tmp_path / "some.toml").mkdir()
    with pytest.raises(BoardError, match=r"^some\.toml: not TOML: .*Is a directory"):
        Board.from_toml(tmp_path / "some.toml")


def test_a_region_that_is_no_table_is_a_board_error(tmp_path):
    path = tmp_path / "some.toml"
    head = GOOD[: GOOD.index("[defines]")]
    path.write_text(head + "regions = [1]\n")
    with pytest.raises(BoardError) as caught:
        Board.from_toml(path)
    assert str(caught.value) == "some.toml: regions[0] is 1"
