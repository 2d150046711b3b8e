"""An image is measured as `size` measures it, and a heap in it is refused."""

import shutil
import subprocess

import pytest

from tinygen.board import find_board
from tinygen.build.elf import measure
from tinygen.emit.linker import emit_linker_script
from tinygen.errors import ToolchainError
from tinygen.resources import data_dir

pytestmark = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="no arm-none-eabi-gcc"
)
BOARD = find_board("qemu-m4")
SOURCE = """
#include "tinygen/model_api.h"
static const int8_t weights[1000] TG_WEIGHTS = {1};
static const int32_t table[25] TG_TABLE = {1};
static uint8_t arena[320] TG_ARENA;
static volatile uint32_t counted[3] = {7, 8, 9};
static volatile uint32_t zeroed[5];
__attribute__((section(".vectors"), used)) static const uint32_t vectors[16];
void Reset_Handler(void)
{
    zeroed[0] = (uint32_t)weights[counted[0]] + (uint32_t)table[counted[1]];
    arena[counted[2]] = (uint8_t)zeroed[0];
    __asm volatile("" : : "r"(arena) : "memory");
    EXTRA;
}
"""


def link(folder, extra: str = "", specs: str = "nano.specs"):
    (folder / "a.c").write_text(SOURCE.replace("EXTRA", extra))
    (folder / "link.ld").write_text(emit_linker_script(BOARD, 1024))
    subprocess.run(
        [
            "arm-none-eabi-gcc",
            *BOARD.cpu.flags,
            "-Os",
            "-nostartfiles",
            f"--specs={specs}",
            "-w",
            "-Ifirmware/include",
            f"-T{folder / 'link.ld'}",
            "-Wl,--gc-sections",
            "-Wl,--defsym=end=0x20030000",
            folder / "a.c",
            "-o",
            folder / "a.elf",
        ],
        check=True,
        cwd=data_dir("firmware").parent,
    )
    return folder / "a.elf"


def test_every_byte_has_its_name(tmp_path):
    size = measure(link(tmp_path), BOARD.regions)
    assert (size.weights, size.tables) == (1000, 100)
    assert (size.data_bytes, size.bss_bytes) == (12, 20)
    assert (size.arena_bytes, size.stack_bytes) == (320, 1024)
    assert size.ram_bytes == 12 + 20 + 320 + 1024


def test_flash_is_what_the_flash_image_has(tmp_path):
    elf = link(tmp_path)
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, tmp_path / "a.bin"], check=True)
    flash_bytes = measure(elf, BOARD.regions).flash_bytes
    gaps = (tmp_path / "a.bin").stat().st_size - flash_bytes
    assert 0 <= gaps < 16


def test_sum_is_that_of_size(tmp_path):
    elf = link(tmp_path)
    output = subprocess.run(
        ["arm-none-eabi-size", "-B", "-d", elf], check=True, capture_output=True, text=True
    ).stdout
    text, data, bss = (int(n) for n in output.splitlines()[1].split()[:3])
    size = measure(elf, BOARD.regions)
    assert (size.flash_bytes, size.ram_bytes) == (text + data, data + bss)


def test_a_heap_is_refused(tmp_path):
    elf = link(
        tmp_path,
        "extern void *malloc(unsigned); counted[0] = (uint32_t)malloc(4)",
        specs="nosys.specs",
    )
    with pytest.raises(ToolchainError) as caught:
        measure(elf, BOARD.regions)
    assert str(caught.value) == (
        "the image links a heap: _free_r, _malloc_r, _sbrk, _sbrk_r, free, malloc"
    )
    assert caught.value.hint == (
        "what tinygen generates has none: remove the code in src/ that calls them"
    )


def test_what_is_no_image_is_named(tmp_path):
    (tmp_path / "a.elf").write_text("not an ELF file")
    with pytest.raises(ToolchainError) as caught:
        measure(tmp_path / "a.elf", BOARD.regions)
    assert str(caught.value) == f"{tmp_path}/a.elf is not an image: Magic number does not match"


def test_a_missing_image_is_named(tmp_path):
    with pytest.raises(ToolchainError, match=r"a.elf is not an image: "):
        measure(tmp_path / "a.elf", BOARD.regions)


def test_a_section_outside_all_memories_is_refused(tmp_path):
    elf = link(tmp_path)
    with pytest.raises(ToolchainError, match=r"^section \.tg_stack at 0x20000000 is in no memory"):
        measure(elf, [BOARD.region("flash")])
