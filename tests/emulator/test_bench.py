"""``tinygen bench`` on a small model, and the page that it keeps true."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.emulator.small_model import small_model
from tinygen.bench.measure import Cell, made_with, measure_cells
from tinygen.bench.table import table_markdown
from tinygen.cli.main import cli
from tinygen.progress import Silent

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def test_two_libraries_on_one_board(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "small.tflite").write_bytes(small_model())
    words = ["bench", "--models", tmp_path / "models", "--boards", "qemu-m4", "--no-surgery"]
    words += ["--kernels", "tinygen,reference", "--optimize", "balanced,size", "--jobs", "1"]
    words += ["--json", tmp_path / "t.json", "--markdown", tmp_path / "t.md"]
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    rows = json.loads((tmp_path / "t.json").read_text())["rows"]
    assert [(r["kernels"], r["optimize"]) for r in rows] == [
        ("tinygen", "balanced"),
        ("reference", "balanced"),
        ("tinygen", "size"),
        ("reference", "size"),
    ]
    for row in rows:
        assert row["bit_exact"] is True
        assert row["surgery"] is False
        assert row["macs"] == 14 * 16 * (9 * 3 * 6 + 6 * 4)
        assert row["instructions"] < row["cycles"] < 2 * row["instructions"]
        assert f"{row['instructions']:,}" in result.stdout
        assert f"| {row['cycles']:,} |" in (tmp_path / "t.md").read_text()
    assert rows[0]["instructions"] < rows[1]["instructions"] / 2
    assert rows[2]["code_bytes"] <= rows[0]["code_bytes"]


def test_an_unknown_library_is_exit_2():
    result = CliRunner().invoke(cli, ["bench", "--kernels", "tinygen,ours"])
    assert result.exit_code == 2
    assert result.stderr == (
        "error: unknown 'ours'\n hint: choose from tinygen, cmsis-nn, reference, auto\n"
    )


@pytest.mark.parametrize(
    ("model", "core", "kernels", "optimize"),
    [
        ("ad01_int8", "m4", "tinygen", "balanced"),
        ("ad01_int8", "m33", "cmsis-nn", "balanced"),
        ("kws_ref_model", "m7", "tinygen", "size"),
        ("kws_ref_model", "m55", "tinygen", "speed"),
    ],
)
def test_the_page_has_what_is_measured_now(models_dir, model, core, kernels, optimize):
    if made_with() not in PAGE.read_text(encoding="utf-8"):
        pytest.skip(f"the page is by other tools than {made_with()}")
    cell = Cell(models_dir / f"{model}.tflite", f"qemu-{core}", kernels, optimize)
    row = table_markdown(measure_cells([cell], 1, Silent()), "").splitlines()[-1]
    figures = row.rpartition(" | ")[0]  # the ratio needs the other library's row
    assert figures in PAGE.read_text(encoding="utf-8")
