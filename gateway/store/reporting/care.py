"""What people of the house did, or have yet to do: alerts, and messages that somebody has to decide about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from gateway.store.connection import Reader
from gateway.store.reporting.scope import OF_ASKED, Scope
from gateway.store.reviews import OPTOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What became of the alerts."""

    opened: int
    superseded: int
    closed: int
    closed_in_time: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Messages that wait for a person's decision."""

    ages: dict[int, int]
    """Seconds that they have waited: how often each."""
    overdue: int


_ALERTS = """
SELECT count(*) AS opened, coalesce(sum(state = 'superseded'), 0) AS superseded,
       coalesce(sum(state = 'closed'), 0) AS closed,
       coalesce(sum(state = 'closed' AND closed_at <= due_at), 0) AS closed_in_time,
       coalesce(sum(state IN ('open', 'acknowledged')), 0) AS open,
       coalesce(sum(state IN ('open', 'acknowledged') AND due_at < :now), 0) AS overdue
  FROM alert WHERE survey = :survey AND opened_at >= :since AND opened_at < :until
"""
_INBOX = """
SELECT unixepoch(:now) - unixepoch(review.opened_at) AS age, coalesce(review.due_at < :now, 0) AS due
  FROM review JOIN inbox ON inbox.id = review.inbox_id JOIN survey_session AS s ON s.id = inbox.session_id
 WHERE review.closed_at IS NULL AND s.survey = :survey
"""
_SUSPECTED = f"""
SELECT count(*) FROM review JOIN inbox ON inbox.id = review.inbox_id
 WHERE review.kind = :kind AND {OF_ASKED.format("inbox.session_id")}
"""  # noqa: S608 - fragments of ours


def alert_counts(read: Reader, scope: Scope, now: str) -> Alerts:
    """Alerts opened in the period, as they stand."""
    return Alerts(**dict(read.execute(_ALERTS, scope.arguments(now=now)).fetchone()))


def acknowledged_after(read: Reader, scope: Scope) -> dict[int, int]:
    """Seconds from the opening of an alert to the person who took it on: how often each."""
    rows = read.execute(
        "SELECT unixepoch(ack_at) - unixepoch(opened_at) AS seconds, count(*) AS count FROM alert"
        " WHERE survey = :survey AND opened_at >= :since AND opened_at < :until AND ack_at IS NOT NULL GROUP BY 1",
        scope.arguments(),
    )
    return {max(0, int(row["seconds"])): int(row["count"]) for row in rows}


def inbox_load(read: Reader, scope: Scope, now: str, within: int) -> Inbox:
    """Messages of the survey that wait for a decision now; overdue: for longer than `within` seconds, or than
    their own due date."""
    rows = read.execute(_INBOX, scope.arguments(now=now)).fetchall()
    ages = [max(0, int(row["age"])) for row in rows]
    overdue = sum(age > within or bool(row["due"]) for age, row in zip(ages, rows, strict=True))
    return Inbox(ages=dict(Counter(ages)), overdue=overdue)


def suspected(read: Reader, scope: Scope) -> int:
    """Messages that may have meant STOP, decided or not."""
    return int(read.execute(_SUSPECTED, scope.arguments(kind=OPTOUT)).fetchone()[0])
