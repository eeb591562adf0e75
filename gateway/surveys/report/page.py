"""The report as one HTML page: everything is in the file, nothing is fetched, nothing runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from gateway.surveys.metrics import Rate, Reliability
from gateway.surveys.report import charts, figures
from gateway.surveys.report.model import AMBITION, OPT_OUT_ALARM, NamedRate, OpenAlert, Report, Score, Words

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
    versions = ", ".join(map(str, report.versions)) or figures.NONE
    last = report.last_invited or figures.NONE
    yield f"<header><h1>{escape(report.title)}</h1>"
    yield (
        f'<p class="soft">{escape(report.survey)} · {escape(figures.period(report))} · version {versions} ·'
        f" last invitation {last} · times in {escape(report.zone)}</p></header>"
    )
    yield f'<div class="tiles">{"".join(_tiles(report))}</div>'
    yield '<div class="columns">'
    yield _section(
        "From the invitation to the last answer", _funnel(report) + _rates(report.rates) + _alarm(report)
    )
    yield _section("Response rate by week", _weeks(report))
    for place, score in enumerate(report.scores):
        yield _section(f"{escape(score.question)}", _score(score, f"score{place}"))
    yield _section(f"Open alerts ({len(report.alerts.open)})", _alerts(report), wide=True)
    yield _section("What customers wrote, newest first", _words(report.verbatims), wide=True)
    yield _section("Quality of the data", _rates(report.quality) + _quality(report))
    if report.refused:
        yield _section("Not asked, and why", _counts(report.refused))
    if report.stopped_at:
        yield _section("Where people left off", _counts(report.stopped_at))
    yield "</div>"


def _section(title: str, content: str, *, wide: bool = False) -> str:
    """`title` is HTML already."""
    kind = ' class="wide"' if wide else ""
    return f"<section{kind}><h2>{title}</h2>{content}</section>"


def _tile(value: str, name: str, more: str, *, warn: bool = False) -> str:
    kind = "tile warn" if warn else "tile"
    return f'<div class="{kind}"><span>{name}</span><b>{value}</b>{more}</div>'


def _soft(text: str) -> str:
    return f'<p class="soft">{text}</p>'


def _tiles(report: Report) -> Iterator[str]:
    response = report.response
    width = min(response.percent or 0, 100)
    meter = f'<div class="meter"><i style="width:{width:.1f}%"></i><u style="left:{AMBITION}%"></u></div>'
    more = f"{figures.of(response)} reached · dashed line: the ambition, {AMBITION} %"
    yield _tile(figures.percent(response.percent), "Response rate", meter + _soft(more))
    for score in report.scores[:2]:
        if score.value is not None or score.mean is not None:
            interval = figures.interval(score.interval, signed=score.signed)
            yield _tile(
                figures.score(score), f"{score.type.upper()} · {escape(score.question)}",
                _soft(f"{figures.remark(score)}<br>95 %: {interval}"),
            )  # fmt: skip
    timing = report.timing.first_answer
    yield _tile(figures.duration(timing.median), "Median time to answer", _soft(f"n = {timing.n}"))
    found = report.alerts
    overdue = f"{found.overdue} overdue" if found.overdue else "none overdue"
    yield _tile(str(len(found.open)), "Open alerts", _soft(overdue), warn=bool(found.overdue))


def _funnel(report: Report) -> str:
    steps = report.funnel.steps()
    first, above = steps[0][1], steps[0][1]
    rows = []
    for name, count in steps:
        share, width = figures.percent(Rate(count, above).percent), 100 * count / first if first else 0
        bar = f'<i style="width:{width:.1f}%"></i>' if count else ""
        rows.append(
            f'<tr><td>{name}</td><td class="n">{count}</td><td class="n">{share}</td><td class="bar">{bar}</td></tr>'
        )
        above = count
    return f"<table>{''.join(rows)}</table>" + _soft("Percentages are of the step above.")


def _weeks(report: Report) -> str:
    if not report.weeks:
        return _soft("Nobody was asked.")
    chart = charts.response(report.weeks, "weeks")
    rows = [_week(week.begins, Rate(week.responded, week.delivered)) for week in report.weeks[-6:]]
    note = f"Dashed: the ambition of {AMBITION} %. By the week of the invitation; the newest six in figures:"
    return chart + _soft(note) + f"<table>{''.join(rows)}</table>"


def _week(begins: str, rate: Rate) -> str:
    cells = f'<td class="n">{figures.percent(rate.percent)}</td><td class="n">{figures.of(rate)}</td>'
    return f"<tr><td>{begins}</td>{cells}</tr>"


def _score(score: Score, name: str) -> str:
    grey = "" if score.reliability is Reliability.SOUND else " grey"
    facts = [figures.remark(score)]
    if score.interval is not None:
        facts.append(f"95 %: {figures.interval(score.interval, signed=score.signed)}")
    if score.mean is not None and score.value is not None:
        facts.append(f"mean {score.mean:.2f}")
    others = {"refused": score.refused, "not understood": score.unparsed, "late": score.late}
    facts += [f"{count} {what}" for what, count in others.items() if count]
    if score.before is not None:
        facts.append(figures.before(score))
    value = "" if score.type == "choice" else f"<b>{figures.score(score)}</b> "
    text = _soft(escape(score.text)) + _soft(escape(score.formula))
    chart = charts.distribution(score, name) if score.n else ""
    return f'{text}<p class="score{grey}">{value}{escape(" · ".join(facts))}</p>{chart}' + _shares(score)


def _shares(score: Score) -> str:
    """The shares of a choice with their intervals; the bars say it all for the others."""
    if score.type not in ("choice", "yesno") or score.reliability is Reliability.HIDDEN:
        return ""
    rows = []
    for bar in score.bars:
        share = Rate(bar.count, score.n)
        rows.append(
            f'<tr><td>{escape(bar.label)}</td><td class="n">{figures.percent(share.percent)}</td>'
            f'<td class="n">{figures.of(share)}</td><td class="n">95 %: {figures.interval(share.interval)}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"


def _words(found: Iterable[Words]) -> str:
    lines = [_line(each) for each in found]
    return f'<ul class="words">{"".join(lines)}</ul>' if lines else _soft("Nobody wrote more than an answer.")


def _line(found: Words) -> str:
    notes = [found.at, found.score or "", f"session {found.session}"]
    notes += [f"alert {found.alert}" if found.alert else "", "late" if found.late else ""]
    soft = escape(" · ".join(note for note in notes if note))
    unhappy = ' class="unhappy"' if found.unhappy else ""
    face = "☹ " if found.unhappy else ""
    return f'<li{unhappy}>{face}<q>{escape(found.words)}</q><div class="soft">{soft}</div></li>'


def _alerts(report: Report) -> str:
    found = report.alerts
    facts = (
        f"{found.opened} opened in the period, {figures.of(found.closed_in_time)} closed in time"
        f" ({figures.percent(found.closed_in_time.percent)}); median time until somebody took one on:"
        f" {figures.duration(found.to_acknowledge.median)}"
    )
    rows = "".join(map(_alert, found.open))
    return _soft(facts) + (f"<table>{rows}</table>" if rows else "")


def _alert(found: OpenAlert) -> str:
    due = (
        f'<span class="late">overdue since {found.due_at}</span>' if found.overdue else f"due {found.due_at}"
    )
    taken = escape(found.taken_by or "nobody yet")
    return f"<tr><td>#{found.id}</td><td>{escape(found.title)}</td><td>{due}</td><td>{taken}</td></tr>"


def _rates(rates: Iterable[NamedRate]) -> str:
    rows = [
        f'<tr><td>{each.label} <span class="soft">{each.remark}</span></td>'
        f'<td class="n">{figures.percent(each.rate.percent)}</td><td class="n">{figures.of(each.rate)}</td></tr>'
        for each in rates
    ]
    return f"<table>{''.join(rows)}</table>"


def _alarm(report: Report) -> str:
    share = Rate(report.opted_out, report.funnel.delivered).percent
    if share is None or share <= OPT_OUT_ALARM:
        return ""
    return f'<p class="late">More than {OPT_OUT_ALARM} % objected: look at the texts and at who is asked.</p>'


def _quality(report: Report) -> str:
    counts = {
        "late answers": report.late,
        "the same message twice": report.duplicates,
        "parts missing": report.incomplete,
        "answers older than their question": report.timing.clamped,
    }
    return _soft(" · ".join(f"{name}: {count}" for name, count in counts.items()))


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    rows = [f'<tr><td>{escape(name)}</td><td class="n">{count}</td></tr>' for name, count in pairs]
    return f"<table>{''.join(rows)}</table>"
