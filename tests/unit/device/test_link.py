"""Links: a serial port (a pseudo-terminal), a socket URL, and what is said when they break."""

import errno
import os
import pty
import socket
from types import SimpleNamespace

import pytest
import serial

from tinygen.device import link as link_module
from tinygen.device.link import SerialLink, SocketLink, find_port
from tinygen.errors import DeviceError


@pytest.fixture
def terminal():
    host, device = pty.openpty()
    yield host, os.ttyname(device)
    os.close(host)
    os.close(device)


@pytest.fixture
def no_ports(monkeypatch):
    monkeypatch.setattr(link_module.list_ports, "comports", list)


def ports(monkeypatch, *names):
    found = [SimpleNamespace(device=name, vid=0x0483) for name in names]
    found.append(SimpleNamespace(device="/dev/ttyS0", vid=None))
    monkeypatch.setattr(link_module.list_ports, "comports", lambda: found)


def test_a_serial_port_carries_bytes_both_ways(terminal):
    host, name = terminal
    link = SerialLink(name)
    link.write(b"\x00\x01\xa5\x5a\n\r\xff")
    assert os.read(host, 100) == b"\x00\x01\xa5\x5a\n\r\xff"
    os.write(host, bytes(range(256)))
    received = b""
    while len(received) < 256:
        received += link.read(2)
    assert received == bytes(range(256))
    link.close()


def test_reading_ends_with_the_timeout(terminal):
    link = SerialLink(terminal[1])
    assert link.read(0.01) == b""
    link.close()


def test_a_socket_url_is_a_link():
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = SerialLink(f"socket://127.0.0.1:{server.getsockname()[1]}")
        peer, _ = server.accept()
        with peer:
            link.write(b"ping")
            assert peer.recv(4) == b"ping"
            peer.sendall(b"pong")
            received = b""
            while len(received) < 4:
                received += link.read(2)
            assert received == b"pong"
        with pytest.raises(DeviceError, match=r"^the link to socket://.* broke: "):
            link.read(2)
        link.close()


def test_a_port_that_another_program_has_open_is_an_error(terminal):
    link = SerialLink(terminal[1])
    with pytest.raises(DeviceError, match=r"^cannot open /dev/pts/") as caught:
        SerialLink(terminal[1])
    assert caught.value.hint == (f"another program has it open; 'fuser {terminal[1]}' says which")
    link.close()


def test_a_port_one_may_not_use_says_what_to_do(monkeypatch, terminal):
    def refuse(*_, **__):
        raise serial.SerialException(errno.EACCES, "could not open port")

    monkeypatch.setattr(link_module.serial, "serial_for_url", refuse)
    with pytest.raises(DeviceError) as caught:
        SerialLink(terminal[1])
    assert str(caught.value) == f"cannot open {terminal[1]}: Permission denied"
    assert caught.value.hint == (
        "you may not use it: sudo usermod -aG dialout $USER, then log in again; or the udev "
        "rule of docs/boards/udev.md"
    )


@pytest.mark.usefixtures("no_ports")
def test_a_port_that_does_not_exist_is_an_error():
    with pytest.raises(DeviceError) as caught:
        SerialLink("/dev/no-such-port")
    assert str(caught.value) == "cannot open /dev/no-such-port: No such file or directory"
    assert caught.value.hint == "plug the board in; no port is here"


def test_a_wrong_port_hints_at_the_ports_there_are(monkeypatch):
    ports(monkeypatch, "/dev/ttyACM0")
    with pytest.raises(DeviceError) as caught:
        SerialLink("/dev/no-such-port")
    assert caught.value.hint == "ports here: /dev/ttyACM0"


def test_a_server_that_does_not_run_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeviceError) as caught:
        SerialLink(f"socket://127.0.0.1:{port}")
    assert caught.value.hint == "check the address, and that its server runs"


def test_a_closed_socket_is_an_error():
    ours, theirs = socket.socketpair()
    link = SocketLink(ours, "the device")
    theirs.close()
    with pytest.raises(DeviceError) as caught:
        link.read(1)
    assert str(caught.value) == "the link to the device broke: it was closed"
    assert caught.value.hint == "start the command again"
    with pytest.raises(DeviceError, match=r"^the link to the device broke: Broken pipe$"):
        link.write(b"x")
    link.close()


def test_the_only_port_is_found(monkeypatch):
    ports(monkeypatch, "/dev/ttyACM0")
    assert find_port() == "/dev/ttyACM0"


@pytest.mark.usefixtures("no_ports")
def test_no_port_is_an_error():
    with pytest.raises(DeviceError) as caught:
        find_port()
    assert str(caught.value) == "no serial port found"
    assert caught.value.hint == "plug the board in, or name its port with --port"


def test_several_ports_are_an_error(monkeypatch):
    ports(monkeypatch, "/dev/ttyACM1", "/dev/ttyACM0")
    with pytest.raises(DeviceError) as caught:
        find_port()
    assert str(caught.value) == "2 serial ports found: /dev/ttyACM0, /dev/ttyACM1"
    assert caught.value.hint == "name the board's with --port"
