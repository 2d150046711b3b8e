"""STM32 ports against simulated registers: rated clock, wait states, voltage, baud rate.

Formulas and limits are the manuals': ST RM0390 and RM0090 (F4), RM0410 (F7), RM0351 and
RM0432 (L4), RM0456 (U5), RM0433 and RM0399 (H7); register addresses likewise.
"""

import pytest

from tests.firmware.register_map import Hardware, field, is_near, start_up
from tinygen.board import find_board

RCC_F, FLASH_F, PWR_F = 0x40023800, 0x40023C00, 0x40007000
RCC_L, FLASH_L, PWR_L = 0x40021000, 0x40022000, 0x40007000
RCC_U, FLASH_U, PWR_U = 0x46020C00, 0x40022000, 0x46020800
RCC_H, PWR_H = 0x58024400, 0x58024800
HSI_HZ = 16_000_000


def switch(register, bits, shift):
    """Return the rules by which a clock switch's status follows it."""
    return tuple(((register, n), (register, n + shift)) for n in range(bits))


def same(register, on, ready):
    return ((register, on), (register, ready))


F4 = Hardware(
    follows=(
        same(RCC_F, 0, 1),
        same(RCC_F, 16, 17),
        same(RCC_F, 24, 25),
        *switch(RCC_F + 8, 2, 2),
        ((PWR_F, 16), (PWR_F + 4, 16)),
        ((PWR_F, 17), (PWR_F + 4, 17)),
    ),
    at_reset=((RCC_F, 0x83), (RCC_F + 4, 0x24003010), (PWR_F, 0xC000), (PWR_F + 4, 0x4000)),
)
NO_CRYSTAL = Hardware(
    follows=tuple(rule for rule in F4.follows if rule != same(RCC_F, 16, 17)),
    at_reset=F4.at_reset,
)
L4 = Hardware(
    follows=(same(RCC_L, 8, 10), same(RCC_L, 24, 25), *switch(RCC_L + 8, 2, 2)),
    at_reset=((RCC_L, 0x63), (RCC_L + 0xC, 0x1000), (PWR_L, 0x200), (PWR_L + 0x80, 0x100)),
)
U5 = Hardware(
    follows=(
        same(RCC_U, 8, 10),
        same(RCC_U, 24, 25),
        *switch(RCC_U + 0x1C, 2, 2),
        ((PWR_U + 0xC, 17), (PWR_U + 0xC, 15)),
        ((PWR_U + 0xC, 18), (PWR_U + 0xC, 14)),
    ),
    at_reset=((RCC_U, 0x35), (PWR_U + 0xC, 0x8000)),
)
H7 = Hardware(
    follows=(
        same(RCC_H, 0, 2),
        same(RCC_H, 24, 25),
        *switch(RCC_H + 0x10, 3, 3),
        ((PWR_H + 0x18, 14), (PWR_H + 0x18, 13)),
    ),
    at_reset=(
        (RCC_H, 0x83),
        (PWR_H + 0xC, 6),
        (PWR_H + 4, 0x2000),
        (0x52002000, 0x37),
        (0xE000ED80, 0xF01FE019),  # CCSIDR: 16 KB of data cache
    ),
)


def f_clocks(final, hse_hz):
    """Return an F4's or F7's core, APB1 and APB2 clock."""
    pll = final[RCC_F + 4]
    source = hse_hz if field(pll, 22, 1) else HSI_HZ
    reference = source / field(pll, 0, 6)
    assert 1e6 <= reference <= 2e6
    vco = reference * field(pll, 6, 9)
    assert 100e6 <= vco <= 432e6
    assert vco / field(pll, 24, 4) <= 48e6
    core = vco / (2 * (field(pll, 16, 2) + 1))
    cfgr = final[RCC_F + 8]
    assert field(cfgr, 0, 2) == field(cfgr, 2, 2) == 2  # from the PLL
    assert field(cfgr, 4, 4) == 0  # AHB as fast as the core
    return core, core / apb_divider(field(cfgr, 10, 3)), core / apb_divider(field(cfgr, 13, 3))


def apb_divider(code):
    return 1 if code < 4 else 2 << code - 4


@pytest.mark.parametrize(
    ("board_id", "hse_hz", "wait_states", "most_apb1", "link", "bus"),
    [
        ("nucleo_f446re", 8e6, 5, 45e6, 0x40004400, 1),
        ("disco_f407vg", 8e6, 5, 42e6, 0x40004400, 1),
        ("netduinoplus2", 25e6, 5, 42e6, 0x40011000, 2),
        ("nucleo_f767zi", 8e6, 7, 54e6, 0x40004800, 1),
    ],
)
@pytest.mark.parametrize("hardware", [F4, NO_CRYSTAL], ids=["crystal", "no crystal"])
def test_an_f4_or_f7_runs_as_rated(
    tmp_path, hardware, board_id, hse_hz, wait_states, most_apb1, link, bus
):
    done = start_up(board_id, hardware, tmp_path)
    before = done.before(RCC_F + 8, 3, 2)
    core, *apb = f_clocks(done.final, hse_hz)
    assert bool(field(done.final[RCC_F + 4], 22, 1)) == (hardware is F4)
    assert core == find_board(board_id).clock_hz
    assert field(before[FLASH_F], 0, 4) == wait_states
    assert apb[0] <= most_apb1
    assert apb[1] <= 2 * most_apb1
    assert field(before.get(PWR_F, 0xC000), 14, 2) == 3  # voltage scale 1, never lowered
    overdrive = field(before.get(PWR_F, 0), 16, 2)
    assert overdrive == (3 if core > 168e6 else 0)
    classic = find_board(board_id).cpu.name == "cortex-m4"
    assert is_near(apb[bus - 1] / done.final[link + (8 if classic else 0xC)])
    assert done.counter_hz == 0  # core cycles


def test_an_emulator_without_clocks_is_left_alone_and_counts_with_a_timer(tmp_path):
    dwt = (0xE0001000, 0xE0001004)
    done = start_up("netduinoplus2", Hardware(counters=(), zeros=(RCC_F, *dwt)), tmp_path)
    assert (done.final[0x40000000], done.final[0x40000028]) == (1, 15)  # TIM2: on, by 16
    assert done.counter_hz == 1_000_000_000 // 16  # QEMU's timers run at 1 GHz
    assert RCC_F + 8 not in done.final


def test_an_emulator_whose_clock_control_only_keeps_what_is_written_is_left_alone(tmp_path):
    """QEMU since 9.1 has such a one: nothing in it ever gets ready."""
    dwt = (0xE0001000, 0xE0001004)
    done = start_up("netduinoplus2", Hardware(counters=(), zeros=dwt), tmp_path)
    assert done.counter_hz == 1_000_000_000 // 16
    assert RCC_F not in done.final
    assert done.final[0x4001100C] == 0x202C  # the link is on


def test_an_emulator_without_a_flash_interface_is_not_waited_for(tmp_path):
    bare = Hardware(L4.follows, L4.opposes, L4.at_reset, L4.counters, zeros=(FLASH_L,))
    final = start_up("disco_l475vg_iot01a", bare, tmp_path).final
    assert field(final[RCC_L + 8], 2, 2) == 3  # it went on, to the PLL


def test_a_part_whose_cycle_counter_stands_still_counts_with_a_timer(tmp_path):
    stuck = Hardware(follows=F4.follows, at_reset=F4.at_reset, counters=())
    done = start_up("nucleo_f446re", stuck, tmp_path)
    assert done.counter_hz == 90_000_000 // 16  # RM0390: timers on APB1 run at twice its clock
    assert done.final[0xE0001000] & 1 == 0


@pytest.mark.parametrize(
    ("board_id", "wait_states", "boosts", "link", "factor"),
    [("nucleo_l4r5zi", 5, True, 0x40008000, 256), ("disco_l475vg_iot01a", 4, False, 0x40013800, 1)],
)
def test_an_l4_runs_as_rated(tmp_path, board_id, wait_states, boosts, link, factor):
    done = start_up(board_id, L4, tmp_path)
    final, before = done.final, done.before(RCC_L + 8, 3, 3)
    pll = before[RCC_L + 0xC]
    assert field(pll, 0, 2) == 2  # HSI16
    reference = HSI_HZ / (field(pll, 4, 3) + 1)
    assert 4e6 <= reference <= 16e6
    vco = reference * field(pll, 8, 7)
    assert 64e6 <= vco <= 344e6
    assert vco / (2 * (field(pll, 25, 2) + 1)) == find_board(board_id).clock_hz
    assert field(pll, 24, 1) == 1
    assert field(final[RCC_L + 8], 4, 4) == 0  # AHB as fast as the core in the end
    assert (field(before.get(RCC_L + 8, 0), 4, 4) == 8) == boosts  # RM0432 5.1.8: by 2 before
    assert field(before[FLASH_L], 0, 4) == wait_states
    assert field(before[PWR_L], 9, 2) == 1  # range 1
    assert field(before[PWR_L + 0x80], 8, 1) == (0 if boosts else 1)
    selected = 10 if factor == 256 else 0
    assert field(final[RCC_L + 0x88], selected, 2) == 2  # the link's clock: HSI16
    assert is_near(HSI_HZ * factor / final[link + 0xC])
    if boosts:
        assert field(final[PWR_L + 4], 9, 1) == 1  # port G is supplied


def test_the_u575_runs_as_rated(tmp_path):
    done = start_up("nucleo_u575zi_q", U5, tmp_path)
    final, before = done.final, done.before(RCC_U + 0x1C, 3, 3)
    configuration, dividers = before[RCC_U + 0x28], before[RCC_U + 0x34]
    assert field(configuration, 0, 2) == 2  # HSI16
    reference = HSI_HZ / (field(configuration, 8, 4) + 1)
    assert 8e6 <= reference <= 16e6
    assert field(configuration, 2, 2) == 3  # which this range is
    assert field(configuration, 12, 4) == 0  # the booster's clock, undivided: 4 to 16 MHz
    vco = reference * (field(dividers, 0, 9) + 1)
    assert 128e6 <= vco <= 544e6
    assert vco / (field(dividers, 24, 7) + 1) == find_board("nucleo_u575zi_q").clock_hz
    assert field(configuration, 18, 1) == 1
    assert field(before[FLASH_U], 0, 4) == 4
    assert field(before[PWR_U + 0xC], 14, 5) == 0b11111  # range 1 and booster, both ready
    assert field(final[RCC_U + 0xE0], 0, 2) == 2
    assert is_near(HSI_HZ / final[0x40013800 + 0xC])
    assert field(final[0x40030400], 0, 1) == 1  # the instruction cache is on


@pytest.mark.parametrize(
    ("board_id", "link", "selected"), [("stm32h7", 0x40004800, 0), ("portenta_h7", 0x40011000, 3)]
)
def test_the_h7s_link_is_at_115200(tmp_path, board_id, link, selected):
    final = start_up(board_id, H7, tmp_path).final
    assert field(final[RCC_H + 0x54], selected, 3) == 3  # HSI, 64 MHz
    assert field(final[RCC_H], 3, 2) == 0  # not divided
    assert is_near(64e6 / final[link + 0xC])
    assert field(final[0xE000ED14], 16, 2) == 3  # both caches are on


def test_the_h7s_memories_have_their_clocks(tmp_path):
    final = start_up("stm32h7", H7, tmp_path).final
    assert field(final[RCC_H + 0xDC], 29, 3) == 7  # RCC_AHB2ENR: SRAM1EN, SRAM2EN, SRAM3EN


def test_a_boot_loaders_choice_of_supply_is_kept(tmp_path):
    kept = [v for a, v in start_up("portenta_h7", H7, tmp_path).changes if a == PWR_H + 0xC]
    set_up = [v for a, v in start_up("stm32h7", H7, tmp_path).changes if a == PWR_H + 0xC]
    assert (kept, set_up) == ([6], [6, 2])  # 6 is what power-on leaves


@pytest.mark.parametrize(
    ("board_id", "hardware", "gpio", "pins"),
    [
        ("nucleo_f446re", F4, 0x40020000, {"A": {2: 7, 3: 7}}),
        ("netduinoplus2", F4, 0x40020000, {"B": {6: 7, 7: 7}}),
        ("nucleo_f767zi", F4, 0x40020000, {"D": {8: 7, 9: 7}}),
        ("nucleo_l4r5zi", L4, 0x48000000, {"G": {7: 8, 8: 8}}),
        ("disco_l475vg_iot01a", L4, 0x48000000, {"B": {6: 7, 7: 7}}),
        ("nucleo_u575zi_q", U5, 0x42020000, {"A": {9: 7, 10: 7}}),
        ("stm32h7", H7, 0x58020000, {"D": {8: 7, 9: 7}}),
        ("portenta_h7", H7, 0x58020000, {"A": {9: 7, 10: 7}}),
    ],
)
def test_the_links_pins_are_the_boards(tmp_path, board_id, hardware, gpio, pins):
    final = start_up(board_id, hardware, tmp_path).final
    ((letter, functions),) = pins.items()
    base = gpio + 0x400 * (ord(letter) - ord("A"))
    for pin, function in functions.items():
        assert field(final[base], 2 * pin, 2) == 2  # alternate function
        assert field(final[base + 0xC], 2 * pin, 2) == 1  # pulled up
        assert field(final[base + 0x20 + 4 * (pin // 8)], 4 * (pin % 8), 4) == function
