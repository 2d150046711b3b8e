"""GDB's protocol against a server that behaves, and ones that do not."""

import socket
import threading
from contextlib import closing

import pytest

from tinygen.errors import DeviceError, UsageError
from tinygen.flash.flash import flash
from tinygen.flash.rsp import GdbStub
from tinygen.progress import Silent


def packet(text):
    return b"$" + text.encode() + f"#{sum(text.encode()) % 256:02x}".encode()


class Server(threading.Thread):
    """Hold 64 KB of memory at 0x08000000; ``answer`` may say something else."""

    def __init__(self, answer=lambda _: None):
        super().__init__(daemon=True)
        self.memory, self.asked, self.answer = bytearray(0x10000), [], answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        with self.listener, closing(self.listener.accept()[0]) as peer:
            stream = peer.makefile("rwb", buffering=0)
            while byte := stream.read(1):
                if byte != b"$":
                    continue
                text = b""
                while (byte := stream.read(1)) != b"#":
                    text += byte
                stream.read(2)
                self.asked.append(text.decode())
                said = self.answer(text.decode())
                reply = said if isinstance(said, bytes) else b"+" + packet(said or self._do(text))
                peer.sendall(reply)

    def _do(self, text):
        command = text.decode()
        if command[0] in "Mm":
            where, _, data = command[1:].partition(":")
            address, count = (int(word, 16) for word in where.split(","))
            at = address - 0x08000000
            if command[0] == "m":
                return bytes(self.memory[at : at + count]).hex()
            self.memory[at : at + count] = bytes.fromhex(data)
        return "OK"


def test_an_image_is_written_read_back_and_started(make_job):
    server = Server()
    job = make_job("netduinoplus2", port=f"127.0.0.1:{server.port}")
    flash(job, "gdb", Silent())
    assert server.memory[:1000] == job.binary.read_bytes()
    assert server.asked[0] == "?"
    assert server.asked[-2:] == ["qRcmd," + b"system_reset".hex(), "D"]


def test_a_server_that_does_not_write_flash_is_an_error(make_job):
    server = Server(lambda text: "E01" if text[0] == "M" else None)
    with pytest.raises(DeviceError) as caught:
        flash(make_job("netduinoplus2", port=f":{server.port}"), "gdb", Silent())
    assert str(caught.value) == "the gdb server did not write 512 bytes at 0x08000000 (E01)"
    assert "use --tool pyocd" in caught.value.hint


def test_memory_that_does_not_keep_what_is_written_is_noticed(make_job):
    server = Server(lambda text: "OK" if text[0] == "M" else None)
    with pytest.raises(DeviceError) as caught:
        flash(make_job("netduinoplus2", port=f"127.0.0.1:{server.port}"), "gdb", Silent())
    assert str(caught.value) == "the flash of netduinoplus2 does not hold what was written"


def test_a_refused_packet_is_sent_again():
    refusals = [b"-", b"-"]
    server = Server(lambda _: refusals.pop() if refusals else None)
    with GdbStub("127.0.0.1", server.port) as stub:
        stub.write(0x08000000, b"abcd")
    assert server.asked == ["M8000000,4:61626364"] * 3


def test_a_damaged_answer_is_asked_for_again():
    damaged = [b"+$4f#00" + packet("61")]
    server = Server(lambda _: damaged.pop() if damaged else None)
    with GdbStub("127.0.0.1", server.port) as stub:
        assert stub.read(0x08000000, 1) == b"a"


def test_a_server_that_hangs_up_is_an_error():
    server = Server(lambda _: b"+$4")
    stub = GdbStub("127.0.0.1", server.port)
    stub._socket.settimeout(0.1)
    with closing(stub), pytest.raises(DeviceError) as caught:
        stub.read(0x08000000, 1)
    assert str(caught.value) == (
        f"the gdb server at 127.0.0.1:{server.port} answers nonsense: it does not answer"
    )


def test_a_port_that_is_no_address_is_a_usage_error(make_job):
    with pytest.raises(UsageError) as caught:
        flash(make_job("netduinoplus2", port="/dev/ttyACM0"), "gdb", Silent())
    assert caught.value.hint == "write --port localhost:1234"
