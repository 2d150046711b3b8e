"""Show what a device says, frames in words and text as it comes, over resets and replugs."""

import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tinygen.device.frames import Frame, FrameParser, Kind, encode
from tinygen.device.hello import fault_error, read_hello
from tinygen.device.link import Link
from tinygen.errors import DeviceError, TinygenError

_POLL_S = 0.25
_TEXT = re.compile(rb"[\x20-\x7e\t]+\r?$")
_LONGEST_LINE = 4096


@dataclass(slots=True)
class Ear:
    """Turn a stream of bytes into lines for a person.

    Attributes:
        parser: Finds the frames.
        line: Bytes since the last line end.
    """

    parser: FrameParser = field(default_factory=FrameParser)
    line: bytes = b""

    def hear(self, data: bytes) -> list[str]:
        """Return what the bytes complete: lines of text, then frames."""
        *whole, rest = (self.line + data).split(b"\n")
        self.line = rest[-_LONGEST_LINE:]
        texts = [m.group().decode("ascii").rstrip() for w in whole if (m := _TEXT.search(w))]
        return texts + [describe(frame) for frame in self.parser.feed(data)]


def describe(frame: Frame) -> str:
    """Return a frame in words.

    >>> describe(Frame(Kind.STARTED, sequence=7))
    'began to run (request 7)'
    """
    if frame.kind is Kind.HELLO and frame.payload:
        return _greeting(frame)
    if frame.kind is Kind.FAULT:
        return f"FAULT: {fault_error(frame)}"
    if frame.kind is Kind.ERROR:
        (status,) = struct.unpack("<i", struct.pack("<I", frame.arguments[0]))
        return f"error {status} (request {frame.sequence})"
    if frame.kind is Kind.STARTED:
        return f"began to run (request {frame.sequence})"
    direction = "answered" if frame.is_reply else "was asked"
    return (
        f"{direction} {frame.kind.name} (request {frame.sequence}): "
        f"{frame.arguments[0]}, {frame.arguments[1]}, {len(frame.payload)} bytes"
    )


def _greeting(frame: Frame) -> str:
    try:
        hello = read_hello(frame.payload)
    except DeviceError as error:
        return str(error)
    unit = "cycles" if hello.counts_cycles else f"ticks of {hello.counter_hz / 1e6:g} MHz"
    when = f"started {frame.arguments[0]:,} {unit} ago" if frame.sequence == 0 else "is there"
    return (
        f"{hello.board} at {hello.clock_hz / 1e6:g} MHz {when}: model "
        f"{hello.model_sha256[:12]}, {hello.op_count} ops, arena {hello.arena_bytes:,} bytes"
    )


def monitor(
    open_link: Callable[[], Link],
    say: Callable[[str], None],
    keep_going: Callable[[], bool],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Listen until told to stop; when the link breaks, open it again as soon as it is back.

    Args:
        open_link: Open the port.
        say: Show a line.
        keep_going: Asked several times a second.
        pause: Wait some seconds.

    Raises:
        TinygenError: The port cannot be opened the first time.
    """
    link = open_link()
    while True:
        try:
            _listen(link, say, keep_going)
        except DeviceError as error:
            say(f"-- {error}; waiting for it to come back")
        else:
            return
        finally:
            link.close()
        again = _reopen(open_link, keep_going, pause)
        if again is None:
            return
        say("-- it is back")
        link = again


def _listen(link: Link, say: Callable[[str], None], keep_going: Callable[[], bool]) -> None:
    """Ask who is there, and show all that comes.

    Raises:
        DeviceError: The link broke.
    """
    ear = Ear()
    link.write(encode(Frame(Kind.HELLO, 1)))
    while keep_going():
        for line in ear.hear(link.read(_POLL_S)):
            say(line)


def _reopen(
    open_link: Callable[[], Link], keep_going: Callable[[], bool], pause: Callable[[float], None]
) -> Link | None:
    while keep_going():
        try:
            return open_link()
        except TinygenError:
            pause(_POLL_S)
    return None
