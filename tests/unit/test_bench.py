"""The table of `bench`: which cells it has, and how both runtimes stand in it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tinygen.bench.measure import all_cells
from tinygen.bench.table import Row, table_json, table_text
from tinygen.cli.main import cli

MODEL = Path("kws.tflite")


def row(runtime, kernels, instructions):
    figures = dict(
        macs=100,
        instructions_per_mac=instructions / 100,
        arena_bytes=16_000,
        scratch_bytes=0,
        code_bytes=23_296,
        flash_bytes=52_272,
        start_up_instructions=789_000,
        bit_exact=True,
    )
    return Row("kws", "qemu-m4", kernels, "balanced", runtime, instructions=instructions, **figures)


def test_tflm_has_one_cell_whatever_libraries_are_asked_for():
    cells = all_cells(
        [MODEL], ["qemu-m4"], ["tinygen", "cmsis-nn"], ["balanced"], ["aot", "tflm"], Path("t")
    )
    assert [(cell.runtime, cell.kernels) for cell in cells] == [
        ("aot", "tinygen"),
        ("aot", "cmsis-nn"),
        ("tflm", "cmsis-nn"),
    ]
    assert {cell.tflm_dir for cell in cells} == {Path("t")}


def test_without_a_runtime_all_cells_are_aot():
    (cell,) = all_cells([MODEL], ["qemu-m4"], ["tinygen"], ["balanced"])
    assert (cell.runtime, cell.tflm_dir) == ("aot", None)


def test_both_runtimes_stand_in_one_table_with_start_up():
    text = table_text([row("aot", "tinygen", 4_000), row("tflm", "cmsis-nn", 8_000)])
    head, aot, tflm = text.splitlines()
    assert head.split()[:3] == ["model", "board", "runtime"]
    assert "start-up" in head
    assert head.endswith("vs tflm")
    assert aot.split()[2:4] == ["aot", "tinygen"]
    assert aot.endswith("0.50x")
    assert tflm.split()[2:4] == ["tflm", "cmsis-nn"]
    assert tflm.endswith("1.00x")
    assert all("789,000" in line for line in (aot, tflm))


def test_without_tflm_the_comparison_is_with_cmsis_nn():
    text = table_text([row("aot", "tinygen", 4_000), row("aot", "cmsis-nn", 5_000)])
    head, ours, theirs = text.splitlines()
    assert head.endswith("vs cmsis-nn")
    assert (ours[-5:], theirs[-5:]) == ("0.80x", "1.00x")


def test_a_cell_that_does_not_fit_says_why():
    problem = Row("vww", "qemu-m0", "tinygen", "balanced", "aot", problem="RAM needs 9 bytes")
    assert table_text([problem]).splitlines()[1].endswith("RAM needs 9 bytes")


def test_the_json_has_the_runtime_and_the_start_up():
    (one,) = table_json([row("tflm", "cmsis-nn", 8_000)])["rows"]
    assert (one["runtime"], one["start_up_instructions"]) == ("tflm", 789_000)


@pytest.mark.parametrize(
    ("runtime", "code", "message"),
    [("tvm", 2, "unknown 'tvm'"), ("aot,tflm", 6, "no copy of TensorFlow Lite Micro")],
)
def test_a_runtime_that_is_not_there_is_said_before_anything_is_measured(
    tmp_path, monkeypatch, runtime, code, message
):
    for name in ("TINYGEN_TFLM_DIR", "TINYGEN_TFLM_LIB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    done = CliRunner().invoke(cli, ["bench", "--models", str(tmp_path), "--runtime", runtime])
    assert done.exit_code == code
    assert message in done.output
