"""A model file that is not in the image comes into RAM whole, or its interpreter never starts."""

import subprocess
from dataclasses import replace

import numpy as np
import pytest

from tests.emulator.small_model import small_model
from tests.firmware.stream_model import FLAGS, HERE
from tinygen.board import find_board
from tinygen.emit.tflm import emit_application
from tinygen.load.tflite import read_graph
from tinygen.resources import data_dir
from tinygen.streaming import WeightChoice, stream_model
from tinygen.weights_file import FILE, write_weights

# The interpreter's place: it says what it found.
MAIN = """
#include <stdio.h>
#include "model.h"
extern uint8_t model_data[];
static int starts;
tg_status model_start(void)
{
    starts++;
    return model_stream.is_open ? TG_OK : TG_ERR_WEIGHTS_CLOSED;
}
int main(void)
{
    if (model_start() != TG_ERR_WEIGHTS_CLOSED) {
        return 100;
    }
    const tg_status status = model_open();
    if (starts != (status == TG_OK ? 2 : 1)) {
        return 101;
    }
    fwrite(model_data, 1, model_stream.counts.bytes - 64, stdout); /* the header's are counted */
    return -status;
}
"""
OTHER_MODEL, DAMAGED, LINK = 4, 8, 10


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Return the program, its model of some chunks, and its weights file."""
    folder = tmp_path_factory.mktemp("load")
    content = small_model() + np.random.default_rng(3).bytes(40_000)
    graph = replace(read_graph(small_model(), "small"), sha256="ab" * 32)
    choice = WeightChoice("stream:file", 4096)
    entry, stream = stream_model(find_board("qemu-m4"), graph, content, choice)
    assert (entry.source, entry.file_bytes) == ("file", len(stream.file.content))
    texts = emit_application(graph, [], content, 2048, [(16, 0)], stream=stream)
    for name in ("model.h", "model_weights.c"):
        (folder / name).write_text(texts[name])
    (folder / "main.c").write_text(MAIN)
    firmware = data_dir("firmware")
    sources = [firmware / "src" / name for name in (*stream.source.files, "runtime/crc32.c")]
    own = [folder / "main.c", folder / "model_weights.c", HERE / "ticks.c"]
    includes = [f"-I{firmware / 'include'}", f"-I{folder}"]
    subprocess.run(["gcc", *FLAGS, *includes, *own, *sources, "-o", folder / "program"], check=True)
    return folder, content, stream.file


def run(case, content):
    folder = case[0]
    (folder / FILE).write_bytes(content)
    return subprocess.run([folder / "program"], cwd=folder, capture_output=True, check=False)


def test_the_model_file_arrives_whole(case):
    _, content, file = case
    assert len(file.chunks) == 3
    done = run(case, file.content)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout[: len(content)] == content
    assert not any(done.stdout[len(content) :])


@pytest.mark.parametrize("chunk", [0, 1, 2])
def test_a_damaged_chunk_is_found(case, chunk):
    file = case[2]
    damaged = bytearray(file.content)
    damaged[file.chunks[chunk].offset + 11] ^= 4
    assert run(case, bytes(damaged)).returncode == DAMAGED


def test_a_cut_off_file_and_another_models_are_refused(case):
    file = case[2]
    assert run(case, file.content[:-1]).returncode == LINK
    other = write_weights("12" * 32, [(0, case[1])])
    assert run(case, other.content).returncode == OTHER_MODEL
