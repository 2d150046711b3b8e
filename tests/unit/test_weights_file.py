"""A weights file reads back as it was written, and no damage goes unseen."""

import random
import zlib

import pytest
from click.testing import CliRunner

from tinygen.cli.main import cli
from tinygen.errors import ModelError
from tinygen.weights_file import ALIGN, parse_weights, read_weights, write_weights

SHA256 = "5a" * 32


def slabs(seed=0, count=5):
    rng = random.Random(seed)
    return [(n // 2, rng.randbytes(rng.randrange(1, 200))) for n in range(count)]


def test_a_file_reads_back_as_it_was_written():
    written = write_weights(SHA256, slabs())
    assert parse_weights(written.content) == written
    assert written.model_sha256 == SHA256
    assert [chunk.op for chunk in written.chunks] == [0, 0, 1, 1, 2]


def test_chunks_are_aligned_padded_and_in_order():
    given = slabs(count=20)
    file = write_weights(SHA256, given)
    end = 0
    for (_, slab), chunk in zip(given, file.chunks, strict=True):
        piece = file.content[chunk.offset : chunk.offset + chunk.nbytes]
        assert chunk.offset % ALIGN == chunk.nbytes % ALIGN == 0
        assert chunk.offset >= end
        assert piece == slab.ljust(chunk.nbytes, b"\0")
        assert zlib.crc32(piece) == chunk.crc
        end = chunk.offset + chunk.nbytes
    assert len(file.content) == end


@pytest.mark.parametrize("seed", range(300))
def test_a_flipped_bit_is_seen(seed):
    content = bytearray(write_weights(SHA256, slabs(seed, 3)).content)
    rng = random.Random(seed)
    at = rng.randrange(len(content))
    content[at] ^= 1 << rng.randrange(8)
    is_padding = 64 + 3 * 16 <= at < 128
    if is_padding:
        parse_weights(bytes(content))
        return
    with pytest.raises(ModelError):
        parse_weights(bytes(content))


@pytest.mark.parametrize("nbytes", [0, 7, 63, 64, 90, 128, 200])
def test_a_file_that_was_cut_off_is_refused(nbytes):
    content = write_weights(SHA256, [(0, bytes(range(200)))]).content
    with pytest.raises(ModelError):
        parse_weights(content[:nbytes])


def test_each_kind_of_damage_is_named():
    content = bytearray(write_weights(SHA256, slabs()).content)
    messages = {
        0: "weights.bin is not a weights file",
        8: "weights.bin has format version 0, not 1",
        30: "weights.bin: the header is damaged",
        66: "weights.bin: the chunk table is damaged",
        len(content) - 40: "weights.bin: chunk 4 is damaged",
    }
    for at, message in messages.items():
        damaged = bytearray(content)
        damaged[at] ^= 1
        with pytest.raises(ModelError) as caught:
            parse_weights(bytes(damaged))
        assert str(caught.value) == message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError) as caught:
        read_weights(tmp_path / "no.bin")
    assert str(caught.value) == f"cannot read {tmp_path / 'no.bin'}: No such file or directory"


def test_the_command_lists_ops_and_chunks(tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(write_weights(SHA256, [(3, b"a" * 40), (3, b"b" * 10), (7, b"c")]).content)
    by_op = CliRunner().invoke(cli, ["weights", "show", str(path)])
    assert by_op.exit_code == 0
    assert "sound; 256 bytes" in by_op.output
    assert "op 3           96 bytes in    2 chunks of up to 64" in by_op.output
    by_chunk = CliRunner().invoke(cli, ["weights", "show", str(path), "--chunks"])
    assert f"crc32 {zlib.crc32(b'c'.ljust(32, bytes(1))):08x}" in by_chunk.output


def test_the_command_refuses_damage(tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(b"TGWEIGHT")
    result = CliRunner().invoke(cli, ["weights", "show", str(path)])
    assert result.exit_code == 3
    assert "is not a weights file" in result.output
