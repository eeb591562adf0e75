"""When one may write: hours, days and public holidays, by the clock on the recipient's wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from gateway.politeness.publicdays import holiday
from gateway.politeness.zones import Place

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MARGIN = timedelta(seconds=60)
"""A message that would start in the last minute of a window is kept for the next one."""

SPREAD = timedelta(minutes=30)
"""What waited for a window starts somewhere in its first half hour, so that phones do not ring all at nine."""

HORIZON = 60
"""Days looked ahead; a window that does not open within them (in all zones of a country) is asked of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Hours of a day (minutes since midnight, `end` up to 1440), days of a week, holidays or not."""

    days: tuple[str, ...] = DAYS
    start: int = 0
    end: int = 1440
    holidays: bool = True

    @property
    def always(self) -> bool:
        """Open at every hour of every day."""
        return set(self.days) == set(DAYS) and (self.start, self.end, self.holidays) == (0, 1440, True)


@dataclass(frozen=True, slots=True)
class Opening:
    """The first moment at which one may write, and what stands in the way before it."""

    at: datetime
    why: str = ""
    """quiet_hours, sunday or holiday; "" where it is open at once."""
    detail: str = ""


def opening(window: Window, place: Place, at: datetime) -> Opening:
    """The first moment, `at` or later, that the window allows in every zone of the place."""
    if window.always:
        return Opening(at)
    why, detail = _obstacle(window, place, at)
    if not why:
        return Opening(at)
    found = _next(window, place, at)
    if found is None:  # the hours of this window never meet in all zones of the country
        first = Place(place.country, place.zones[:1])
        if not _obstacle(window, first, at)[0]:
            return Opening(at)
        found = _next(window, first, at)
    return Opening(found if found is not None else at + timedelta(days=HORIZON), why, detail)


def spread(window: Window, place: Place, opens: datetime, seed: int) -> datetime:
    """Somewhere in the first half hour after `opens`, always the same for a seed, and inside the window."""
    share = int.from_bytes(sha256(str(seed).encode()).digest()[:4]) / 2**32
    moment = opens + timedelta(seconds=int(share * SPREAD.total_seconds()))
    return opens if _obstacle(window, place, moment)[0] else moment


def _next(window: Window, place: Place, at: datetime) -> datetime | None:
    moment, latest = at, at + timedelta(days=HORIZON)
    while moment < latest:
        later = max(_next_in(window, place.country, zone, moment) for zone in place.zones)
        if later == moment:
            return moment
        moment = later
    return None


def _next_in(window: Window, country: str | None, zone: ZoneInfo, at: datetime) -> datetime:
    """The first moment in one zone; `at` itself where it is open."""
    if not _closed(window, country, zone, at):
        return at
    day = at.astimezone(zone).date()
    for ahead in range(HORIZON + 1):
        morning = _clock(day + timedelta(days=ahead), window.start, zone)
        if morning > at and not _closed(window, country, zone, morning):
            return morning
    return at + timedelta(days=HORIZON)


def _obstacle(window: Window, place: Place, at: datetime) -> tuple[str, str]:
    for zone in place.zones:
        why = _closed(window, place.country, zone, at)
        if why:
            return why, _words(why, place.country, zone, at)
    return "", ""


def _closed(window: Window, country: str | None, zone: ZoneInfo, at: datetime) -> str:
    """Why the window is closed at a moment, or a minute after it; "" where it is open."""
    return _shut(window, country, at.astimezone(zone)) or _shut(
        window, country, (at + MARGIN).astimezone(zone)
    )


def _shut(window: Window, country: str | None, local: datetime) -> str:
    if not window.holidays and holiday(country, local.date()):
        return "holiday"
    weekday = DAYS[local.weekday()]
    if weekday not in window.days:
        return "sunday" if weekday == "sun" else "quiet_hours"
    minutes = local.hour * 60 + local.minute
    return "" if window.start <= minutes < window.end else "quiet_hours"


def _words(why: str, country: str | None, zone: ZoneInfo, at: datetime) -> str:
    local = at.astimezone(zone)
    if why == "holiday":
        name = holiday(country, local.date()) or holiday(country, (at + MARGIN).astimezone(zone).date())
        return f"{name} in {country}"
    return f"{local:%a %H:%M} in {zone.key}"


def _clock(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)
