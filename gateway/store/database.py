"""The store: one writer connection behind a lock, readers of their own, a look for the commits of others."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway import failpoints
from gateway.clock import Clock
from gateway.failpoints import Step
from gateway.store import migrations
from gateway.store.connection import Reader, Tx, connect
from gateway.store.errors import (
    CannotOpen,
    FileMissing,
    FolderMissing,
    LockedTooLong,
    Misuse,
    NotADatabase,
    ReadOnly,
    explain,
    no_room,
)

OLDEST_SQLITE = (3, 38, 0)
"""STRICT tables, RETURNING, the `auto` modifier of the date functions and JSON without being asked for."""

IDLE_READERS = 8
"""Read connections kept open between uses: as many as threads usually read at the same time."""


class Store:
    """One database file. Safe to use from any thread.

    Writes are short transactions, one at a time; reads see the last commit and never wait for a write.
    """

    def __init__(self, path: Path, clock: Clock, writer: sqlite3.Connection, busy_timeout: float) -> None:
        self.path = path
        self.clock = clock
        self._busy_timeout = busy_timeout
        self._writer = writer  # used under _lock only
        self._lock = threading.RLock()
        self._inside = False  # under _lock: a transaction of ours is open
        self._seen = self._data_version()  # under _lock
        self._foreign = False  # under _lock: somebody else committed, and nobody was told yet
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []  # under _pool_lock
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path | str,
        clock: Clock,
        *,
        create: bool = True,
        migrate: bool = True,
        busy_timeout: float = 30.0,
    ) -> Store:
        """Open the database file, make it where there is none, and bring it to this version's schema.

        `busy_timeout` in seconds is how long any write waits for other programs. Raises CannotOpen in its
        several kinds, ReadOnly, LockedTooLong, DiskFull, Damaged.
        """
        path = Path(path).absolute()
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise CannotOpen(
                f"this Python has SQLite {sqlite3.sqlite_version}, which lacks what the rules of the outbox need: "
                f"3.38 or newer (python3 -c 'import sqlite3; print(sqlite3.sqlite_version)')"
            )
        _prepare_file(path, create)
        try:
            writer = connect(path, busy_timeout)
            try:
                migrations.bring_up(writer, path, clock, migrate=migrate, busy_timeout=busy_timeout)
                return cls(path, clock, writer, busy_timeout)
            except BaseException:
                writer.close()
                raise
        except sqlite3.Error as error:
            raise explain(error, str(path)) from error

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One write transaction: committed, with everything on disk, when the block ends; else rolled back.

        Keep it short: every other writer waits. Raises LockedTooLong, DiskFull, ReadOnly, Damaged, and Misuse
        where the thread is inside a write already.
        """
        self._take_lock()
        try:
            self._begin()
            try:
                yield self._writer
                self._commit()
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            finally:
                self._inside = False
                self._look()
        except sqlite3.Error as error:
            raise explain(error, str(self.path)) from error
        finally:
            self._lock.release()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A connection that cannot write, and sees one state of the database from its first look to its last."""
        try:
            connection = self._take_reader()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._give_back(connection)
        except sqlite3.Error as error:
            raise explain(error, str(self.path)) from error

    def changed_elsewhere(self) -> bool:
        """Whether another program (or another Store) has committed since the last call. Costs microseconds.

        The look is `PRAGMA data_version` on the writer connection, where our own commits do not count. It
        never waits: while a transaction of ours runs it answers False, and the transaction looks at its end.
        For one caller only (the dispatcher, every 20 to 50 ms; a waiting client): True is told once.
        """
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if not self._inside and not self._closed:
                self._look()
            changed, self._foreign = self._foreign, False
            return changed
        finally:
            self._lock.release()

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it. Safe to call twice.

        Raises LockedTooLong where a write of another thread does not end, Misuse inside a write.
        """
        self._take_lock()
        try:
            if self._inside:
                raise Misuse("the store is closed inside a write")
            with self._pool_lock:
                self._closed = True
                idle, self._idle = self._idle, []
            for connection in idle:
                connection.close()
            with suppress(sqlite3.Error):  # another program reads or writes: the last one out does it
                self._writer.execute("PRAGMA busy_timeout = 0")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()
        finally:
            self._lock.release()

    def __enter__(self) -> Store:
        """The store itself, for `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _take_lock(self) -> None:
        if not self._lock.acquire(timeout=self._busy_timeout):
            raise LockedTooLong(
                f"a write of this process on {self.path} has not ended for {self._busy_timeout:g} s: restart it"
            )

    def _begin(self) -> None:
        if self._inside:
            raise Misuse("a write inside a write: pass `tx` on instead of opening another transaction")
        if self._closed:
            raise Misuse("the store is closed")
        # IMMEDIATE: a transaction that reads first and writes later fails at once where another one wrote in
        # between, whatever the timeout; asking for the write lock first makes it wait instead.
        self._writer.execute("BEGIN IMMEDIATE")
        self._inside = True

    def _commit(self) -> None:
        if failpoints.reach(Step.COMMIT):
            raise no_room()
        self._writer.execute("COMMIT")
        failpoints.reach(Step.COMMITTED)

    def _look(self) -> None:
        """Note whether somebody else has committed. Called with the lock held."""
        try:
            version = self._data_version()
        except sqlite3.Error:  # busy for a moment (another process recovers the log): look at the rows
            self._foreign = True
            return
        if version != self._seen:
            self._seen = version
            self._foreign = True

    def _data_version(self) -> int:
        return int(self._writer.execute("PRAGMA data_version").fetchone()[0])

    def _take_reader(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._closed:
                raise Misuse("the store is closed")
            if self._idle:
                return self._idle.pop()
        return connect(self.path, self._busy_timeout, query_only=True)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._pool_lock:
            if not self._closed and len(self._idle) < IDLE_READERS:
                self._idle.append(connection)
                return
        connection.close()


def _prepare_file(path: Path, create: bool) -> None:
    """Make the empty file with the mode of CONTRACT, or say what is in the way."""
    if not path.parent.is_dir():
        raise FolderMissing(
            f"the folder {path.parent} does not exist: make it (mkdir -m 2770), or change `database`"
        )
    if path.exists():
        if not path.is_file():
            raise NotADatabase(f"{path} is not a file: check `database` in the configuration")
        if os.statvfs(path.parent).f_flag & os.ST_RDONLY:
            raise ReadOnly(f"{path} lies on a file system that is mounted read-only: mount it for writing")
        if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK | os.X_OK):
            raise ReadOnly(
                f"{path} and its folder must be writable (SQLite keeps its log beside the file): "
                "join the group of the folder (usermod -aG smsgw), and log in again"
            )
        return
    if not create:
        raise FileMissing(f"there is no database {path}: start the gateway once, or run smsgw db migrate")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            os.fchmod(descriptor, 0o660)  # whatever the umask: applications of the group write here
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ReadOnly(
            f"{path} cannot be made ({error.strerror}): check the permissions of its folder"
        ) from error
