"""The report for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.surveys.metrics import Rate, Reliability
from gateway.surveys.report import figures
from gateway.surveys.report.model import AMBITION, OPT_OUT_ALARM, Breakdown, NamedRate, Report, Score
from gateway.surveys.report.model_care import SIM_DAYS, OpenAlert, SimTraffic, Words

WIDTH = 32
"""Columns of the longest bar."""
HEIGHTS = "·▁▂▃▄▅▆▇█"
MOODS = {"good": "blue", "fair": "bright_black", "bad": "yellow", "plain": "cyan"}


def render(report: Report) -> Group:
    """Everything, the most important first."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text.assemble((plain(report.title), "bold"), f"  {plain(report.survey)}")
    versions = ", ".join(map(str, report.versions)) or figures.NONE
    yield Text(f"{figures.period(report)} · versions {versions} · times in {report.zone}", "dim")
    yield Text(plain(figures.summary(report)))
    yield from _section("Funnel", _funnel(report), Text(f"  {figures.funnel_notes(report)}", "dim"))
    yield from _section("Rates", _rates(report.rates))
    yield Text(f"  the ambition for a response: {AMBITION} %", "dim")
    if (
        share := Rate(report.opted_out, report.funnel.delivered).percent
    ) is not None and share > OPT_OUT_ALARM:
        yield Text(f"  more than {OPT_OUT_ALARM} % objected: look at the texts and at who is asked", "yellow")
    yield from _section("Time to the first answer", _timing(report), *_hours(report))
    for score in report.scores:
        yield from _section(f"{plain(score.question)}: {plain(score.formula)}", _score(score))
    if report.breakdown is not None:
        yield from _section(f"By {plain(report.breakdown.by)}", *breakdown(report.breakdown))
    if report.refused:
        yield from _section("Not asked, and why", _counts(report.refused))
    if report.stopped_at:
        yield from _section("Where people left off", _counts(report.stopped_at))
    yield from _section(_alerts(report), *map(_alert, report.alerts.open))
    for title, unhappy in (("What unhappy customers wrote", True), ("What the others wrote", False)):
        yield from _section(title, *(_words(each) for each in report.verbatims if each.unhappy is unhappy))
    yield from _section("Objections, and what waits for a person", _pairs(figures.attention(report)))
    yield from _section("Quality of the data", _rates(report.quality), Text(f"  {figures.quality(report)}"))
    yield from _section(f"SIMs over {SIM_DAYS} days, all their messages", *_sims(report.sims))


def plain(text: str) -> str:
    """A text of somebody else on one line, without anything that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)


def _section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", "bold")
    yield from parts or (Text("  none", "dim"),)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=True, padding=(0, 1))
    for justify in columns:
        table.add_column(justify="right" if justify == ">" else "left", no_wrap=justify == ">")
    return table


def bar(count: int, most: int) -> str:
    """A bar as long as the count deserves; something for every count that is not 0."""
    return "█" * max(round(WIDTH * count / most), 1) if count and most else ""


def _funnel(report: Report) -> Table:
    table = _table("<", ">", ">", "<")
    steps = report.funnel.steps()
    above = steps[0][1]
    for name, count in steps:
        table.add_row(
            name,
            str(count),
            figures.percent(Rate(count, above).percent),
            Text(bar(count, steps[0][1]), "blue"),
        )
        above = count
    return table


def _rates(rates: Iterable[NamedRate]) -> Table:
    table = _table("<", ">", "<", "<")
    for each in rates:
        shown = figures.percent(each.rate.percent)
        table.add_row(each.label, shown, figures.of(each.rate), Text(each.remark, "dim"))
    return table


def _timing(report: Report) -> Text:
    found = report.timing.first_answer
    soon = report.timing.within_15_min
    parts = (
        f"  median {figures.duration(found.median)}",
        f"quarter to quarter {figures.duration(found.p25)} to {figures.duration(found.p75)}",
        f"within 15 min {figures.percent(soon.percent)} ({figures.of(soon)})",
    )
    return Text(" · ".join(parts))


def _hours(report: Report) -> Iterator[Text]:
    """A column an hour of the day: when people write their first answer."""
    most = max(report.hours)
    if most:
        columns = "".join(HEIGHTS[-(-8 * count // most)] * 2 for count in report.hours)
        yield Text.assemble("  by the hour   ", (columns, "blue"))
        yield Text("                " + "".join(f"{hour:<12}" for hour in (0, 6, 12, 18)), "dim")


def breakdown(found: Breakdown) -> Iterator[RenderableType]:
    """A row a group."""
    titles = (plain(found.by), "submitted", "response", "", "objected", "score")
    table = _titled(_table("<", ">", ">", "<", ">", "<"), *titles)
    for each in found.groups:
        rate = each.response
        table.add_row(
            plain(each.name),
            str(each.submitted),
            figures.percent(rate.percent),
            figures.of(rate),
            str(each.opted_out),
            figures.group_score(each),
        )
    yield table
    if found.left_out:
        yield Text(f"  and {found.left_out} smaller ones", "dim")


def _sims(found: Sequence[SimTraffic]) -> Iterator[Table]:
    if found:
        table = _titled(_table("<", ">", ">", ">", ">"), "", "recipients", "out", "in", "out for each in")
        for each in found:
            counts = (str(each.recipients), str(each.sent), str(each.received))
            table.add_row(plain(each.name), *counts, figures.ratio(each))
        yield table


def _titled(table: Table, *titles: str) -> Table:
    table.show_header = True
    for column, title in zip(table.columns, titles, strict=True):
        column.header = title
    return table


def _score(score: Score) -> Group:
    style = "bold" if score.reliability is Reliability.SOUND else "dim"
    head = Text.assemble("  ", (figures.score(score), style), f"  {figures.remark(score)}")
    if score.interval is not None:
        head.append(f"  95 %: {figures.interval(score.interval, signed=score.signed)}")
    if score.mean is not None and score.value is not None:
        head.append(f"  mean {score.mean:.2f}")
    head.append(f"  {figures.before(score)}", "dim")
    table = _table("<", ">", ">", "<")
    most = max((each.count for each in score.bars), default=0)
    for each in score.bars:
        share = figures.percent(Rate(each.count, score.n).percent)
        table.add_row(
            plain(each.label), str(each.count), share, Text(bar(each.count, most), MOODS[each.mood])
        )
    return Group(head, table)


def _counts(pairs: Iterable[tuple[str, int]]) -> Table:
    return _pairs((name, str(count)) for name, count in pairs)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Table:
    table = _table("<", "<")
    for name, value in pairs:
        table.add_row(plain(name), value)
    return table


def _words(found: Words) -> Text:
    line = Text(f"  {found.at}  ", "dim")
    line.append(f"{plain(found.score or figures.NONE)}  ", "yellow" if found.unhappy else "")
    line.append(plain(found.words), "")
    notes = [
        f"alert {found.alert}" if found.alert else "",
        "late" if found.late else "",
        f"session {found.session}",
    ]
    line.append(f"  [{', '.join(note for note in notes if note)}]", "dim")
    return line


def _alerts(report: Report) -> str:
    found = report.alerts
    return (
        f"Alerts: {found.opened} opened, {figures.of(found.closed_in_time)} closed in time"
        f" ({figures.percent(found.closed_in_time.percent)}), {found.overdue} overdue; open now:"
    )


def _alert(found: OpenAlert) -> Text:
    when = ("OVERDUE since" if found.overdue else "due", "bold yellow" if found.overdue else "")
    taken = f", {plain(found.taken_by)} sees to it" if found.taken_by else ""
    return Text.assemble(f"  #{found.id}  {plain(found.title)}  ", when, f" {found.due_at}{taken}")
