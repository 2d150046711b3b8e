"""The SPI NOR flash driver against a simulated chip that aborts on a wrong protocol."""

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.firmware.stream_model import HERE, compile_host, random_model, write_project
from tests.oracle import random_inputs, run_tflm
from tinygen.emit.weight_source import SourceCode
from tinygen.weights.turns import SlabRam
from tinygen.weights_file import WeightsFile

BASE = 4096
NEVER = 0xFFFFFFFF
OK, DAMAGED, STALLED, LINK = 0, -8, -9, -10
BUSES = {
    # driver, simulated controller, ticks a bit, RAM, whether the next chunk comes by DMA
    "pl022": ("pl022", "nor_ssp.c", 2, SlabRam(1024), False),
    "nrf_spim": ("nrf_spim", "nor_spim.c", 8, SlabRam(1024, cycles_a_byte=64.0), True),
}


@dataclass(frozen=True)
class Case:
    """A model's program on one bus, its weights, an input and the right output."""

    folder: Path
    program: Path
    file: WeightsFile
    values: bytes
    wanted: bytes
    bit_ticks: int
    is_early: bool


@pytest.fixture(scope="module", params=BUSES)
def case(request, tmp_path_factory):
    driver, controller, bit_ticks, ram, is_early = BUSES[request.param]
    folder = tmp_path_factory.mktemp("nor")
    content = random_model(7)
    source = SourceCode(
        "nor",
        ("weights/nor_flash.c", f"weights/{driver}.c"),
        ("tinygen/weights/nor_flash.h",),
        "extern tg_nor_flash_source weight_source;",
    )
    placed, sources = write_project(folder, content, ram, source)
    inputs = random_inputs(content, 3)[2:]
    own = [HERE / name for name in ("nor_main.c", "nor_chip.c", controller)]
    flags = ["-DNOR_SPIM"] if is_early else []
    program = compile_host(folder, sources, *flags, "-include", HERE / "nor_chip.h", *own)
    wanted = run_tflm(content, inputs)[0][0].tobytes()
    values = inputs[0][0].tobytes()
    return Case(folder, program, placed.file, values, wanted, bit_ticks, is_early)


def run(case, *, absent=0, busy=0, flip_at=NEVER, flips=0, vanish=NEVER):
    stdin = struct.pack("<5I", absent, busy, flip_at, flips, vanish) + case.values
    done = subprocess.run(
        [case.program], input=stdin, capture_output=True, cwd=case.folder, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    status, chunk, ticks, ahead = struct.unpack("<iIII", done.stdout[:16])
    if status == OK:
        assert done.stdout[16:] == case.wanted
        assert (ahead > 0) == case.is_early
    return status, chunk, ticks


def test_a_model_streams_from_the_chip(case):
    status, _, ticks = run(case)
    assert status == OK
    bits = 8 * sum(chunk.nbytes for chunk in case.file.chunks)
    assert ticks >= bits * case.bit_ticks


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
    chunk = case.file.chunks[3]
    got = run(case, flip_at=BASE + chunk.offset + 5, flips=flips)
    assert got[0] == status
    if status != OK:
        assert got[1] == 3


def test_a_chip_that_loses_its_supply_is_seen(case):
    file = case.file
    before = sum(chunk.nbytes for chunk in file.chunks[:4])
    assert run(case, vanish=64 + before + 10)[:2] == (DAMAGED, 4)
