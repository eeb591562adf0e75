"""Incoming messages as people and applications see them. Times are text, UTC."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from gateway.store.connection import Reader, Tx
from gateway.store.errors import Conflict

LATEST_LOOKED_AT = 50
"""Rows of one number that the questions below look at: more than anybody exchanges within their windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncoming:
    """A message as it goes into the inbox."""

    modem: str
    sim: str
    """The SIM's own number where it is known, else its IMSI."""
    imsi: str
    sender: str
    body: str
    sent_at: str | None
    received_at: str
    parts: int = 1
    complete: bool = True
    kind: str
    raw: str
    """The PDUs, one a line, in the order of their places."""
    reply_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming(NewIncoming):
    """A row of the inbox."""

    id: int
    session_id: int | None
    question: str | None
    handled_at: str | None
    duplicates: int


_COLUMNS = (
    "id, modem, sim, sender, body, sent_at, received_at, parts, complete, kind, session_id, question, raw,"
    " handled_at, imsi, duplicates, reply_to"
)
COLUMNS = tuple(_COLUMNS.split(", "))
"""Those of CONTRACT, in its order, then our own."""

_SELECT = f"SELECT {_COLUMNS} FROM inbox"  # noqa: S608 - own columns


def insert(tx: Tx, message: NewIncoming) -> int:
    """Put a message into the inbox; its id."""
    cursor = tx.execute(
        "INSERT INTO inbox (modem, sim, imsi, sender, body, sent_at, received_at, parts, complete, kind, raw,"
        " reply_to) VALUES (:modem, :sim, :imsi, :sender, :body, :sent_at, :received_at, :parts, :complete,"
        " :kind, :raw, :reply_to)",
        asdict(message),
    )
    return int(cursor.lastrowid or 0)


def fill(tx: Tx, inbox_id: int, *, body: str, raw: str, sent_at: str | None, complete: bool) -> None:
    """A late part came: the text as it stands now."""
    tx.execute(
        "UPDATE inbox SET body = ?, raw = ?, sent_at = ?, complete = ? WHERE id = ?",
        (body, raw, sent_at, complete, inbox_id),
    )


def classify(tx: Tx, inbox_id: int, kind: str, session_id: int | None, question: str | None) -> None:
    """What the message was taken for."""
    tx.execute(
        "UPDATE inbox SET kind = ?, session_id = ?, question = ? WHERE id = ?",
        (kind, session_id, question, inbox_id),
    )


def count_duplicate(tx: Tx, inbox_id: int) -> int:
    """The same PDU came again; how often so far."""
    tx.execute("UPDATE inbox SET duplicates = duplicates + 1 WHERE id = ?", (inbox_id,))
    (found,) = tx.execute("SELECT duplicates FROM inbox WHERE id = ?", (inbox_id,)).fetchone()
    return int(found)


def resolve(tx: Tx, inbox_id: int, now: str) -> bool:
    """Somebody has dealt with it; False where somebody had before. Raises Conflict where there is none."""
    changed = tx.execute(
        "UPDATE inbox SET handled_at = ? WHERE id = ? AND handled_at IS NULL", (now, inbox_id)
    )
    if changed.rowcount == 0 and get(tx, inbox_id) is None:
        raise Conflict(f"there is no incoming message {inbox_id}")
    return changed.rowcount == 1


def get(reader: Reader, inbox_id: int) -> Incoming | None:
    """One row, or None."""
    row = reader.execute(f"{_SELECT} WHERE id = ?", (inbox_id,)).fetchone()
    return None if row is None else _incoming(row)


def list_rows(
    reader: Reader,
    *,
    since: str | None = None,
    sender: str | None = None,
    kind: str | None = None,
    unhandled: bool = False,
    to_decide: bool = False,
    limit: int = 100,
) -> list[Incoming]:
    """Rows that fit, newest first; `sender` as it is kept, `since` looks at received_at. -1: no limit."""
    return list(
        iterate(
            reader,
            since=since,
            sender=sender,
            kind=kind,
            unhandled=unhandled,
            to_decide=to_decide,
            limit=limit,
            newest_first=True,
        )
    )


def iterate(
    reader: Reader,
    *,
    since: str | None = None,
    sender: str | None = None,
    kind: str | None = None,
    unhandled: bool = False,
    to_decide: bool = False,
    limit: int = -1,
    newest_first: bool = False,
) -> Iterator[Incoming]:
    """The same row by row, oldest first: for exports of any size, while the reader stays open."""
    wanted = [
        ("received_at >= ?", since),
        ("sender = ?", sender),
        ("kind = ?", kind),
        ("? AND handled_at IS NULL", 1 if unhandled else None),
        ("? AND id IN (SELECT inbox_id FROM review WHERE closed_at IS NULL)", 1 if to_decide else None),
    ]
    asked = [(condition, value) for condition, value in wanted if value is not None]
    where = " AND ".join(condition for condition, _ in asked) or "1"
    rows = reader.execute(
        f"{_SELECT} WHERE {where} ORDER BY id {'DESC' if newest_first else 'ASC'} LIMIT ?",
        (*(value for _, value in asked), limit),
    )
    return map(_incoming, rows)


def submissions_to(reader: Reader, number: str) -> list[tuple[int, str]]:
    """(message, time) of the latest attempts to a number that may have gone out, newest first."""
    rows = reader.execute(
        "SELECT m.id, a.at FROM (SELECT id FROM outbox WHERE number = ? ORDER BY id DESC LIMIT ?) AS m"
        " JOIN attempt AS a ON a.message_id = m.id WHERE a.outcome IN ('submitting', 'accepted', 'unknown')"
        " ORDER BY a.at DESC, a.id DESC",
        (number, LATEST_LOOKED_AT),
    )
    return [(int(row[0]), str(row[1])) for row in rows]


def of_session(reader: Reader, session_id: int) -> list[Incoming]:
    """What came in for a survey session, oldest first."""
    rows = reader.execute(f"{_SELECT} WHERE session_id = ? ORDER BY id", (session_id,))
    return [_incoming(row) for row in rows]


def last_from(reader: Reader, number: str, without: Collection[str]) -> str | None:
    """When a number last wrote a message that is of none of these kinds. For the surveys' reminders."""
    row = reader.execute(
        "SELECT max(received_at) FROM inbox WHERE sender = ? AND kind NOT IN (SELECT value FROM json_each(?))",
        (number, json.dumps(sorted(without))),
    ).fetchone()
    return None if row[0] is None else str(row[0])


def times_of(reader: Reader, number: str, kind: str, since: str) -> list[str]:
    """When a number wrote messages of this kind since then. For the loop guard."""
    rows = reader.execute(
        "SELECT received_at FROM inbox WHERE sender = ? AND kind = ? AND received_at >= ?",
        (number, kind, since),
    )
    return [str(row["received_at"]) for row in rows]


def sim_name(reader: Reader, imsi: str) -> str:
    """What CONTRACT's `sim` column says: the SIM's own number where it is known, else the IMSI."""
    row = reader.execute("SELECT number FROM sim WHERE imsi = ?", (imsi,)).fetchone()
    return str(row[0]) if row is not None and row[0] else imsi


@contextmanager
def savepoint(tx: Tx) -> Iterator[None]:
    """A part of a transaction that may fail alone: what it wrote is taken back, the error goes on."""
    tx.execute("SAVEPOINT inside")
    try:
        yield
    except BaseException:
        tx.execute("ROLLBACK TO inside")
        raise
    finally:
        tx.execute("RELEASE inside")


def _incoming(row: sqlite3.Row) -> Incoming:
    values = dict(row)
    return Incoming(**{**values, "complete": bool(values["complete"])})
