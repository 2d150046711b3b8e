"""The tables against the examples that Arm's manuals give."""

import pytest

from tests.unit.estimate.code import code
from tinygen.estimate import single_issue
from tinygen.estimate.single_issue import CORTEX_M0, CORTEX_M3, CORTEX_M4, CORTEX_M33, Cost


# Cortex-M3 Technical Reference Manual (DDI 0337I), section 3.3.2, load/store timings.
@pytest.mark.parametrize(
    ("lines", "cycles"),
    [
        (["ldr r0, [r1]", "ldr r1, [r2]"], 3),
        (["ldr r0, [r1, r2]", "str r0, [r3, #20]"], 3),
        (["ldr r0, [r1, r2]", "str r1, [r3, r2]"], 3),
        (["ldr r0, [r1, r5]", "ldr r1, [r2]", "ldr r2, [r3, #4]"], 4),
        (["ldr r0, [r1]", "ldr r2, [r0]"], 4),
        (["str r0, [r1, #4]"], 1),
        (["str r0, [r1, r2]", "ldr r3, [r4]"], 4),
        (["ldrd r0, r1, [r2]"], 3),
        (["ldmia r0, {r1, r2, r3, r4}"], 5),
        (["push {r4, r5, lr}"], 4),
    ],
)
@pytest.mark.parametrize("table", [CORTEX_M3, CORTEX_M4])
def test_loads_and_stores_of_m3_and_m4(table, lines, cycles):
    assert single_issue.block_cost(table, code(*lines)) == Cost(cycles, 0)


def test_an_address_waits_for_the_sum_just_computed():
    lines = ["add r0, r1, r2", "ldr r3, [r0]"]
    assert single_issue.block_cost(CORTEX_M4, code(*lines)).cycles == 4


@pytest.mark.parametrize(
    ("line", "m3", "m4"),
    [("mla r0, r1, r2, r3", 2, 1), ("smull r0, r1, r2, r3", 4, 1), ("smlal r0, r1, r2, r3", 5, 1)],
)
def test_multiplications_are_slower_on_m3(line, m3, m4):
    assert single_issue.block_cost(CORTEX_M3, code(line)).cycles == m3
    assert single_issue.block_cost(CORTEX_M4, code(line)).cycles == m4


def test_a_branch_costs_more_when_it_is_taken():
    assert single_issue.block_cost(CORTEX_M4, code("subs r0, #1", "bne 0 <f>")) == Cost(2, 2)
    assert single_issue.block_cost(CORTEX_M4, code("pop {r4, pc}")) == Cost(3, 2)
    # Cortex-M0 Technical Reference Manual (DDI 0432C), table 3-1: 3 taken, 4 for BL.
    assert single_issue.block_cost(CORTEX_M0, code("bne 0 <f>")) == Cost(1, 2)
    assert single_issue.block_cost(CORTEX_M0, code("bl 0 <f>")) == Cost(1, 3)


def test_m33_waits_only_for_a_load_that_is_used_at_once():
    used = code("ldr r0, [r1]", "add r2, r0, r3")
    unused = code("ldr r0, [r1]", "add r2, r4, r3")
    assert single_issue.block_cost(CORTEX_M33, used).cycles == 3
    assert single_issue.block_cost(CORTEX_M33, unused).cycles == 2


def test_float_arithmetic_of_m4():
    # DDI 0439, table 7-1.
    for line, cycles in (("vfma.f32 s0, s1, s2", 3), ("vdiv.f32 s0, s1, s2", 14)):
        assert single_issue.block_cost(CORTEX_M4, code(line)).cycles == cycles
