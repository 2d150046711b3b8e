"""Requests and answers over a link that may lose, damage or repeat bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import inf

from tinygen.device.frames import HEADER_BYTES, MAX_PAYLOAD, Frame, FrameParser, Kind, encode
from tinygen.device.hello import fault_error
from tinygen.device.link import Link
from tinygen.device.weights import weights_error
from tinygen.errors import DeviceError

_ATTEMPTS = 6
_QUIET_S = 0.05
_BABBLE_S = 1.0
_FLUSH = bytes(HEADER_BYTES + MAX_PAYLOAD + 4)  # completes any frame the device waits for
_STATUS_FRAME = -3  # tg_status, firmware/include/tinygen/status.h
_STATUS_INPUT = -5


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds.

    Attributes:
        connect_s: For a device to answer at all.
        reply_s: For the answer to one frame; it is then asked again.
        run_s: For an inference.
    """

    connect_s: float = 10.0
    reply_s: float = 1.0
    run_s: float = 120.0


class InputsDamagedError(Exception):
    """The inputs in the device's memory are not those that were sent."""


class Channel:
    """The host's end of the protocol, without what the messages mean."""

    def __init__(
        self,
        link: Link,
        timeouts: Timeouts,
        clock: Callable[[], float] = time.monotonic,
        weights: bytes = b"",
    ) -> None:
        self._link, self._timeouts, self._clock = link, timeouts, clock
        self._weights = weights
        self._parser = FrameParser()
        self._received: list[Frame] = []
        self._sequence = 0
        self._run_deadline: float | None = None

    def ask(
        self,
        kind: Kind,
        index: int = 0,
        arguments: tuple[int, int] = (0, 0),
        payload: bytes = b"",
    ) -> Frame:
        """Send a request until its answer comes; the device knows a repeated one.

        Raises:
            InputsDamagedError: The device will not run on what it has.
            DeviceError: It does not answer, faulted, started over or refuses.
        """
        sequence = self._next_sequence()
        request = encode(Frame(kind, sequence, index, arguments, payload))
        self._run_deadline = None
        patience_s = self._timeouts.reply_s
        for attempt in count(1):
            self._link.write(request)
            answer = self._await(kind, sequence, patience_s)
            if answer is not None:
                return answer
            if self._run_deadline is not None:
                self._require_time_left()
                patience_s *= 2
            elif attempt == _ATTEMPTS:
                break
            self._resynchronize()
        raise _silent(kind.name)

    def find(self) -> Frame:
        """Return the device's HELLO, wherever in its stream it is.

        Raises:
            DeviceError: Nothing answers within ``connect_s``.
        """
        deadline = self._clock() + self._timeouts.connect_s
        while True:
            sequence = self._next_sequence()
            self._link.write(encode(Frame(Kind.HELLO, sequence)))
            answer = self._await(Kind.HELLO, sequence, self._timeouts.reply_s)
            if answer is not None:
                return answer
            if self._clock() >= deadline:
                raise DeviceError(
                    f"the device did not answer within {self._timeouts.connect_s:g} s",
                    hint="check the port, reset the board, and that tinygen's firmware is on it",
                )
            self._resynchronize()

    def wait_ready(self, timeout_s: float) -> Frame | None:
        """Return the greeting of a device that starts; None when none came.

        Raises:
            DeviceError: A fault came instead.
        """
        deadline = self._clock() + timeout_s
        while self._clock() < deadline:
            frame = self._receive(deadline)
            if frame is None:
                continue
            _require_sound(frame)
            if frame.kind is Kind.NEED:
                self._serve(frame)
                deadline = self._clock() + timeout_s
            if _is_greeting(frame):
                return frame
        return None

    def restart(self) -> Frame:
        """Start the device over and return its greeting.

        Raises:
            DeviceError: It does not come back.
        """
        for _ in range(_ATTEMPTS):
            self.send(Kind.RESET)
            greeting = self.wait_ready(self._timeouts.reply_s)
            if greeting is not None:
                return greeting
            self._resynchronize()
        raise _silent("RESET")

    def send(self, kind: Kind) -> None:
        """Send a request that has no answer."""
        self._link.write(encode(Frame(kind, self._next_sequence())))

    def _next_sequence(self) -> int:
        self._sequence = self._sequence % 0xFFFF + 1
        return self._sequence

    def _require_time_left(self) -> None:
        """Raise when the inference that has begun should have ended."""
        if self._run_deadline is not None and self._clock() >= self._run_deadline:
            raise DeviceError(
                f"the inference did not end within {self._timeouts.run_s:g} s",
                hint="give a longer --timeout, or reset the board",
            )

    def _await(self, kind: Kind, sequence: int, patience_s: float) -> Frame | None:
        """Return the answer to a request; None when it must be sent again.

        While the device runs it is asked again from time to time, ever more rarely: the
        answer may have been lost, and it answers a repeated request when it is done.
        """
        deadline = min(self._run_deadline or inf, self._clock() + patience_s)
        while (frame := self._receive(deadline)) is not None:
            _require_sound(frame)
            if frame.kind is Kind.NEED:
                self._serve(frame)
                deadline = min(self._run_deadline or inf, self._clock() + patience_s)
                continue
            if _is_greeting(frame):
                if kind is Kind.HELLO:
                    return None  # it may have been asked before it could listen
                raise DeviceError(
                    "the board started over in the middle of its work",
                    hint="check its supply: a brown-out or a watchdog resets it",
                )
            if frame.kind is Kind.ERROR and frame.sequence in {0, sequence}:
                _require_retry(frame, kind)
                return None
            if frame.sequence != sequence:
                continue
            if frame.kind is Kind.STARTED:
                now = self._clock()
                self._run_deadline = self._run_deadline or now + self._timeouts.run_s
                deadline = min(self._run_deadline, now + patience_s)
            elif frame.kind is kind and frame.is_reply:
                return frame
        return None

    def _serve(self, frame: Frame) -> None:
        """Send the piece of the weights file that the device asks for."""
        offset, nbytes = frame.arguments
        piece = self._weights[offset : offset + min(nbytes, MAX_PAYLOAD)]
        if not self._weights:
            raise DeviceError(
                "the device asks the host for weights, and there are none",
                hint="build the project again: its weights.bin is missing",
            )
        self._link.write(encode(Frame(Kind.CHUNK, frame.sequence, 0, (offset, 0), piece)))

    def _receive(self, deadline: float) -> Frame | None:
        """Return the next frame; None at the deadline or when one came damaged."""
        while not self._received:
            remaining_s = deadline - self._clock()
            data = self._link.read(remaining_s) if remaining_s > 0 else b""
            if not data:
                return None
            damaged = self._parser.damaged
            self._received += self._parser.feed(data)
            if self._parser.damaged > damaged and not self._received:
                return None
        return self._received.pop(0)

    def _resynchronize(self) -> None:
        """Complete whatever the device waits for, and forget what it says to that."""
        self._link.write(_FLUSH)
        deadline = self._clock() + _BABBLE_S
        while self._link.read(_QUIET_S) and self._clock() < deadline:
            pass
        self._parser.reset()
        self._received.clear()


def _require_sound(frame: Frame) -> None:
    """Raise when the device says that it cannot go on."""
    if frame.kind is Kind.FAULT:
        raise fault_error(frame)
    if frame.kind is Kind.REFUSED:
        raise weights_error(frame)


def _is_greeting(frame: Frame) -> bool:
    return frame.kind is Kind.HELLO and frame.is_reply and frame.sequence == 0


def _require_retry(frame: Frame, kind: Kind) -> None:
    """Raise unless an error frame says that the request only came damaged."""
    status = frame.arguments[0] - (1 << 32)
    if status == _STATUS_INPUT:
        raise InputsDamagedError
    if status != _STATUS_FRAME:
        raise DeviceError(
            f"the device refused {kind.name} (status {status})",
            hint="build and flash the firmware again; if it stays, it is a bug in tinygen",
        )


def _silent(what: str) -> DeviceError:
    return DeviceError(
        f"the device stopped answering ({what}, asked {_ATTEMPTS} times)",
        hint="reset the board, and check its cable",
    )
