"""How figures are written, the same in the terminal and on the page. What is unknown is a dash, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo

from gateway.clock import from_text
from gateway.surveys.metrics import SMALL, Interval, Rate, Reliability
from gateway.surveys.report.model import AMBITION, Group, Report, Score
from gateway.surveys.report.model_care import INBOX_SLA, SimTraffic

NONE = "–"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def percent(value: float | None) -> str:
    """`45.0 %`."""
    return NONE if value is None else f"{value:.1f} %"


def of(rate: Rate) -> str:
    """`405 of 900`: what the percentage is made of."""
    return f"{rate.numerator} of {rate.denominator}"


def interval(found: Interval | None, *, signed: bool = False) -> str:
    """`41.8 to 48.3`, with signs for a score that has them."""
    if found is None:
        return NONE
    return f"{found.low:+.1f} to {found.high:+.1f}" if signed else f"{found.low:.1f} to {found.high:.1f}"


def duration(seconds: float | None) -> str:
    """`12 s`, `4 min`, `2.5 h`: as precise as anybody needs."""
    if seconds is None:
        return NONE
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{round(seconds / size, 1):g} {unit}"
    return f"{seconds:.0f} s"


def score(found: Score) -> str:
    """The value as it is printed: `+37.5`, `83.3 %`, a mean for a scale without a better one."""
    if found.reliability is Reliability.HIDDEN:
        return NONE
    if found.value is None:
        return NONE if found.mean is None else f"{found.mean:.2f}"
    return f"{found.value:+.1f}" if found.signed else percent(found.value)


def remark(found: Score) -> str:
    """What must be said beside the value."""
    if found.reliability is Reliability.HIDDEN:
        return f"n = {found.n}: too few for a score"
    small = ", small n" if found.reliability is Reliability.SMALL else ""
    return f"n = {found.n}{small}"


def before(found: Score) -> str:
    """The previous period in a few words; empty where none was asked for."""
    if found.before is None:
        return ""
    value = found.before.value
    shown = NONE if value is None else f"{value:+.1f}" if found.signed else percent(value)
    certain = {None: "", True: ", a real difference", False: ", may be chance"}[found.before.differs]
    return f"before: {shown} (n = {found.before.n}){certain}"


def local(text: str, zone: tzinfo) -> str:
    """A time of the database in that zone, to the minute."""
    return from_text(text).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def period(report: Report) -> str:
    """From when to when, in the gateway's zone."""
    if report.since is None and report.until is None:
        return "all time"
    zone = ZoneInfo(report.zone)
    since = "the beginning" if report.since is None else local(report.since, zone)
    return f"{since} to {'now' if report.until is None else local(report.until, zone)}"


def _told(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{name}: {count}" for name, count in counts.items())


def funnel_notes(report: Report) -> str:
    """What stands beside the funnel: what is under way, and what is not known."""
    counts = {
        "open now": report.open,
        "waiting for their time": report.scheduled,
        "not deliverable": report.failed,
        "no report": report.unreported,
    }
    return _told(counts)


def attention(report: Report) -> tuple[tuple[str, str], ...]:
    """Objections, people left in peace, and what waits for a decision."""
    found = report.attention
    age = f", half of them for {duration(found.waiting_age.median)} or more" if found.waiting else ""
    return (
        ("Objected", str(found.opted_out)),
        ("May have meant STOP", str(found.suspected)),
        ("Left in peace: asked not long ago", str(found.quarantined)),
        ("Messages that wait for a person", f"{found.waiting}{age}"),
        (f"… for more than {duration(INBOX_SLA)}", str(found.waiting_overdue)),
    )


def ratio(found: SimTraffic) -> str:
    """`3.2`: messages out for each that came in."""
    return NONE if found.ratio is None else f"{found.ratio:.1f}"


def group_score(found: Group) -> str:
    """The group's first score, with its n."""
    if not found.scores or found.scores[0].type == "choice":
        return NONE
    return f"{score(found.scores[0])} ({remark(found.scores[0])})"


def summary(report: Report) -> str:
    """The report in two or three sentences, for whoever reads no further."""
    reached, rate = report.funnel.delivered, report.response
    if not report.funnel.submitted:
        return "Nobody was asked yet."
    if not reached:
        return f"{report.funnel.submitted} were asked; nobody is known to have been reached yet."
    found = [f"{of(rate)} people reached answered ({percent(rate.percent)}): {_beside_ambition(rate)}."]
    best = next((each for each in report.scores if score(each) != NONE), None)
    if best is not None:
        small = "; few answers, so it may well be off" if best.reliability is Reliability.SMALL else ""
        found.append(f"{best.type.upper()} of {best.question}: {score(best)}{small}.")
    if waiting := len(report.alerts.open):
        overdue = sum(each.overdue for each in report.alerts.open)
        found.append(
            f"{waiting} {'alert is' if waiting == 1 else 'alerts are'} open, {overdue or 'none'} of them overdue."
        )
    return " ".join(found)


def _beside_ambition(rate: Rate) -> str:
    if rate.denominator < SMALL:
        return f"too few to compare with the ambition of {AMBITION} %"
    return f"{'under' if (rate.percent or 0) < AMBITION else 'over'} the ambition of {AMBITION} %"


def quality(report: Report) -> str:
    """What was odd about the messages."""
    counts = {
        "late": report.late,
        "repeated": report.duplicates,
        "parts missing": report.incomplete,
        "older than their question": report.timing.clamped,
    }
    return _told(counts)
