"""From the database to a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from gateway.clock import from_text, to_text
from gateway.store import Reader, alerts, reporting, surveys
from gateway.store.reporting import Items, Scope, Sessions
from gateway.surveys.definition import Item, load_text
from gateway.surveys.definition.model import Survey, pick
from gateway.surveys.metrics import Rate, ResponseRates, quantiles
from gateway.surveys.report import model
from gateway.surveys.report.model import COVERAGE, NamedRate, Report
from gateway.surveys.report.scores import compared, mood, scores

VERBATIMS = 20
ALERTS = 50
SOON = 15 * 60
_ALLOWED_NOT = ("refused", "cancelled")


class UnknownSurvey(LookupError):
    """No survey of that name was ever loaded."""


def build(
    read: Reader,
    survey: str,
    *,
    now: datetime,
    zone: tzinfo,
    since: datetime | None = None,
    until: datetime | None = None,
    verbatims: int = VERBATIMS,
) -> Report:
    """The report on the sessions of `survey` that were invited from `since` to before `until`.

    `now` says which alerts are overdue, and with `since` alone where the period before it begins. Raises
    UnknownSurvey.
    """
    known = surveys.versions(read, survey)
    if not known:
        raise UnknownSurvey(survey)
    loaded = [each for each in (load_text(one.toml, survey, "off").survey for one in reversed(known)) if each]
    scope = Scope(survey=survey, since=_text(since), until=_text(until))
    asked, items = reporting.asked(read, scope), reporting.items(read, scope)
    language = loaded[0].default_lang if loaded else "fr"
    found = scores(_questions(loaded), items, language)
    if since is not None:
        length = (until or now) - since
        earlier = Scope(survey=survey, since=to_text(since - length), until=to_text(since))
        found = compared(found, scores(_questions(loaded), reporting.items(read, earlier), language))
    found = [replace(each, text=each.text.replace("{brand}", _brand(loaded))) for each in found]
    never = reporting.never_asked(read, scope)
    refused = Counter(reporting.refused_invitations(read, scope))
    for (state, why), count in never.items():
        if state in _ALLOWED_NOT:
            refused[why or state] += count
    funnel = _funnel(asked, never, sum(refused.values()))
    opted_out = _count(asked, "opted_out") + reporting.opted_out_afterwards(read, scope)
    late = _count(asked, "late")
    failed = sum(each.count for each in asked if not each.delivered and each.disposition == "undelivered")
    coverage = Rate(_reported(asked), funnel.submitted)
    kinds, incomplete = reporting.incoming(read, scope)
    dispositions, last = _dispositions(asked), reporting.last_invited(read, scope)
    return Report(
        survey=survey,
        title=known[-1].title,
        versions=tuple(reporting.versions(read, scope)),
        since=scope.since,
        until=scope.until,
        zone=str(zone),
        last_invited=None if last is None else _local(last, zone),
        funnel=funnel,
        failed=failed,
        unreported=funnel.submitted - funnel.delivered - failed,
        late=late,
        opted_out=opted_out,
        open=sum(each.count for each in asked if each.state in ("inviting", "awaiting")),
        scheduled=sum(count for (state, _), count in never.items() if state in ("scheduled", "inviting")),
        refused=_ranked(refused),
        dispositions=_ranked(dispositions),
        aapor=ResponseRates.of(dispositions),
        coverage=coverage,
        rates=_rates(funnel, failed, late, opted_out, coverage),
        timing=_timing(reporting.delays(read, scope)),
        weeks=_weeks(asked, zone),
        scores=tuple(found),
        stopped_at=_stopped_at(items),
        verbatims=_verbatims(read, scope, zone, verbatims),
        alerts=_alerts(read, scope, now, zone),
        quality=_quality(items, kinds, reporting.follow_ups(read, scope)),
        duplicates=kinds.get("duplicate", 0),
        incomplete=incomplete,
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def _brand(loaded: Sequence[Survey]) -> str:
    return pick(loaded[0].brand, loaded[0].default_lang, loaded[0].default_lang) if loaded else ""


def _questions(loaded: Sequence[Survey]) -> list[Item]:
    """Every question of any version, as the newest that has it asks it."""
    found: dict[str, Item] = {}
    for survey in loaded:
        for item in survey.questions:
            found.setdefault(item.id, item)
    return list(found.values())


def _count(asked: Sequence[Sessions], name: str) -> int:
    return sum(each.count for each in asked if getattr(each, name))


def _reported(asked: Sequence[Sessions]) -> int:
    """How many have a final word about their delivery, be it the customer's own."""
    return sum(each.count for each in asked if each.delivered or each.disposition == "undelivered")


def _funnel(asked: Sequence[Sessions], never: Mapping[tuple[str, str], int], refused: int) -> model.Funnel:
    submitted = sum(each.count for each in asked)
    waiting = sum(count for (state, _), count in never.items() if state not in _ALLOWED_NOT)
    complete = [each for each in asked if each.state == "completed" and each.disposition == "complete"]
    return model.Funnel(
        created=submitted + waiting + refused,
        allowed=submitted + waiting,
        submitted=submitted,
        delivered=_count(asked, "delivered"),
        responded=_count(asked, "responded"),
        complete=sum(each.count for each in complete if each.responded),
    )


def _dispositions(asked: Sequence[Sessions]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in asked:
        found[each.disposition] += each.count
    return found


def _ranked(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _rates(
    funnel: model.Funnel, failed: int, late: int, opted_out: int, coverage: Rate
) -> tuple[NamedRate, ...]:
    reached, heard = funnel.delivered, funnel.responded
    found = [
        NamedRate("delivery", "Delivery", Rate(reached, reached + failed), "delivered of those reported on"),
        NamedRate("coverage", "Report coverage", coverage, "reported on of those submitted"),
        NamedRate("response", "Response", Rate(heard, reached), "answered in time of those delivered"),
        NamedRate("response_with_late", "Response, late ones too", Rate(heard + late, reached), ""),
        NamedRate("completion", "Completion", Rate(funnel.complete, heard), "complete of those who answered"),
        NamedRate("yield", "Yield", Rate(funnel.complete, reached), "complete of those delivered"),
        NamedRate("break_off", "Break-off", Rate(heard - funnel.complete, heard), "began and did not finish"),
        NamedRate("opt_out", "Opt-out", Rate(opted_out, reached), "objected, of those delivered"),
    ]
    if coverage.percent is not None and coverage.percent < COVERAGE:
        cautious = "cautious: reports are missing"
        found.insert(
            1,
            NamedRate(
                "delivery_cautious", "Delivered of submitted", Rate(reached, funnel.submitted), cautious
            ),
        )
        found.insert(
            4,
            NamedRate("response_cautious", "Response of submitted", Rate(heard, funnel.submitted), cautious),
        )
    return tuple(found)


def _timing(delays: Mapping[int, int]) -> model.Timing:
    counts: Counter[int] = Counter()
    for seconds, count in delays.items():
        counts[max(0, seconds)] += count
    soon = sum(count for seconds, count in counts.items() if seconds <= SOON)
    return model.Timing(
        first_answer=quantiles(counts),
        within_15_min=Rate(soon, counts.total()),
        clamped=sum(count for seconds, count in delays.items() if seconds < 0),
    )


def _weeks(asked: Sequence[Sessions], zone: tzinfo) -> tuple[model.Week, ...]:
    delivered: Counter[str] = Counter()
    responded: Counter[str] = Counter()
    mondays: dict[str, str] = {}
    for each in asked:
        if each.hour not in mondays:
            day = from_text(f"{each.hour}:00:00Z").astimezone(zone).date()
            mondays[each.hour] = (day - timedelta(days=day.weekday())).isoformat()
        monday = mondays[each.hour]
        delivered[monday] += each.count if each.delivered else 0
        responded[monday] += each.count if each.responded else 0
    return tuple(
        model.Week(begins=monday, delivered=delivered[monday], responded=responded[monday])
        for monday in sorted(delivered)
    )


def _stopped_at(items: Sequence[Items]) -> tuple[tuple[str, int], ...]:
    found: Counter[str] = Counter()
    for each in items:
        if each.status == "expired":
            found[each.question] += each.count
    return _ranked(found)


def _verbatims(read: Reader, scope: Scope, zone: tzinfo, limit: int) -> tuple[model.Words, ...]:
    return tuple(
        model.Words(
            session=each.session_id,
            at=_local(each.at, zone),
            question=each.question,
            words=each.words,
            score=None if each.score is None else f"{each.score_question} {each.score}",
            unhappy=mood(each.score_type or "", each.score) == "bad",
            late=bool(each.late),
            alert=each.alert,
        )
        for each in reporting.verbatims(read, scope, limit)
    )


def _local(text: str, zone: tzinfo) -> str:
    return from_text(text).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _alerts(read: Reader, scope: Scope, now: datetime, zone: tzinfo) -> model.Alerts:
    counts = reporting.alert_counts(read, scope, to_text(now))
    listed = [
        model.OpenAlert(
            id=each.id,
            session=each.session_id,
            severity=each.severity,
            title=each.title,
            opened_at=_local(each.opened_at, zone),
            due_at=_local(each.due_at, zone),
            overdue=each.due_at < to_text(now),
            taken_by=each.ack_by,
        )
        for each in alerts.list_rows(read, to_text(now), survey=scope.survey, limit=ALERTS)
    ]
    opened = counts.opened - counts.superseded
    return model.Alerts(
        opened=opened,
        closed=counts.closed,
        closed_in_time=Rate(counts.closed_in_time, opened),
        overdue=counts.overdue,
        to_acknowledge=quantiles(reporting.acknowledged_after(read, scope)),
        open=tuple(listed),
    )


def _quality(
    items: Sequence[Items], kinds: Mapping[str, int], follow_ups: Mapping[str, tuple[int, int]]
) -> tuple[NamedRate, ...]:
    answers = sum(each.count for each in items if each.status == "answered")
    refused = sum(each.count for each in items if each.status == "refused")
    inferred = sum(each.count for each in items if each.status == "answered" and each.inferred)
    invalid = kinds.get("invalid", 0)
    return (
        NamedRate("inferred", "Inferred answers", Rate(inferred, answers), "a person should check a sample"),
        NamedRate(
            "invalid",
            "Not understood",
            Rate(invalid, answers + refused + invalid),
            "of the replies to a question",
        ),
        NamedRate("reask", "Re-asks answered", Rate(*reversed(follow_ups.get("reask", (0, 0)))), ""),
        NamedRate("reminder", "Reminders answered", Rate(*reversed(follow_ups.get("reminder", (0, 0)))), ""),
    )
