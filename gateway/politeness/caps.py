"""How often one may write to a person: caps over rolling windows, and the rest between two surveys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` messages in any `period`."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Closed:
    """A cap that is full until then."""

    until: datetime
    cap: Cap


def room(caps: Iterable[Cap], sent: Iterable[datetime], at: datetime) -> Closed | None:
    """The cap that holds longest at a moment; None where there is room. `sent`: when messages were submitted."""
    moments = sorted(sent)
    closed = [found for cap in caps if (found := _full(cap, moments, at)) is not None]
    return max(closed, key=lambda each: each.until, default=None)


def _full(cap: Cap, moments: list[datetime], at: datetime) -> Closed | None:
    if cap.count == 0:
        return Closed(datetime.max.replace(tzinfo=at.tzinfo), cap)
    if len(moments) < cap.count:
        return None
    free = moments[-cap.count] + cap.period
    return Closed(free, cap) if free > at else None


def quarantined(
    invited: Iterable[tuple[str, datetime]], survey: str, at: datetime, *, any_: timedelta, same: timedelta
) -> datetime | None:
    """Until when a person is left in peace, by the surveys that (s)he was invited to; None: may be asked.

    `invited` has (survey, when its first question was submitted); those that could not be delivered do not
    count. `any_` and `same` are the survey's own `quarantine_any` and `quarantine_same`.
    """
    ends = [moment + max(any_, same if name == survey else any_) for name, moment in invited]
    latest = max(ends, default=at)
    return latest if latest > at else None
