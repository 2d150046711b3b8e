"""A device in memory that follows docs/protocol.md, with time that only waiting spends."""

import struct
import zlib

SHA256 = "ab" * 32
BOARD = "qemu-m4"
SIZES = (700, 40)  # of the inputs
HELLO = struct.Struct("<HHHBBIIIB31s64s")


class FakeDevice:
    """Answer as the firmware does, byte by byte and without a buffer.

    The model returns each input reversed and leaves its inputs destroyed, so that running
    twice on one writing shows. Each run takes ``run_s`` of the clock.
    """

    def __init__(
        self, *, run_s=0.5, sha256=SHA256, board=BOARD, version=1, restarts_on=None, faults_on=None
    ):
        self.now, self.run_s = 0.0, run_s
        self.sha256, self.board, self.version = sha256, board, version
        self.restarts_on, self.faults_on = restarts_on, faults_on
        self.runs = 0
        self.out = bytearray()
        self._start()

    def clock(self):
        return self.now

    def read(self, timeout_s):
        if not self.out:
            self.now += timeout_s
            return b""
        data = bytes(self.out[:61])  # odd pieces
        del self.out[:61]
        self.now += 0.001
        return data

    def write(self, data):
        self.now += 0.0001
        for byte in data:
            self._serving.send(byte)

    def close(self):
        pass

    def _start(self):
        self.inputs = [bytearray(n) for n in SIZES]
        self.outputs = [bytearray(n) for n in SIZES]
        self.done, self.next_op = None, 0
        self._serving = self._serve()
        next(self._serving)
        self._send(0x81, 0, 0, (1000, 0), self._hello())

    def _hello(self):
        return HELLO.pack(
            self.version,
            512,
            2,
            2,
            2,
            25_000_000,
            25_000_000,
            4096,
            0,
            self.board.encode(),
            self.sha256.encode(),
        )

    def _send(self, code, sequence, index, arguments, payload=b""):
        fields = struct.pack("<BBHHII", code, index, sequence, len(payload), *arguments)
        self.out += b"\xa5\x5a" + fields + struct.pack("<I", zlib.crc32(fields))
        if payload:
            self.out += payload + struct.pack("<I", zlib.crc32(fields + payload))

    def _serve(self):
        while True:
            last, byte = 0, (yield)
            while (last, byte) != (0xA5, 0x5A):
                last, byte = byte, (yield)
            header = bytearray()
            while len(header) < 18:
                header.append((yield))
            fields, check = bytes(header[:14]), header[14:]
            code, index, sequence, nbytes, *arguments = struct.unpack("<BBHHII", fields)
            if check != struct.pack("<I", zlib.crc32(fields)) or nbytes > 512:
                self._fail(0, -3)
                continue
            payload = bytearray()
            while nbytes and len(payload) < nbytes + 4:
                payload.append((yield))
            data, check = bytes(payload[:nbytes]), payload[nbytes:]
            if nbytes and check != struct.pack("<I", zlib.crc32(fields + data)):
                self._fail(sequence, -3)
                continue
            self._answer(code, index, sequence, arguments, data)

    def _fail(self, sequence, status):
        self._send(0xFF, sequence, 0, (status & 0xFFFFFFFF, 0))

    def _answer(self, code, index, sequence, arguments, data):
        if code == self.faults_on:
            state = struct.pack("<9I", 3, 0x1234, 0x5678, 0x20000700, 0x20000000, 0, 0x82, 0, 0)
            self._send(0xFE, 0, 0, (0, 0), state)
            return
        if code in {9, self.restarts_on}:
            self._start()
            return
        if code in {4, 5}:
            self._run(code, sequence, arguments)
            return
        self.done, self.next_op = None, 0
        if code == 1:
            self._send(0x81, sequence, 0, (0, 0), self._hello())
        elif code == 2:
            self._send(0x82, sequence, index, (SIZES[index], SIZES[index]))
        elif code == 3:
            at = arguments[0]
            self.inputs[index][at : at + len(data)] = data
            self._send(0x83, sequence, index, tuple(arguments))
        elif code == 6:
            piece = bytes(self.outputs[index][arguments[0] : arguments[0] + 512])
            self._send(0x86, sequence, index, tuple(arguments), piece)
        elif code == 7:
            self._send(0x87, sequence, 0, (0, 0))
        elif code == 8:
            self._send(0x88, sequence, 0, (0, 0), struct.pack("<4I", 2048, 272, 4096, 4000))
        else:
            self._fail(sequence, -1)

    def _run(self, code, sequence, arguments):
        if self.done is not None and self.done[:2] == (code | 0x80, sequence):
            self._send(*self.done)
            return
        next_op, (position, checksum) = self.next_op, arguments
        self.done, self.next_op = None, 0
        if code == 5 and position not in {0, next_op}:
            self._fail(sequence, -1)
            return
        if code == 4 or position == 0:
            if zlib.crc32(b"".join(self.inputs)) != checksum:
                self._fail(sequence, -5)
                return
            self._send(0xFD, sequence, 0, tuple(arguments))
        self.now += self.run_s
        self.runs += 1
        if code == 4 or position == 0:
            for i, o in zip(self.inputs, self.outputs, strict=True):
                o[:] = bytes(reversed(i))
                i[:] = bytes(len(i))
        crc = zlib.crc32(b"".join(self.outputs))
        result = (12345, crc) if code == 4 else (6000 + position, 10 + position)
        self._send(code | 0x80, sequence, 0, result)
        self.done = (code | 0x80, sequence, 0, result)
        self.next_op = position + 1 if code == 5 else 0
