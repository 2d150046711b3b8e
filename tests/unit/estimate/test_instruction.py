"""What a line of disassembly means to a pipeline."""

import pytest

from tests.unit.estimate.code import code


@pytest.mark.parametrize(
    ("line", "kind", "writes", "reads"),
    [
        ("adds r3, r4, r5", "alu", {"r3"}, {"r4", "r5"}),
        ("add r0, r1", "alu", {"r0"}, {"r0", "r1"}),
        ("mov r0, r1", "alu", {"r0"}, {"r1"}),
        ("sxtb16 r8, r9, ror #8", "alu", {"r8"}, {"r9"}),
        ("cmp r0, #4", "alu", set(), {"r0"}),
        ("movt r2, #17", "alu", {"r2"}, {"r2"}),
        ("smlad ip, r1, r2, ip", "multiply", {"r12"}, {"r1", "r2", "r12"}),
        ("smlal r0, r1, r2, r3", "multiply", {"r0", "r1"}, {"r0", "r1", "r2", "r3"}),
        ("smmulr r0, r1, r2", "multiply", {"r0"}, {"r1", "r2"}),
        ("ldr.w r0, [r1, #4]", "load", {"r0"}, {"r1"}),
        ("ldrd r2, r3, [r1], #8", "load", {"r2", "r3"}, {"r1"}),
        ("ldmia.w r0!, {r4, r5-r7}", "load", {"r4", "r5", "r6", "r7"}, {"r0"}),
        ("pop {r4, pc}", "load", {"r4"}, {"sp"}),
        ("str r0, [r1, r2]", "store", set(), {"r0", "r1", "r2"}),
        ("push {r4-r6, lr}", "store", set(), {"sp", "r4", "r5", "r6", "lr"}),
        ("cbz r0, 1234 <f+0x10>", "branch", set(), {"r0"}),
        ("bne.n 1234 <f>", "branch", set(), set()),
        ("blx r3", "call", set(), {"r3"}),
        ("vldrb.u8 q0, [r1], #16", "vector", {"q0"}, {"r1"}),
        ("vmlava.s8 r2, q0, q1", "vector", {"r2"}, {"r2", "q0", "q1"}),
        ("vmul.f32 s0, s1, s2", "float", {"s0"}, {"s1", "s2"}),
    ],
)
def test_registers_and_kind(line, kind, writes, reads):
    [one] = code(line)
    assert (one.kind, set(one.writes), set(one.reads)) == (kind, writes, reads)


def test_a_register_that_steps_on_is_no_loaded_one():
    [one] = code("ldr.w r0, [r1], #4")
    assert (one.writes, one.updates) == ({"r0"}, {"r1"})


def test_a_condition_belongs_to_the_name_only_in_an_it_block():
    assert code("addne r0, r0, #1", in_it=True)[0].name == "add"
    assert code("ldrbne.w r0, [r1]", in_it=True)[0].name == "ldrb"
    assert code("smlals r0, r1, r2, r3")[0].name == "smlals"


def test_a_load_of_the_program_counter_is_a_jump():
    assert code("pop {r4, pc}")[0].loads_pc
    assert code("tbb [pc, r0]")[0].loads_pc
    assert not code("ldr r0, [pc, #8]")[0].loads_pc
