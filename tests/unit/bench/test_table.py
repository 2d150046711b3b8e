"""The table as text, JSON and part of a page."""

from dataclasses import replace

import pytest

from tinygen.bench.table import Row, table_json, table_markdown, table_text, write_page
from tinygen.errors import UsageError

OURS = Row(
    model="kws",
    board="qemu-m4",
    kernels="tinygen",
    optimize="balanced",
    macs=2000,
    instructions=3000,
    instructions_per_mac=1.5,
    cycles=4000,
    cycles_note="a table",
    arena_bytes=100,
    scratch_bytes=20,
    code_bytes=5000,
    flash_bytes=60000,
    start_up_instructions=70,
    bit_exact=True,
)
THEIRS = Row(
    model="kws",
    board="qemu-m4",
    kernels="cmsis-nn",
    optimize="balanced",
    instructions=6000,
    arena_bytes=1,
    scratch_bytes=0,
    code_bytes=2,
    flash_bytes=3,
    start_up_instructions=4,
    bit_exact=False,
)
HEAD = (
    "| model | board | kernels | optimize | instructions | a MAC | est. cycles | arena | "
    "scratch | code | flash | exact | vs cmsis-nn |"
)
FIGURES = "3,000 | 1.50 | 4,000 | 100 | 20 | 5,000 | 60,000"
NONE = Row("kws", "qemu-m0", "tinygen", "balanced", problem="RAM needs 9 bytes")


def test_a_page_has_every_figure_and_the_ratio_to_cmsis_nn():
    assert table_markdown([OURS, THEIRS, NONE], "gcc 1").splitlines() == [
        "gcc 1",
        "",
        HEAD,
        "|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|---:|",
        f"| kws | qemu-m4 | tinygen | balanced | {FIGURES} | yes | 0.50x |",
        "| kws | qemu-m4 | cmsis-nn | balanced | 6,000 | - | - | 1 | 0 | 2 | 3 | NO | 1.00x |",
        "| kws | qemu-m0 | tinygen | balanced | RAM needs 9 bytes |  |  |  |  |  |  |  |  |",
    ]


def test_tflm_is_what_others_are_compared_with_where_it_was_measured():
    tflm = replace(THEIRS, runtime="tflm", instructions=12000)
    lines = table_markdown([OURS, tflm, THEIRS], "").splitlines()
    assert lines[2].endswith("| exact | vs tflm |")
    assert lines[4].endswith("| 0.25x |")
    assert lines[5].startswith("| kws | qemu-m4 | tflm, cmsis-nn |")


def test_text_names_the_estimate_and_what_is_wrong():
    lines = table_text([OURS, NONE]).splitlines()
    assert " ".join(lines[1].split()) == (
        "kws qemu-m4 aot tinygen balanced 3,000 1.50 4,000 100 5,000 60,000 70 yes -"
    )
    assert lines[2].endswith("RAM needs 9 bytes")
    assert lines[3] == "est. cycles, qemu-m4: a table"


def test_json_has_all_keys():
    table = table_json([OURS])
    assert table["rows"][0] | {"cycles": 4000, "surgery": True} == table["rows"][0]


def test_the_table_goes_between_the_marks_of_a_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n")
    write_page("new", page)
    wanted = "before\n<!-- bench: begin -->\nnew\n<!-- bench: end -->\nafter\n"
    assert page.read_text() == wanted
    write_page("new", page)
    assert page.read_text() == wanted


def test_a_new_page_has_marks(tmp_path):
    write_page("new", tmp_path / "page.md")
    assert "\nnew\n" in (tmp_path / "page.md").read_text()


def test_a_page_without_marks_is_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("my own page\n")
    with pytest.raises(UsageError) as caught:
        write_page("new", page)
    assert str(caught.value) == f"{page} has no place for the table"
    assert page.read_text() == "my own page\n"
