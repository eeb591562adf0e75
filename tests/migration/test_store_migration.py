"""From every older database to this version's schema, and never the other way."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from gateway.clock import ManualClock
from gateway.model import State
from gateway.store import (
    NewerDatabase,
    OlderDatabase,
    Store,
    StoreError,
    events,
    maintenance,
    migrations,
    outbox,
    sending,
)

SCHEMA = Path(__file__).with_name("schema.sql")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of smsgw to come, whose last step adds a table."""
    steps = Migrations("smsgw")
    steps._migrations = list(migrations.STEPS._migrations)

    @steps(name="to_come")
    def to_come(db: Database) -> None:
        db.execute("CREATE TABLE to_come (id INTEGER PRIMARY KEY) STRICT")
        db.execute(f"PRAGMA user_version = {migrations.LATEST}")

    monkeypatch.setattr(migrations, "STEPS", steps)
    monkeypatch.setattr(migrations, "LATEST", migrations.LATEST + 1)


def schema_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE '\\_sqlite%' ESCAPE '\\' "
            "AND name NOT LIKE 'sqlite%' ORDER BY type = 'trigger', type = 'index', name"
        ).fetchall()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    return "".join(f"{row[0]};\n\n" for row in rows) + f"PRAGMA user_version = {version};\n"


def test_all_steps_together_give_the_schema_that_is_kept_here(database: Path, clock: ManualClock) -> None:
    """After a change that was meant: SMSGW_KEEP_SCHEMA=1 pytest tests/migration, and look at the difference."""
    Store.open(database, clock).close()
    if os.environ.get("SMSGW_KEEP_SCHEMA"):
        SCHEMA.write_text(schema_of(database))
    assert schema_of(database) == SCHEMA.read_text()


def test_the_kept_schema_is_a_database() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA.read_text())
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        made = dict(rows.fetchall())
    assert made == {
        name: sql for name, sql in migrations.blueprint().items() if "_sqlite_migrations" not in name
    }


@pytest.mark.parametrize("content", [b"", None])
def test_an_empty_file_becomes_a_database_without_a_backup(
    database: Path, clock: ManualClock, content: bytes | None
) -> None:
    if content is None:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("VACUUM")
    else:
        database.write_bytes(content)
    Store.open(database, clock).close()
    assert schema_of(database) == SCHEMA.read_text()
    assert [path.name for path in database.parent.iterdir()] == ["gateway.db"]


def test_opening_twice_migrates_once(database: Path, clock: ManualClock) -> None:
    Store.open(database, clock).close()
    before = database.read_bytes()
    with Store.open(database, clock) as store, store.read() as read:
        applied = read.execute("SELECT migration_set, name FROM _sqlite_migrations ORDER BY id").fetchall()
    assert [tuple(row) for row in applied] == [
        ("smsgw", f"v{number + 1}") for number in range(migrations.LATEST)
    ]
    assert database.read_bytes() == before


@pytest.mark.parametrize("version", [path.stem for path in sorted(SCHEMA.parent.glob("v*.sql"))])
def test_databases_of_every_earlier_version_keep_their_messages(
    database: Path, clock: ManualClock, version: str
) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(SCHEMA.with_name(f"{version}.sql").read_text())
    with Store.open(database, clock) as store, store.read() as read:
        assert maintenance.check(read) == []
        rows = [(row.state, row.body, row.dedupe_key) for row in reversed(outbox.list_rows(read))]
        told = [event.kind for event in events.of_message(read, 2)]
        assert sending.missing_parts(read, 2) == []
    assert rows == [
        (state, f"Message {number} d’été", f"k{number}")
        for number, state in enumerate([State.SENT, State.UNKNOWN, State.QUEUED, State.QUEUED])
    ]
    assert told == ["queued", "sending", "unknown"]
    assert schema_of(database) == SCHEMA.read_text()
    assert len(list(database.parent.glob("*.bak"))) == (version != f"v{migrations.LATEST}")


def test_a_message_that_was_queued_without_its_parts_is_sent_after_all(
    database: Path, clock: ManualClock
) -> None:
    """What a plain UPDATE left behind before there was a trigger for it; and a note of when a text was handled."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(SCHEMA.with_name("v3.sql").read_text())
        connection.execute("UPDATE outbox SET state = 'queued' WHERE id = 2")
        connection.executemany(
            "INSERT INTO inbox (modem, sender, body, received_at, raw, handled_at)"
            " VALUES ('a', '+3361', 'x', '', '', ?)",
            [("2026-11-23 18:04",), ("by Ana",), (None,)],
        )
    with Store.open(database, clock) as store, store.read() as read:
        assert sending.missing_parts(read, 2) == [2], "part 1 is out"
        handled = [row[0] for row in read.execute("SELECT handled_at FROM inbox ORDER BY id DESC LIMIT 3")]
    assert handled == [None, "by Ana", "2026-11-23T18:04:00.000Z"], "what is no time is left as it was"


@pytest.mark.usefixtures("next_version")
def test_an_older_database_is_migrated_after_a_backup_beside_it(database: Path, clock: ManualClock) -> None:
    _make_older(database, clock)
    with Store.open(database, clock) as store, store.read() as read:
        assert read.execute("SELECT count(*) FROM to_come").fetchone()[0] == 0
        assert read.execute("SELECT body FROM outbox").fetchone()[0] == "Bonjour"
        assert read.execute("PRAGMA user_version").fetchone()[0] == migrations.LATEST
    (backup,) = [path for path in database.parent.iterdir() if path.suffix == ".bak"]
    assert backup.name == f"gateway.db.v{migrations.LATEST - 1}-20261124T100000.000Z.bak"
    assert stat.S_IMODE(backup.stat().st_mode) & 0o007 == 0
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (migrations.LATEST - 1,)
        assert copy.execute("SELECT body FROM outbox").fetchall() == [("Bonjour",)]


@pytest.mark.usefixtures("next_version")
def test_a_backup_that_finds_no_room_leaves_nothing_behind_and_the_database_as_it_was(
    database: Path, clock: ManualClock
) -> None:
    _make_older(database, clock)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        with pytest.raises(StoreError):
            Store.open(database, clock)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path for path in database.parent.iterdir() if path.suffix == ".bak"] == []
    Store.open(database, clock).close()


@pytest.mark.usefixtures("next_version")
def test_an_older_database_is_left_alone_where_nobody_wants_it_migrated(
    database: Path, clock: ManualClock
) -> None:
    _make_older(database, clock)
    with pytest.raises(OlderDatabase, match="run smsgw db migrate"):
        Store.open(database, clock, migrate=False)
    assert [path.name for path in database.parent.iterdir()] == ["gateway.db"]


def test_a_step_that_fails_leaves_the_older_database_as_it_was(
    database: Path, clock: ManualClock, next_version: None
) -> None:
    _make_older(database, clock)

    @migrations.STEPS(name="broken")
    def broken(db: Database) -> None:
        db.execute("INSERT INTO outbox (recipient, body) VALUES ('1', 'half')")
        raise RuntimeError("power cut")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="power cut"):
            Store.open(database, clock)
        clock.advance(timedelta(seconds=1))
    assert len(list(database.parent.glob("*.bak"))) == 2
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT body FROM outbox").fetchall() == [("Bonjour",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.LATEST - 1,)
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'to_come'").fetchone() is None


def test_a_newer_database_is_not_touched(database: Path, clock: ManualClock) -> None:
    Store.open(database, clock).close()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.LATEST + 1}")
    before = database.read_bytes()
    with pytest.raises(NewerDatabase, match="install the newer version again, or restore the copy"):
        Store.open(database, clock)
    assert database.read_bytes() == before


def _make_older(database: Path, clock: ManualClock) -> None:
    """What the version before the next one has left."""
    older = Migrations("smsgw")
    older._migrations = migrations.STEPS._migrations[:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "STEPS", older)
        patch.setattr(migrations, "LATEST", migrations.LATEST - 1)
        with Store.open(database, clock) as store, store.write() as tx:
            tx.execute("INSERT INTO outbox (recipient, body) VALUES ('+33612345678', 'Bonjour')")
