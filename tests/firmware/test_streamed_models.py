"""Random models with streaming weights, in C under sanitizers, equal TensorFlow Lite Micro's."""

import subprocess

import numpy as np
import pytest

from tests.firmware.stream_model import (
    HERE,
    compile_host,
    random_model,
    streamed,
    whole_model,
    write_project,
)
from tests.oracle import MAIN, random_inputs, run_tflm
from tinygen.core import Core
from tinygen.emit.weight_source import SourceCode
from tinygen.weights.turns import SlabRam

DSP = Core("host", dsp=True)
WAYS = [0.0, 1.0]  # cycles a byte: the core waits; it computes while the next slab comes
FILE = SourceCode(
    "file",
    ("weights/file.c",),
    ("tinygen/weights/file.h",),
    'static tg_file_source weight_source = {.source = TG_FILE_SOURCE, .path = "weights.bin"};',
)
OPENING = MAIN.replace(
    "    for (;;) {", "    if (model_open() != TG_OK) { return 3; }\n    for (;;) {"
)


MAPPING = OPENING.replace(
    "    if (model_open()", "    if (!map_weights()) { return 2; }\n    if (model_open()"
).replace(
    "int main(void)",
    """#include <stdlib.h>
static int map_weights(void)
{
    FILE *file = fopen("weights.bin", "rb");
    (void)fseek(file, 0, SEEK_END);
    const size_t nbytes = (size_t)ftell(file);
    uint8_t *memory = malloc(nbytes); /* as large, so that reads beyond it are found */
    rewind(file);
    const int is_read = fread(memory, 1, nbytes, file) == nbytes;
    (void)fclose(file);
    model_stream.source->memory = memory;
    model_stream.source->is_memory = 1;
    return is_read;
}
int main(void)""",
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


def run(folder, content, ram, library, core, inputs):
    placed, sources = write_project(folder, content, ram, FILE, library=library, core=core)
    (folder / "main.c").write_text(MAPPING if ram.is_mapped else OPENING)
    program = compile_host(folder, sources, folder / "main.c", HERE / "ticks.c")
    stdin = b"".join(values.tobytes() for one in inputs for values in one)
    done = subprocess.run([program], input=stdin, capture_output=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return placed, np.frombuffer(done.stdout, np.int8)


@pytest.mark.parametrize("cycles_a_byte", WAYS)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("library", "core"), [("reference", Core("host")), ("tinygen", DSP)])
def test_a_random_model_that_streams_is_bit_exact(tmp_path, seed, library, core, cycles_a_byte):
    content = random_model(seed)
    ram = SlabRam(int(np.random.default_rng(seed).choice([512, 1024, 2048])), cycles_a_byte)
    inputs = random_inputs(content, 4)
    placed, got = run(tmp_path, content, ram, library, core, inputs)
    wanted = np.concatenate([out.ravel() for one in run_tflm(content, inputs) for out in one])
    np.testing.assert_array_equal(got, wanted)
    assert all(slab.nbytes <= ram.nbytes for slab in placed.slabs)
    assert any(spot.is_early for spot in placed.spots) == (cycles_a_byte > 0)


@pytest.mark.parametrize("cycles_a_byte", WAYS)
@pytest.mark.parametrize("seed", range(4))
def test_chunks_lie_in_slabs_and_slabs_meet_nothing_that_lives(seed, cycles_a_byte):
    _, placed, plan = streamed(random_model(seed), SlabRam(1024, cycles_a_byte))
    spans = [
        (spot.offset, spot.offset + chunk.nbytes)
        for spot, chunk in zip(placed.spots, placed.file.chunks, strict=True)
    ]
    for n, (spot, (low, high)) in enumerate(zip(placed.spots, spans, strict=True)):
        assert 0 <= low < high <= placed.slabs[spot.slab].nbytes
        if spot.is_early:
            assert high <= spans[n - 1][0] or spans[n - 1][1] <= low
    slabs = [b for b in plan.buffers if b.name.startswith("weights")]
    assert [b.offset for b in slabs] == list(plan.held_offsets)
    for slab in slabs:
        for other in plan.buffers:
            if other != slab and other.first <= slab.last and slab.first <= other.last:
                assert other.offset + other.nbytes <= slab.offset or (
                    slab.offset + slab.nbytes <= other.offset
                )


def test_a_slab_of_a_source_that_reads_ahead_is_in_use_from_the_start():
    _, placed, _ = streamed(random_model(4), SlabRam(1024, 1.0))
    assert [slab.first for slab in placed.slabs] == [0]
    _, placed, _ = streamed(random_model(4), SlabRam(1024))
    assert [(slab.first, slab.last) for slab in placed.slabs] == [(0, 0), (3, 3)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("library", "core"), [("reference", Core("host")), ("tinygen", DSP)])
def test_weights_that_are_used_once_stay_where_they_lie(tmp_path, seed, library, core):
    content, ram = random_model(seed), SlabRam(1024, is_mapped=True)
    inputs = random_inputs(content, 4)
    placed, got = run(tmp_path, content, ram, library, core, inputs)
    wanted = np.concatenate([out.ravel() for one in run_tflm(content, inputs) for out in one])
    np.testing.assert_array_equal(got, wanted)
    last = placed.places[-1]
    assert (last.op, last.place, last.chunks) == ("FULLY_CONNECTED", "stream", 1)
    assert "uses each weight once" in last.why
    assert [spot is None for spot in placed.spots].count(True) == 1
    assert placed.spots[-1] is None
    assert all(slab.last < 3 for slab in placed.slabs)  # the matrix has none


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("library", "core"), [("reference", Core("host")), ("tinygen", DSP)])
def test_weights_that_cannot_be_cut_stream_all_at_once(tmp_path, seed, library, core):
    content, ram = whole_model(seed), SlabRam(2048)
    inputs = random_inputs(content, 4)
    placed, got = run(tmp_path, content, ram, library, core, inputs)
    wanted = np.concatenate([out.ravel() for one in run_tflm(content, inputs) for out in one])
    np.testing.assert_array_equal(got, wanted)
    found = [(place.op, place.place, place.chunks) for place in placed.places]
    assert found == [("FULLY_CONNECTED", "stream", 1), ("CONV_2D", "stream", 1)]


def test_weights_that_cannot_be_cut_and_fit_no_slab_say_so():
    _, placed, _ = streamed(whole_model(0), SlabRam(256))
    assert [place.why for place in placed.places] == [
        "it has several rows of input, and its weights are larger than a slab of 256",
        "it is a grouped convolution, and its weights are larger than a slab of 256",
    ]


def test_what_does_not_stream_says_why():
    _, placed, _ = streamed(random_model(4), SlabRam(96))
    whys = {place.place: place.why for place in placed.places}
    assert "filter" in whys["flash"]
    assert all(place.why for place in placed.places)


@pytest.mark.parametrize(("damaged", "status"), [(False, 0), (True, 8)])
def test_a_whole_file_loads_at_once_and_checked(tmp_path, damaged, status):
    placed, sources = write_project(tmp_path, random_model(4), SlabRam(1024), FILE)
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
