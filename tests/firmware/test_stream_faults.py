"""A thousand seeded faults of a weight source: the right output, or the named error in time."""

import random
import struct
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.firmware.stream_model import HERE, compile_host, random_model, write_project
from tests.oracle import random_inputs, run_tflm
from tinygen.emit.weight_source import SourceCode
from tinygen.weights.turns import SlabRam
from tinygen.weights_file import HEADER_BYTES, WeightsFile, parse_weights, write_weights

FAULTS = 1000
NONE, FLIP, CUT, STALL, FAIL, SPLICE = range(6)
OK, OTHER_MODEL, FORMAT, OTHER_BUILD, DAMAGED, STALLED, LINK = 0, -4, -6, -7, -8, -9, -10
NO_CHUNK = 0xFFFFFFFF
AHEAD = SlabRam(1024, cycles_a_byte=1.0)
MAPPED = SlabRam(512, is_mapped=True)
ATTEMPTS = 3
TIMEOUT = 1000  # ticks, tests/firmware/faulty_main.c
OVERHEAD = 40  # reads of the counter a chunk
FAULTY = SourceCode("faulty", ("weights/file.c",), ("faulty_source.h",), "")


@dataclass(frozen=True)
class Case:
    """A program, its folder, its weights file and which chunks stay, an input and the output."""

    folder: Path
    program: Path
    file: WeightsFile
    stay: frozenset[int]
    values: bytes
    wanted: bytes

    def slab_chunks(self):
        """Return how many chunks are read into slabs."""
        return len(self.file.chunks) - len(self.stay)


@pytest.fixture(scope="module", params=[AHEAD, MAPPED], ids=["ahead", "mapped"])
def case(request, tmp_path_factory):
    """Return a case of random_model(4)."""
    folder = tmp_path_factory.mktemp("faults")
    content = random_model(4)
    placed, sources = write_project(folder, content, request.param, FAULTY)
    file = placed.file
    stay = frozenset(n for n, spot in enumerate(placed.spots) if spot is None)
    assert bool(stay) == request.param.is_mapped
    assert len(file.chunks) >= (5 if stay else 8)
    slabs = [(c.op, file.content[c.offset : c.offset + c.nbytes]) for c in file.chunks]
    other = write_weights("77" * 32, slabs)
    (folder / "other_model.bin").write_bytes(other.content)
    changed = [(op, bytes(255 - byte for byte in slab)) for op, slab in slabs]
    (folder / "other_build.bin").write_bytes(write_weights(file.model_sha256, changed).content)
    inputs = random_inputs(content, 3)[2:]
    (wanted,) = run_tflm(content, inputs)
    program = compile_host(folder, sources, HERE / "faulty_main.c")
    values, output = inputs[0][0].tobytes(), wanted[0].tobytes()
    return Case(folder, program, file, stay, values, output)


def run(case, faults):
    """Return status, chunk, ticks and output of each fault."""
    stdin = b"".join(struct.pack("<6I", *fault) + case.values for fault in faults)
    done = subprocess.run(
        [case.program], input=stdin, capture_output=True, cwd=case.folder, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr.decode()
    size = 12 + len(case.wanted)
    assert len(done.stdout) == size * len(faults)
    for n in range(len(faults)):
        record = done.stdout[n * size : (n + 1) * size]
        yield *struct.unpack("<iII", record[:12]), record[12:]


def draw(rng, case):
    """Return a fault as (kind, at, bit, times, is_memory, other)."""
    file = case.file
    kind = rng.choice([FLIP, FLIP, FLIP, CUT, STALL, FAIL, SPLICE, NONE])
    times = rng.choice([1, 2, 3, 1 << 30])
    size, reads = len(file.content), len(file.chunks) + 1
    size = HEADER_BYTES if rng.random() < 0.2 else size
    at = rng.randrange(size) if kind in {FLIP, CUT, SPLICE} else rng.randrange(2 * reads)
    other = 2 if kind == SPLICE else rng.choice([0, 0, 0, 1, 2, 3]) if kind == NONE else 0
    is_memory = 1 if case.stay else rng.randrange(2)  # only what is memory can be mapped
    return kind, at, rng.randrange(8), times, is_memory, other


def chunk_at(file, offset):
    """Return the chunk that holds a byte; None for header, table and gaps."""
    return next(
        (n for n, c in enumerate(file.chunks) if c.offset <= offset < c.offset + c.nbytes), None
    )


def expected(case, fault):
    """Return allowed pairs of status and chunk; a chunk of -1 is any."""
    kind, at, _, times, is_memory, other = fault
    file = case.file
    if kind == NONE:
        return {0: {(OK, -1)}, 1: {(OTHER_MODEL, NO_CHUNK)}, 2: {(OTHER_BUILD, NO_CHUNK)}}.get(
            other, {(LINK, NO_CHUNK)}
        )
    if kind == FLIP:
        return flip(case, at, times, is_memory)
    if kind == CUT:
        past = [n for n, c in enumerate(file.chunks) if at < c.offset + c.nbytes]
        if at < HEADER_BYTES:
            return {(LINK, NO_CHUNK)}
        return {(DAMAGED if past[0] in case.stay else LINK, past[0])}
    if kind == SPLICE:
        return splice(at)
    reads = (2 if is_memory else 1) * case.slab_chunks() + 1
    error = STALLED if kind == STALL else LINK
    never = at >= reads or times < ATTEMPTS
    return {(OK, -1)} if never else {(error, -1)}


def flip(case, at, times, is_memory):
    """Return what a flipped bit may end in; where chunks stay it is there for good."""
    if at < HEADER_BYTES:
        retried = times < ATTEMPTS and not is_memory
        return {(OK, -1)} if retried else {(FORMAT, NO_CHUNK), (DAMAGED, NO_CHUNK)}
    chunk = chunk_at(case.file, at)
    comes_right = times < ATTEMPTS and chunk not in case.stay
    return {(OK, -1)} if chunk is None or comes_right else {(DAMAGED, chunk)}


def splice(at):
    """Return what a half-written update may end in: never OK unless it is the old file."""
    if at == 0:
        return {(OK, -1)}
    if at < HEADER_BYTES:
        return {(OK, -1), (OTHER_BUILD, NO_CHUNK), (DAMAGED, NO_CHUNK)}
    return {(OTHER_BUILD, NO_CHUNK)}


def test_a_thousand_faults_end_in_the_right_output_or_the_named_error(case):
    file, rng = case.file, random.Random(5)
    faults = [draw(rng, case) for _ in range(FAULTS)]
    seen = set()
    for fault, (status, chunk, ticks, output) in zip(faults, run(case, faults), strict=True):
        allowed = expected(case, fault)
        assert (status, chunk) in allowed or (status, -1) in allowed, (fault, status, chunk)
        if status == OK:
            assert output == case.wanted, fault
        loads = 2 * len(file.chunks) + 2
        assert ticks <= ATTEMPTS * TIMEOUT + OVERHEAD * loads, fault
        seen.add(status)
    assert seen == {OK, OTHER_MODEL, FORMAT, OTHER_BUILD, DAMAGED, STALLED, LINK}


def test_weights_that_are_all_new_but_for_the_header_do_not_run(case):
    """The header comes first: new weights behind an old header are other weights."""
    folder, file = case.folder, case.file
    new = parse_weights((folder / "other_build.bin").read_bytes())
    mixed = file.content[:HEADER_BYTES] + new.content[HEADER_BYTES:]
    (folder / "other_model.bin").write_bytes(mixed)
    for is_memory in (1,) if case.stay else (0, 1):
        ((status, chunk, _, _),) = run(case, [(NONE, 0, 0, 0, is_memory, 1)])
        assert (status, chunk) == (DAMAGED, 0)
    assert zlib.crc32(mixed) != zlib.crc32(file.content)
