"""The trace of everything: rows are added, never changed. States of messages write theirs by trigger."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.store.connection import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    id: int
    at: str
    kind: str
    message_id: int | None
    inbox_id: int | None
    session_id: int | None
    modem: str | None
    detail: Mapping[str, Any]


def add(
    tx: Tx,
    kind: str,
    *,
    now: str,
    message_id: int | None = None,
    inbox_id: int | None = None,
    session_id: int | None = None,
    modem: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one down; its id. Called by every room that does something worth finding again."""
    cursor = tx.execute(
        "INSERT INTO event_log (at, kind, message_id, inbox_id, session_id, modem, detail) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now, kind, message_id, inbox_id, session_id, modem, json.dumps(detail or {})),
    )
    return int(cursor.lastrowid or 0)


def list_events(
    read: Reader,
    *,
    kind: str | None = None,
    message_id: int | None = None,
    inbox_id: int | None = None,
    modem: str | None = None,
    since: str | None = None,
    limit: int = 100,
) -> list[Event]:
    """The newest that fit, oldest first. For the command line."""
    wanted = {"kind": kind, "message_id": message_id, "inbox_id": inbox_id, "modem": modem}
    given = {column: wish for column, wish in wanted.items() if wish is not None}
    tests = [f"{column} = ?" for column in given]
    arguments: list[object] = list(given.values())
    if since is not None:
        tests.append("at >= ?")
        arguments.append(since)
    where = " AND ".join(tests) or "1"
    rows = read.execute(f"SELECT * FROM event WHERE {where} ORDER BY id DESC LIMIT ?", (*arguments, limit))  # noqa: S608 - columns of ours
    return [_event(row) for row in reversed(rows.fetchall())]


def of_message(read: Reader, message_id: int) -> list[Event]:
    """Everything that happened to one message, in order."""
    rows = read.execute("SELECT * FROM event WHERE message_id = ? ORDER BY id", (message_id,))
    return [_event(row) for row in rows]


def _event(row: sqlite3.Row) -> Event:
    return Event(**{**dict(row), "detail": json.loads(row["detail"])})
