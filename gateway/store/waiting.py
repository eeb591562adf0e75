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
    "WHERE state = 'queued' AND ready = 1 AND lane = ?1 ORDER BY rank, id LIMIT 10000"
)
"""The rows of a lane that say what they wait for; they are looked through every second, so there is an end to it."""
_CODE = "substr(reason, 1, instr(reason || ':', ':') - 1)"


def explain(tx: Tx, message_id: int, reason: str, now: str) -> bool:
    """A queued row says what it waits for; False where it says so already."""
    cursor = tx.execute(
        "UPDATE outbox SET reason = ?2, updated_at = ?3 "
        "WHERE id = ?1 AND state = 'queued' AND reason IS NOT ?2",
        (message_id, storable(reason), now),
    )
    return cursor.rowcount == 1


def unexplained(read: Reader, lane: int, reason: str, *, blank: bool = False) -> bool:
    """Whether a row at the head of the lane does not say so yet; `blank`: and says nothing."""
    row = read.execute(
        f"SELECT 1 FROM ({_HEAD}) WHERE reason IS NOT ?2 AND (reason IS NULL OR NOT ?3) LIMIT 1",  # noqa: S608
        (lane, storable(reason), blank),
    ).fetchone()
    return row is not None


def explain_lane(
    tx: Tx, lane: int, reason: str, now: str, *, blank: bool = False, limit: int = EXPLAINED_AT_ONCE
) -> int:
    """`explain` for the first rows of a lane, or the `blank` ones of them; how many were written."""
    return tx.execute(
        f"""
        UPDATE outbox SET reason = ?2, updated_at = ?5
         WHERE id IN (SELECT id FROM ({_HEAD})
                       WHERE reason IS NOT ?2 AND (reason IS NULL OR NOT ?3) LIMIT ?4)
        """,  # noqa: S608
        (lane, storable(reason), blank, limit, now),
    ).rowcount


def overtaken(read: Reader, lane: int, reasons: Collection[Reason]) -> bool:
    """Whether a row at the head of the lane says one of these, with whatever detail."""
    row = read.execute(
        f"SELECT 1 FROM ({_HEAD}) WHERE {_CODE} IN (SELECT value FROM json_each(?2)) LIMIT 1",  # noqa: S608
        (lane, json.dumps(sorted(reasons))),
    ).fetchone()
    return row is not None


def take_back(
    tx: Tx, lane: int, reasons: Collection[Reason], now: str, *, limit: int = EXPLAINED_AT_ONCE
) -> int:
    """Rows at the head of the lane no longer say one of these; how many were written."""
    return tx.execute(
        f"""
        UPDATE outbox SET reason = NULL, updated_at = ?4
         WHERE id IN (SELECT id FROM ({_HEAD})
                       WHERE {_CODE} IN (SELECT value FROM json_each(?2)) LIMIT ?3)
        """,  # noqa: S608
        (lane, json.dumps(sorted(reasons)), limit, now),
    ).rowcount
