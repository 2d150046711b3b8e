"""The pages on adding things hold: a copy of the checkout that follows them passes their tests."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
PARTS = ("tinygen", "firmware", "templates", "boards", "tests", "pyproject.toml")

PAGES = sorted(path.name for path in (ROOT / "docs").glob("add-*.md"))


@pytest.fixture
def copy(tmp_path):
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, tmp_path / part, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize(
    "page", ["add-an-operator.md", "add-a-kernel.md", "add-a-board.md", "add-a-flash-tool.md"]
)
def test_following_the_page_works(page, copy):
    files = _FILE.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    for path, text in files:
        target = copy / path
        assert not target.exists(), f"{path} exists by now; choose another example"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    tests = [path for path, _ in files if path.startswith("tests/")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert re.search(r"\d+ passed", run.stdout)
