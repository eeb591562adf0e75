"""What queued rows say that they wait for: `outbox.reason`, of one row or of a whole lane. For the dispatcher."""

from __future__ import annotations

import json
from collections.abc import Collection

from gateway.model import Reason
from gateway.store.connection import Reader, Tx, storable

EXPLAINED_AT_ONCE = 500
"""Reasons written in one transaction, each with its event."""

_HEAD = (
    "SELECT id, reason FROM outbox INDEXED BY outbox_ready "
    "WHERE state = 'queued' AND ready = 1 AND lane = :lane ORDER BY rank, id LIMIT 10000"
)
"""The rows of a lane that say what they wait for; they are looked through every second, so there is an end to it."""
_CODE = "substr({0}, 1, instr({0} || ':', ':') - 1)"
_UNEXPLAINED = f"(reason IS NULL OR (NOT :blank AND {_CODE.format('reason')} <> {_CODE.format(':reason')}))"
_OVERTAKEN = f"{_CODE.format('reason')} IN (SELECT value FROM json_each(:reasons))"  # noqa: S608


def explain(tx: Tx, message_id: int, reason: str, now: str) -> bool:
    """A queued row says what it waits for; False where it says so already."""
    cursor = tx.execute(
        "UPDATE outbox SET reason = ?2, updated_at = ?3 "
        "WHERE id = ?1 AND state = 'queued' AND reason IS NOT ?2",
        (message_id, storable(reason), now),
    )
    return cursor.rowcount == 1


def unexplained(read: Reader, lane: int, reason: str, *, blank: bool = False) -> bool:
    """Whether a row at the head of the lane waits for something else by its word, or is `blank`.

    Other words behind the same code are not looked at: what modems say changes too often to write it on every row.
    """
    row = read.execute(
        f"SELECT 1 FROM ({_HEAD}) WHERE {_UNEXPLAINED} LIMIT 1",  # noqa: S608
        {"lane": lane, "reason": storable(reason), "blank": blank},
    ).fetchone()
    return row is not None


def explain_lane(
    tx: Tx, lane: int, reason: str, now: str, *, blank: bool = False, limit: int = EXPLAINED_AT_ONCE
) -> int:
    """`explain` for the first `unexplained` rows of a lane; how many were written."""
    return tx.execute(
        f"""
        UPDATE outbox SET reason = :reason, updated_at = :now
         WHERE id IN (SELECT id FROM ({_HEAD}) WHERE {_UNEXPLAINED} LIMIT :limit)
        """,  # noqa: S608
        {"lane": lane, "reason": storable(reason), "blank": blank, "limit": limit, "now": now},
    ).rowcount


def overtaken(read: Reader, lane: int, reasons: Collection[Reason]) -> bool:
    """Whether a row at the head of the lane says one of these, with whatever detail."""
    row = read.execute(
        f"SELECT 1 FROM ({_HEAD}) WHERE {_OVERTAKEN} LIMIT 1",  # noqa: S608
        {"lane": lane, "reasons": json.dumps(sorted(reasons))},
    ).fetchone()
    return row is not None


def take_back(
    tx: Tx, lane: int, reasons: Collection[Reason], now: str, *, limit: int = EXPLAINED_AT_ONCE
) -> int:
    """Rows at the head of the lane no longer say one of these; how many were written."""
    return tx.execute(
        f"""
        UPDATE outbox SET reason = NULL, updated_at = :now
         WHERE id IN (SELECT id FROM ({_HEAD}) WHERE {_OVERTAKEN} LIMIT :limit)
        """,  # noqa: S608
        {"lane": lane, "reasons": json.dumps(sorted(reasons)), "limit": limit, "now": now},
    ).rowcount
