"""Buffers outside the flatbuffer: TFLM ignores them, so they must be moved inside."""

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import random_inputs, run_tflm
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.model_file import load_model
from tinygen.load.outside_buffers import inline_buffers

WEIGHTS_BUFFER = 1


@pytest.fixture
def inside():
    rng = np.random.default_rng(0)
    b = ModelBuilder()
    x = b.tensor([1, 32], scale=0.05)
    w = b.tensor([16, 32], scale=0.01, data=rng.integers(-127, 128, (16, 32)))
    y = b.tensor([1, 16], scale=0.2)
    b.op("FULLY_CONNECTED", [x, w, -1], [y], schema.FullyConnectedOptionsT(), version=4)
    return b.build([x], [y])


def move_outside(content: bytes) -> bytes:
    """Write the weights behind the flatbuffer, as ai-edge-quantizer does from 256 KiB."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    buffer = model.buffers[WEIGHTS_BUFFER]
    data, buffer.data = bytes(buffer.data), None

    def pack(offset: int) -> bytes:
        buffer.offset, buffer.size = offset, len(data)
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    offset = -(-len(pack(1 << 20)) // 16) * 16
    return pack(offset).ljust(offset, b"\0") + data


def test_a_file_without_outside_buffers_keeps_its_bytes(inside):
    assert inline_buffers(inside, "m.tflite") is inside


def test_outside_buffers_come_inside_and_the_oracle_sees_them(inside, tmp_path):
    outside = move_outside(inside)
    inputs = random_inputs(inside, 4)
    wanted = run_tflm(inside, inputs)
    ignored = run_tflm(outside, inputs)
    assert any((a[0] != b[0]).any() for a, b in zip(wanted, ignored, strict=True)), (
        "TFLM reads outside buffers now: inlining is no longer needed"
    )
    (tmp_path / "m.tflite").write_bytes(outside)
    got = run_tflm(load_model(tmp_path / "m.tflite").content, inputs)
    for a, b in zip(wanted, got, strict=True):
        np.testing.assert_array_equal(a[0], b[0])


def test_an_outside_buffer_beyond_the_end_is_refused(inside):
    outside = move_outside(inside)
    with pytest.raises(ModelError) as caught:
        inline_buffers(outside[:-1], "m.tflite")
    size = len(outside)
    assert str(caught.value) == f"m.tflite: buffer 1 ends at byte {size} of a file of {size - 1}"
    assert caught.value.hint == "the file is cut short; copy or convert it again"


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64])
def test_damage_is_an_error_in_words(content):
    with pytest.raises(ModelError, match=r"^m\.tflite: "):
        inline_buffers(content, "m.tflite")
