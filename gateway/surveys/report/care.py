"""What customers wrote, what their alerts came to, and what waits for a person."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from gateway.clock import from_text, to_text
from gateway.store import Reader, alerts, reporting
from gateway.store.reporting import Scope, Verbatim
from gateway.surveys.metrics import Rate, quantiles
from gateway.surveys.report import model_care
from gateway.surveys.report.figures import local
from gateway.surveys.report.scores import mood

ALERTS = 50
LOOKED_THROUGH = 500
"""Newest texts, at least, among which those of unhappy customers are looked for."""


def verbatims(read: Reader, scope: Scope, zone: tzinfo, limit: int) -> tuple[model_care.Words, ...]:
    """At most so many, the newest first; those of unhappy customers are not crowded out by happy ones."""
    found = [_words(each, zone) for each in reporting.verbatims(read, scope, max(LOOKED_THROUGH, 2 * limit))]
    unhappy = [place for place, each in enumerate(found) if each.unhappy]
    others = [place for place, each in enumerate(found) if not each.unhappy]
    return tuple(found[place] for place in sorted((unhappy + others)[:limit]))


def _words(found: Verbatim, zone: tzinfo) -> model_care.Words:
    return model_care.Words(
        session=found.session_id,
        at=local(found.at, zone),
        question=found.question,
        words=found.words,
        score=None if found.score is None else f"{found.score_question} {found.score}",
        unhappy=mood(found.score_type or "", found.score) == "bad",
        late=bool(found.late),
        alert=found.alert,
    )


def standing(read: Reader, scope: Scope, now: datetime, zone: tzinfo) -> model_care.Alerts:
    """The alerts opened in the period, and those of the survey that are open now."""
    counts = reporting.alert_counts(read, scope, to_text(now))
    opened = counts.opened - counts.superseded
    return model_care.Alerts(
        opened=opened,
        closed=counts.closed,
        closed_in_time=Rate(counts.closed_in_time, opened),
        overdue=counts.overdue,
        to_acknowledge=quantiles(reporting.acknowledged_after(read, scope)),
        open=tuple(
            _open(each, now, zone)
            for each in alerts.list_rows(read, to_text(now), survey=scope.survey, limit=ALERTS)
        ),
    )


def _open(found: alerts.Alert, now: datetime, zone: tzinfo) -> model_care.OpenAlert:
    return model_care.OpenAlert(
        id=found.id,
        session=found.session_id,
        severity=found.severity,
        title=found.title,
        opened_at=local(found.opened_at, zone),
        due_at=local(found.due_at, zone),
        overdue=found.due_at < to_text(now),
        taken_by=found.ack_by,
    )


def attention(read: Reader, scope: Scope, now: datetime, opted_out: int) -> model_care.Attention:
    """Objections, people left in peace, and messages that wait for a decision."""
    inbox = reporting.inbox_load(read, scope, to_text(now), model_care.INBOX_SLA)
    age = quantiles(inbox.ages)
    return model_care.Attention(
        opted_out=opted_out,
        suspected=reporting.suspected(read, scope),
        quarantined=reporting.quarantined(read, scope),
        waiting=age.n,
        waiting_overdue=inbox.overdue,
        waiting_age=age,
    )


def sims(read: Reader, scope: Scope, now: datetime) -> tuple[model_care.SimTraffic, ...]:
    """Over the last days of the period."""
    end = scope.until or to_text(now)
    begin = to_text(from_text(end) - timedelta(days=model_care.SIM_DAYS))
    return tuple(
        model_care.SimTraffic(
            name=f"{each.modem} ({each.imsi})" if each.modem else each.imsi,
            recipients=each.recipients,
            sent=each.sent,
            received=each.received,
        )
        for each in reporting.sims(read, begin, end)
    )
