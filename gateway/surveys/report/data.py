"""The report for programs: one JSON object with every count, and the same figures as CSV rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from gateway.surveys.metrics import Rate
from gateway.surveys.report.model import AMBITION, Breakdown, Report, Score

COLUMNS = ("section", "name", "value", "numerator", "denominator", "low", "high")
_PAIRS = ("refused", "dispositions", "stopped_at")


def as_dict(report: Report) -> dict[str, Any]:
    """Plain values for JSON. Percentages are None where n is 0; beside each stand its two counts."""
    plain: dict[str, Any] = _plain(report)
    for name in _PAIRS:
        plain[name] = dict(getattr(report, name))
    for name in ("rates", "quality"):
        plain[name] = {each.key: _plain(each.rate) for each in getattr(report, name)}
    for shown, sim in zip(plain["sims"], report.sims, strict=True):
        shown["out_for_each_in"] = sim.ratio
    plain["ambition_percent"] = AMBITION
    return plain


def rows(report: Report) -> Iterator[tuple[Any, ...]]:
    """A row a figure, for COLUMNS."""
    for name, count in report.funnel.steps():
        yield _count("funnel", name, count)
    yield from (_rate("rate", each.key, each.rate) for each in report.rates)
    yield from (_rate("quality", each.key, each.rate) for each in report.quality)
    for section, pairs in _sections(report):
        yield from (_count(section, name, count) for name, count in pairs)
    yield _rate("timing", "within_15_min", report.timing.within_15_min)
    yield _rate("alerts", "closed_in_time", report.alerts.closed_in_time)
    for week in report.weeks:
        yield _rate("week", week.begins, Rate(week.responded, week.delivered))
    for score in report.scores:
        yield from _score("score", score.question, score)
        for bar in score.bars:
            yield _rate("answers", f"{score.question} {bar.label}", Rate(bar.count, score.n))
    if report.breakdown is not None:
        yield from _groups(report.breakdown)


def _sections(report: Report) -> Iterator[tuple[str, Iterable[tuple[str, float | None]]]]:
    first, wait = report.timing.first_answer, report.attention
    yield "refused", report.refused
    yield "disposition", report.dispositions
    yield "stopped_at", report.stopped_at
    yield "timing", (("p25_seconds", first.p25), ("median_seconds", first.median), ("p75_seconds", first.p75))
    yield "hour", ((f"{hour:02}", count) for hour, count in enumerate(report.hours))
    yield "alerts", (("opened", report.alerts.opened), ("overdue", report.alerts.overdue))
    yield (
        "attention",
        (
            ("opted_out", wait.opted_out),
            ("suspected", wait.suspected),
            ("quarantined", wait.quarantined),
            ("waiting", wait.waiting),
            ("waiting_overdue", wait.waiting_overdue),
            ("waiting_median_seconds", wait.waiting_age.median),
        ),
    )
    for sim in report.sims:
        yield (
            f"sim {sim.name}",
            (("recipients", sim.recipients), ("sent", sim.sent), ("received", sim.received)),
        )


def _groups(found: Breakdown) -> Iterator[tuple[Any, ...]]:
    for group in found.groups:
        section = f"{found.by} {group.name}"
        yield _count(section, "submitted", group.submitted)
        yield _rate(section, "response", group.response)
        yield _rate(section, "completion", Rate(group.complete, group.responded))
        yield _rate(section, "opt_out", Rate(group.opted_out, group.delivered))
        for score in group.scores:
            yield from _score(section, score.question, score)


def _count(section: str, name: str, count: float | None) -> tuple[Any, ...]:
    return (section, name, count, None, None, None, None)


def _score(section: str, name: str, score: Score) -> Iterator[tuple[Any, ...]]:
    low, high = (None, None) if score.interval is None else (score.interval.low, score.interval.high)
    yield (section, name, score.mean if score.type == "scale" else score.value, None, score.n, low, high)


def _rate(section: str, name: str, rate: Rate) -> tuple[Any, ...]:
    return (section, name, rate.percent, rate.numerator, rate.denominator, *_ends(rate))


def _ends(rate: Rate) -> tuple[float | None, float | None]:
    found = rate.interval
    return (None, None) if found is None else (found.low, found.high)


def _plain(value: Any) -> Any:
    if isinstance(value, Rate):
        low, high = _ends(value)
        counts = {"numerator": value.numerator, "denominator": value.denominator}
        return {**counts, "percent": value.percent, "low": low, "high": high}
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
