"""The kinds of value that a configuration file holds, each with a reader that says what it expected.

TOML has no durations, no times of day that reach 24:00 and no phone prefixes: they are written as text. Every
reader takes what stood in the file and raises ValueError with a sentence for the person who wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=36_500)
"""A century: what is added to or taken from today stays a date."""

_DURATION = re.compile(r"(\d{1,9})([smhd])")
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_CAP = re.compile(r"(\d{1,6})/(\d{1,9}[smhd])")
_IN_A_NUMBER = re.compile(r"[\s.\-()]")


def duration(value: Any) -> timedelta:
    """`"90s"`, `"15m"`, `"8h"`, `"30d"` as a timedelta."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError('expected a duration such as "90s", "15m", "8h" or "30d", in quotes')
    length = timedelta(seconds=int(found[1]) * UNITS[found[2]])
    if length > LONGEST:
        raise ValueError(f"longer than {LONGEST.days} days")
    return length


def positive_duration(value: Any) -> timedelta:
    """A duration longer than nothing."""
    length = duration(value)
    if not length:
        raise ValueError('must be longer than "0s"')
    return length


def duration_or_never(value: Any) -> timedelta | None:
    """A duration, or None where the text is empty."""
    return None if value == "" else positive_duration(value)


def duration_text(length: timedelta) -> str:
    """A whole number of seconds in the unit that a person would choose: the inverse of `duration`."""
    seconds = int(length.total_seconds())
    for unit, least in (("d", 2), ("h", 1), ("m", 5)):
        count, rest = divmod(seconds, UNITS[unit])
        if count >= least and not rest:
            return f"{count}{unit}"
    return f"{seconds}s"


def time_of_day(value: Any) -> int:
    """`"09:00"` as minutes since midnight, 0 to 1440 (`"24:00"`)."""
    found = _TIME_OF_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minutes <= 1440:
        raise ValueError('expected a time of day from "00:00" to "24:00", in quotes')
    return minutes


def prefix(value: Any) -> str:
    """The beginning of an international number, `+33`; blanks and dots in it do not matter."""
    digits = _IN_A_NUMBER.sub("", value) if isinstance(value, str) else ""
    if not re.fullmatch(r"\+[0-9]{1,15}", digits):
        raise ValueError('expected the beginning of an international number, such as "+33" or "+33612345678"')
    return digits


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` messages in any `period`."""

    count: int
    period: timedelta


def cap(value: Any) -> Cap:
    """`"4/30d"`: at most four in any thirty days."""
    found = _CAP.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError('expected a count and a period, such as "1/7d" or "6/24h"')
    return Cap(int(found[1]), positive_duration(found[2]))


def path(value: Any) -> Path:
    """A file or folder; `~` is the home folder, a relative one is taken from the configuration's folder."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("expected a path, in quotes")
    return Path(value).expanduser()


def as_tuple(value: Any) -> Any:
    """A TOML array as a tuple; anything else is left for pydantic to refuse."""
    return tuple(value) if isinstance(value, list) else value


Duration = Annotated[timedelta, BeforeValidator(duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(positive_duration)]
DurationOrNever = Annotated[timedelta | None, BeforeValidator(duration_or_never)]
TimeOfDay = Annotated[int, BeforeValidator(time_of_day)]
FilePath = Annotated[Path, BeforeValidator(path)]
Prefixes = Annotated[tuple[Annotated[str, BeforeValidator(prefix)], ...], BeforeValidator(as_tuple)]
Caps = Annotated[tuple[Annotated[Cap, BeforeValidator(cap)], ...], BeforeValidator(as_tuple)]
