"""Alerts about unhappy customers, and who is to be told of each. Times are text, UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.store import events, notices
from gateway.store.connection import Reader, Tx, storable
from gateway.store.errors import Conflict
from gateway.store.rows import select

OPEN, ACKNOWLEDGED, CLOSED, SUPERSEDED = "open", "acknowledged", "closed", "superseded"
OUTCOMES = ("called", "refunded", "no_answer", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Somebody should call a customer."""

    id: int
    session_id: int | None
    inbox_id: int | None
    survey: str
    rule: str
    severity: str
    title: str
    state: str
    opened_at: str
    due_at: str
    ack_at: str | None
    ack_by: str | None
    closed_at: str | None
    closed_by: str | None
    outcome: str | None
    note: str | None
    body: str
    """JSON: what is told."""


def open_(
    tx: Tx,
    *,
    session_id: int | None,
    inbox_id: int | None,
    survey: str,
    rule: str,
    severity: str,
    title: str,
    due_at: str,
    body: str,
    targets: Iterable[str],
    now: str,
) -> int | None:
    """Open an alert and queue its notices; None where this session has it already.

    One that a correction took back, and whose reason is there again, is opened once more.
    """
    row = tx.execute(
        "INSERT INTO alert (session_id, inbox_id, survey, rule, severity, title, opened_at, due_at, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session_id, rule) DO UPDATE SET state = 'open',"
        " inbox_id = excluded.inbox_id, due_at = excluded.due_at, body = excluded.body, overdue = 0"
        " WHERE state = 'superseded' RETURNING id",
        (session_id, inbox_id, survey, rule, severity, title, now, due_at, body),
    ).fetchone()
    if row is None:
        return None
    alert_id = int(row["id"])
    notices.queue(tx, alert_id, targets, "opened", now)
    _trace(tx, "alert_opened", alert_id, now, session_id, inbox_id, rule=rule, severity=severity)
    return alert_id


def update(tx: Tx, session_id: int, rule: str, body: str, targets: Iterable[str], now: str) -> bool:
    """The customer has written more: the targets are told once more, once; False where they were."""
    row = tx.execute(
        "UPDATE alert SET body = ?, updated = 1 WHERE session_id = ? AND rule = ? AND state <> 'superseded'"
        " AND updated = 0 RETURNING id",
        (body, session_id, rule),
    ).fetchone()
    if row is None:
        tx.execute("UPDATE alert SET body = ? WHERE session_id = ? AND rule = ?", (body, session_id, rule))
        return False
    waiting = tx.execute(
        "SELECT 1 FROM alert_notice WHERE alert_id = ? AND state = 'waiting' AND tries = 0", (row["id"],)
    ).fetchone()
    if waiting is None:  # else the first notice, which has not left yet, says it all
        notices.queue(tx, int(row["id"]), targets, "updated", now)
    return True


def reword(tx: Tx, alert_id: int, body: str) -> None:
    """There is more to say of an alert that nobody has closed; who was not told yet hears it so."""
    tx.execute("UPDATE alert SET body = ? WHERE id = ?", (body, alert_id))


def open_rules(read: Reader, prefix: str) -> list[Alert]:
    """The alerts of the gateway itself whose rule begins so, and that nobody has closed."""
    rows = read.execute(
        select(Alert, "alert")
        + "WHERE session_id IS NULL AND state IN ('open', 'acknowledged') AND substr(rule, 1, length(?1)) = ?1",
        (prefix,),
    )
    return [Alert(**dict(row)) for row in rows]


def supersede(tx: Tx, session_id: int, rule: str, now: str) -> bool:
    """A correction has taken the reason away; False where the alert was closed, or is not there."""
    row = tx.execute(
        "UPDATE alert SET state = 'superseded' WHERE session_id = ? AND rule = ?"
        " AND state IN ('open', 'acknowledged') RETURNING id",
        (session_id, rule),
    ).fetchone()
    if row is None:
        return False
    tx.execute("DELETE FROM alert_notice WHERE alert_id = ? AND state = 'waiting'", (row["id"],))
    _trace(tx, "alert_superseded", int(row["id"]), now, session_id, None, rule=rule)
    return True


def acknowledge(tx: Tx, alert_id: int, actor: str, now: str) -> None:
    """Somebody takes care of it. Raises Conflict where it is not open."""
    row = tx.execute(
        "UPDATE alert SET state = 'acknowledged', ack_at = ?, ack_by = ? WHERE id = ? AND state = 'open'"
        " RETURNING session_id",
        (now, actor, alert_id),
    ).fetchone()
    if row is None:
        raise Conflict(_why(tx, alert_id, "only an open one is acknowledged"))
    _trace(tx, "alert_acknowledged", alert_id, now, row["session_id"], None, actor=actor)


def close(tx: Tx, alert_id: int, actor: str, outcome: str, note: str, now: str) -> None:
    """It is dealt with. Raises Conflict where it is neither open nor acknowledged."""
    row = tx.execute(
        "UPDATE alert SET state = 'closed', closed_at = ?, closed_by = ?, outcome = ?, note = ?"
        " WHERE id = ? AND state IN ('open', 'acknowledged') RETURNING session_id",
        (now, actor, outcome, storable(note) or None, alert_id),
    ).fetchone()
    if row is None:
        raise Conflict(_why(tx, alert_id, "it is closed already"))
    _trace(tx, "alert_closed", alert_id, now, row["session_id"], None, actor=actor, outcome=outcome)


def _why(read: Reader, alert_id: int, otherwise: str) -> str:
    found = get(read, alert_id)
    return (
        f"there is no alert {alert_id}"
        if found is None
        else f"alert {alert_id} is {found.state}: {otherwise}"
    )


def get(read: Reader, alert_id: int) -> Alert | None:
    """One alert."""
    row = read.execute(select(Alert, "alert") + "WHERE id = ?", (alert_id,)).fetchone()
    return None if row is None else Alert(**dict(row))


def list_rows(
    read: Reader, now: str, *, every: bool = False, survey: str | None = None, limit: int = 100
) -> list[Alert]:
    """What is to be done, overdue first, then the most severe; with `every` also what is over. -1: no limit."""
    which = "1" if every else "state IN ('open', 'acknowledged')"
    rows = read.execute(
        select(Alert, "alert") + f"WHERE {which} AND (?2 IS NULL OR survey = ?2)"
        " ORDER BY state IN ('open', 'acknowledged') DESC,"
        " state IN ('open', 'acknowledged') AND due_at < ?1 DESC,"
        " CASE severity WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, due_at, id LIMIT ?3",
        (now, survey, limit),
    )
    return [Alert(**dict(row)) for row in rows]


def of_session(read: Reader, session_id: int) -> list[Alert]:
    """The alerts of a session."""
    rows = read.execute(select(Alert, "alert") + "WHERE session_id = ? ORDER BY id", (session_id,))
    return [Alert(**dict(row)) for row in rows]


def standing(read: Reader, now: str) -> dict[str, int]:
    """How many are open, acknowledged, overdue, and how many notices have failed. For `status`."""
    row = read.execute(
        "SELECT count(*) FILTER (WHERE state = 'open') AS open,"
        " count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged,"
        " count(*) FILTER (WHERE due_at < ?) AS overdue FROM alert WHERE state IN ('open', 'acknowledged')",
        (now,),
    ).fetchone()
    failed = read.execute(
        "SELECT count(*) FROM alert_notice AS n JOIN alert AS a ON a.id = n.alert_id"
        " WHERE n.state = 'failed' AND a.state IN ('open', 'acknowledged')"
    ).fetchone()
    return {**{key: int(row[key]) for key in row.keys()}, "failed_notices": int(failed[0])}  # noqa: SIM118 - a Row


def overdue(read: Reader, now: str, limit: int = 50) -> list[Alert]:
    """Alerts that nobody closed in time and that nobody was reminded of. For the worker."""
    rows = read.execute(
        select(Alert, "alert INDEXED BY alert_open")
        + "WHERE state IN ('open', 'acknowledged') AND due_at <= ? AND overdue = 0 ORDER BY due_at LIMIT ?",
        (now, limit),
    )
    return [Alert(**dict(row)) for row in rows]


def remind(tx: Tx, alert_id: int, now: str) -> bool:
    """Everybody who was told of an alert is told that it is overdue; False where they were."""
    row = tx.execute(
        "UPDATE alert SET overdue = 1 WHERE id = ? AND overdue = 0 RETURNING id", (alert_id,)
    ).fetchone()
    if row is None:
        return False
    targets = tx.execute(
        "SELECT DISTINCT target FROM alert_notice WHERE alert_id = ? AND occasion = 'opened'", (alert_id,)
    ).fetchall()
    notices.queue(tx, alert_id, [each["target"] for each in targets], "overdue", now)
    _trace(tx, "alert_overdue", alert_id, now, None, None)
    return True


def _trace(
    tx: Tx, kind: str, alert_id: int, now: str, session_id: int | None, inbox_id: int | None, **more: str
) -> None:
    events.add(
        tx, kind, now=now, session_id=session_id, inbox_id=inbox_id, detail={"alert": alert_id, **more}
    )
