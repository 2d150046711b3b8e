"""In-order pipelines that begin two instructions a cycle, or overlap vectors."""

import pytest

from tests.unit.estimate.code import code
from tinygen.estimate.pipeline import CORTEX_M7, CORTEX_M55, block_cost


# Per repetition, as quinapalus.com/cm7cycles.html and LLVM's scheduling model have it.
@pytest.mark.parametrize(
    ("lines", "cycles"),
    [
        (["add r0, r1, #1", "add r2, r3, #1"], 1),
        (["add r0, r1, #1", "add r2, r0, #1"], 2),
        (["smlad r0, r1, r2, r0", "add r3, r4, #1"], 1),
        (["smlad r0, r1, r2, r0", "smlad r3, r1, r2, r3"], 2),
        (["smlad r0, r1, r2, r0", "smlad r0, r3, r4, r0"], 2),
        (["ldr r0, [r1]", "ldr r2, [r3]"], 1),
        (["str r0, [r1]", "str r2, [r3]"], 2),
        (["sxtb16 r0, r1", "sxtb16 r2, r3"], 2),
        (["ldr r0, [r1]", "add r2, r0, #1"], 3),
    ],
)
def test_m7_pairs_what_does_not_depend_on_each_other(lines, cycles):
    assert block_cost(CORTEX_M7, code(*lines)).cycles == cycles


@pytest.mark.parametrize(
    ("lines", "cycles"),
    [
        (["vldrb.u8 q0, [r1], #16", "vldrb.u8 q1, [r2], #16"], 4),
        (["vldrb.u8 q0, [r1], #16", "vmlava.s8 r2, q2, q3"], 2),
        (["vmlava.s8 r2, q2, q3", "vmlava.s8 r4, q2, q5"], 4),
        (["vadd.i32 q0, q1, q2", "vmul.i32 q3, q4, q5"], 2),
    ],
)
def test_m55_overlaps_vectors_of_different_units(lines, cycles):
    assert block_cost(CORTEX_M55, code(*lines)).cycles == cycles


def test_the_end_of_a_loop_costs_nothing_when_it_goes_round():
    cost = block_cost(CORTEX_M55, code("vldrb.u8 q0, [r1], #16", "le lr, 0 <f>"))
    assert cost.taken == -1
