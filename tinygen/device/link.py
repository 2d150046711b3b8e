"""Byte streams to a device: a serial port, or a socket; every wait has an end."""

import errno
import os
import select
import socket
import stat
import time
from pathlib import Path
from typing import Any, Protocol

import serial
from serial.tools import list_ports

from tinygen.errors import DeviceError

BAUD = 115200
_WRITE_TIMEOUT_S = 10.0


class Link(Protocol):
    """A byte stream to a device."""

    def read(self, timeout_s: float) -> bytes:
        """Return what has come, waiting for the first byte; empty after ``timeout_s``.

        Raises:
            DeviceError: The link broke.
        """

    def write(self, data: bytes) -> None:
        """Send all of ``data``.

        Raises:
            DeviceError: The link broke, or the other side does not take it.
        """

    def close(self) -> None:
        """Let go of the stream; no other call may follow."""


class SerialLink:
    """A serial port, or any other URL that pyserial opens (``socket://host:port``)."""

    def __init__(self, url: str, baud: int = BAUD) -> None:
        self._url = url
        try:
            self._port: Any = serial.serial_for_url(
                url,
                baudrate=baud,
                timeout=0,
                write_timeout=_WRITE_TIMEOUT_S,
                exclusive=True if os.name == "posix" and "://" not in url else None,
            )
        except (OSError, ValueError) as err:
            hint = _open_hint(url, getattr(err, "errno", None))
            raise DeviceError(f"cannot open {url}: {_reason(err)}", hint=hint) from err

    def read(self, timeout_s: float) -> bytes:
        """See `Link`."""
        try:
            self._port.timeout = timeout_s
            first = self._port.read(1)
            return bytes(first + self._port.read(self._port.in_waiting)) if first else b""
        except OSError as err:
            raise self._broken(err) from err

    def write(self, data: bytes) -> None:
        """See `Link`."""
        try:
            self._port.write(data)
        except OSError as err:
            raise self._broken(err) from err

    def close(self) -> None:
        """See `Link`."""
        self._port.close()

    def _broken(self, err: OSError) -> DeviceError:
        return DeviceError(
            f"the link to {self._url} broke: {_reason(err)}",
            hint="check the cable, and that no other program has the port open",
        )


class SocketLink:
    """A connected stream socket, such as an emulator's serial line."""

    def __init__(self, connected: socket.socket, name: str) -> None:
        self._socket = connected
        self._socket.settimeout(_WRITE_TIMEOUT_S)
        self._name = name

    def read(self, timeout_s: float) -> bytes:
        """See `Link`."""
        try:
            if not select.select([self._socket], [], [], max(timeout_s, 0))[0]:
                return b""
            data = self._socket.recv(65536)
        except OSError as err:
            raise self._broken(_reason(err)) from err
        if not data:
            raise self._broken("it was closed")
        return data

    def write(self, data: bytes) -> None:
        """See `Link`."""
        try:
            self._socket.sendall(data)
        except OSError as err:
            raise self._broken(_reason(err)) from err

    def close(self) -> None:
        """See `Link`."""
        self._socket.close()

    def _broken(self, reason: str) -> DeviceError:
        return DeviceError(
            f"the link to {self._name} broke: {reason}", hint="start the command again"
        )


def find_port(wait_s: float = 0.0) -> str:
    """Return the only serial port there is, waiting up to ``wait_s`` for it.

    Raises:
        DeviceError: There is none, or more than one.
    """
    deadline = time.monotonic() + wait_s
    while not (ports := _usb_ports()) and time.monotonic() < deadline:
        time.sleep(0.1)
    if not ports:
        raise DeviceError(
            "no serial port found", hint="plug the board in, or name its port with --port"
        )
    if len(ports) > 1:
        raise DeviceError(
            f"{len(ports)} serial ports found: {', '.join(ports)}",
            hint="name the board's with --port",
        )
    return ports[0]


def _usb_ports() -> list[str]:
    return sorted(port.device for port in list_ports.comports() if port.vid is not None)


def _reason(err: Exception) -> str:
    number = getattr(err, "errno", None)
    return os.strerror(number) if number else str(err) or type(err).__name__


def _open_hint(url: str, number: int | None) -> str:
    if "://" in url:
        return "check the address, and that its server runs"
    if Path(url).exists():
        if number in {errno.EACCES, errno.EPERM}:
            return (
                "you may not use it: sudo usermod -aG dialout $USER, then log in again; or the "
                "udev rule of docs/boards/udev.md"
            )
        if not stat.S_ISCHR(Path(url).stat().st_mode) or number == errno.ENOTTY:
            return f"it is no serial port; {_ports_text()}"
        return f"another program has it open; 'fuser {url}' says which"
    return _ports_text()


def _ports_text() -> str:
    ports = _usb_ports()
    return f"ports here: {', '.join(ports)}" if ports else "plug the board in; no port is here"
