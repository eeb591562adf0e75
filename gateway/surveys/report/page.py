"""The report as one HTML page: everything is in the file, nothing is fetched, nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from gateway.surveys.report import figures, sections
from gateway.surveys.report.model import AMBITION, Report
from gateway.surveys.report.model_care import SIM_DAYS

# Should a text ever get past the escaping: the browser itself fetches nothing and runs nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(report: Report) -> str:
    """The whole page. The same report gives the same text."""
    css = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}</title>\n<style>{css}</style></head>\n<body>\n"
    )
    return head + "\n".join(_body(report)) + "\n</body></html>\n"


def _body(report: Report) -> Iterator[str]:
    """What a manager looks for first comes first; what an operator checks comes last."""
    versions = ", ".join(map(str, report.versions)) or figures.NONE
    last = report.last_invited or figures.NONE
    yield f"<header><h1>{escape(report.title)}</h1>"
    yield f'<p class="summary">{escape(figures.summary(report))}</p>'
    yield sections.soft(
        f"{escape(report.survey)} · {escape(figures.period(report))} · version {versions} ·"
        f" last invitation {last} · times in {escape(report.zone)}"
    )
    yield f'</header><div class="tiles">{"".join(_tiles(report))}</div>'
    yield '<div class="columns">'
    for place, score in enumerate(report.scores):
        yield _section(escape(score.question), sections.score(score, f"score{place}"))
    yield _section(f"Open alerts ({len(report.alerts.open)})", sections.alerts(report), wide=True)
    happy = [each for each in report.verbatims if not each.unhappy]
    unhappy = [each for each in report.verbatims if each.unhappy]
    yield _section("What unhappy customers wrote, newest first", sections.words(unhappy), wide=True)
    yield _section("Response rate by week", sections.weeks(report))
    yield _section("Time to the first answer", sections.timing(report))
    yield _section("What the others wrote, newest first", sections.words(happy), wide=True)
    if report.breakdown is not None:
        yield _section(f"By {escape(report.breakdown.by)}", sections.breakdown(report.breakdown), wide=True)
    yield _section("From the invitation to the last answer", sections.funnel(report))
    yield _section("Rates", sections.rates(report.rates) + sections.alarm(report))
    if report.refused:
        yield _section("Not asked, and why", sections.pairs(report.refused))
    if report.stopped_at:
        yield _section("Where people left off", sections.pairs(report.stopped_at))
    yield _section("Objections, and what waits for a person", sections.pairs(figures.attention(report)))
    yield _section("Quality of the data", sections.quality(report))
    if report.sims:
        yield _section(f"SIMs over {SIM_DAYS} days, all their messages", sections.sims(report.sims))
    yield "</div>"


def _section(title: str, content: str, *, wide: bool = False) -> str:
    """`title` is HTML already."""
    kind = ' class="wide"' if wide else ""
    return f"<section{kind}><h2>{title}</h2>{content}</section>"


def _tile(value: str, name: str, more: str, kind: str = "") -> str:
    return f'<div class="tile{kind}"><span>{name}</span><b>{value}</b>{more}</div>'


def _tiles(report: Report) -> Iterator[str]:
    response = report.response
    more = f"{figures.of(response)} reached · dashed: the ambition, {AMBITION} %"
    yield _tile(
        figures.percent(response.percent), "Response rate", sections.meter(response) + sections.soft(more)
    )
    for score in [each for each in report.scores if figures.score(each) != figures.NONE][:2]:
        interval = figures.interval(score.interval, signed=score.signed)
        note = sections.soft(f"{figures.remark(score)}<br>95 %: {interval}")
        yield _tile(figures.score(score), f"{score.type.upper()} · {escape(score.question)}", note)
    timing = report.timing.first_answer
    yield _tile(figures.duration(timing.median), "Median time to answer", sections.soft(f"n = {timing.n}"))
    found = report.alerts
    overdue = f"{found.overdue} overdue" if found.overdue else "none overdue"
    kind = " warn" if found.overdue else ""
    yield _tile(str(len(found.open)), "Open alerts", sections.soft(overdue), kind)
