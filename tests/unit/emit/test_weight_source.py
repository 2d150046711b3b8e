"""The C of a weight source."""

from dataclasses import replace

import pytest

from tinygen.board import find_board
from tinygen.emit.weight_source import cycles_ahead, source_code
from tinygen.errors import UsageError


def test_a_chip_on_a_bus_is_declared_with_what_the_boards_file_says():
    code = source_code("nor", find_board("nrf52840_dk"), 64_000, 8)
    assert code.files == ("weights/nor_flash.c", "weights/nrf_spim.c")
    assert code.headers == ("tinygen/weights/nor_flash.h", "tinygen/weights/nrf_spim.h")
    bus, source = code.declaration.splitlines()
    assert bus == (
        "static tg_nrf_spim weight_bus = {.spi = TG_NRF_SPIM_SPI, .registers = 0x40023000u, "
        ".sck = 0x13u, .mosi = 0x14u, .miso = 0x15u, .chip_select = 0x11u, "
        ".high_pins = 0xc00000u, .frequency = 0x80000000u};"
    )
    # 35 us at 64 MHz; 1 s and what 64,000 bytes take at most.
    assert source == (
        "static tg_nor_flash_source weight_source = {.source = TG_NOR_FLASH_SOURCE(72192000u), "
        ".spi = &weight_bus.spi, .base = 0x0u, .wake_ticks = 2240u};"
    )


def test_a_chip_that_is_too_small_is_named():
    board = find_board("qemu-ast1030")
    board = replace(board, nor_flash=replace(board.nor_flash, chip_bytes=5000, base=1000))
    with pytest.raises(UsageError) as caught:
        source_code("nor", board, 4001, 8)
    assert str(caught.value) == (
        "the weights file has 4001 bytes, but the SPI NOR flash of qemu-ast1030 has 4000 for it"
    )


@pytest.mark.parametrize(
    ("source", "board", "cycles"),
    [
        ("nor", "nrf52840_dk", 64.0),  # by DMA
        ("nor", "qemu-ast1030", 0.0),
        ("throttled", "qemu-m4", 2.0),
        ("external", "qemu-m4", 0.0),
        ("serial", "qemu-m4", 0.0),
    ],
)
def test_only_what_comes_while_the_core_computes_is_read_ahead(source, board, cycles):
    assert cycles_ahead(source, find_board(board)) == cycles
