"""What the gateway has answered by itself, and what waits for a number: for STOP, and for the loop guard."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.connection import Reader, Tx, storable

_MINE = """
SELECT o.id, o.created_at, o.state, m.purpose
  FROM outbox AS o JOIN own_message AS m ON m.message_id = o.id
 WHERE {} AND o.category = 'ack' AND o.created_at >= ? AND m.actor IS NULL
"""
_BY_NUMBER = _MINE.format("o.number = ?")
_NOT_ADMITTED = _MINE.format("o.state = 'queued' AND o.number IS NULL AND o.recipient = ?")

NEVER_LEFT = frozenset({"cancelled", "refused", "expired", "failed"})

_CANCEL = """
UPDATE outbox SET state = 'cancelled', reason = ?1, updated_at = ?2
 WHERE state = 'queued' AND {}
   AND category IN (SELECT value FROM json_each(?4))
RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """An automatic answer."""

    message_id: int
    at: str
    """When it was queued."""
    purpose: str | None
    state: str


def since(read: Reader, number: str, moment: str) -> list[Ack]:
    """Automatic answers to a number since then, in no order. What operators wrote by hand does not count."""
    rows = [
        *read.execute(_BY_NUMBER, (number, moment)),
        *read.execute(_NOT_ADMITTED, (number, moment)),
    ]
    return [
        Ack(message_id=row["id"], at=row["created_at"], purpose=row["purpose"], state=row["state"])
        for row in rows
    ]


def cancel_waiting(tx: Tx, number: str, categories: str, reason: str, now: str) -> list[int]:
    """Cancel what is queued for a number in these categories (JSON list); the ids.

    Rows that admission has not seen yet are found where they name the number in E.164; others it refuses
    itself when it comes to them.
    """
    known = tx.execute(_CANCEL.format("number = ?3"), (storable(reason), now, number, categories)).fetchall()
    new = tx.execute(
        _CANCEL.format("number IS NULL AND recipient = ?3"), (storable(reason), now, number, categories)
    ).fetchall()
    return sorted(int(row["id"]) for row in (*known, *new))
