"""Images by the linker script: where things lie, and what the linker refuses."""

import io
import subprocess
from functools import cache
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from tests.emulator.image import build_image
from tests.emulator.small_model import small_model
from tinygen.board import find_board, list_boards
from tinygen.emit.linker import emit_linker_script

BOARDS = [board.id for board in list_boards() if not board.framework]
RUNTIME_LIMIT = 3584  # bytes of flash that runtime, port with clocks and vectors may take


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """Return a function that builds the small model for a board, once."""

    @cache
    def get(board_id):
        folder = tmp_path_factory.mktemp(board_id)
        image = build_image(find_board(board_id), small_model(), folder, stack_bytes=1000)
        return image, ELFFile(io.BytesIO(image.elf.read_bytes()))

    return get


def symbols(elf):
    return {s.name: s for s in elf.get_section_by_name(".symtab").iter_symbols()}


@pytest.mark.parametrize("board_id", BOARDS)
def test_sections_lie_in_the_boards_memories(build, board_id):
    board = find_board(board_id)
    _, elf = build(board_id)
    flash, ram = board.region("flash"), board.region("ram")
    for name, region in {
        ".text": flash,
        ".rodata": flash,
        ".tg_weights": flash,
        ".tg_tables": flash,
        ".tg_stack": ram,
        ".data": ram,
        ".tg_arena": ram,
        ".bss": ram,
    }.items():
        section = elf.get_section_by_name(name)
        end = section["sh_addr"] + section["sh_size"]
        assert region.origin <= section["sh_addr"] <= end <= region.origin + region.nbytes, name
    assert elf.get_section_by_name(".tg_stack")["sh_addr"] == ram.origin
    assert elf.get_section_by_name(".tg_stack")["sh_size"] == 1000
    assert elf.get_section_by_name(".tg_arena")["sh_addr"] % 16 == 0


@pytest.mark.parametrize("board_id", BOARDS)
def test_the_vector_table_names_stack_and_start(build, board_id):
    board = find_board(board_id)
    _, elf = build(board_id)
    vectors = elf.get_section_by_name(".vectors")
    words = [int.from_bytes(vectors.data()[n : n + 4], "little") for n in range(0, 64, 4)]
    assert words[0] == board.region("ram").origin + 1000
    named = symbols(elf)
    assert words[1] == named["Reset_Handler"]["st_value"]
    assert words[2:8] == [named["tg_fault_handler"]["st_value"]] * 6
    places = {r.name: r.origin for r in board.regions}
    assert vectors["sh_addr"] == places.get("VECTORS", board.region("flash").origin)


@pytest.mark.parametrize("board_id", BOARDS)
def test_weights_and_tables_are_counted_apart(build, board_id):
    image, elf = build(board_id)
    constants = [t for t in image.graph.tensors if t.data is not None]
    padding = elf.get_section_by_name(".tg_weights")["sh_size"] - sum(t.nbytes for t in constants)
    assert 0 <= padding < 4 * len(constants)
    channels = sum(t.size for t in constants if t.dtype == "int32")
    assert elf.get_section_by_name(".tg_tables")["sh_size"] == 8 * channels


@pytest.mark.parametrize("board_id", BOARDS)
def test_the_runtime_is_small_and_has_no_heap(build, board_id):
    _, elf = build(board_id)
    named = symbols(elf)
    assert not {"malloc", "_sbrk", "printf", "__aeabi_unwind_cpp_pr1"} & named.keys()
    kernels = sum(
        s["st_size"]
        for name, s in named.items()
        if s["st_info"]["type"] == "STT_FUNC" and name.startswith(("op", "tg_conv", "model_"))
    )
    flash = sum(
        elf.get_section_by_name(name)["sh_size"]
        for name in (".vectors", ".text", ".rodata", ".data")
    )
    assert flash - kernels < RUNTIME_LIMIT


def test_debug_breakpoints_are_only_in_emulated_images(build):
    def disassembly(board_id):
        image, _ = build(board_id)
        return subprocess.run(
            ["arm-none-eabi-objdump", "-d", image.elf], capture_output=True, text=True, check=True
        ).stdout

    assert "bkpt" in disassembly("qemu-m7")
    assert "bkpt" not in disassembly("stm32h7")


def refusal(folder: Path, source: str, stack_bytes: int) -> str:
    """Link a source against qemu-m4's script and return what the linker says."""
    board = find_board("qemu-m4")
    (folder / "link.ld").write_text(emit_linker_script(board, stack_bytes))
    (folder / "main.c").write_text(source)
    done = subprocess.run(
        [
            "arm-none-eabi-gcc",
            *board.cpu.flags,
            "-nostdlib",
            "-T",
            folder / "link.ld",
            folder / "main.c",
            "-o",
            folder / "main.elf",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    return done.stderr


START = "void Reset_Handler(void) {}\n"


def test_the_linker_names_the_memory_that_is_full(tmp_path):
    source = START + 'char a[262144] __attribute__((section(".bss.tg_arena")));'
    assert "region `RAM' overflowed by 16 bytes" in refusal(tmp_path, source, 16)


def test_the_stack_counts_as_ram(tmp_path):
    assert "region `RAM' overflowed by 8 bytes" in refusal(tmp_path, START, 0x40000 + 1)


def test_the_linker_refuses_too_many_weights(tmp_path):
    source = START + 'const char w[1 << 21] __attribute__((section(".rodata.tg_weights"))) = {1};'
    assert "region `FLASH' overflowed by" in refusal(tmp_path, source, 16)


def test_a_stack_of_nothing_is_refused():
    with pytest.raises(ValueError, match="a stack of 0 bytes"):
        emit_linker_script(find_board("qemu-m4"), 0)


@pytest.mark.parametrize("board_id", ["qemu-m55", "stm32h7"])
def test_the_script_reads_like_this(board_id, golden):
    golden(f"link_{board_id}.ld", emit_linker_script(find_board(board_id), 2048))
