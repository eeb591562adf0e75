"""The schema's history: numbered steps, all applied in one transaction together with their record.

The triggers belong to no step: they are dropped before the first and made anew after the last, so that they are
always those of this version. `tests/migration/schema.sql` is what everything together must give.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from functools import cache
from importlib import resources
from pathlib import Path

from sqlite_utils import Database, Migrations

from gateway.clock import Clock, to_text
from gateway.store import triggers
from gateway.store.connection import connect
from gateway.store.errors import NewerDatabase, NotADatabase, OlderDatabase

APPLICATION_ID = 0x736D7367
"""`smsg` in the file's header: how `file` and this module tell a gateway's database from another one."""

STEPS = Migrations("smsgw")


@STEPS(name="v1")
def first_schema(db: Database) -> None:
    """Outbox, inbox, SIMs, events."""
    run(db, resources.files("gateway.store").joinpath("schema_v1.sql").read_text("utf-8"))
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


@STEPS(name="v2")
def people(db: Database) -> None:
    """Contacts, the ledger of consents, what a person has to look at."""
    run(db, resources.files("gateway.store").joinpath("schema_v2.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 2")


@STEPS(name="v3")
def surveys(db: Database) -> None:
    """Survey files by version, invitations, sessions, alerts."""
    run(db, resources.files("gateway.store").joinpath("schema_v3.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 3")


@STEPS(name="v4")
def counting(db: Database) -> None:
    """Indexes for reports."""
    run(db, resources.files("gateway.store").joinpath("schema_v4.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 4")


@STEPS(name="v5")
def caps(db: Database) -> None:
    """What went to a number, by category and time: caps are asked at every message, however long the queue."""
    run(
        db,
        """
        CREATE INDEX outbox_submitted ON outbox (number, category, coalesce(sent_at, updated_at))
            WHERE category IN ('commercial', 'survey', 'service')
              AND state IN ('sending', 'sent', 'delivered', 'undelivered', 'unknown');
        """,
    )
    db.execute("PRAGMA user_version = 5")


@STEPS(name="v6")
def sizes(db: Database) -> None:
    """No column of a message or an invitation without a bound: triggers alone."""
    db.execute("PRAGMA user_version = 6")


@STEPS(name="v7")
def references(db: Database) -> None:
    """What was seen of the modems' reference counters."""
    run(db, resources.files("gateway.store").joinpath("schema_v7.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 7")


@STEPS(name="v8")
def canaries(db: Database) -> None:
    """Messages from one SIM of ours to another."""
    run(db, resources.files("gateway.store").joinpath("schema_v8.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 8")


@STEPS(name="v9")
def canary_numbers(db: Database) -> None:
    """What canaries have shown of the numbers that they were sent to."""
    run(db, resources.files("gateway.store").joinpath("schema_v9.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 9")


@STEPS(name="v10")
def queued_by_others(db: Database) -> None:
    """Times of `handled_at` as other times are; messages that another program has queued while their parts were not.

    Those could never be sent: with their parts waiting, and bound to no SIM where nothing of them is out, they are
    looked at anew, as the triggers do from now on.
    """
    run(db, resources.files("gateway.store").joinpath("schema_v10.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 10")


@STEPS(name="v11")
def contexts(db: Database) -> None:
    """The views tell the context of the invitation, as it was written."""
    run(db, resources.files("gateway.store").joinpath("schema_v11.sql").read_text("utf-8"))
    db.execute("PRAGMA user_version = 11")


def apply_steps(db: Database) -> None:
    """Every pending step, without triggers, so that a step may touch any row; then the triggers of this version."""
    for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{row[0]}"')
    STEPS.apply(db)
    run(db, triggers.script())


def run(db: Database, script: str) -> None:
    """Execute a script inside the transaction of a step; every statement ends at the end of a line.

    (`executescript` of sqlite3 commits first, and that of sqlite-utils takes quadratic time.)
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


LATEST = 11
"""`PRAGMA user_version` after the last step."""


def bring_up(
    writer: sqlite3.Connection, path: Path, clock: Clock, *, migrate: bool, busy_timeout: float
) -> None:
    """Make sure that the database is ours and has this version's schema.

    Raises NotADatabase, NewerDatabase, and OlderDatabase where `migrate` is False. An older database is
    copied beside itself first, unless it is empty.
    """
    found = _version(writer, path)
    if found == LATEST and _in_wal(writer):
        return
    if found < LATEST and not migrate:
        raise OlderDatabase(f"{path} has schema {found}, this version needs {LATEST}: run smsgw db migrate")
    _use_wal(writer, busy_timeout)
    writer.execute("BEGIN IMMEDIATE")
    try:
        found = _version(writer, path)  # another process may have been quicker
        if found < LATEST:
            if found:
                _backup(path, found, clock, busy_timeout)
            apply_steps(Database(writer, recursive_triggers=False, execute_plugins=False))
        writer.execute("COMMIT")
    except BaseException:
        if writer.in_transaction:
            writer.execute("ROLLBACK")
        raise


@cache
def blueprint() -> dict[str, str]:
    """Name and SQL of every table, index, trigger and view that all steps together make."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        apply_steps(Database(connection, recursive_triggers=False, execute_plugins=False))
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        return dict(rows.fetchall())


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema's number, 0 for an empty file."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if owner != APPLICATION_ID:
        if owner or found or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise NotADatabase(f"{path} belongs to another program: choose another file for `database`")
        return 0
    if found > LATEST:
        raise NewerDatabase(
            f"{path} has schema {found}, this smsgw knows {LATEST}: install the newer version again, "
            "or restore the copy that was made beside the file before the upgrade"
        )
    return found


def _in_wal(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def _use_wal(connection: sqlite3.Connection, busy_timeout: float) -> None:
    """Write-ahead logging, kept in the file. SQLite's own busy handler does not wait here, so this does."""
    pause = threading.Event()
    for attempt in range(max(1, int(busy_timeout / 0.02))):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or (attempt + 1) * 0.02 >= busy_timeout:
                raise
        pause.wait(0.02)  # nobody sets it: another process is making the same change


def _backup(path: Path, version: int, clock: Clock, busy_timeout: float) -> Path:
    """Copy the database beside itself. The caller holds the write lock, so nothing changes meanwhile.

    A copy that is not whole is taken away: a service that is started again and again would fill the disk with them.
    """
    stamp = to_text(clock.now()).replace("-", "").replace(":", "")
    target = path.with_name(f"{path.name}.v{version}-{stamp}.bak")
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640))
    source = connect(path, busy_timeout, query_only=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    except BaseException:
        target.unlink()
        raise
    finally:
        copy.close()
        source.close()
    return target
