"""Frames to bytes and back, whatever lies around and between them."""

import binascii
import random

import pytest

from tinygen.device.frames import HEADER_BYTES, MAX_PAYLOAD, Frame, FrameParser, Kind, encode

FRAMES = [
    Frame(Kind.HELLO, 1),
    Frame(Kind.WRITE, 2, index=3, arguments=(512, 0), payload=bytes(range(256)) * 2),
    Frame(Kind.READ, 0xFFFF, arguments=(0xFFFFFFFF, 1), payload=b"\xa5\x5a" * 9, is_reply=True),
    Frame(Kind.ERROR, 0, arguments=(0xFFFFFFFD, 0)),
    Frame(Kind.STARTED, 7),
    Frame(Kind.FAULT, 0, payload=bytes(36)),
]


def test_a_frame_is_laid_out_as_documented():
    data = encode(Frame(Kind.WRITE, 0x0201, index=4, arguments=(0x08070605, 0), payload=b"xyz"))
    assert data[:2].hex() == "a55a"
    assert data[2:16].hex() == "03040102030005060708" + "00000000"
    assert int.from_bytes(data[16:20], "little") == binascii.crc32(data[2:16])
    assert data[20:23] == b"xyz"
    assert int.from_bytes(data[23:], "little") == binascii.crc32(data[2:16] + b"xyz")


@pytest.mark.parametrize("piece", [1, 2, 7, 64, 10_000])
def test_frames_come_back_from_a_stream_with_noise_between_them(piece):
    rng = random.Random(piece)
    stream = b"".join(rng.randbytes(30).replace(b"\xa5", b"") + encode(f) for f in FRAMES)
    parser, found = FrameParser(), []
    for at in range(0, len(stream), piece):
        found += parser.feed(stream[at : at + piece])
    assert found == FRAMES
    assert parser.damaged == 0


def test_any_single_flipped_bit_is_noticed():
    data = encode(FRAMES[1])
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        assert FrameParser().feed(bytes(damaged)) == []


def test_a_frame_behind_a_damaged_one_is_found():
    damaged = bytearray(encode(FRAMES[1]))
    del damaged[100]
    parser = FrameParser()
    assert parser.feed(bytes(damaged) + encode(FRAMES[0])) == [FRAMES[0]]
    assert parser.damaged > 0


def test_sync_bytes_alone_are_no_frame():
    assert FrameParser().feed(b"\xa5\x5a" * 500) == []


def test_a_header_that_claims_too_much_is_no_frame():
    long = Frame(Kind.WRITE, 1, payload=bytes(MAX_PAYLOAD + 1))
    assert FrameParser().feed(encode(long)) == []


def test_a_stream_of_noise_gives_no_frames_and_keeps_little():
    parser, rng = FrameParser(), random.Random(0)
    for _ in range(200):
        assert parser.feed(rng.randbytes(1000)) == []
    assert len(parser._buffer) <= HEADER_BYTES + MAX_PAYLOAD + 4


def test_reset_forgets_a_frame_that_has_begun():
    parser = FrameParser()
    parser.feed(encode(FRAMES[1])[:50])
    parser.reset()
    assert parser.feed(encode(FRAMES[0])) == [FRAMES[0]]
