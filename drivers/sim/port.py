"""One tty: a pseudo-terminal that other programs open as they would open /dev/ttyUSB0."""

from __future__ import annotations

import array
import errno
import fcntl
import os
import pty
import termios
import tty
from pathlib import Path
from typing import Protocol

from drivers.sim.inotify import Watcher
from drivers.sim.loop import READ, WRITE, Loop

_LIMIT = 256 * 1024
"""Octets waiting for a program that does not read: more than any listing; the oldest fall out."""


class Listener(Protocol):
    """What stands behind a port."""

    def receive(self, data: bytes) -> None:
        """Octets that the program wrote."""

    def opened(self) -> None:
        """A program opened the port."""

    def closed(self) -> None:
        """A program closed the port."""


class Port:
    """The near end of one pty, with a stable link to the far end.

    Raw mode, no echo by the line discipline, unlimited speed. `path` stays the same over `hang_up` and
    `plug`; the device behind it does not.
    """

    def __init__(self, loop: Loop, watcher: Watcher, link: Path) -> None:
        self._loop = loop
        self._watcher = watcher
        self._near = -1
        self._far = -1
        self._watch = -1
        self._waiting = bytearray()
        self.link = link
        self.listener: Listener | None = None
        self.stalled = False
        """True: nothing that the program writes is taken, so that its writes block in the end."""
        self.dropped = 0

    @property
    def path(self) -> str:
        """What to give to a program."""
        return str(self.link)

    @property
    def plugged(self) -> bool:
        """The device exists."""
        return self._near >= 0

    def plug(self, link: Path | None = None) -> None:
        """Make the device and its link appear, under another name where one is given."""
        if self.plugged:
            return
        self._near, self._far = pty.openpty()
        for fd in (self._near, self._far):
            os.set_inheritable(fd, False)
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        device = Path(os.ttyname(self._far))
        self._watch = self._watcher.add(device, self._opened_or_closed)
        self._loop.watch(self._near, self._ready)
        self.link = link or self.link
        _relink(self.link, device)

    def hang_up(self) -> None:
        """Take the device away: whoever has it open gets EIO or end of file."""
        if not self.plugged:
            return
        self._watcher.remove(self._watch)
        self._loop.forget(self._near)
        _unlink(self.link, os.ttyname(self._far))
        os.close(self._near)
        os.close(self._far)
        self._near = self._far = -1
        self._waiting.clear()

    def write(self, data: bytes) -> None:
        """Send to the program; kept in order while it does not read."""
        if not self.plugged:
            return
        if self._waiting:
            self._keep(data)
            return
        sent = self._push(data)
        if sent < len(data):
            self._keep(data[sent:])
            self._loop.watch(self._near, self._ready, READ | WRITE)

    def _keep(self, data: bytes) -> None:
        self._waiting += data
        excess = len(self._waiting) - _LIMIT
        if excess > 0:
            self.dropped += excess
            del self._waiting[:excess]

    def _push(self, data: bytes) -> int:
        try:
            return os.write(self._near, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return len(data)

    @property
    def unread(self) -> int:
        """Octets that the program has not read yet."""
        if not self.plugged:
            return 0
        count = array.array("i", [0])
        fcntl.ioctl(self._far, termios.FIONREAD, count)
        return count[0] + len(self._waiting)

    def forget_unread(self) -> None:
        """Throw away what nobody has read."""
        if self.plugged:
            self._waiting.clear()
            termios.tcflush(self._far, termios.TCIFLUSH)

    def stall(self, on: bool) -> None:
        """Stop, or go on, taking what the program writes."""
        self.stalled = on
        if self.plugged:
            reading = 0 if on else READ
            self._loop.watch(self._near, self._ready, reading | (WRITE if self._waiting else 0))

    def _ready(self, events: int) -> None:
        if events & WRITE and self._waiting:
            del self._waiting[: self._push(bytes(self._waiting))]
            if not self._waiting:
                self._loop.watch(self._near, self._ready, 0 if self.stalled else READ)
        if events & READ and not self.stalled:
            self._read()

    def _read(self) -> None:
        try:
            data = os.read(self._near, 16 * 1024)
        except (BlockingIOError, InterruptedError):
            return
        if data and self.listener is not None:
            self.listener.receive(data)

    def _opened_or_closed(self, opened: bool) -> None:
        if not opened and self.plugged:
            # a real tty forgets its exclusive owner at the last close; here the far end never closes
            fcntl.ioctl(self._far, termios.TIOCNXCL)
        if self.listener is not None:
            (self.listener.opened if opened else self.listener.closed)()


def _relink(link: Path, device: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(device)
    fresh.replace(link)


def _unlink(link: Path, device: str) -> None:
    """Remove the link, unless somebody else's modem stands there by now."""
    if link.is_symlink() and os.readlink(link) == device:
        link.unlink()
