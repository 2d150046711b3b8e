"""docs/memory.md: its commands work, and its figures are not far from what they print."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tinygen.cli.main import cli

TEXT = (Path(__file__).parents[2] / "docs" / "memory.md").read_text(encoding="utf-8")
PLANS = re.findall(r"^    tinygen (plan \S+\.tflite .*)$", TEXT, re.MULTILINE)
ARENA = re.compile(r"arena +([\d,]+) bytes")
MAY_DIFFER = 0.05  # kernels change


def arena(text):
    return int(ARENA.search(text)[1].replace(",", ""))


def test_there_is_a_picture_of_four_models_and_of_two_memories():
    assert len(PLANS) == 5
    assert len({command.split()[1] for command in PLANS}) == 4


@pytest.mark.parametrize("command", PLANS)
def test_a_plan_is_as_the_page_shows_it(models_dir, monkeypatch, command):
    monkeypatch.chdir(models_dir)
    done = CliRunner().invoke(cli, command.split())
    assert done.exit_code == 0, done.output
    shown = TEXT.split(f"    tinygen {command}\n", 1)[1]
    assert arena(done.output) == pytest.approx(arena(shown), rel=MAY_DIFFER)
