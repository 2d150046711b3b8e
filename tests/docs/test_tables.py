"""Tables of the documents: none is cut in two, and README's figures are those of the bench."""

import re
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BENCH = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
MODELS = {
    "keyword spotting": "kws_ref_model",
    "visual wake words": "vww_96_int8",
    "image classification": "pretrainedResnet_quant",
    "anomaly detection": "ad01_int8",
}


def cells(row):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def tables(text):
    """Yield the rows of each table, code left out."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for is_table, lines in groupby(text.splitlines(), key=lambda line: line.startswith("|")):
        if is_table:
            yield [cells(line) for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_table_has_a_head_and_rows_as_wide(page):
    for head, rule, *rows in tables(page.read_text(encoding="utf-8")):
        assert all(re.fullmatch(":?-+:?", cell) for cell in rule), head
        assert [row for row in rows if len(row) != len(head)] == []


def bench_row(model, core):
    rows = [row for table in tables(BENCH) for row in table if row[0] == model]
    return next(row for row in rows if row[1:4] == [f"qemu-{core}", "tinygen", "balanced"])


def test_readme_has_the_figures_of_the_bench(request):
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    for words, model in MODELS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| {words}"))
        m4 = bench_row(model, "m4")
        counts = [bench_row(model, core)[4] for core in ("m4", "m7", "m33", "m55")]
        wanted = f"| {' | '.join([cells(row)[0], *counts, m4[7], m4[9]])} |"
        if request.config.getoption("--update-golden"):
            text = text.replace(row, wanted)
        else:
            assert row == wanted
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")
