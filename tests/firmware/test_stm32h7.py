"""The STM32H7 port's clock tree against simulated registers and the manual's limits.

Limits and formulas: ST RM0433 (RCC, PWR, FLASH table 17), DS12110 (VOS1).
"""

import subprocess
from pathlib import Path

import pytest

from tinygen.board import find_board
from tinygen.resources import data_dir

HERE = Path(__file__).parent
PORT = data_dir("firmware") / "ports" / "stm32h7"
HSI_HZ = 64_000_000
FLASH_ACR, RCC_CR, RCC_CFGR = 0x52002000, 0x58024400, 0x58024410
D1CFGR, D2CFGR, D3CFGR = 0x58024418, 0x5802441C, 0x58024420
PLLCKSELR, PLLCFGR, PLL1DIVR = 0x58024428, 0x5802442C, 0x58024430
PWR_CR3, PWR_D3CR = 0x5802480C, 0x58024818


@pytest.fixture(scope="module")
def changes(tmp_path_factory):
    """Return each change of a register that the start-up makes, in order."""
    program = tmp_path_factory.mktemp("stm32h7") / "clock"
    subprocess.run(
        [
            "gcc",
            "-std=c11",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fsanitize=address,undefined",
            f"-DTG_CLOCK_HZ={find_board('stm32h7').clock_hz}",
            "-DTG_REGISTER(address)=(*test_register(address))",
            "-include",
            HERE / "stm32h7_registers.h",
            f"-I{data_dir('firmware') / 'include'}",
            f"-I{PORT}",
            PORT / "clock.c",
            HERE / "stm32h7_registers.c",
            "-o",
            program,
        ],
        check=True,
    )
    said = subprocess.run([program], capture_output=True, text=True, check=True, timeout=10).stdout
    return [tuple(int(word, 16) for word in line.split()) for line in said.splitlines()]


@pytest.fixture(scope="module")
def final(changes):
    return dict(changes)


def at_switch(changes):
    """Return the registers as they are when the core's clock becomes the PLL's."""
    state = {}
    for address, value in changes:
        if address == RCC_CFGR and value & 7 == 3:
            return state
        state[address] = value
    raise AssertionError("never switched")


def field(value, shift, bits):
    return value >> shift & (1 << bits) - 1


def ahb_divider(code):
    return 1 if code < 8 else (2, 4, 8, 16, 64, 128, 256, 512)[code - 8]


def apb_divider(code):
    return 1 if code < 4 else 2 << code - 4


def test_the_core_runs_at_the_boards_clock(final):
    assert field(final[PLLCKSELR], 0, 2) == 0  # HSI
    reference = HSI_HZ / field(final[PLLCKSELR], 4, 6)
    vco = reference * (field(final[PLL1DIVR], 0, 9) + 1)
    sysclk = vco / (field(final[PLL1DIVR], 9, 7) + 1)
    core = sysclk / ahb_divider(field(final[D1CFGR], 8, 4))
    assert core == find_board("stm32h7").clock_hz
    assert 192e6 <= vco <= 836e6
    assert field(final[PLLCFGR], 1, 1) == 0  # the wide VCO
    low, high = ((1e6, 2e6), (2e6, 4e6), (4e6, 8e6), (8e6, 16e6))[field(final[PLLCFGR], 2, 2)]
    assert low <= reference <= high
    assert field(final[PLLCFGR], 16, 1) == 1  # output P
    assert field(final[PLLCFGR], 0, 1) == 0  # no fraction


def test_buses_stay_within_their_limits(final):
    bus = find_board("stm32h7").clock_hz / ahb_divider(field(final[D1CFGR], 0, 4))
    assert bus <= 200e6
    for code in (
        field(final[D1CFGR], 4, 3),
        field(final[D2CFGR], 4, 3),
        field(final[D2CFGR], 8, 3),
        field(final[D3CFGR], 4, 3),
    ):
        assert bus / apb_divider(code) <= 100e6


def test_voltage_flash_and_dividers_are_right_before_the_switch(changes, final):
    before = at_switch(changes)
    assert field(before[PWR_CR3], 0, 3) == 0b010  # LDO, settled for good
    assert field(before[PWR_D3CR], 14, 2) == 3  # VOS1
    assert field(before[FLASH_ACR], 0, 4) == 2  # 2 wait states: 185 to 210 MHz
    assert field(before[FLASH_ACR], 4, 2) == 2
    assert field(before[RCC_CR], 24, 2) == 3  # PLL1 on and ready
    for register in (D1CFGR, D2CFGR, D3CFGR, PLLCKSELR, PLLCFGR, PLL1DIVR):
        assert before[register] == final[register]


def test_the_pll_is_set_up_before_it_is_started(changes):
    started = next(n for n, (a, v) in enumerate(changes) if a == RCC_CR and v & 1 << 24)
    done = {address for address, _ in changes[:started]}
    assert {PLLCKSELR, PLLCFGR, PLL1DIVR} <= done
    assert not {PLLCKSELR, PLLCFGR, PLL1DIVR} & {address for address, _ in changes[started:]}


def test_the_voltage_is_raised_before_anything_gets_faster(changes):
    order = [address for address, _ in changes]
    assert order.index(PWR_D3CR) < order.index(PLLCKSELR)
