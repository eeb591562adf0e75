"""Times and durations as people type them on a command line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import click

FORMS = "a time such as 18:30, 2026-11-23, 2026-11-23T18:30, 2026-11-23T17:30Z or +2h"
PAST_FORMS = "a time such as 18:30, 2026-11-23, 2026-11-23T18:30 or 2h (ago)"

_AGO = re.compile(r"(\d{1,9})([smhd])")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)")
_CENTURY = 36_500 * 86_400
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Duration(click.ParamType[timedelta]):
    """`90s`, `15m`, `8h`, `30d`, as the configuration writes them."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The text as a timedelta."""
        if isinstance(value, timedelta):
            return value
        found = length(str(value))
        if found is None:
            self.fail(f"{value!r} is no duration such as 90s, 15m, 8h or 30d", param, ctx)
        return found


def length(text: str) -> timedelta | None:
    """`2h` as a timedelta; None where it is none."""
    found = _AGO.fullmatch(text.strip())
    seconds = int(found[1]) * _UNITS[found[2]] if found else None
    return None if seconds is None or seconds > _CENTURY else timedelta(seconds=seconds)


def coming(text: str, now: datetime, zone: tzinfo) -> datetime:
    """A moment to come: `+2h` from now, `18:30` the next time the clock shows it, else ISO 8601; in UTC.

    A time without a zone is meant in `zone`; a date alone is its beginning. Raises ValueError.
    """
    if text.startswith("+") and (later := length(text[1:])) is not None:
        return now + later
    if clock := _CLOCK.fullmatch(text.strip()):
        moment = _at(now.astimezone(zone).date(), clock, zone)
        return moment if moment > now else _at(now.astimezone(zone).date() + timedelta(days=1), clock, zone)
    return _iso(text, zone, FORMS)


def past(text: str, now: datetime, zone: tzinfo) -> datetime:
    """A moment that was: `2h` ago, `18:30` the last time, else ISO 8601; in UTC. Raises ValueError."""
    if (before := length(text.removeprefix("-"))) is not None:
        return now - before
    if clock := _CLOCK.fullmatch(text.strip()):
        moment = _at(now.astimezone(zone).date(), clock, zone)
        return moment if moment <= now else _at(now.astimezone(zone).date() - timedelta(days=1), clock, zone)
    return _iso(text, zone, PAST_FORMS)


def _at(day: date, clock: re.Match[str], zone: tzinfo) -> datetime:
    return datetime.combine(day, time(int(clock[1]), int(clock[2])), zone).astimezone(UTC)


def _iso(text: str, zone: tzinfo, forms: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        raise ValueError(f"{text!r} is not {forms}") from None
