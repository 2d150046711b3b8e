"""The stack pointer is followed through branches, tables, last calls and loops."""

from tinygen.build.code import Line
from tinygen.build.stack_walk import Use, walk_function

OTHERS = (0x100, 0x200, 0x300)


def code(text: str) -> dict[int, Line]:
    """Return one instruction a row, each of two bytes, from address 0."""
    rows = [row.strip().partition(" ") for row in text.strip().splitlines()]
    return {2 * n: Line(2 * n, 2, name, rest.strip()) for n, (name, _, rest) in enumerate(rows)}


def walk(text: str, **more) -> Use:
    lines = code(text)
    return walk_function(lines, 0, 2 * len(lines), OTHERS, **more)


def test_a_call_is_as_deep_as_what_was_pushed_before_it():
    use = walk("""
        push {r4, lr}
        sub sp, #24
        bl 100 <f>
        add sp, #24
        pop {r4, pc}
    """)
    assert use == Use(32, {0x100: 32})


def test_a_last_call_is_made_with_the_stack_given_back():
    use = walk("""
        push {r4, r5, r6, lr}
        bl 100 <f>
        ldmia.w sp!, {r4, r5, r6, lr}
        b.w 200 <g>
    """)
    assert use == Use(16, {0x100: 16, 0x200: 0})


def test_both_sides_of_a_branch_count():
    use = walk("""
        cbz r0, 8 <f+0x8>
        push {r4, lr}
        bl 100 <f>
        pop {r4, pc}
        vpush {d8-d15}
        bl 200 <g>
        vpop {d8-d15}
        bx lr
    """)
    assert use == Use(64, {0x100: 8, 0x200: 64})


def test_a_conditional_return_goes_on_as_deep():
    use = walk("""
        push {r4, lr}
        popne {r4, pc}
        bl 100 <f>
        pop {r4, pc}
    """)
    assert use == Use(8, {0x100: 8})


def test_the_targets_of_a_table_are_as_deep_as_the_jump():
    use = walk("""
        push {r4, r5, r6, lr}
        tbb [pc, r3]
        .short 0x0201
        bl 100 <f>
        pop {r4, r5, r6, pc}
        bl 200 <g>
        pop {r4, r5, r6, pc}
    """)
    assert use == Use(16, {0x100: 16, 0x200: 16}, None, leaps_only=True)


def test_a_switch_of_the_library_has_its_table_behind_the_call():
    use = walk(
        """
        push {r4, lr}
        bl 300 <__gnu_thumb1_case_uqi>
        .short 0x0201
        bl 100 <f>
        pop {r4, pc}
        """,
        switches=frozenset({0x300}),
    )
    assert use.calls == {0x100: 8}


def test_calls_through_registers_are_told_from_jumps():
    assert walk("push {r3, lr}\nblx r3\npop {r3, pc}").pointer == 8
    assert walk("push {r3, lr}\npop {r3, lr}\nbx r3").pointer == 0
    inside = walk("bx r2\nadd r0, r0\nbx lr")
    assert (inside.pointer, inside.leaps_only) == (0, True)


def test_a_call_at_the_end_does_not_come_back():
    lines = {**code("push {r3, lr}\nbl 100 <f>"), 4: Line(4, 2, "push", "{r4-r7, lr}")}
    assert walk_function(lines, 0, 4, [4]) == Use(8, {0x100: 8})


def test_code_before_the_function_that_it_jumps_to_is_its_own():
    lines = code("""
        sub sp, #16
        pop {r4, r5, r6, r7, r8, pc}
        push {r3, lr}
        b.n 0 <before>
    """)
    assert walk_function(lines, 4, 8, [4, 0x100]) == Use(24, {})


def test_code_that_runs_on_into_the_next_function_calls_it():
    lines = {**code("push {r3, lr}\nmovs r0, #1"), 4: Line(4, 2, "bx", "lr")}
    assert walk_function(lines, 0, 4, [4]) == Use(8, {4: 8})


def test_a_loop_that_takes_more_each_time_has_no_depth():
    use = walk("push {r4}\nb.n 0 <f>")
    assert use.trouble == "it takes more each time around a loop"


def test_a_computed_stack_pointer_has_no_depth():
    assert walk("sub.w sp, sp, r3\nbx lr").trouble == "sub.w sp, sp, r3"
    assert walk("mov sp, r7\nbx lr").trouble == "mov sp, r7"
