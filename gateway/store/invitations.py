"""Invitations to a survey: as applications ask for them, and as the daemon answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.store.connection import Reader, Tx, storable
from gateway.store.errors import DuplicateKey, Rejected, StoreError
from gateway.store.rows import select

_ASKED = (
    "survey",
    "recipient",
    "context",
    "not_before",
    "expires_at",
    "dedupe_key",
    "language",
    "event_ref",
    "event_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody is to be asked. Times are text, UTC."""

    id: int
    survey: str
    recipient: str
    context: str | None
    not_before: str | None
    expires_at: str | None
    dedupe_key: str | None
    language: str | None
    event_ref: str | None
    event_at: str | None
    state: str
    reason: str | None
    session_id: int | None
    created_at: str
    due_at: str | None
    inbox_id: int | None


def insert(
    tx: Tx, wanted: Mapping[str, str | None], *, inbox_id: int | None = None, created_at: str | None = None
) -> int:
    """Ask for a survey; the id of the invitation. For the client and the command line.

    `inbox_id`: the message whose keyword asked for it. Raises TypeError for a column that an application does
    not write, Rejected where the row cannot be right, DuplicateKey where its `dedupe_key` was used, StoreError
    where the database knows no surveys.
    """
    unknown = sorted(wanted.keys() - set(_ASKED))
    if unknown:
        raise TypeError(f"no column {unknown[0]!r}: an invitation takes {', '.join(_ASKED)}")
    if tx.execute("SELECT 1 FROM sqlite_master WHERE name = 'invitation'").fetchone() is None:
        raise StoreError("this database knows no surveys yet: upgrade smsgw, then run smsgw db migrate")
    more = {"inbox_id": inbox_id, "created_at": created_at}
    given = {column: text for column, text in {**wanted, **more}.items() if text is not None}
    names, places = ", ".join(given), ", ".join("?" for _ in given)
    sql = f"INSERT INTO invitation ({names}) VALUES ({places})"  # noqa: S608 - names of ours
    try:
        cursor = tx.execute(sql, tuple(given.values()))
    except sqlite3.IntegrityError as error:
        raise _refusal(tx, wanted.get("dedupe_key"), error) from None
    return int(cursor.lastrowid or 0)


def get(read: Reader, invitation_id: int) -> Invitation | None:
    """One invitation."""
    row = read.execute(select(Invitation, "invitation") + "WHERE id = ?", (invitation_id,)).fetchone()
    return None if row is None else Invitation(**dict(row))


def due(read: Reader, now: str, limit: int) -> list[Invitation]:
    """Pending ones that are new, or whose time has come, oldest first. For the runner."""
    rows = read.execute(
        select(Invitation, "invitation INDEXED BY invitation_pending")
        + "WHERE state = 'pending' AND (due_at IS NULL OR due_at <= ?) ORDER BY due_at, id LIMIT ?",
        (now, limit),
    )
    return [Invitation(**dict(row)) for row in rows]


def wait(tx: Tx, invitation_id: int, due_at: str, reason: str, now: str) -> None:
    """It is looked at again then."""
    tx.execute(
        "UPDATE invitation SET due_at = ?, reason = ?, updated_at = ? WHERE id = ? AND state = 'pending'",
        (due_at, reason, now, invitation_id),
    )


def settle(
    tx: Tx, invitation_id: int, state: str, now: str, *, reason: str | None = None, session: int | None = None
) -> bool:
    """started (with its session), refused or expired (with the reason); False where it was so already."""
    cursor = tx.execute(
        "UPDATE invitation SET state = ?, reason = ?, session_id = ?, updated_at = ?"
        " WHERE id = ? AND state = 'pending'",
        (state, None if reason is None else storable(reason), session, now, invitation_id),
    )
    return cursor.rowcount == 1


def pending_of(read: Reader, survey: str) -> list[int]:
    """Those of a survey that wait for a decision, or for their time."""
    rows = read.execute(
        "SELECT id FROM invitation WHERE state = 'pending' AND survey = ? ORDER BY id", (survey,)
    )
    return [int(row["id"]) for row in rows]


def waiting(read: Reader) -> int:
    """How many wait for their time. For `status`."""
    return int(read.execute("SELECT count(*) FROM invitation WHERE state = 'pending'").fetchone()[0])


def _refusal(tx: Tx, key: str | None, error: sqlite3.IntegrityError) -> Rejected:
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE and key is not None:
        row = tx.execute("SELECT id FROM invitation WHERE dedupe_key = ?", (key,)).fetchone()
        if row is not None:
            return DuplicateKey(key, int(row["id"]))
    return Rejected(str(error))
