"""Check, backup, and the end of the retention."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.clock import ManualClock
from gateway.model import State
from gateway.store import Store, StoreError, maintenance, outbox, sims

if TYPE_CHECKING:
    from tests.unit.store.conftest import Room


@dataclass
class Keep:
    texts: timedelta = timedelta(days=30)
    logs: timedelta = timedelta(days=90)
    contacts: timedelta = timedelta(days=365)
    revocations: timedelta = timedelta(days=1096)
    grants: timedelta = timedelta(days=1826)


def problems(room: Room) -> list[str]:
    with room.store.read() as read:
        return maintenance.check(read)


def test_a_sound_database_has_no_problems(room: Room) -> None:
    room.sent()
    room.unknown()
    room.failed()
    assert problems(room) == []


def test_a_rule_that_somebody_dropped_is_missed(room: Room) -> None:
    room.sql("DROP TRIGGER outbox_transition")
    room.sql("DROP INDEX outbox_ready")
    room.sql("CREATE INDEX outbox_ready ON outbox (id)")
    room.sql("CREATE TABLE my_own_notes (id)")  # applications may have tables of their own here
    assert [problem.split(":")[0] for problem in problems(room)] == [
        "outbox_ready is not as it was made",
        "outbox_transition is missing",
    ]


def test_rows_that_contradict_each_other_are_told(room: Room) -> None:
    message = room.sent()
    room.part_becomes(message, 1, "waiting")
    room.sql("UPDATE outbox_total SET messages = 9 WHERE state = 'failed'")
    room.sql("PRAGMA foreign_keys = OFF")
    room.sql("INSERT INTO part (message_id, sequence) VALUES (77, 1)")
    assert problems(room) == [
        "row None of part names a row of outbox that does not exist",
        "0 messages are failed, 9 were counted",
        f"message {message} is sent although its part 1 is waiting",
    ]


def test_a_backup_is_one_complete_file(room: Room, tmp_path: Path, clock: ManualClock) -> None:
    message = room.sent()
    target = tmp_path / "backup.db"
    maintenance.backup(room.store, target)
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == ["backup.db"]
    with Store.open(target, clock) as copy, copy.read() as read:
        row = outbox.get(read, message)
        assert row is not None
        assert row.state is State.SENT
        assert maintenance.check(read) == []


def test_a_backup_takes_one_moment_while_others_write(room: Room, tmp_path: Path) -> None:
    room.add()
    with closing(sqlite3.connect(room.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO outbox (recipient, body) VALUES ('1', 'x')")
        maintenance.backup(room.store, tmp_path / "backup.db")
        other.execute("COMMIT")
    with closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
        assert copy.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


def test_a_backup_overwrites_nothing_and_needs_a_folder(room: Room, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        maintenance.backup(room.store, tmp_path / "there")
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        maintenance.backup(room.store, tmp_path / "nowhere" / "backup.db")
    assert (tmp_path / "there").read_text() == "precious"


def test_texts_go_first_then_the_rest_and_what_is_open_stays(room: Room) -> None:
    sent, unknown, queued, failed = room.sent(context='{"a":1}'), room.unknown(), room.add(), room.failed()
    room.sql(
        "INSERT INTO inbox (modem, sender, body, received_at, raw) VALUES ('sim1', '+1', 'Oui', ?, '0791')",
        room.now,
    )
    start = room.clock.now()
    recent = None
    for days, gone in ((31, 0), (91, 2)):
        room.clock.set(start + timedelta(days=days))
        recent = recent or room.sent()
        done = maintenance.prune(room.store, Keep(), room.clock.now())
        assert done.messages == gone + (days == 91)
    with room.store.read() as read:
        left = {row.id: row.body for row in outbox.list_rows(read)}
        assert maintenance.check(read) == []
    assert left == {recent: "", queued: "Votre colis arrive demain.", unknown: "Votre colis arrive demain."}
    assert room.ask("SELECT count(*) FROM inbox") == [(0,)]
    assert room.ask("SELECT message_id FROM attempt") == [(unknown,), (recent,)]
    assert room.ask("SELECT DISTINCT message_id FROM event") == [(recent,)]
    assert sent not in left
    assert failed not in left
    assert room.ask("SELECT * FROM setting") == []


def test_the_first_prune_takes_the_texts_alone(room: Room) -> None:
    message = room.sent(context='{"a":1}')
    room.sql(
        "INSERT INTO inbox (modem, sender, body, received_at, raw) VALUES ('sim1', '+1', 'Oui', ?, '0791')",
        room.now,
    )
    before = room.events(message)
    room.clock.advance(timedelta(days=31))
    done = maintenance.prune(room.store, Keep(), room.clock.now())
    assert (done.texts, done.messages, done.events, done.attempts) == (2, 0, 0, 0)
    row = room.row(message)
    assert (row.body, row.context, row.state) == ("", None, State.SENT)
    assert room.ask("SELECT body, raw FROM inbox") == [("", "")]
    assert room.events(message) == before
    assert maintenance.prune(room.store, Keep(), room.clock.now()).texts == 0


def test_a_large_past_is_pruned_in_windows(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.pruning.AT_ONCE", 3)
    for _ in range(10):
        room.failed()
    room.clock.advance(timedelta(days=100))
    done = maintenance.prune(room.store, Keep(), room.clock.now())
    assert (done.messages, done.events, done.texts) == (10, 30, 10)
    assert 0.0 <= done.free < 1.0


def test_small_things_are_forgotten_when_nothing_needs_them(room: Room) -> None:
    room.sent(dedupe_key="k")
    room.sql("INSERT OR IGNORE INTO outbox (recipient, body, dedupe_key) VALUES ('1', 'x', 'k')")
    for days, air, talks, months in ((1, 1, 1, 1), (3, 0, 1, 1), (100, 0, 1, 0), (400, 0, 0, 0)):
        room.clock.advance(timedelta(days=days))
        maintenance.prune(room.store, Keep(), room.clock.now())
        with room.store.read() as read:
            assert len(sims.air_since(read, "208010000000001", "")) == air
            assert (sims.last_sim(read, "+33612345678") is not None) == talks
            assert len(sims.correspondents(read, "208010000000001", "2026-11")) == months
    assert room.ask("SELECT * FROM setting") == []


def test_nobody_else_ever_sees_the_rules_lifted(room: Room) -> None:
    with room.store.write() as tx, maintenance.pruning(tx):
        assert room.ask("SELECT * FROM setting") == []
    with pytest.raises(KeyError), room.store.write() as tx, maintenance.pruning(tx):
        raise KeyError
    assert room.ask("SELECT * FROM setting") == []
