"""Fake flash tools on PATH: they print what the real ones print, and log their arguments."""

import json
import stat
import sys

import pytest

from tinygen.board import find_board
from tinygen.flash import tool_run, usb
from tinygen.flash.contract import Job

PYTHON = sys.executable
FAKE = """#!{python}
import json, sys
answers = json.load(open({answers!r}))
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
for start, status, text in answers:
    if sys.argv[1 : 1 + len(start)] == start:
        sys.stdout.write(text)
        sys.exit(status)
sys.exit("not expected: " + repr(sys.argv))
"""


class Bench:
    """A folder that is all of PATH, and the USB bus."""

    def __init__(self, folder):
        self.path, self.bus = folder / "bin", folder / "bus"
        self.path.mkdir()
        self.bus.mkdir()

    def add(self, name, *answers):
        """Put a tool on PATH; an answer is (first arguments, status, output)."""
        program, table = self.path / name, self.path / f"{name}.json"
        table.write_text(json.dumps(answers))
        program.write_text(
            FAKE.format(python=PYTHON, answers=str(table), log=str(self.path / "log"))
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def plug(self, ids, serial="", name="probe"):
        folder = self.bus / f"1-{len(list(self.bus.iterdir())) + 1}"
        folder.mkdir()
        texts = dict(
            zip(("idVendor", "idProduct"), ids.split(":"), strict=True), serial=serial, product=name
        )
        for key, text in texts.items():
            (folder / key).write_text(text + "\n")

    def runs(self):
        log = self.path / "log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


@pytest.fixture
def bench(tmp_path, monkeypatch):
    one = Bench(tmp_path)
    monkeypatch.setenv("PATH", str(one.path))
    monkeypatch.setenv("TINYGEN_UF2_PLACES", str(tmp_path / "media" / "*"))
    monkeypatch.setattr(usb, "_DEVICES", one.bus)
    monkeypatch.setattr(tool_run.sys, "executable", str(tmp_path / "nowhere" / "python"))
    return one


@pytest.fixture
def make_job(tmp_path):
    def make(board_id="nucleo_f446re", nbytes=1000, **options):
        board = find_board(board_id)
        binary = tmp_path / "firmware.bin"
        binary.write_bytes(bytes(n % 251 for n in range(nbytes)))
        address = min(r.origin for r in board.regions if r.kind == "flash")
        return Job(board, tmp_path, tmp_path / "firmware.elf", binary, address, **options)

    return make
