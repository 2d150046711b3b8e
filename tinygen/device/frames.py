"""Frames between host and device: bytes to `Frame` and back, purely.

The contract is docs/protocol.md; the device's side is firmware/src/runtime/protocol.c.
"""

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

PROTOCOL_VERSION = 1
MAX_PAYLOAD = 512

_SYNC = b"\xa5\x5a"
_FIELDS = struct.Struct("<BBHHII")
_CRC = struct.Struct("<I")
HEADER_BYTES = len(_SYNC) + _FIELDS.size + _CRC.size
_REPLY = 0x80
_FIRST_UNASKED = 0xFB  # from here on a type has no reply bit


class Kind(IntEnum):
    """What a frame asks or answers."""

    HELLO = 1
    TENSOR = 2
    WRITE = 3
    RUN = 4
    STEP = 5
    READ = 6
    PAINT_ARENA = 7
    MEMORY = 8
    RESET = 9
    EXIT = 10
    CHUNK = 11
    STREAMED = 12
    NEED = 0xFB
    REFUSED = 0xFC
    STARTED = 0xFD
    FAULT = 0xFE
    ERROR = 0xFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One message.

    Attributes:
        kind: What it asks or answers.
        is_reply: It answers a request of that kind.
        sequence: A reply has its request's; 0 in messages nobody asked for.
        index: Which tensor.
        arguments: Two words; their meaning depends on ``kind``.
        payload: At most `MAX_PAYLOAD` bytes.
    """

    kind: Kind
    sequence: int
    index: int = 0
    arguments: tuple[int, int] = (0, 0)
    payload: bytes = b""
    is_reply: bool = False


_KNOWN = frozenset(Kind)


def encode(frame: Frame) -> bytes:
    """Return a frame as it travels.

    >>> encode(Frame(Kind.HELLO, sequence=7)).hex()
    'a55a01000700000000000000000000003e712c38'
    """
    kind = frame.kind | (_REPLY if frame.is_reply else 0)
    fields = _FIELDS.pack(kind, frame.index, frame.sequence, len(frame.payload), *frame.arguments)
    head = _SYNC + fields + _CRC.pack(zlib.crc32(fields))
    if not frame.payload:
        return head
    return head + frame.payload + _CRC.pack(zlib.crc32(fields + frame.payload))


class FrameParser:
    """Find frames in a stream that may hold anything.

    Attributes:
        damaged: Frames that began well and failed a checksum, so far.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes and return the frames they complete."""
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def reset(self) -> None:
        """Forget a frame that has begun."""
        self._buffer.clear()

    def _next(self) -> Frame | None:
        """Take one frame off the buffer; None when it holds no whole one."""
        while self._find_sync() and len(self._buffer) >= HEADER_BYTES:
            fields = bytes(self._buffer[len(_SYNC) : len(_SYNC) + _FIELDS.size])
            code, index, sequence, nbytes, first, second = _FIELDS.unpack(fields)
            kind = _kind(code)
            if kind is None or nbytes > MAX_PAYLOAD or not self._holds(_CRC.size, fields):
                self._skip()
                continue
            end = HEADER_BYTES + (nbytes + _CRC.size if nbytes else 0)
            if len(self._buffer) < end:
                return None
            payload = bytes(self._buffer[HEADER_BYTES : HEADER_BYTES + nbytes])
            if nbytes and not self._holds(end - HEADER_BYTES + _CRC.size, fields + payload):
                self._skip()
                continue
            del self._buffer[:end]
            is_reply = code < _FIRST_UNASKED and code >= _REPLY
            return Frame(kind, sequence, index, (first, second), payload, is_reply)
        return None

    def _find_sync(self) -> bool:
        """Drop what precedes the next sync bytes; keep a first half at the end."""
        at = self._buffer.find(_SYNC)
        if at < 0:
            at = len(self._buffer) - self._buffer.endswith(_SYNC[:1])
        del self._buffer[:at]
        return self._buffer.startswith(_SYNC)

    def _holds(self, distance: int, checked: bytes) -> bool:
        """Return whether the CRC that ends ``distance`` past the fields is right."""
        end = len(_SYNC) + _FIELDS.size + distance
        return bytes(self._buffer[end - _CRC.size : end]) == _CRC.pack(zlib.crc32(checked))

    def _skip(self) -> None:
        """Go past a sync that does not begin a whole frame."""
        self.damaged += 1
        del self._buffer[:1]


def _kind(code: int) -> Kind | None:
    """Return what a type byte means, with or without the reply bit; None when nothing."""
    plain = code if code >= _FIRST_UNASKED else code & ~_REPLY
    return Kind(plain) if plain in _KNOWN else None
