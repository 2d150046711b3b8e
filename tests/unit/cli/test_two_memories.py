"""What plan and check say where a board has two memories, and which code they leave with."""

import json

import pytest
from click.testing import CliRunner

from tests.two_rams import use_two_rams
from tinygen.board import list_boards
from tinygen.cli.main import cli

STACK, SPARE = 4096, 512


@pytest.fixture(autouse=True)
def boards_are_read_anew():
    yield
    list_boards.cache_clear()


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def test_plan_tells_region_and_reason_of_each_buffer(model, tmp_path, monkeypatch):
    board = use_two_rams(monkeypatch, tmp_path / "b", STACK + SPARE + 1600, 1400)
    path = tmp_path / "plan.json"
    done = run("plan", model, "--board", board, "--json", path)
    assert done.exit_code == 0, done.output
    assert "small on two-rams: arena in RAM and BANK\n" in done.output
    assert "  RAM   DMA reaches it, and not BANK\n" in done.output
    assert "  BANK  the fastest memory\n" in done.output
    assert " us of loads and stores, guessed; no choice costs less\n" in done.output
    plan = json.loads(path.read_text())
    assert sum(part["arena_bytes"] for part in plan["regions"]) == plan["arena_bytes"]
    assert [part["region"] for part in plan["regions"]] == ["RAM", "BANK"]
    assert {b["region"] for b in plan["buffers"]} == {"RAM", "BANK"}
    assert all(b["why"] for b in plan["buffers"])


def test_check_lists_the_arena_of_each_memory(model, tmp_path, monkeypatch):
    board = use_two_rams(monkeypatch, tmp_path / "b", STACK + SPARE + 1600, 1400)
    done = run("check", model, "--board", board, "-q")
    assert done.exit_code == 0, done.output
    said = run("check", model, "--board", board).output
    assert " of     1,400 bytes   arena in BANK\n" in said


def test_what_fits_no_combination_is_exit_5_with_memories_bytes_and_op(
    model, tmp_path, monkeypatch
):
    board = use_two_rams(monkeypatch, tmp_path / "b", STACK + SPARE + 700, 700)
    done = run("check", model, "--board", board, "-q")
    assert done.exit_code == 5
    # 672 bytes of input fit RAM; the tensor of 1344 between the ops fits nothing
    assert done.stderr.startswith(
        "error: the arena in RAM (700 free) and BANK (700 free) needs "
    ), done.stderr
    assert " bytes but the board has 1400 (" in done.stderr
    assert "hint: op 0 (CONV_2D) sets the arena's peak of " in done.stderr
    said = run("plan", model, "--board", board).stdout
    assert said.startswith("small on two-rams: fits no combination of RAM and BANK\n")


def test_a_larger_stack_leaves_less_for_the_arena(model, tmp_path, monkeypatch):
    board = use_two_rams(monkeypatch, tmp_path / "b", STACK + SPARE + 1600, 1400)
    done = run("check", model, "--board", board, "--stack", STACK + 1600, "-q")
    assert done.exit_code == 5


def test_boards_show_tells_speed_and_reach_of_each_memory():
    shown = run("boards", "show", "stm32h7").stdout
    assert "131,072 bytes  3,200 MB/s, out of DMA's reach\n" in shown
    assert "524,288 bytes  1,600 MB/s\n" in shown
    assert "65,536 bytes  not for buffers\n" in shown
    assert " MB/s" not in run("boards", "show", "qemu-m4").stdout
