"""The report for programs: one JSON object with every count, and the same figures as CSV rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from gateway.surveys.metrics import Rate
from gateway.surveys.report.model import AMBITION, NamedRate, Report

COLUMNS = ("section", "name", "value", "numerator", "denominator", "low", "high")
_PAIRS = ("refused", "dispositions", "stopped_at")


def as_dict(report: Report) -> dict[str, Any]:
    """Plain values for JSON. Percentages are None where n is 0; beside each stand its two counts."""
    plain: dict[str, Any] = _plain(report)
    for name in _PAIRS:
        plain[name] = dict(getattr(report, name))
    for name in ("rates", "quality"):
        plain[name] = {each.key: _plain(each.rate) for each in getattr(report, name)}
    plain["ambition_percent"] = AMBITION
    return plain


def rows(report: Report) -> Iterator[tuple[Any, ...]]:
    """A row a figure, for COLUMNS."""
    for name, count in report.funnel.steps():
        yield ("funnel", name, count, None, None, None, None)
    yield from (_rate("rate", each) for each in report.rates)
    yield from (_rate("quality", each) for each in report.quality)
    for section, pairs in (("refused", report.refused), ("disposition", report.dispositions)):
        for name, count in pairs:
            yield (section, name, count, None, None, None, None)
    for score in report.scores:
        low, high = (None, None) if score.interval is None else (score.interval.low, score.interval.high)
        yield ("score", score.question, score.value, None, score.n, low, high)
        for bar in score.bars:
            share = Rate(bar.count, score.n)
            yield (
                "answers",
                f"{score.question} {bar.label}",
                share.percent,
                bar.count,
                score.n,
                *_ends(share),
            )


def _rate(section: str, named: NamedRate) -> tuple[Any, ...]:
    rate = named.rate
    return (section, named.key, rate.percent, rate.numerator, rate.denominator, *_ends(rate))


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
