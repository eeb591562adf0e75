"""From the counts of the database to the figures of a report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from gateway.clock import from_text
from gateway.store.reporting import Asked, Items, Sessions
from gateway.surveys.metrics import Rate, quantiles
from gateway.surveys.report import model
from gateway.surveys.report.model import COVERAGE, NamedRate

SOON = 15 * 60
ALLOWED_NOT = ("refused", "cancelled")
_QUARTER = 15 * 60
"""Seconds: every zone's hours begin with one of these."""


def count(kinds: Sequence[Sessions], name: str) -> int:
    """How many of them are `delivered`, `responded`, `late` or `opted_out`."""
    return sum(each.count for each in kinds if getattr(each, name))


def failed(kinds: Sequence[Sessions]) -> int:
    """A report says that the question will not arrive, and nothing came."""
    return sum(each.count for each in kinds if not each.delivered and each.disposition == "undelivered")


def complete(kinds: Sequence[Sessions]) -> int:
    """Answered in time, to the end."""
    ended = [each for each in kinds if each.state == "completed" and each.disposition == "complete"]
    return count(ended, "responded")


def funnel(kinds: Sequence[Sessions], never: Mapping[tuple[str, str], int], refused: int) -> model.Funnel:
    """From everybody who was to be asked to those who answered all."""
    submitted = sum(each.count for each in kinds)
    waiting = sum(number for (state, _), number in never.items() if state not in ALLOWED_NOT)
    return model.Funnel(
        created=submitted + waiting + refused,
        allowed=submitted + waiting,
        submitted=submitted,
        delivered=count(kinds, "delivered"),
        responded=count(kinds, "responded"),
        complete=complete(kinds),
    )


def dispositions(kinds: Sequence[Sessions]) -> Counter[str]:
    """How the sessions ended."""
    found: Counter[str] = Counter()
    for each in kinds:
        found[each.disposition] += each.count
    return found


def ranked(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """The most frequent first, then by name."""
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def rates(found: model.Funnel, failed: int, late: int, opted_out: int) -> tuple[NamedRate, ...]:
    """With the cautious ones beside them where too few reports came."""
    reached, heard, submitted = found.delivered, found.responded, found.submitted
    coverage = Rate(reached + failed, submitted)
    cautious = coverage.percent is not None and coverage.percent < COVERAGE
    missing = "reports are missing"
    rows = [
        NamedRate("delivery", "Delivery", Rate(reached, reached + failed), "of those reported on"),
        NamedRate("delivery_cautious", "Delivered of submitted", Rate(reached, submitted), missing),
        NamedRate("coverage", "Report coverage", coverage, "of those submitted"),
        NamedRate("response", "Response", Rate(heard, reached), "in time, of those delivered"),
        NamedRate("response_cautious", "Response of submitted", Rate(heard, submitted), missing),
        NamedRate("response_with_late", "Response, late ones too", Rate(heard + late, reached), ""),
        NamedRate("completion", "Completion", Rate(found.complete, heard), "of those who answered"),
        NamedRate("yield", "Yield", Rate(found.complete, reached), "of those delivered"),
        NamedRate("break_off", "Break-off", Rate(heard - found.complete, heard), "began, did not finish"),
        NamedRate("opt_out", "Opt-out", Rate(opted_out, reached), "of those delivered"),
    ]
    return tuple(each for each in rows if cautious or not each.key.endswith("_cautious"))


def timing(answers: Sequence[tuple[int, int]]) -> model.Timing:
    """From when people answered and from when on they could, in seconds since 1970."""
    delays = Counter([answered - delivered for answered, delivered in answers])
    clamped = sum(number for seconds, number in delays.items() if seconds < 0)
    counts: Counter[int] = Counter()
    for seconds, number in delays.items():
        counts[max(0, seconds)] += number
    soon = sum(number for seconds, number in counts.items() if seconds <= SOON)
    return model.Timing(
        first_answer=quantiles(counts), within_15_min=Rate(soon, counts.total()), clamped=clamped
    )


def hours(answers: Sequence[tuple[int, int]], zone: tzinfo) -> tuple[int, ...]:
    """How many first answered in each hour of the day, there."""
    found: Counter[int] = Counter()
    for quarter, number in Counter([answered // _QUARTER for answered, _ in answers]).items():
        found[datetime.fromtimestamp(quarter * _QUARTER, UTC).astimezone(zone).hour] += number
    return tuple(found[hour] for hour in range(24))


def monday(hour: str, zone: tzinfo) -> str:
    """The week of an hour (UTC, `2026-11-23T18`), by the date of its Monday there."""
    day = from_text(f"{hour}:00:00Z").astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def weeks(asked: Asked, zone: tzinfo) -> tuple[model.Week, ...]:
    """By the invitation; the oldest first."""
    delivered: Counter[str] = Counter()
    responded: Counter[str] = Counter()
    for hour, number in asked.delivered.items():
        begins = monday(hour, zone)
        delivered[begins] += number
        responded[begins] += asked.responded[hour]
    return tuple(
        model.Week(begins=begins, delivered=delivered[begins], responded=responded[begins])
        for begins in sorted(delivered)
    )


def stopped_at(items: Sequence[Items]) -> tuple[tuple[str, int], ...]:
    """The questions at which people who had begun left off."""
    found: Counter[str] = Counter()
    for each in items:
        if each.begun:
            found[each.question] += each.count
    return ranked(found)


def quality(
    items: Sequence[Items], kinds: Mapping[str, int], follow_ups: Mapping[str, tuple[int, int]]
) -> tuple[NamedRate, ...]:
    """How well people understood the questions, and we the answers."""
    answered = [each for each in items if each.status == "answered"]
    answers = sum(each.count for each in answered)
    refused = sum(each.count for each in items if each.status == "refused")
    inferred = sum(each.count for each in answered if each.inferred)
    invalid = kinds.get("invalid", 0)
    (reasks, reasked), (reminders, reminded) = follow_ups["reask"], follow_ups["reminder"]
    return (
        NamedRate("inferred", "Inferred answers", Rate(inferred, answers), "a person should check a sample"),
        NamedRate(
            "invalid",
            "Not understood",
            Rate(invalid, answers + refused + invalid),
            "of the replies to a question",
        ),
        NamedRate("reask", "Re-asks answered", Rate(reasked, reasks), "of the questions asked again"),
        NamedRate(
            "reminder", "Reminders answered", Rate(reminded, reminders), "first answers after a reminder"
        ),
    )
