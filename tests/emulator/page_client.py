"""A client written from docs/protocol.md alone: it shares no code with tinygen's own."""

import socket
import struct
import zlib
from contextlib import suppress

HELLO, TENSOR, WRITE, RUN, STEP, READ, PAINT, MEMORY, RESET, EXIT, CHUNK, STREAMED = range(1, 13)
GREETING, NEED, STARTED = 0x81, 0xFB, 0xFD
_PIECE = 512


class PageClient:
    """Asks, waits for the answer, and serves weights meanwhile."""

    def __init__(self, line: socket.socket, weights: bytes = b"") -> None:
        self._line, self._weights, self._sequence, self.needs = line, weights, 0, 0

    def connect(self) -> bytes:
        """Repeat HELLO until it is answered; return the answer's payload."""
        self._line.settimeout(0.5)
        for _ in range(60):
            with suppress(TimeoutError):
                payload = self.ask(HELLO)[2]
                self._line.settimeout(60)
                return payload
        raise TimeoutError

    def ask(self, kind, index=0, first=0, second=0, payload=b""):
        """Send a request; return the reply's arguments and payload."""
        self._sequence += 1
        self.send(kind, index, self._sequence, first, second, payload)
        while True:
            got, at, sequence, *arguments, data = self.receive()
            if got == NEED:
                self.needs += 1
                begin, nbytes = arguments
                piece = self._weights[begin : begin + nbytes]
                self.send(CHUNK, 0, sequence, begin, 0, piece)
            elif got == kind | 0x80 and sequence == self._sequence:
                assert at == index
                return *arguments, data
            else:
                assert got in {STARTED, GREETING}, (got, arguments, data)  # late answers, too

    def send(self, kind, index, sequence, first, second, payload=b""):
        """Send a frame."""
        header = struct.pack("<BBHHII", kind, index, sequence, len(payload), first, second)
        frame = b"\xa5\x5a" + header + struct.pack("<I", zlib.crc32(header))
        if payload:
            frame += payload + struct.pack("<I", zlib.crc32(header + payload))
        self._line.sendall(frame)

    def receive(self):
        """Return type, index, sequence, arguments and payload of the next frame."""
        seen = b""
        while seen != b"\xa5\x5a":
            seen = seen[-1:] + self._read(1)
        header = self._read(14)
        assert zlib.crc32(header) == struct.unpack("<I", self._read(4))[0]
        kind, index, sequence, nbytes, first, second = struct.unpack("<BBHHII", header)
        payload = self._read(nbytes)
        if nbytes:
            assert zlib.crc32(header + payload) == struct.unpack("<I", self._read(4))[0]
        return kind, index, sequence, first, second, payload

    def write_inputs(self, inputs):
        """Write all inputs; return what RUN and STEP 0 say of them."""
        for index, data in enumerate(inputs):
            for offset in range(0, len(data), _PIECE):
                self.ask(WRITE, index, offset, 0, data[offset : offset + _PIECE])
        return zlib.crc32(b"".join(inputs))

    def read_output(self, index):
        """Read until nothing is left."""
        data = b""
        while piece := self.ask(READ, index, len(data))[2]:
            data += piece
        return data

    def _read(self, nbytes):
        data = b""
        while len(data) < nbytes:
            more = self._line.recv(nbytes - len(data))
            assert more, "the line is closed"
            data += more
        return data
