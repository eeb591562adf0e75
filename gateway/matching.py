"""Which submission a status report speaks of: a pure decision.

The reference alone never tells: it wraps at 256, moves with the SIM, is always 0 on some modems and missing
where `+CMGS` was lost (MODEMS F52, F53, F70). Number, reference and the service centre's time together do.
The centre that sent the report and the spelling of the number say nothing (F67, F80).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.numbers import same

SLACK = timedelta(seconds=120)
"""How far a service-centre time may lie outside its submission, the clocks' difference taken off (F70)."""

LONGEST_SUBMIT = timedelta(minutes=5)
"""A submission whose end was noted later (after a crash, say) is taken to have left within this."""

WRONG_CLOCK = timedelta(hours=15)
"""A centre that sends the wrong zone is off by at most this; beyond, it is another message."""

OLDEST = timedelta(days=35)
NEWEST = timedelta(days=1)
"""Service-centre times before and after the moment of receipt that are still believed."""

CONSTANT_AFTER = 3
"""So many equal references in a row, and they are taken to be always equal."""

_LEARN = 0.25
_LARGEST_STEP = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a status report says about itself."""

    recipient: str
    reference: int
    scts: datetime | None
    """When the service centre took the message, by its clock; None where that cannot be trusted."""
    received_at: datetime | None = None
    """When it came, by ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An attempt of the same SIM that was accepted, or may have been."""

    attempt_id: int
    number: str
    at: datetime
    ended_at: datetime | None
    reference: int | None
    open: bool
    """It still awaits a final report."""
    scts: datetime | None = None
    """From an earlier report, as is the next."""
    reported: int | None = None
    """The reference that the earlier report carried."""
    doubtful: bool = False
    """The modem said by itself that it was not accepted."""


def choose(
    report: Report,
    candidates: Iterable[Candidate],
    *,
    clock_offset: float | None,
    reference_reliable: bool,
) -> int | None:
    """The attempt that the report is about, or None where none fits (yet).

    `clock_offset` is the service centre's clock minus ours in seconds, None where not learnt.
    `reference_reliable` is False for a modem that answers the same reference to everything.
    """
    moment = None if report.scts is None else report.scts - timedelta(seconds=clock_offset or 0.0)
    everything = sorted((c for c in candidates if same(c.number, report.recipient)), key=_age)
    mine = [c for c in everything if not c.doubtful]
    rules = _BY_REFERENCE if reference_reliable else _BY_TIME
    for rule in rules:
        found = rule(report, mine, moment)
        if found is not None:
            return found.attempt_id
    return _against_the_modems_word(everything, moment)


def trusted(scts: datetime | None, received_at: datetime) -> datetime | None:
    """A service-centre time, or None where it is none: a placeholder, or far from when it came (F145)."""
    if scts is None or not received_at - OLDEST <= scts <= received_at + NEWEST:
        return None
    return scts


def reference_reliable(latest: Sequence[int]) -> bool:
    """Whether a modem's references tell messages apart, by the latest ones it gave (F52)."""
    return len(latest) < CONSTANT_AFTER or len(set(latest)) > 1


def learn(offset: float | None, scts: datetime, ended_at: datetime) -> float:
    """The clock offset in seconds after one more submission whose two times are known.

    One wrong pair moves it by a minute at most; a centre that sets its clock is followed all the same.
    """
    seen = (scts - ended_at).total_seconds()
    if offset is None:
        return seen
    step = _LEARN * (seen - offset)
    return offset + max(-_LARGEST_STEP, min(_LARGEST_STEP, step))


Rule = Callable[[Report, list[Candidate], datetime | None], Candidate | None]
"""A way to tell: the report, the candidates newest first, the report's time by our clock."""


def _same_message(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """A later report of a message that had one: same time stamp, same reference, closed or not."""
    known = [
        c
        for c in mine
        if report.scts is not None and c.scts == report.scts and c.reported == report.reference
    ]
    return next((c for c in known if c.open), None) or next(iter(known), None)


def _same_open_message(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """The same where references are worthless: a closed one may be another part of the same second."""
    return _same_message(report, [c for c in mine if c.open], moment)


def _reference_and_time(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """The newest unfinished submission under this reference, its time agreeing."""
    return next(
        (c for c in _unreported(report, mine) if c.reference == report.reference and _fits(c, moment)), None
    )


def _time_without_reference(
    report: Report, mine: list[Candidate], moment: datetime | None
) -> Candidate | None:
    """A submission that never got its reference."""
    return _nearest([c for c in _unreported(report, mine) if c.reference is None], moment)


def _time_alone(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """Where the modem's references are worthless."""
    return _nearest(_unreported(report, mine), moment)


def _only_one(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """As `_reference_alone` where references are worthless: there is nothing to mistake it for."""
    near = [c for c in _unreported(report, mine) if moment is not None and abs(c.at - moment) <= WRONG_CLOCK]
    return near[0] if len(near) == 1 else None


def _given_up(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """A submission whose report was no longer awaited."""
    closed = [c for c in mine if not c.open and c.scts is None and moment is not None and _fits(c, moment)]
    return next((c for c in closed if c.reference == report.reference), None)


def _reference_alone(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """A centre whose clock is wrong in a way that was not learnt yet."""
    if moment is None:
        return None
    open_ones = [c for c in _unreported(report, mine) if c.reference == report.reference]
    return next((c for c in open_ones if abs(c.at - moment) <= WRONG_CLOCK), None)


def _right_behind(report: Report, mine: list[Candidate], moment: datetime | None) -> Candidate | None:
    """The only submission that never got its reference, where the report came while or just after it was made.

    Somebody has set our clock, or the centre's, and the difference is learnt slowly: the times tell nothing, and
    what stays unknown may be sent again although the customer has it.
    """
    if report.received_at is None or any(c.reference == report.reference for c in mine):
        return None
    waiting = [c for c in _unreported(report, mine) if c.reference is None]
    if len(waiting) != 1 or not waiting[0].at <= report.received_at <= _end(waiting[0]) + SLACK:
        return None
    return waiting[0]


def _against_the_modems_word(everything: list[Candidate], moment: datetime | None) -> int | None:
    """A submission that the modem called failed, where the report can speak of no other (F48)."""
    fitting = [c for c in everything if moment is not None and _fits(c, moment)]
    return fitting[0].attempt_id if len(fitting) == 1 and fitting[0].doubtful else None


_BY_REFERENCE: tuple[Rule, ...] = (
    _same_message,
    _reference_and_time,
    _time_without_reference,
    _given_up,
    _reference_alone,
    _right_behind,
)
_BY_TIME: tuple[Rule, ...] = (_same_open_message, _time_alone, _same_message, _only_one)


def _age(candidate: Candidate) -> tuple[float, int]:
    """Sorts the newest first."""
    return -candidate.at.timestamp(), -candidate.attempt_id


def _unreported(report: Report, mine: list[Candidate]) -> list[Candidate]:
    """Unfinished submissions that may still take a report with another time stamp than they had."""
    return [c for c in mine if c.open and (c.scts is None or report.scts is None)]


def _nearest(waiting: list[Candidate], moment: datetime | None) -> Candidate | None:
    """The one whose submission was closest; without a time, the only one there is."""
    if moment is None:
        return waiting[0] if len(waiting) == 1 else None
    fitting = [c for c in waiting if _fits(c, moment)]
    return min(fitting, key=lambda c: (_outside(c, moment), abs(_end(c) - moment)), default=None)


def _fits(candidate: Candidate, moment: datetime | None) -> bool:
    return moment is None or _outside(candidate, moment) <= SLACK


def _outside(candidate: Candidate, moment: datetime) -> timedelta:
    """How far a moment lies from the span in which the submission left."""
    return max(candidate.at - moment, moment - _end(candidate), timedelta(0))


def _end(candidate: Candidate) -> datetime:
    latest = candidate.at + LONGEST_SUBMIT
    return latest if candidate.ended_at is None else min(candidate.ended_at, latest)
