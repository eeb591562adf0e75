"""Who opens and closes a tty, asked of the kernel.

The simulator keeps the far end of each pty open itself, so that bytes wait as they do in a stick's own buffer
and a closing program does not turn the near end into a busy loop. The price is that nothing resets an
exclusive lock (TIOCEXCL) when its owner dies; so the closing is watched here.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable
from pathlib import Path

CLOSE_WRITE, CLOSE_NOWRITE, OPEN = 0x08, 0x10, 0x20
_HEADER = struct.Struct("iIII")


class Watcher:
    """Reports each opening and closing of the watched files.

    Where the kernel has no more watchers to give (a user may have 128), nothing is reported and `fd` is -1:
    the log then lacks those lines, and an exclusive lock outlives its owner.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None)
        self.fd: int = self._libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        self._callbacks: dict[int, Callable[[bool], None]] = {}

    def add(self, path: Path, callback: Callable[[bool], None]) -> int:
        """Call `callback(True)` when somebody opens `path`, `callback(False)` when somebody closes it."""
        mask = CLOSE_WRITE | CLOSE_NOWRITE | OPEN
        watch: int = self._libc.inotify_add_watch(self.fd, os.fsencode(path), mask)
        if watch >= 0:
            self._callbacks[watch] = callback
        return watch

    def remove(self, watch: int) -> None:
        """Stop watching; the file may be gone already."""
        if self._callbacks.pop(watch, None) is not None:
            self._libc.inotify_rm_watch(self.fd, watch)

    def read(self, _events: int = 0) -> None:
        """Hand out what has happened; called when `fd` is readable."""
        try:
            data = os.read(self.fd, 64 * 1024)
        except BlockingIOError:
            return
        at = 0
        while at < len(data):
            watch, mask, _, length = _HEADER.unpack_from(data, at)
            at += _HEADER.size + length
            callback = self._callbacks.get(watch)
            if callback is not None and mask & (OPEN | CLOSE_WRITE | CLOSE_NOWRITE):
                callback(bool(mask & OPEN))

    def close(self) -> None:
        """Release the descriptor."""
        if self.fd >= 0:
            os.close(self.fd)
