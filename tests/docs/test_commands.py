"""The commands in README and docs work: every ``$ tinygen`` line of a console block is run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def commands(page: Path) -> list[str]:
    """Return the page's commands, in order; a backslash continues a line."""
    found = []
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        joined = block.replace("\\\n", " ")
        found += [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
    return found


WITH_COMMANDS = [page for page in PAGES if commands(page)]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_commands_of_a_page_work(page, tmp_path):
    text = " ".join(commands(page))
    models = Path(os.environ.get("TINYGEN_MODELS", ROOT.parent / "shared" / "models"))
    if "models/" in text and not models.is_dir():
        pytest.skip("no real models: set TINYGEN_MODELS to a folder that holds them")
    if "--runtime tflm" in text and not os.environ.get("TINYGEN_TFLM_DIR"):
        pytest.skip("no TensorFlow Lite Micro: set TINYGEN_TFLM_DIR")
    for name in ("examples", "boards", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    if models.is_dir():
        (tmp_path / "models").symlink_to(models)
    for command in commands(page):
        words = shlex.split(command)
        assert words[0] == "tinygen", f"{page.name}: only tinygen's commands can be tested"
        result = subprocess.run(
            [sys.executable, "-m", "tinygen", *words[1:]],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"


def test_every_document_that_is_linked_exists():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
