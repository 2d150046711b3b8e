"""A device's pack becomes a board file that tinygen reads."""

import pytest
from click.testing import CliRunner

from tests.unit.packs.conftest import M4F, MEMORY
from tinygen.board import Board, list_boards
from tinygen.cli.main import cli
from tinygen.packs.client import update
from tinygen.region import Region


@pytest.fixture(autouse=True)
def _fresh_boards():
    list_boards.cache_clear()
    yield
    list_boards.cache_clear()


def run(*words):
    list_boards.cache_clear()
    return CliRunner().invoke(cli, words)


def add(server, tmp_path, device="STM32F411RE", *words, **pack):
    """Return the board that `boards add` writes for a device of a fresh pack."""
    server.add_device(device, **pack)
    update()
    path = tmp_path / "it.toml"
    done = run("boards", "add", "--device", device, "-o", str(path), *words)
    assert done.exit_code == 0, done.output
    return Board.from_toml(path), path.read_text()


def refused(server, device="STM32F411RE", *words, **pack):
    """Return what `boards add` says of a device of a fresh pack that it refuses."""
    server.add_device(device, **pack)
    update()
    done = run("boards", "add", "--device", device, *words)
    assert done.exit_code == 4
    return done.output


def test_a_board_has_the_packs_core_memories_and_algorithm(server, tmp_path):
    board, text = add(server, tmp_path)
    assert (board.name, board.core) == ("STM32F411RE", "cortex-m4")
    assert board.regions == (
        Region("IROM1", "flash", 0x0800_0000, 0x8_0000),
        Region("IRAM1", "ram", 0x2000_0000, 0x2_0000),
    )
    assert board.source == "CMSIS pack Test::STM32F411RE_DFP@1.0.0"
    assert board.flash == {"pyocd": "stm32f411re"}
    assert "# pyOCD's algorithm in the pack: Flash/PART_512.FLM\n" in text
    assert "# Its core has: FPU SinglePrecision, MPU Present.\n" in text


def test_a_second_ram_holds_no_arena_before_somebody_says_that_it_may(server, tmp_path):
    second = '<memory name="IRAM2" access="rwx" start="0x10000000" size="0x10000"/>'
    board, _ = add(server, tmp_path, memory=MEMORY + second)
    assert [(r.name, r.arena) for r in board.regions if r.kind == "ram"] == [
        ("IRAM1", True),
        ("IRAM2", False),
    ]


def test_a_part_of_a_known_series_gets_that_boards_port(server, tmp_path):
    board, _ = add(server, tmp_path)
    assert board.port == "stm32f"
    assert board.clock_hz == 100_000_000
    assert board.defines["TG_STM32_SERIES"] == 4


def test_a_part_of_no_known_series_gets_the_port_that_needs_nothing(server, tmp_path):
    board, text = add(server, tmp_path, "XMC4500")
    assert (board.port, board.defines) == ("rtt", {})
    assert "write the real one" in text


def test_like_names_the_board_to_take_the_port_of(server, tmp_path):
    board, _ = add(server, tmp_path, "XMC4500", "--like", "nucleo_f446re")
    assert board.port == "stm32f"


@pytest.mark.parametrize(
    ("processor", "core", "note"),
    [
        ('Dcore="Cortex-M3"', "cortex-m3", ""),
        (M4F.replace("SP_FPU", "NO_FPU"), "cortex-m3", "its CortexM4 has no FPU"),
        ('Dcore="Cortex-M7" Dfpu="DP_FPU"', "cortex-m7", ""),
        ('Dcore="Cortex-M33" Dfpu="SP_FPU" Ddsp="DSP"', "cortex-m33", ""),
        (
            'Dcore="Cortex-M33" Dfpu="SP_FPU" Ddsp="NO_DSP"',
            "cortex-m3",
            "its CortexM33 has no DSP instructions",
        ),
        ('Dcore="Cortex-M55" Dfpu="SP_FPU" Dmve="FP_MVE"', "cortex-m55", ""),
        (
            'Dcore="Cortex-M55" Dfpu="SP_FPU" Dmve="NO_MVE"',
            "cortex-m33",
            "its CortexM55 has no MVE",
        ),
    ],
)
def test_the_core_is_what_the_device_can_run(server, tmp_path, processor, core, note):
    board, text = add(server, tmp_path, "XMC4500", processor=processor)
    assert board.core == core
    assert note in text


def test_a_core_without_a_cycle_counter_needs_a_port(server):
    said = refused(server, "XMC1100", processor='Dcore="Cortex-M0"')
    assert "XMC1100 needs a port: its core has no cycle counter" in said


def test_an_application_core_is_refused(server):
    said = refused(server, "STM32MP157", processor='Dcore="Cortex-A7"')
    assert "STM32MP157 has a core 'CortexA7', which tinygen does not build for" in said


def test_a_pack_without_a_memory_map_is_refused(server):
    assert refused(server, memory="") == (
        "error: Test::STM32F411RE_DFP@1.0.0 does not say where the flash of STM32F411RE is\n"
        " hint: copy a file of docs/boards.md and write the device's memory map into it\n"
    )


def test_a_pack_without_ram_is_refused(server):
    said = refused(server, memory="\n".join(MEMORY.splitlines()[:2]))
    assert "does not say where the RAM of STM32F411RE is" in said


def test_an_unknown_device_suggests_the_nearest(server):
    server.add_device("STM32F411RE")
    update()
    done = run("boards", "add", "--device", "STM32F411XX")
    assert done.exit_code == 4
    assert done.output == (
        "error: no pack on this machine has a device 'STM32F411XX'\n"
        " hint: did you mean STM32F411RE?\n"
    )


def test_an_added_board_is_listed_and_its_name_is_taken(server):
    server.add_device("STM32F411RE")
    update()
    assert run("boards", "add", "--device", "STM32F411RE", "--id", "mine").exit_code == 0
    assert "\nmine " in run("boards").output
    again = run("boards", "add", "--device", "STM32F411RE", "--id", "mine")
    assert again.exit_code == 4
    assert again.output == "error: there is a board 'mine'\n hint: choose another name with --id\n"


@pytest.mark.parametrize("name", ["Mine", "a b", "x" * 31])
def test_an_id_that_cannot_be_one_is_refused(server, name):
    said = refused(server, "STM32F411RE", "--id", name)
    assert f"'{name}' cannot be a board's id" in said


def test_search_add_and_list_go_together(server):
    server.add_device("STM32F411RE")
    assert run("packs", "update").output == "1 packs, 1 devices\n"
    assert run("packs", "search", "f411").output == (
        "pack    Test::STM32F411RE_DFP@1.0.0\ndevice  STM32F411RE\n"
    )
    assert run("packs", "add", "STM32F411RE").output.startswith("added Test::STM32F411RE_DFP@1.0.0")
    assert run("packs", "list").output.startswith("Test::STM32F411RE_DFP@1.0.0")


def test_a_search_without_a_result_is_an_error(server):
    server.add_device("STM32F411RE")
    update()
    done = run("packs", "search", "nothing")
    assert done.exit_code == 2
    assert "no pack and no device has 'nothing' in its name" in done.output
