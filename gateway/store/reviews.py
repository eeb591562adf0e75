"""Incoming messages that a person has to decide about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import to_text
from gateway.consent import Action, Entry, Source
from gateway.store import events, ledger
from gateway.store.connection import Reader, Tx

OPTOUT, PRIVACY, LOOP = "review_optout", "privacy", "loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A decision that is asked for."""

    id: int
    inbox_id: int
    kind: str
    phone_hash: str
    opened_at: str
    due_at: str | None
    closed_at: str | None
    closed_by: str | None
    outcome: str | None


def ask(tx: Tx, inbox_id: int, kind: str, phone_hash: str, now: str, due_at: str | None = None) -> None:
    """Ask for one; the same question about the same message is asked once."""
    tx.execute(
        "INSERT OR IGNORE INTO review (inbox_id, kind, phone_hash, opened_at, due_at) VALUES (?, ?, ?, ?, ?)",
        (inbox_id, kind, phone_hash, now, due_at),
    )


def close(tx: Tx, inbox_id: int, kind: str, outcome: str, actor: str, now: str) -> bool:
    """Somebody has decided; False where nothing was asked, or somebody has before."""
    cursor = tx.execute(
        "UPDATE review SET closed_at = ?, closed_by = ?, outcome = ?"
        " WHERE inbox_id = ? AND kind = ? AND closed_at IS NULL",
        (now, actor, outcome, inbox_id, kind),
    )
    return cursor.rowcount == 1


def close_of(tx: Tx, phone_hash: str, kind: str, outcome: str, actor: str, now: str) -> int:
    """The same for everything that is asked about a person; how many."""
    return tx.execute(
        "UPDATE review SET closed_at = ?, closed_by = ?, outcome = ?"
        " WHERE phone_hash = ? AND kind = ? AND closed_at IS NULL",
        (now, actor, outcome, phone_hash, kind),
    ).rowcount


def open_ones(read: Reader, *, phone_hash: str | None = None, inbox_id: int | None = None) -> list[Review]:
    """What is asked and not decided, the most urgent first."""
    rows = read.execute(
        "SELECT * FROM review WHERE closed_at IS NULL"
        " AND (?1 IS NULL OR phone_hash = ?1) AND (?2 IS NULL OR inbox_id = ?2)"
        " ORDER BY due_at IS NULL, due_at, id",
        (phone_hash, inbox_id),
    )
    return [Review(**dict(row)) for row in rows]


def standing(read: Reader) -> dict[str, Any]:
    """How many decisions are asked for, by kind, and when the first of them is due."""
    rows = read.execute(
        "SELECT kind, count(*) AS asked, min(due_at) AS due FROM review WHERE closed_at IS NULL GROUP BY kind"
    ).fetchall()
    due = min((row["due"] for row in rows if row["due"] is not None), default=None)
    return {"by_kind": {row["kind"]: row["asked"] for row in rows}, "due_at": due}


def decide_overdue(tx: Tx, before: datetime, now: datetime) -> int:
    """What has been suspended since before that, and nobody has looked at, was an objection; how many."""
    waiting, at = ledger.suspended_before(tx, to_text(before)), to_text(now)
    for phone_hash, scope in waiting:
        entry = Entry(
            phone_hash=phone_hash,
            scope=scope,
            action=Action.REVOKE,
            source=Source.GATEWAY,
            evidence={"reason": "it may have been an objection, and nobody decided in time"},
            actor="gateway",
            at=now,
            recorded_at=now,
        )
        ledger.append(tx, entry)
        close_of(tx, phone_hash, OPTOUT, "overdue", "gateway", at)
        detail = {"scopes": [str(scope)], "contact": phone_hash[:12], "actor": "gateway"}
        events.add(tx, "opted_out", now=at, detail=detail)
    return len(waiting)
