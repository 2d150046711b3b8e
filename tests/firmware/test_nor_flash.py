"""The SPI NOR flash driver against a simulated chip that aborts on a wrong protocol."""

import struct
import subprocess

import pytest

from tests.firmware.stream_model import HERE, compile_host, random_model, write_project
from tests.oracle import random_inputs, run_tflm
from tinygen.emit.weight_source import SourceCode
from tinygen.weights.turns import SlabRam

BASE = 4096
NEVER = 0xFFFFFFFF
OK, DAMAGED, STALLED, LINK = 0, -8, -9, -10
BIT_TICKS = 2  # tests/firmware/nor_main.c's prescaler
NOR = SourceCode(
    "nor-flash",
    ("weights/nor_flash.c", "weights/pl022.c"),
    ("tinygen/weights/nor_flash.h",),
    "extern tg_nor_flash_source weight_source;",
)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nor")
    content = random_model(7)
    placed, sources = write_project(folder, content, SlabRam(1024), NOR)
    inputs = random_inputs(content, 3)[2:]
    program = compile_host(
        folder, sources, "-include", HERE / "nor_chip.h", HERE / "nor_main.c", HERE / "nor_chip.c"
    )
    return folder, program, placed.file, inputs[0][0].tobytes(), run_tflm(content, inputs)[0][0]


def run(case, *, absent=0, busy=0, flip_at=NEVER, flips=0, vanish=NEVER):
    folder, program, _, values, wanted = case
    stdin = struct.pack("<5I", absent, busy, flip_at, flips, vanish) + values
    done = subprocess.run(
        [program], input=stdin, capture_output=True, cwd=folder, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    status, chunk, ticks = struct.unpack("<iII", done.stdout[:12])
    if status == OK:
        assert done.stdout[12:] == wanted.tobytes()
    return status, chunk, ticks


def test_a_model_streams_from_the_chip(case):
    status, _, ticks = run(case)
    assert status == OK
    bits = 8 * sum(chunk.nbytes for chunk in case[2].chunks)
    assert ticks >= bits * BIT_TICKS


def test_a_chip_that_erases_is_waited_for(case):
    status, _, ticks = run(case, busy=100_000)
    assert status == OK
    assert ticks > 100_000


def test_a_chip_that_stays_busy_is_a_stalled_source(case):
    assert run(case, busy=NEVER)[:2] == (STALLED, NEVER)


def test_a_bus_without_a_chip_is_a_failed_source(case):
    assert run(case, absent=1)[:2] == (LINK, NEVER)


@pytest.mark.parametrize(("flips", "status"), [(1, OK), (2, OK), (3, DAMAGED)])
def test_a_flipped_bit_is_read_again(case, flips, status):
    chunk = case[2].chunks[3]
    got = run(case, flip_at=BASE + chunk.offset + 5, flips=flips)
    assert got[0] == status
    if status != OK:
        assert got[1] == 3


def test_a_chip_that_loses_its_supply_is_seen(case):
    file = case[2]
    before = sum(chunk.nbytes for chunk in file.chunks[:4])
    assert run(case, vanish=64 + before + 10)[:2] == (DAMAGED, 4)
