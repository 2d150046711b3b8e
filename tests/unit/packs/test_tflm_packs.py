"""docs/tflm.md's commands on packs fetch TensorFlow Lite Micro, and the runtime then finds it."""

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from tests.tflm_stand_in import FILES, THIRD_PARTY
from tinygen.cli.main import cli
from tinygen.packs.store import TFLM_PACKS
from tinygen.tflm import find_source

PAGE = Path(__file__).parents[3] / "docs" / "tflm.md"
PLACE = "third_party/"


def content_of(pack):
    """Return the stand-in's files that belong in a pack."""
    if pack == TFLM_PACKS[0]:
        return FILES
    folder = f"{PLACE}{pack.partition('::')[2].lower().replace('-', '_')}/"
    found = [name for name in THIRD_PARTY if name.startswith(folder)]
    return {name.removeprefix(folder): "" for name in found}


def test_the_commands_of_the_page_fetch_what_the_runtime_needs(server, monkeypatch):
    monkeypatch.delenv("TINYGEN_TFLM_DIR", raising=False)
    for pack in TFLM_PACKS:
        server.add(*pack.split("::"), files=content_of(pack))
    block = (
        PAGE.read_text(encoding="utf-8").partition("2. **CMSIS packs**")[2].partition("3. **")[0]
    )
    commands = re.findall(r"^ +tinygen (.*)$", block, re.MULTILINE)
    assert commands == ["packs update", "packs add tflm"]
    for command in commands:
        done = CliRunner().invoke(cli, shlex.split(command))
        assert done.exit_code == 0, done.output
    source = find_source(None)
    assert source.origin == "the CMSIS pack tensorflow::tensorflow-lite-micro"
    assert "cmsis-nn/SomeFunctions/arm_some_s8" in source.sources()
