"""`tinygen report`: what was measured, on a page that needs nothing else."""

import json
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from tests.emulator.small_model import small_model
from tests.two_rams import use_two_rams
from tinygen.board import list_boards
from tinygen.cli.main import cli

# What would make a browser fetch something.
REFERENCES = {"src", "href", "srcset", "data", "action", "xlink:href"}
VOID = {"meta", "line"}
MAY_END_UNSEEN = {"td", "th"}


class Page(HTMLParser):
    """Collect a page's text, its references and whether its elements nest."""

    def __init__(self, text):
        super().__init__()
        self.words, self.references, self.open, self.rectangles = [], [], [], 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.rectangles += tag == "rect"
        self.references += [value for name, value in attributes if name in REFERENCES]
        if tag not in VOID | MAY_END_UNSEEN:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.words.append(text.strip())


def run(*arguments):
    result = CliRunner().invoke(cli, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def project(tmp_path):
    model = tmp_path / "<b>&small.tflite"
    model.write_bytes(small_model())
    run("build", model, "--board", "qemu-m4", "-o", tmp_path / "p", "-q")
    return tmp_path / "p"


def read(project, tmp_path):
    text = run("report", project, "--html", tmp_path / "r.html", "--json", tmp_path / "r.json")
    page = Page((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert not page.open
    assert not page.references
    return text, page, json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))


def test_a_page_of_a_build_says_that_nothing_was_run(project, tmp_path):
    text, page, table = read(project, tmp_path)
    assert "Not verified yet:" in page.words
    assert any(word.startswith("<b>&small on ") for word in page.words)
    assert f"{table['memory']['arena_bytes']:,}" in page.words
    assert table["cost"]["instructions"] is None
    assert "instructions" not in text


def test_a_page_shows_what_verify_and_profile_found(project, tmp_path):
    run("verify", project, "--inputs", 3, "-q")
    run("profile", project, "-q")
    text, page, table = read(project, tmp_path)
    for figure in (
        table["cost"]["instructions"],
        table["cost"]["cycles"],
        table["memory"]["flash_bytes"],
        *(op["instructions"] for op in table["ops"]),
    ):
        assert f"{figure:,}" in page.words
        assert f"{figure:,}" in text
    assert "bit-exact" in page.words
    assert "3 inputs bit-exact" in text
    assert page.rectangles == len(table["buffers"]) >= 3
    ends = [buffer["offset"] + buffer["nbytes"] for buffer in table["buffers"]]
    assert max(ends) == table["memory"]["arena_bytes"]


def test_the_parts_of_the_arena_are_drawn_one_above_the_other(tmp_path, monkeypatch):
    board = use_two_rams(monkeypatch, tmp_path / "boards", 1_400 + 4096 + 512, 1_024)
    (tmp_path / "small.tflite").write_bytes(small_model())
    run("build", tmp_path / "small.tflite", "--board", board, "-o", tmp_path / "p", "-q")
    _, page, table = read(tmp_path / "p", tmp_path)
    list_boards.cache_clear()
    parts = {part["region"]: part["arena_bytes"] for part in table["memory"]["arenas"]}
    assert parts.keys() == {"RAM", "BANK"}
    for name, nbytes in parts.items():
        of = [b for b in table["buffers"] if b["region"] == name]
        assert max(b["offset"] + b["nbytes"] for b in of) == nbytes
        assert sum(word.endswith(f", in {name}") for word in page.words) == len(of)
    assert page.rectangles == len(table["buffers"])
    assert f"{table['memory']['arena_bytes']:,}" in page.words
