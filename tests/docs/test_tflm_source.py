"""docs/tflm.md's lines make a copy of TFLM; a checkout that is there stands for the network."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

from tinygen.tflm import find_source

PAGE = Path(__file__).parents[2] / "docs" / "tflm.md"
REPOSITORY = "https://github.com/tensorflow/tflite-micro"
DOWNLOADS = "tensorflow/lite/micro/tools/make/downloads"
KERNELS = ("lite/micro/kernels/cmsis_nn/conv", "cmsis-nn/ConvolutionFunctions/arm_convolve_s8")
_BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```", re.DOTALL | re.MULTILINE)


@pytest.fixture
def checkout():
    """Return the user's git checkout of TFLM, with what its makefile downloads."""
    place = Path(os.environ.get("TINYGEN_TFLM_DIR", "none")).resolve()
    if not (place / ".git").exists() or not (place / DOWNLOADS / "cmsis_nn").is_dir():
        pytest.skip("no git checkout with TFLM's downloads: set TINYGEN_TFLM_DIR to one")
    if find_spec("PIL") is None or shutil.which("make") is None:
        pytest.skip("TFLM's makefile needs make and Pillow")
    return place


def script_of(page, checkout):
    """Return the page's shell lines from the clone on, and what each block sets."""
    blocks = [textwrap.dedent(body) for _, body in _BLOCK.findall(page)]
    folder, tree, library = blocks
    before, make, after = folder[folder.index("git clone") :].partition("make -C")
    return [
        *("set -e", before, f"cp -r '{checkout}/{DOWNLOADS}/.' ../tflite-micro/{DOWNLOADS}"),
        *(make + after, 'echo "made $TINYGEN_TFLM_DIR"'),
        *(tree, 'echo "made $TINYGEN_TFLM_DIR"'),
        *(library, 'echo "made $TINYGEN_TFLM_LIB${TINYGEN_TFLM_DIR-}"'),
    ]


def test_the_lines_make_a_checkout_a_tree_and_a_library(checkout, tmp_path, monkeypatch):
    place = tmp_path / "tinygen"
    place.mkdir()
    instead = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{checkout}.insteadOf",
        "GIT_CONFIG_VALUE_0": REPOSITORY,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    script = "\n".join(script_of(PAGE.read_text(encoding="utf-8"), checkout))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=place,
        env=os.environ | instead,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    folder, tree, library = re.findall(r"^made (.+)$", done.stdout, re.MULTILINE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TINYGEN_TFLM_DIR")
    monkeypatch.setenv("TINYGEN_TFLM_LIB", library)
    found = [find_source(Path(folder)), find_source(Path(tree)), find_source(None)]
    assert [source.origin for source in found] == [folder, tree, f"the library {library}"]
    for source in found:
        assert set(KERNELS) <= source.sources().keys()
