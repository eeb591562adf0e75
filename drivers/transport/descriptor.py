"""A port that has a file descriptor: a tty or a socket."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable

from drivers.errors import PortGone
from drivers.transport.port import READ_BOUND, WRITE_TIMEOUT


class DescriptorPort:
    """Reads and writes a non-blocking descriptor; a pipe ends a read early.

    It owns the descriptor: `close`, or an error that says that the device has vanished, closes it at once,
    so that a stick that is plugged in again gets its old name back (MODEMS F115).
    """

    def __init__(self, fd: int, name: str, release: Callable[[int], None] = os.close) -> None:
        """`release` closes the descriptor."""
        self._fd = fd
        self._name = name
        self._release = release
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # For the others against `close`, which the driver over python-gsmmodem may reach from the thread that reads:
        # a closed number may be somebody else's soon.
        self._lock = threading.Lock()
        self._open = True
        self._reader = select.poll()
        self._reader.register(fd, select.POLLIN)
        self._either = select.poll()
        self._either.register(fd, select.POLLIN)
        self._either.register(self._wake_read, select.POLLIN)
        self._writer = select.poll()
        self._writer.register(fd, select.POLLOUT)

    @property
    def name(self) -> str:
        """What it was opened as."""
        return self._name

    def read(self, timeout: float, *, wakeable: bool = False) -> bytes:
        """See `Port.read`."""
        self._check()
        poll = self._either if wakeable else self._reader
        try:
            # Rounded up: a wait that ends before its deadline is followed by a busy one.
            ready = poll.poll(max(0, int(timeout * 1000 + 0.999)))
            if not any(fd == self._fd for fd, _ in ready):
                return b""
            with self._lock:
                self._check()
                data = os.read(self._fd, READ_BOUND)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone(error.strerror or str(error)) from error
        if not data:
            # A tty in raw mode never reads as ended while its device is there (MODEMS F116).
            raise self._gone("it reads as ended")
        return data

    def write(self, data: bytes) -> None:
        """See `Port.write`."""
        self._check()
        left = memoryview(data)
        deadline: float | None = None
        while left:
            try:
                with self._lock:
                    self._check()
                    taken = os.write(self._fd, left)
                left = left[taken:]
            except BlockingIOError:
                now = time.monotonic()
                deadline = now + WRITE_TIMEOUT if deadline is None else deadline
                if now >= deadline:
                    raise self._gone(f"it took nothing for {WRITE_TIMEOUT:g} s") from None
                self._writer.poll(int((deadline - now) * 1000) + 1)
            except OSError as error:
                raise self._gone(error.strerror or str(error)) from error

    def wake(self) -> None:
        """See `Port.wake`."""
        with self._lock, contextlib.suppress(BlockingIOError):  # full of wake-ups already
            if self._open:
                os.write(self._wake_write, b"!")

    def was_woken(self) -> bool:
        """See `Port.was_woken`."""
        try:
            return self._open and bool(os.read(self._wake_read, READ_BOUND))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """See `Port.close`."""
        with self._lock:
            if not self._open:
                return
            self._open = False
            os.close(self._wake_write)
            os.close(self._wake_read)
        with contextlib.suppress(OSError):
            self._release(self._fd)

    def _check(self) -> None:
        if not self._open:
            raise PortGone(f"{self._name} is closed")

    def _gone(self, why: str) -> PortGone:
        self.close()
        return PortGone(f"{self._name} has vanished ({why}). Check the cable and the power of the USB port")
