"""Ports of other machines: `socket://host:port` (a raw TCP stream) and `rfc2217://host:port` (with control)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Final
from urllib.parse import urlsplit

import serial

from drivers.errors import PortGone
from drivers.transport.descriptor import DescriptorPort
from drivers.transport.port import READ_BOUND, WRITE_TIMEOUT, Port

CONNECT_TIMEOUT: Final = 10.0
"""Seconds for a connection on a local network, a lost packet or two included."""
_SLICE: Final = 0.05
"""Seconds of one timed read, where there is no descriptor to wait on: how late a wake-up may be noticed."""


def open_socket(name: str) -> Port:
    """A raw TCP connection. Raises PortGone."""
    host, port = _address(name)
    try:
        connection = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT)
    except OSError as error:
        raise PortGone(
            f"{name} does not answer ({error}). Check the address and the serial server"
        ) from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setblocking(False)
    return DescriptorPort(connection.detach(), name, release=_hang_up)


def open_rfc2217(name: str, baudrate: int) -> Port:
    """A serial port behind Telnet with RFC 2217. Raises PortGone."""
    _address(name)
    try:
        link = serial.serial_for_url(
            name, baudrate=baudrate, timeout=_SLICE, write_timeout=WRITE_TIMEOUT, rtscts=False, dsrdtr=False
        )
    except (OSError, ValueError) as error:  # SerialException is an OSError
        raise PortGone(
            f"{name} does not answer ({error}). Check the address and the serial server"
        ) from error
    return TimedPort(link, name)


class TimedPort:
    """A pyserial port without a descriptor: reads are cut into slices."""

    def __init__(self, link: serial.Serial, name: str) -> None:
        """`link` has a read timeout of a slice."""
        self._link = link
        self._name = name
        self._woken = threading.Event()
        self._open = True

    @property
    def name(self) -> str:
        """What it was opened as."""
        return self._name

    def read(self, timeout: float, *, wakeable: bool = False) -> bytes:
        """See `Port.read`."""
        deadline = time.monotonic() + timeout
        while True:
            data = self._slice(deadline)
            if data or time.monotonic() >= deadline or (wakeable and self._woken.is_set()):
                return data

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        self._check()
        try:
            self._link.write(data)
        except (OSError, TypeError, ValueError) as error:  # F116: all the ways to say that it is gone
            raise self._gone(error) from error

    def wake(self) -> None:
        """See `Port.wake`."""
        self._woken.set()

    def was_woken(self) -> bool:
        """See `Port.was_woken`."""
        woken = self._woken.is_set()
        self._woken.clear()
        return woken

    def close(self) -> None:
        """See `Port.close`."""
        if self._open:
            self._open = False
            with contextlib.suppress(OSError, TypeError, ValueError):
                self._link.close()

    def _slice(self, deadline: float) -> bytes:
        self._check()
        try:
            if not self._link.in_waiting and time.monotonic() >= deadline:
                return b""
            # With the timeout that it was opened with: to change it means to negotiate it.
            first = bytes(self._link.read(1))
            return first + bytes(self._link.read(min(self._link.in_waiting, READ_BOUND))) if first else first
        except (OSError, TypeError, ValueError) as error:
            raise self._gone(error) from error

    def _check(self) -> None:
        if not self._open:
            raise PortGone(f"{self._name} is closed")

    def _gone(self, error: Exception) -> PortGone:
        self.close()
        return PortGone(f"{self._name} has hung up ({error}). Check the network and the serial server")


def _address(name: str) -> tuple[str, int]:
    try:
        parts = urlsplit(name)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port:
        raise PortGone(f"{name} is no address; write {name.partition(':')[0]}://host:port")
    return host, port


def _hang_up(fd: int) -> None:
    socket.socket(fileno=fd).close()
