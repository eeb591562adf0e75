"""One daemon a database: a lock that the kernel lets go of when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path


class Taken(Exception):
    """Another daemon runs on this database; the sentence names its process."""


class DaemonLock:
    """`NAME.db.lock`, held from start to end. The file stays: removing it would let two daemons in."""

    def __init__(self, database: Path) -> None:
        self._path = Path(f"{database}.lock")
        self._fd: int | None = None

    def take(self) -> None:
        """Lock, and write our process number for people to read. Raises `Taken`, OSError."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660)
        with contextlib.suppress(OSError):  # it is another's
            os.fchmod(fd, 0o660)  # whatever the umask: after a first try as root, the daemon's user takes it
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(fd, 32).decode("ascii", "replace").strip()
            os.close(fd)
            who = f" (process {holder})" if holder else ""
            raise Taken(
                f"another smsgw runs on this database{who}: stop it first, or give this one another database"
            ) from None
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd

    def release(self) -> None:
        """Let go. Legal twice, and without having taken it."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
