"""The arena in several memories: its C arrays, its linker sections, and loops over it."""

from dataclasses import replace

from tinygen.board import find_board
from tinygen.emit.arena import make_arena, other_regions
from tinygen.emit.linker import emit_linker_script
from tinygen.emit.repeats import Statement, fold
from tinygen.plan.model import Bounds, Plan, RegionUse

ONE = Plan((), {}, {}, 96, 0, Bounds(96, 96), is_optimal=True, peak_op=0)
SPLIT = replace(
    ONE,
    regions=(RegionUse("AXI_SRAM", 0, 32, 512), RegionUse("DTCM", 32, 64, 128, holds_data=False)),
)


def test_one_arena_is_where_data_is_unless_the_plan_says_otherwise():
    (part,) = make_arena(ONE).parts
    assert (part.array, part.section, part.size) == ("model_arena", "TG_ARENA", "MODEL_ARENA_BYTES")
    elsewhere = replace(ONE, regions=(RegionUse("DTCM", 0, 96, 128, holds_data=False),))
    (part,) = make_arena(elsewhere).parts
    assert (part.array, part.section) == ("model_arena", "TG_ARENA_IN(DTCM)")
    assert (other_regions(ONE), other_regions(elsewhere)) == ([], ["DTCM"])


def test_an_offset_is_in_the_part_that_it_falls_into():
    arena = make_arena(SPLIT)
    assert [part.section for part in arena.parts] == ["TG_ARENA", "TG_ARENA_IN(DTCM)"]
    texts = [arena.place(offset).text() for offset in (0, 31, 32, 95)]
    assert texts == [
        "ARENA_AXI_SRAM(0)",
        "ARENA_AXI_SRAM(31)",
        "ARENA_DTCM(0)",
        "ARENA_DTCM(63)",
    ]
    assert arena.place(40).element == "model_arena_DTCM[8]"


def test_calls_on_different_parts_are_no_loop():
    calls = [Statement("f", (8 * n,), parts=("A" if n < 3 else "B",)) for n in range(6)]
    assert [repeat.count for repeat in fold(calls)] == [3, 3]


def test_start_up_zeroes_parts_outside_the_memory_of_data():
    board = find_board("stm32h7")
    script = emit_linker_script(board, 512, ["DTCM"])
    assert "LONG(ADDR(.tg_arena_DTCM))" in script
    assert "LONG(ADDR(.tg_arena_DTCM) + SIZEOF(.tg_arena_DTCM))" in script
    assert "*(.bss.tg_arena_DTCM)" in script
    assert script.index("*(.bss.tg_arena_DTCM)") < script.index("*(.bss .bss.*)")
    assert "__zeroed" not in emit_linker_script(board, 512)
