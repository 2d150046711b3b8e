"""RP2040 and RP2350: clocks and UART against simulated registers, and what boot ROMs check.

Formulas: RP2040 Datasheet 2.8.1 (boot), 2.15 to 2.18 (clocks), 4.2 (UART); RP2350
Datasheet 5.9 (image definitions), 8, 12.1.
"""

import subprocess

import pytest

from tests.emulator.image import build_image
from tests.emulator.small_model import small_model
from tests.firmware.register_map import Hardware, field, is_near, start_up
from tinygen.board import find_board
from tinygen.resources import data_dir

PORT = data_dir("firmware") / "ports" / "rp2"
CRYSTAL_HZ = 12e6
# clocks, resets, XOSC, PLL_SYS, UART0; bits of IO_BANK0, PADS_BANK0, PLL_SYS, TIMER, UART0
RP2040 = (0x40008000, 0x4000C000, 0x40024000, 0x40028000, 0x40034000, (5, 8, 12, 21, 22))
RP2350 = (0x40010000, 0x40020000, 0x40048000, 0x40050000, 0x40070000, (6, 9, 14, 26))


def hardware(chip):
    clocks, resets, xosc, pll, _, blocks = chip
    return Hardware(
        follows=(
            ((xosc, 12), (xosc + 4, 31)),  # enabled: FAB
            ((clocks + 0x30, 1), (clocks + 0x38, 2)),  # the reference comes from the crystal
            ((clocks + 0x3C, 0), (clocks + 0x44, 1)),
        ),
        opposes=(
            *(((resets, n), (resets + 8, n)) for n in blocks),
            ((pll + 4, 0), (pll, 31)),  # powered: locked
            ((clocks + 0x3C, 0), (clocks + 0x44, 0)),
        ),
        at_reset=((resets, 0x1FFFFFFF), (pll + 4, 0x2D)),
        counters=(0xE0001004, 0x40054028),
    )


@pytest.mark.parametrize(("board_id", "chip"), [("pico", RP2040), ("pico2", RP2350)])
def test_an_rp2_runs_as_rated_and_talks_at_115200(tmp_path, board_id, chip):
    clocks, resets, _, pll, uart, blocks = chip
    final = start_up(board_id, hardware(chip), tmp_path).final
    vco = CRYSTAL_HZ / field(final[pll], 0, 6) * final[pll + 8]
    assert 750e6 <= vco <= 1600e6
    core = vco / field(final[pll + 0xC], 16, 3) / field(final[pll + 0xC], 12, 3)
    assert core == find_board(board_id).clock_hz
    assert final[clocks + 0x3C] == 1  # clk_sys from the PLL
    assert final[clocks + 0x48] == 1 << 11  # clk_peri from clk_sys
    assert is_near(core / 16 / (final[uart + 0x24] + final[uart + 0x28] / 64))
    assert final[uart + 0x30] == 0x301
    assert not any(field(final[resets], n, 1) for n in blocks)


def test_the_second_boot_stage_has_the_checksum_that_the_rom_computes(tmp_path):
    subprocess.run(
        ["arm-none-eabi-gcc", "-DTG_IS_RP2350=0", "-c", PORT / "boot2.S", "-o", tmp_path / "b.o"],
        check=True,
    )
    subprocess.run(
        ["arm-none-eabi-objcopy", "-O", "binary", "-j", ".boot", tmp_path / "b.o", tmp_path / "b"],
        check=True,
    )
    stage = (tmp_path / "b").read_bytes()
    assert len(stage) == 256
    crc = 0xFFFFFFFF
    for byte in stage[:252]:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc >> 31 else crc << 1) & 0xFFFFFFFF
    assert int.from_bytes(stage[252:], "little") == crc


JOIN = """
#include <stdio.h>
#include <stdlib.h>
#include "counter.h"
volatile uint32_t *test_register(uint32_t address) { (void)address; abort(); }
int main(void)
{
    uint64_t cycles; uint32_t late;
    while (scanf("%lu %u", &cycles, &late) == 2) {
        const uint32_t coarse = (uint32_t)((cycles + late) / 125) * 125u;
        printf("%u\\n", tg_join_counts(coarse, (uint32_t)cycles & SYST_MASK));
    }
}
"""


def test_two_counters_join_into_one_that_counts_every_cycle(tmp_path):
    (tmp_path / "join.c").write_text(JOIN)
    (tmp_path / "declared.h").write_text("volatile uint32_t *test_register(uint32_t address);")
    subprocess.run(
        [
            *("gcc", "-std=gnu11", "-Wall", "-Werror", "-DTG_CLOCK_HZ=125000000"),
            *("-DTG_IS_RP2350=1", "-DTG_REGISTER(a)=(*test_register(a))"),
            *("-include", "stdint.h"),
            *("-include", tmp_path / "declared.h"),
            *(f"-I{PORT}", f"-I{data_dir('firmware') / 'include'}"),
            *(tmp_path / "join.c", "-o", tmp_path / "join"),
        ],
        check=True,
    )
    counts = [0, 1, 124, 1 << 23, (1 << 24) - 1, 1 << 24, (1 << 32) - 1, 1 << 32, 5 << 33, 10**12]
    lines = [(count, late) for count in counts for late in (0, 130, 5000)]
    said = subprocess.run(
        [tmp_path / "join"],
        input="\n".join(f"{count} {late}" for count, late in lines),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert [int(word) for word in said] == [count % (1 << 32) for count, _ in lines]


@pytest.mark.parametrize("board_id", ["pico", "pico2"])
def test_an_image_begins_with_what_the_boot_rom_wants(tmp_path, board_id):
    board = find_board(board_id)
    elf = build_image(board, small_model(), tmp_path).elf
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, tmp_path / "image"], check=True)
    image = (tmp_path / "image").read_bytes()
    words = [int.from_bytes(image[at : at + 4], "little") for at in range(0, 0x200, 4)]
    vectors, definition = (words[0x40:], None) if board_id == "pico" else (words, words[0x40:])
    ram = board.region("ram")
    assert ram.origin < vectors[0] <= ram.origin + ram.nbytes  # the stack
    assert 0x10000100 < vectors[1] < 0x10000000 + len(image)  # start-up, in Thumb
    assert vectors[1] % 2 == 1
    if definition:
        assert definition[:5] == [0xFFFFDED3, 0x10210142, 0x000001FF, 0, 0xAB123579]
