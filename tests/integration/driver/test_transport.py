from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Iterator

import pytest
import serial

from drivers import PortBusy, PortGone
from drivers.transport import DescriptorPort, open_port, usb_id
from drivers.transport.remote import TimedPort


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """A pty as the kernel makes it: its near end, and the name of its far end."""
    near, far = pty.openpty()
    yield near, os.ttyname(far)
    for fd in (near, far):
        os.close(fd)


def test_octets_go_both_ways_unchanged(line: tuple[int, str]) -> None:
    near, name = line
    port = open_port(name)
    data = bytes(range(256))
    port.write(data)
    assert os.read(near, 1000) == data
    os.write(near, data)
    assert port.read(1.0) == data
    assert port.read(0.0) == b""
    port.close()


def test_the_line_is_raw_and_does_not_hang_up(line: tuple[int, str]) -> None:
    _near, name = line
    port = open_port(name, 9600)
    fd = os.open(name, os.O_RDWR | os.O_NOCTTY) if os.geteuid() == 0 else None
    iflag, oflag, cflag, lflag, speed, _, _ = termios.tcgetattr(port._fd)
    assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert not oflag & termios.OPOST
    assert not iflag & (termios.IXON | termios.IXOFF | termios.ICRNL)
    assert not cflag & (termios.HUPCL | termios.CRTSCTS | termios.PARENB | termios.CSTOPB)
    assert cflag & termios.CSIZE == termios.CS8
    assert speed == termios.B9600
    port.close()
    if fd is not None:
        os.close(fd)


def test_what_waits_in_the_line_is_not_thrown_away(line: tuple[int, str]) -> None:
    near, name = line
    fd = os.open(name, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd, termios.TCSANOW)
    os.write(near, b"\r\n+CMT: ,24\r\n")
    port = open_port(name)
    os.close(fd)
    assert port.read(1.0) == b"\r\n+CMT: ,24\r\n"
    port.close()


def test_the_name_of_who_holds_a_port(line: tuple[int, str]) -> None:
    _near, name = line
    held = "import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print('x', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", held, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(PortBusy, match=rf"held by .*\(pid {holder.pid}\)"):
            open_port(name)
    finally:
        holder.communicate()
    open_port(name).close()


def test_a_second_opening_is_refused_until_the_first_lets_go(line: tuple[int, str]) -> None:
    _near, name = line
    first = open_port(name)
    with pytest.raises(PortBusy):
        open_port(name)
    first.close()
    open_port(name).close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/dev/ttyNONE9", "is not there"),
        ("/dev/null", "no serial port"),
        ("/", "cannot be opened"),
        ("socket://", "no address"),
        ("socket://host:port", "no address"),
        ("rfc2217://", "no address"),
        ("socket://127.0.0.1:1", "does not answer"),
        ("sim:nonsense", "nonsense"),
    ],
)
def test_what_cannot_be_opened(name: str, said: str) -> None:
    with pytest.raises(PortGone, match=said):
        open_port(name)


def test_a_rate_that_is_none(line: tuple[int, str]) -> None:
    with pytest.raises(PortGone, match="115200"):
        open_port(line[1], 1234)


def test_a_line_that_vanishes_is_let_go_at_once() -> None:
    near, far = pty.openpty()
    port = open_port(os.ttyname(far))
    assert isinstance(port, DescriptorPort)
    os.close(far)
    os.close(near)
    with pytest.raises(PortGone, match="vanished"):
        port.read(1.0)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(port._fd)
    for action in (lambda: port.read(0.0), lambda: port.write(b"x")):
        with pytest.raises(PortGone, match="closed"):
            action()
    port.close()
    port.wake()
    assert not port.was_woken()


def test_a_line_that_takes_nothing_is_given_up(
    line: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.transport.descriptor.WRITE_TIMEOUT", 0.05)
    port = open_port(line[1])
    begun = time.monotonic()
    with pytest.raises(PortGone, match="took nothing"):
        port.write(b"x" * 1_000_000)
    assert time.monotonic() - begun < 2


def test_waking(line: tuple[int, str]) -> None:
    port = open_port(line[1])
    waker = threading.Thread(target=port.wake)
    waker.start()
    assert port.read(30.0, wakeable=True) == b""
    waker.join()
    assert port.read(30.0, wakeable=True) == b"", "it stays woken until it is asked"
    assert port.read(0.01) == b"", "only who may be woken is"
    assert port.was_woken()
    assert not port.was_woken()
    port.close()


def test_any_number_of_wake_ups_does_not_block(line: tuple[int, str]) -> None:
    port = open_port(line[1])
    for _ in range(70_000):
        port.wake()
    assert port.was_woken()
    port.close()


def test_a_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")
        peer, _ = server.accept()
        with peer:
            port.write(b"AT\r")
            assert peer.recv(100) == b"AT\r"
            peer.sendall(b"\r\nOK\r\n")
            assert port.read(1.0) == b"\r\nOK\r\n"
        with pytest.raises(PortGone):
            port.read(1.0)


def test_a_port_without_a_descriptor() -> None:
    port = TimedPort(serial.serial_for_url("loop://", timeout=0.01), "loop://")
    port.write(b"AT\r")
    found = port.read(1.0)
    assert found
    while len(found) < 3:
        found += port.read(1.0)
    assert found == b"AT\r"
    assert port.read(0.02) == b""
    port.wake()
    assert port.read(30.0, wakeable=True) == b""
    assert port.was_woken()
    assert not port.was_woken()
    port.close()
    port.close()
    with pytest.raises(PortGone, match="closed"):
        port.read(0.0)


def test_a_port_without_a_descriptor_that_breaks() -> None:
    link = serial.serial_for_url("loop://", timeout=0.01)
    port = TimedPort(link, "loop://")
    link.close()
    with pytest.raises(PortGone, match="hung up"):
        port.write(b"x")


def test_a_simulated_modem_of_its_own() -> None:
    before = set(threading.enumerate())
    port = open_port("sim:huawei")
    port.write(b"ATI\r")
    heard = b""
    while b"OK" not in heard:
        heard += port.read(5.0)
    assert b"huawei" in heard
    port.close()
    assert set(threading.enumerate()) == before


def test_a_pty_has_no_usb_identity(line: tuple[int, str]) -> None:
    assert usb_id(line[1]) is None
    assert usb_id("/dev/ttyNONE9") is None
