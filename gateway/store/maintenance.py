"""Looking after the database: is it sound, a copy of it, and the end of the retention (in `pruning`)."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.store import migrations
from gateway.store.connection import Reader, connect
from gateway.store.database import Store
from gateway.store.errors import StoreError, explain
from gateway.store.pruning import LeftOff, Pruned, Retention, prune, pruning

BACKUP_MODE = 0o640
"""Whatever the umask: a copy holds all that the database holds, and nobody writes it again."""

__all__ = ["LeftOff", "Pruned", "Retention", "backup", "check", "prune", "pruning"]


def check(read: Reader) -> list[str]:
    """What is wrong with the database, a sentence each; empty where nothing is. For `db check`.

    Reads the whole file.
    """
    problems = [f"SQLite: {row[0]}" for row in read.execute("PRAGMA integrity_check") if row[0] != "ok"]
    problems += [
        f"row {row['rowid']} of {row['table']} names a row of {row['parent']} that does not exist"
        for row in read.execute("PRAGMA foreign_key_check")
    ]
    return [*problems, *_schema(read), *_totals(read), *_parts(read)]


def _schema(read: Reader) -> list[str]:
    """A trigger, index or table that somebody dropped or changed: a rule that no longer holds."""
    found = {row["name"]: row["sql"] for row in read.execute("SELECT name, sql FROM sqlite_master")}
    return [
        f"{name} is {'not as it was made' if name in found else 'missing'}: somebody changed the schema, "
        "restore a backup"
        for name, sql in sorted(migrations.blueprint().items())
        if found.get(name) != sql
    ]


def _totals(read: Reader) -> list[str]:
    rows = read.execute(
        """
        SELECT total.state, total.messages, count(outbox.id) AS found
          FROM outbox_total AS total LEFT JOIN outbox ON outbox.state = total.state
         GROUP BY total.state HAVING found <> total.messages
        """
    )
    return [f"{row['found']} messages are {row['state']}, {row['messages']} were counted" for row in rows]


def _parts(read: Reader) -> list[str]:
    """Parts that contradict their message."""
    rows = read.execute(
        """
        SELECT outbox.id, outbox.state, part.sequence, part.state AS part_state
          FROM part JOIN outbox ON outbox.id = part.message_id
         WHERE (part.state = 'submitting' AND outbox.state <> 'sending')
            OR (outbox.state = 'delivered' AND part.state <> 'delivered')
            OR (outbox.state = 'sent' AND part.state NOT IN ('accepted', 'delivered', 'undelivered'))
         ORDER BY outbox.id, part.sequence LIMIT 100
        """
    )
    return [
        f"message {row['id']} is {row['state']} although its part {row['sequence']} is {row['part_state']}"
        for row in rows
    ]


def backup(store: Store, target: Path) -> None:
    """Copy the database while everybody works: one consistent state, complete or not there at all.

    Raises StoreError where the target exists, cannot be written or turns out damaged. For `db backup`.
    """
    if os.path.lexists(target):
        raise StoreError(f"{target} exists already: choose another name for the backup")
    unfinished = target.with_name(f".{target.name[:200]}.{secrets.token_hex(6)}")
    try:
        made = _new(unfinished)
        _copy(store.path, unfinished)
        if _identity(os.stat(unfinished, follow_symlinks=False)) != made:
            raise StoreError(f"somebody else changed {unfinished} meanwhile: choose a folder of your own")
        os.rename(unfinished, target)
    except OSError as error:
        raise StoreError(f"the backup {target} cannot be written: {error.strerror}") from error
    except sqlite3.Error as error:
        raise explain(error, str(target)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _new(file: Path) -> tuple[int, int]:
    """An empty file of ours, and which one it is."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, BACKUP_MODE)
    try:
        os.fchmod(descriptor, BACKUP_MODE)
        return _identity(os.fstat(descriptor))
    finally:
        os.close(descriptor)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _copy(source: Path, target: Path) -> None:
    with closing(connect(source, 30.0, query_only=True)) as ours, closing(sqlite3.connect(target)) as copy:
        ours.backup(copy)  # all pages in one step: writers go on beside it, and never make it start again
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise StoreError(f"the backup {target} is damaged: {verdict}")
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
