"""What the store cannot do, as types named by what the caller must do; each carries a sentence.

StoreError
├── CannotOpen
│   ├── FolderMissing, FileMissing    make it, or point elsewhere
│   ├── NotADatabase                  the file is something else, damaged, or another program's
│   ├── NewerDatabase                 upgrade smsgw
│   └── OlderDatabase                 smsgw db migrate
├── ReadOnly                          permissions, or a file system mounted read-only
├── DiskFull                          make room, then go on: nothing of the transaction was written
├── LockedTooLong                     another program keeps a transaction open
├── Damaged                           stop, and restore a backup
├── Rejected                          the row itself is wrong: say so to whoever wrote it
│   └── DuplicateKey                  `dedupe_key` was used: `earlier` is the message that has it
└── Conflict                          a guarded update found another state than it expected
"""

from __future__ import annotations

import os
import sqlite3


class StoreError(Exception):
    """Base of everything that the store raises, except for misuse by a programmer."""


class CannotOpen(StoreError):
    """The database cannot be opened as it is."""


class FolderMissing(CannotOpen):
    """The folder of the database does not exist."""


class FileMissing(CannotOpen):
    """There is no database yet, and the caller does not want one made."""


class NotADatabase(CannotOpen):
    """The file is no SQLite database, or one that another program made."""


class NewerDatabase(CannotOpen):
    """A newer version of smsgw has migrated it; an older one must not touch it."""


class OlderDatabase(CannotOpen):
    """Migrations are pending, and the caller does not want to run them."""


class ReadOnly(StoreError):
    """The file, its folder or the file system does not let us write."""


class DiskFull(StoreError):
    """No room: the transaction was rolled back whole."""


class LockedTooLong(StoreError):
    """Somebody held the write lock for longer than `busy_timeout`."""


class Damaged(StoreError):
    """SQLite found the file malformed, or the disk answered with an error."""


class Rejected(StoreError):
    """A row that cannot be right; the text is the sentence of the trigger that refused it."""

    row: int | None = None
    """Which one of many, from 0."""


class DuplicateKey(Rejected):
    """The `dedupe_key` belongs to an earlier message, `earlier`."""

    def __init__(self, key: str, earlier: int) -> None:
        super().__init__(f"dedupe_key {key!r} was used by message {earlier}: it is not queued a second time")
        self.earlier = earlier


class Conflict(StoreError):
    """A guarded update matched no row: somebody else was quicker, or the caller is wrong about the state."""


class Misuse(RuntimeError):
    """A mistake in the program: a write inside a write, or a store used after it was closed."""


def explain(error: sqlite3.Error, path: str) -> StoreError | Misuse:
    """The error of SQLite as one of ours, with what to do about it."""
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return Misuse(f"{path}: {error}")
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LockedTooLong(
            f"{path} is locked: another program keeps a transaction open (lsof {path}): end it first"
        )
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _no_room(path)):
        return DiskFull(
            f"no room left on the disk of {path}: free some space (smsgw db prune), then try again"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        return ReadOnly(
            f"{path} cannot be written ({error}): its user must be in the group of its folder "
            "(usermod -aG smsgw), and the file system writable"
        )
    if code == sqlite3.SQLITE_NOTADB:
        return NotADatabase(
            f"{path} is not an SQLite database: check the path of `database` in the configuration"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR):
        return Damaged(
            f"{path} cannot be read ({error}): stop the gateway, keep the file and restore a backup"
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return Rejected(str(error))
    return StoreError(f"{path}: {error}")


def no_room() -> sqlite3.OperationalError:
    """What SQLite raises where the disk is full, for tests that want it at one certain write."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


def _no_room(path: str) -> bool:
    """Whether the disk is full: where its index of the log cannot grow, SQLite speaks of an I/O error only."""
    try:
        disk = os.statvfs(os.path.dirname(path))
    except OSError:
        return False
    return disk.f_bavail == 0
