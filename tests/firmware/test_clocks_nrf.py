"""Nordic ports against simulated registers: clock, baud rate, pins, counter.

Formulas: nRF52840 and nRF5340 Product Specifications, CLOCK, UART(E), GPIO; nRF51 Series
Reference Manual, UART.
"""

import pytest

from tests.firmware.register_map import Hardware, is_near, start_up

CRYSTAL = ((0x40000000, 0), (0x40000100, 0))  # TASKS_HFCLKSTART, EVENTS_HFCLKSTARTED
CRYSTAL_53 = ((0x50005000, 0), (0x50005100, 0))


def baud(register: int) -> float:
    return register * 16e6 / 2**32


@pytest.mark.parametrize(
    ("board_id", "tx", "rx"),
    [
        ("nrf52840_dk", 0x50000700 + 4 * 6, 0x50000700 + 4 * 8),
        ("nano_33_ble", 0x50000A00 + 4 * 3, 0x50000A00 + 4 * 10),
        ("bbc_microbit", 0x50000700 + 4 * 24, 0x50000700 + 4 * 25),
    ],
)
def test_an_nrf5_talks_at_115200_on_the_boards_pins(tmp_path, board_id, tx, rx):
    done = start_up(board_id, Hardware(follows=(CRYSTAL,)), tmp_path)
    final = done.final
    assert final[0x40000000] == 1  # the crystal was started, and waited for
    assert is_near(baud(final[0x40002524]))
    assert final[tx] == 3  # an output
    assert final[rx] == 0xC  # an input, pulled up
    assert final[0x4000250C] == (tx - 0x50000700) // 4 % 192 % 32 + 32 * (tx >= 0x50000A00)
    assert final[0x40002514] == (rx - 0x50000700) // 4 % 192 % 32 + 32 * (rx >= 0x50000A00)
    assert final[0x40002500] == 4


def test_the_crystal_runs_before_the_uart_is_enabled(tmp_path):
    done = start_up("nrf52840_dk", Hardware(follows=(CRYSTAL,)), tmp_path)
    assert done.before(0x40002500, 15, 4)[0x40000100] == 1


def test_the_nrf52840_has_its_cache_and_its_debug_port(tmp_path):
    done = start_up("nrf52840_dk", Hardware(follows=(CRYSTAL,)), tmp_path)
    assert done.final[0x4001E540] == 1
    assert done.final[0x40000558] == 0x5A
    assert done.counter_hz == 0  # core cycles


def test_an_nrf_whose_cycle_counter_stands_still_counts_with_a_timer(tmp_path):
    done = start_up("nrf52840_dk", Hardware(follows=(CRYSTAL,), counters=()), tmp_path)
    assert done.counter_hz == 16_000_000
    assert (done.final[0x40008000], done.final[0x40008508]) == (1, 3)  # started, 32 bits


def test_the_nrf5340_runs_at_128_mhz_and_talks_at_115200(tmp_path):
    reset = ((0x50005558, 1),)  # HFCLKCTRL: 64 MHz
    done = start_up("nrf5340_dk", Hardware(follows=(CRYSTAL_53,), at_reset=reset), tmp_path)
    final = done.final
    assert final[0x50005558] == 0  # not divided: 128 MHz
    assert final[0x50001500] == 1  # cache
    assert is_near(baud(final[0x50008524]))
    assert (final[0x5000850C], final[0x50008514]) == (20, 22)
    assert final[0x50842500 + 0x200 + 4 * 20] == 3
    assert final[0x50008500] == 8
    assert final[0x50008000] == 1
