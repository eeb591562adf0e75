"""Who is to be told of an alert, and who was. Times are text, UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.store import events
from gateway.store.connection import Reader, Tx, storable
from gateway.store.rows import select


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One target that is to be told of an alert."""

    id: int
    alert_id: int
    target: str
    occasion: str
    state: str
    tries: int
    next_at: str
    error: str | None
    done_at: str | None


def queue(tx: Tx, alert_id: int, targets: Iterable[str], occasion: str, now: str) -> None:
    """Queue a notice for each target."""
    tx.executemany(
        "INSERT INTO alert_notice (alert_id, target, occasion, next_at) VALUES (?, ?, ?, ?)",
        [(alert_id, target, occasion, now) for target in dict.fromkeys(targets)],
    )


def of_alert(read: Reader, alert_id: int) -> list[Notice]:
    """Who was told of an alert, or is to be."""
    rows = read.execute(select(Notice, "alert_notice") + "WHERE alert_id = ? ORDER BY id", (alert_id,))
    return [Notice(**dict(row)) for row in rows]


def due(read: Reader, now: str, limit: int = 20) -> list[Notice]:
    """Notices whose time has come, oldest first. For the worker."""
    rows = read.execute(
        select(Notice, "alert_notice INDEXED BY alert_notice_waiting")
        + "WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at, id LIMIT ?",
        (now, limit),
    )
    return [Notice(**dict(row)) for row in rows]


def told(tx: Tx, notice_id: int, now: str) -> None:
    """The target knows."""
    tx.execute(
        "UPDATE alert_notice SET state = 'done', tries = tries + 1, done_at = ?, error = NULL"
        " WHERE id = ? AND state = 'waiting'",
        (now, notice_id),
    )


def not_told(tx: Tx, notice_id: int, error: str, next_at: str | None, now: str) -> None:
    """It did not work: again at `next_at`, or (None) never."""
    row = tx.execute(
        "UPDATE alert_notice SET state = iif(?2 IS NULL, 'failed', 'waiting'), tries = tries + 1,"
        " next_at = coalesce(?2, next_at), error = ?3 WHERE id = ?1 AND state = 'waiting' RETURNING alert_id, target",
        (notice_id, next_at, storable(error)),
    ).fetchone()
    if row is not None and next_at is None:
        events.add(tx, "alert_not_told", now=now, detail={"alert": row["alert_id"], "error": storable(error)})


def put_off(tx: Tx, notice_id: int, next_at: str, why: str) -> None:
    """It waits, through no fault of its target."""
    tx.execute(
        "UPDATE alert_notice SET next_at = ?, error = ? WHERE id = ?", (next_at, storable(why), notice_id)
    )


def texted_since(read: Reader, number: str, since: str) -> list[str]:
    """When alerts were sent to a number of ours by SMS since then."""
    sql = (
        "SELECT o.created_at FROM outbox AS o JOIN own_message AS m ON m.message_id = o.id"
        " WHERE {} AND m.purpose = 'alert' AND o.created_at >= ?"
    )
    new = "o.state = 'queued' AND o.number IS NULL AND o.recipient = ?"
    rows = [
        *read.execute(sql.format("o.number = ?"), (number, since)),
        *read.execute(sql.format(new), (number, since)),
    ]
    return [str(row["created_at"]) for row in rows]
