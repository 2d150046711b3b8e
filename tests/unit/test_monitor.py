"""The monitor: what it says, and that it outlives resets and unplugging."""

import struct

import pytest

from tests.unit.device.fake_device import FakeDevice
from tinygen.device.frames import Frame, Kind, encode
from tinygen.errors import DeviceError
from tinygen.monitor import Ear, monitor


class Plug:
    """A port that breaks after some reads, and is away for some tries to open it."""

    def __init__(self, *lives, away=2):
        self.lives, self.away, self.tries, self.opened = list(lives), away, 0, 0

    def open(self):
        if self.opened and self.tries < self.away:
            self.tries += 1
            raise DeviceError("cannot open it", hint="plug it in")
        self.opened, self.tries = self.opened + 1, 0
        return self

    def read(self, timeout_s):
        del timeout_s
        if not self.lives[0]:
            del self.lives[0]
            raise DeviceError("the link to it broke: unplugged", hint="plug it in")
        return self.lives[0].pop(0)

    def write(self, data):
        pass

    def close(self):
        pass


def greeting():
    fake = FakeDevice()
    return bytes(fake.out)


def test_frames_are_told_in_words():
    ear = Ear()
    data = greeting() + encode(Frame(Kind.ERROR, 3, arguments=(0xFFFFFFFB, 0)))
    first, second = ear.hear(data)
    assert first == (
        "qemu-m4 at 25 MHz started 1,000 ticks of 25 MHz ago: model abababababab, 2 ops, "
        "arena 4,096 bytes"
    )
    assert second == "error -5 (request 3)"


def test_a_fault_is_told_with_its_place():
    state = struct.pack("<9I", 3, 0x1234, 0x5678, 0x20000700, 0x20000000, 0, 0x82, 0, 0)
    (line,) = Ear().hear(encode(Frame(Kind.FAULT, 0, payload=state)))
    assert line.startswith("FAULT: the core faulted (pc=0x00001234 lr=0x00005678")


def test_text_comes_as_lines_in_whatever_pieces():
    ear = Ear()
    lines = [line for byte in b"\x00\xffm-ready\r\nhello" for line in ear.hear(bytes([byte]))]
    assert lines == ["m-ready"]
    assert ear.hear(b" there\n") == ["hello there"]


def test_a_port_that_goes_away_is_waited_for():
    plug, said = Plug([b"one\n"], [b"two\n"]), []
    pauses = []
    monitor(plug.open, said.append, lambda: len(said) < 4, pauses.append)
    assert said == [
        "one",
        "-- the link to it broke: unplugged; waiting for it to come back",
        "-- it is back",
        "two",
    ]
    assert len(pauses) == 2


def test_a_port_that_stays_away_is_waited_for_until_the_end():
    plug, left = Plug([], away=99), iter([True] * 5 + [False] * 9)
    said = []
    monitor(plug.open, said.append, lambda: next(left), lambda _: None)
    assert said == ["-- the link to it broke: unplugged; waiting for it to come back"]


def test_a_port_that_cannot_be_opened_at_first_is_an_error():
    plug = Plug([])
    plug.opened = 1
    with pytest.raises(DeviceError, match="cannot open it"):
        monitor(plug.open, print, lambda: True)
