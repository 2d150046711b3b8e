"""GDB's remote serial protocol: enough of it to load an image and start it.

Source: GDB manual, appendix E "GDB Remote Serial Protocol".
"""

import socket
from typing import Self

from tinygen.errors import DeviceError

_TIMEOUT_S = 10.0
_ATTEMPTS = 4
_CHUNK = 512  # bytes in one M packet; every stub takes that many


class GdbStub:
    """A connection to a GDB server; use it as a context."""

    def __init__(self, host: str, port: int) -> None:
        """Connect.

        Raises:
            DeviceError: Nobody listens there.
        """
        self._name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), _TIMEOUT_S)
        except OSError as err:
            raise DeviceError(
                f"no gdb server at {self._name}: {err.strerror or err}",
                hint="start one, such as qemu-system-arm -S -gdb tcp::1234 or pyocd gdbserver",
            ) from err
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the target stays as it is."""
        self._socket.close()

    def ask(self, packet: str) -> str:
        """Send a packet and return the answer's text.

        Raises:
            DeviceError: The server does not answer, or not in this protocol.
        """
        data = packet.encode("ascii")
        framed = b"$" + data + f"#{sum(data) % 256:02x}".encode()
        for _ in range(_ATTEMPTS):
            self._send(framed)
            if self._byte() == b"+":
                return self._answer()
        raise self._nonsense("it refuses packets")

    def write(self, address: int, data: bytes) -> None:
        """Write memory.

        Raises:
            DeviceError: The server refuses.
        """
        for at in range(0, len(data), _CHUNK):
            piece = data[at : at + _CHUNK]
            answer = self.ask(f"M{address + at:x},{len(piece):x}:{piece.hex()}")
            if answer != "OK":
                raise DeviceError(
                    f"the gdb server did not write {len(piece)} bytes at {address + at:#010x} "
                    f"({answer or 'not supported'})",
                    hint="it cannot write flash as memory: use --tool pyocd, openocd or jlink",
                )

    def read(self, address: int, nbytes: int) -> bytes:
        """Read memory.

        Raises:
            DeviceError: The server refuses.
        """
        data = b""
        while len(data) < nbytes:
            count = min(_CHUNK, nbytes - len(data))
            answer = self.ask(f"m{address + len(data):x},{count:x}")
            try:
                piece = bytes.fromhex(answer)
            except ValueError:
                piece = b""
            if len(piece) != count:
                raise self._nonsense(f"reading {address + len(data):#010x} gave '{answer}'")
            data += piece
        return data

    def monitor(self, command: str) -> None:
        """Give the server a command of its own, such as ``system_reset``."""
        answer = self.ask("qRcmd," + command.encode().hex())
        while answer.startswith("O") and answer != "OK":
            answer = self._answer()
        if answer not in {"OK", ""}:
            raise self._nonsense(f"'{command}' gave '{answer}'")

    def detach(self) -> None:
        """Let the target run."""
        self.ask("D")

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as err:
            raise self._nonsense(str(err)) from err

    def _byte(self) -> bytes:
        while not self._buffer:
            try:
                self._buffer = self._socket.recv(4096)
            except OSError as err:
                raise self._nonsense("it does not answer") from err
            if not self._buffer:
                raise self._nonsense("it closed the connection")
        first, self._buffer = self._buffer[:1], self._buffer[1:]
        return first

    def _answer(self) -> str:
        """Return the next packet's text, and acknowledge it."""
        for _ in range(_ATTEMPTS):
            while self._byte() != b"$":
                pass
            data = b""
            while (byte := self._byte()) != b"#":
                data += byte
            check = self._byte() + self._byte()
            if check.lower() == f"{sum(data) % 256:02x}".encode():
                self._send(b"+")
                return data.decode("latin-1")
            self._send(b"-")
        raise self._nonsense("its packets are damaged")

    def _nonsense(self, what: str) -> DeviceError:
        return DeviceError(
            f"the gdb server at {self._name} answers nonsense: {what}",
            hint="check the address, and that no debugger is connected to it",
        )
