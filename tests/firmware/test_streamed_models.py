"""Random models with streaming weights, in C under sanitizers, equal TensorFlow Lite Micro's."""

import subprocess

import numpy as np
import pytest

from tests.firmware.stream_model import (
    HERE,
    compile_host,
    random_model,
    streamed,
    write_project,
)
from tests.oracle import MAIN, random_inputs, run_tflm
from tinygen.core import Core
from tinygen.emit.weight_source import SourceCode

DSP = Core("host", dsp=True)
FILE = SourceCode(
    "file",
    ("weights/file.c",),
    "tinygen/weights/file.h",
    'static tg_file_source weight_source = {.source = TG_FILE_SOURCE, .path = "weights.bin"};',
)
OPENING = MAIN.replace(
    "    for (;;) {", "    if (model_open() != TG_OK) { return 3; }\n    for (;;) {"
)


LOADING = """
#include <stdio.h>
#include "model.h"
static uint8_t all[1 << 20];
int main(void)
{
    const tg_status status = tg_stream_load_all(&model_stream, all);
    fwrite(all, 1, model_stream.counts.bytes - 64, stdout); /* the header's are counted */
    return -status;
}
"""


def run(folder, content, weight_ram, library, core, inputs):
    placed, sources = write_project(folder, content, weight_ram, FILE, library=library, core=core)
    (folder / "main.c").write_text(OPENING)
    program = compile_host(folder, sources, folder / "main.c", HERE / "ticks.c")
    stdin = b"".join(values.tobytes() for one in inputs for values in one)
    done = subprocess.run([program], input=stdin, capture_output=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return placed, np.frombuffer(done.stdout, np.int8)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("library", "core"), [("reference", Core("host")), ("tinygen", DSP)])
def test_a_random_model_that_streams_is_bit_exact(tmp_path, seed, library, core):
    content = random_model(seed)
    weight_ram = int(np.random.default_rng(seed).choice([512, 1024, 2048]))
    inputs = random_inputs(content, 4)
    placed, got = run(tmp_path, content, weight_ram, library, core, inputs)
    wanted = np.concatenate([out.ravel() for one in run_tflm(content, inputs) for out in one])
    np.testing.assert_array_equal(got, wanted)
    assert sum(placed.slab_bytes) <= weight_ram
    assert all(chunk.nbytes <= weight_ram // 2 for chunk in placed.file.chunks)


@pytest.mark.parametrize("seed", range(4))
def test_every_chunk_fits_its_slab_and_slabs_meet_nothing_else(seed):
    _, placed, plan, offsets = streamed(random_model(seed), 1024)
    for n, chunk in enumerate(placed.file.chunks):
        assert chunk.nbytes <= placed.slab_bytes[n % 2]
    spans = sorted(zip(offsets, placed.slab_bytes, strict=True))
    others = [b for b in plan.buffers if not b.name.startswith("weight slab")]
    assert all(b.offset + b.nbytes <= spans[0][0] for b in others)
    assert spans[0][0] + spans[0][1] <= spans[1][0]
    assert spans[1][0] + spans[1][1] <= plan.arena_bytes


def test_what_does_not_stream_says_why():
    _, placed, _, _ = streamed(random_model(4), 192)
    whys = {place.place: place.why for place in placed.places}
    assert "filter" in whys["flash"]
    assert all(place.why for place in placed.places)


@pytest.mark.parametrize(("damaged", "status"), [(False, 0), (True, 8)])
def test_a_whole_file_loads_at_once_and_checked(tmp_path, damaged, status):
    placed, sources = write_project(tmp_path, random_model(4), 1024, FILE)
    content = bytearray(placed.file.content)
    content[placed.file.chunks[2].offset] ^= damaged
    (tmp_path / "weights.bin").write_bytes(content)
    (tmp_path / "main.c").write_text(LOADING)
    program = compile_host(tmp_path, sources, tmp_path / "main.c", HERE / "ticks.c")
    done = subprocess.run([program], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == status, done.stderr.decode()
    first = placed.file.chunks[0].offset
    if not damaged:
        assert done.stdout == placed.file.content[first:]
