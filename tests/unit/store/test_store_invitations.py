"""The table `invitation`, as any program with SQLite writes it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest


def invite(room: Any, **columns: object) -> dict[str, Any]:
    columns = {"survey": "note", "recipient": "06 12 34 56 78", **columns}
    names = ", ".join(columns)
    room.sql(f"INSERT INTO invitation ({names}) VALUES ({', '.join('?' * len(columns))})", *columns.values())
    with room.store.read() as read:
        return dict(read.execute("SELECT * FROM invitation ORDER BY id DESC LIMIT 1").fetchone())


def test_two_columns_are_enough(room: Any) -> None:
    row = invite(room)
    assert (row["state"], row["reason"], row["session_id"], row["context"]) == ("pending", None, None, None)
    assert row["created_at"].endswith("Z")


def test_times_are_kept_in_one_form(room: Any) -> None:
    row = invite(room, not_before="2026-11-25 10:00", expires_at="2026-11-26", event_at=1795000000)
    assert (row["not_before"], row["expires_at"]) == ("2026-11-25T10:00:00.000Z", "2026-11-26T00:00:00.000Z")
    assert row["event_at"] == "2026-11-18T11:06:40.000Z"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"survey": " "}, "survey is empty"),
        ({"recipient": "Ana"}, "recipient has no digits"),
        ({"context": "{"}, "context is not JSON"),
        ({"context": "[1]"}, "context is no JSON object"),
        ({"not_before": "demain"}, "not_before is not a time"),
        ({"event_at": "10:00"}, "event_at has no date"),
        ({"not_before": "2026-11-26", "expires_at": "2026-11-25"}, "expires_at is not after not_before"),
        ({"state": "started"}, "state is not pending"),
        ({"reason": "x"}, "a column that only the gateway writes is set"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_with_a_sentence(
    room: Any, columns: dict[str, object], sentence: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=sentence):
        invite(room, **columns)


def test_the_same_key_invites_once(room: Any) -> None:
    invite(room, dedupe_key="k")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        invite(room, dedupe_key="k")


def test_a_new_time_is_looked_at_again(room: Any) -> None:
    row = invite(room, not_before="2026-12-25")
    with room.store.write() as tx:
        tx.execute("UPDATE invitation SET due_at = not_before WHERE id = ?", (row["id"],))
    room.sql("UPDATE invitation SET not_before = '2026-11-25 08:00' WHERE id = ?", row["id"])
    with room.store.read() as read:
        found = read.execute("SELECT not_before, due_at FROM invitation").fetchone()
    assert tuple(found) == ("2026-11-25T08:00:00.000Z", None)
    with pytest.raises(sqlite3.IntegrityError, match="not_before is not a time"):
        room.sql("UPDATE invitation SET not_before = 'bientôt' WHERE id = ?", row["id"])


def test_who_was_invited_stays(room: Any) -> None:
    row = invite(room)
    with room.store.write() as tx:
        tx.execute("UPDATE invitation SET state = 'refused', reason = 'x' WHERE id = ?", (row["id"],))
    with pytest.raises(sqlite3.IntegrityError, match="no longer pending"):
        room.sql("UPDATE invitation SET recipient = '+33600000000' WHERE id = ?", row["id"])
