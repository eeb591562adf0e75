"""The sections of the page, each as HTML. Whatever somebody else wrote is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from gateway.surveys.metrics import Rate, Reliability
from gateway.surveys.report import charts, figures
from gateway.surveys.report.model import AMBITION, OPT_OUT_ALARM, Breakdown, NamedRate, Report, Score
from gateway.surveys.report.model_care import OpenAlert, SimTraffic, Words


def soft(text: str) -> str:
    """A remark; `text` is HTML already."""
    return f'<p class="soft">{text}</p>'


def table(rows: Iterable[str], *titles: str) -> str:
    """Rows of HTML, with titles where there are any; columns of numbers have the title's text on their side."""
    cells = "".join(
        f'<th class="n">{title}</th>' if place else f"<th>{title}</th>" for place, title in enumerate(titles)
    )
    head = f"<thead><tr>{cells}</tr></thead>" if titles else ""
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


def row(name: str, *numbers: str) -> str:
    """`name` is HTML already."""
    return f"<tr><td>{name}</td>" + "".join(f'<td class="n">{number}</td>' for number in numbers) + "</tr>"


def funnel(report: Report) -> str:
    """From the wish to ask to the last answer, as bars."""
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
    return table(rows) + soft("Percentages are of the step above.") + soft(figures.funnel_notes(report))


def rates(found: Iterable[NamedRate]) -> str:
    """Each with both of its numbers."""
    return table(
        row(
            f'{each.label} <span class="soft">{each.remark}</span>',
            figures.percent(each.rate.percent),
            figures.of(each.rate),
        )
        for each in found
    )


def alarm(report: Report) -> str:
    """A warning where too many object."""
    share = Rate(report.opted_out, report.funnel.delivered).percent
    if share is None or share <= OPT_OUT_ALARM:
        return ""
    return f'<p class="late">More than {OPT_OUT_ALARM} % objected: look at the texts and at who is asked.</p>'


def weeks(report: Report) -> str:
    """The response rate over time beside the ambition; a line needs two weeks."""
    if not report.weeks:
        return soft("Nobody was asked.")
    shown = [(week.begins, Rate(week.responded, week.delivered)) for week in report.weeks[-6:]]
    rows = [row(begins, figures.percent(rate.percent), figures.of(rate)) for begins, rate in shown]
    if len(report.weeks) == 1:
        return meter(shown[0][1]) + soft(f"Dashed: the ambition, {AMBITION} %.") + table(rows)
    note = f"Dashed: the ambition, {AMBITION} %. By the week of the invitation; the newest in figures:"
    return charts.response(report.weeks, "weeks") + soft(note) + table(rows)


def meter(rate: Rate) -> str:
    """A bar for a response rate, with the ambition on it."""
    width = min(rate.percent or 0, 100)
    return f'<div class="meter"><i style="width:{width:.1f}%"></i><u style="left:{AMBITION}%"></u></div>'


def timing(report: Report) -> str:
    """How fast people answer, and when."""
    found, soon = report.timing.first_answer, report.timing.within_15_min
    if not found.n:
        return soft("Nobody has answered yet.")
    rows = [
        row("Median", figures.duration(found.median)),
        row("The middle half", f"{figures.duration(found.p25)} to {figures.duration(found.p75)}"),
        row("Within 15 minutes", f"{figures.percent(soon.percent)}, {figures.of(soon)}"),
    ]
    return table(rows) + charts.hours(report.hours, "hours") + soft("First answers by the hour of the day.")


def score(found: Score, name: str) -> str:
    """The value, how sure it is, and the distribution: never the value alone."""
    grey = "" if found.reliability is Reliability.SOUND else " grey"
    facts = [figures.remark(found)]
    if found.interval is not None:
        facts.append(f"95 %: {figures.interval(found.interval, signed=found.signed)}")
    if found.mean is not None and found.value is not None:
        facts.append(f"mean {found.mean:.2f}")
    others = {"refused": found.refused, "not understood": found.unparsed, "late": found.late}
    facts += [f"{count} {what}" for what, count in others.items() if count]
    if found.before is not None:
        facts.append(figures.before(found))
    value = "" if found.type == "choice" else f"<b>{figures.score(found)}</b> "
    text = f'<p class="asked">{escape(found.text)}</p>' + soft(escape(found.formula))
    chart = charts.distribution(found, name) if found.n else ""
    return f'{text}<p class="score{grey}">{value}{escape(" · ".join(facts))}</p>{chart}' + _shares(found)


def _shares(found: Score) -> str:
    """The shares of a choice with their intervals; the bars say it all for the others."""
    if found.type not in ("choice", "yesno") or found.reliability is Reliability.HIDDEN:
        return ""
    rows = []
    for bar in found.bars:
        share = Rate(bar.count, found.n)
        certain = f"95 %: {figures.interval(share.interval)}"
        rows.append(row(escape(bar.label), figures.percent(share.percent), figures.of(share), certain))
    return table(rows)


def breakdown(found: Breakdown) -> str:
    """A row a group."""
    rows = (
        row(
            escape(each.name),
            str(each.submitted),
            figures.percent(each.response.percent),
            figures.of(each.response),
            str(each.opted_out),
            escape(figures.group_score(each)),
        )
        for each in found.groups
    )
    more = soft(f"And {found.left_out} smaller ones.") if found.left_out else ""
    titles = (escape(found.by), "submitted", "response", "", "objected", "score")
    return f'<div class="across">{table(rows, *titles)}</div>{more}'


def words(found: Iterable[Words]) -> str:
    """What customers wrote."""
    lines = [_line(each) for each in found]
    return f'<ul class="words">{"".join(lines)}</ul>' if lines else soft("Nothing.")


def _line(found: Words) -> str:
    notes = [found.at, found.score or "", f"session {found.session}"]
    notes += [f"alert {found.alert}" if found.alert else "", "late" if found.late else ""]
    about = escape(" · ".join(note for note in notes if note))
    unhappy = ' class="unhappy"' if found.unhappy else ""
    return f'<li{unhappy}><q>{escape(found.words)}</q><div class="soft">{about}</div></li>'


def alerts(report: Report) -> str:
    """What became of the alerts, and who still waits."""
    found = report.alerts
    facts = (
        f"{found.opened} opened in the period, {figures.of(found.closed_in_time)} closed in time"
        f" ({figures.percent(found.closed_in_time.percent)}); median time until somebody took one on:"
        f" {figures.duration(found.to_acknowledge.median)}"
    )
    lines = "".join(map(_alert, found.open))
    return (f'<ul class="alerts">{lines}</ul>' if lines else soft("Nobody waits.")) + soft(facts)


def _alert(found: OpenAlert) -> str:
    due = (
        f'<span class="late">overdue since {found.due_at}</span>' if found.overdue else f"due {found.due_at}"
    )
    taken = f"{escape(found.taken_by)} sees to it" if found.taken_by else "nobody sees to it yet"
    return f'<li><b>#{found.id} {escape(found.title)}</b> <span class="soft">{due} · {taken}</span></li>'


def quality(report: Report) -> str:
    """How well people understood the questions, and we the answers."""
    return rates(report.quality) + soft(figures.quality(report))


def pairs(found: Iterable[tuple[str, object]]) -> str:
    """Names and numbers."""
    return table(row(escape(name), escape(str(value))) for name, value in found)


def sims(found: Iterable[SimTraffic]) -> str:
    """What each SIM says and hears."""
    rows = (
        row(escape(each.name), str(each.recipients), str(each.sent), str(each.received), figures.ratio(each))
        for each in found
    )
    return f'<div class="across">{table(rows, "SIM", "recipients", "out", "in", "out for each in")}</div>'
