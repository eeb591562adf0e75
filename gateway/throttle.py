"""How fast one SIM may send: rolling windows over the parts that were put on air.

A throttle belongs to a SIM, not to a stick: the operator's limits are counted there. It works in ticks
(`gateway.clock.Clock.tick`), so that nobody who sets the calendar back freezes a modem; what earlier runs put
on air is loaded as ages. The month of distinct recipients is the calendar's.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an operator allows one SIM; 0 is no limit."""

    min_interval: timedelta = timedelta(0)
    """Between the starts of two parts."""
    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    recipients_per_month: int = 0

    def windows(self) -> list[tuple[str, int, float]]:
        """(name, parts, seconds) of each window that limits."""
        rows = [
            ("per_minute", self.per_minute, MINUTE),
            ("per_hour", self.per_hour, HOUR),
            ("per_day", self.per_day, DAY),
        ]
        return [row for row in rows if row[1]]


@dataclass(frozen=True, slots=True)
class Opening:
    """When a message may start, and which limit holds it until then ("" where none does)."""

    tick: float
    limit: str = ""


def month_of(now: datetime, zone: ZoneInfo) -> str:
    """The calendar month that recipients are counted in, `2026-11`."""
    return now.astimezone(zone).strftime("%Y-%m")


def next_month(now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the next calendar month in `zone`."""
    local = now.astimezone(zone)
    return (local.replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )


class Throttle:
    """The counters of one SIM. The dispatcher asks and reserves, the worker records: a lock guards both."""

    def __init__(self, limits: Limits, zone: ZoneInfo) -> None:
        self._limits = limits
        self._zone = zone
        self._lock = threading.Lock()
        self._starts: deque[float] = deque()
        self._reserved = 0
        self._month = ""
        self._recipients: set[str] = set()

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self._limits

    def change(self, limits: Limits) -> None:
        """Other limits from now on; what was counted stays counted."""
        with self._lock:
            self._limits = limits

    def load(self, ages: Iterable[float], month: str, recipients: Iterable[str], tick: float) -> None:
        """Take over what the database remembers: the age in seconds of each part put on air.

        An age below zero (the clock was set back since) counts as now, which is the careful reading.
        """
        with self._lock:
            self._starts = deque(sorted(tick - max(0.0, age) for age in ages if age < DAY))
            self._month, self._recipients = month, set(recipients)

    def opening(self, parts: int, number: str, now: datetime, tick: float) -> Opening:
        """The first tick at which all `parts` of a message to `number` fit, and the limit that decides."""
        with self._lock:
            return max(self._openings(parts, number, now, tick), key=lambda opening: opening.tick)

    def _openings(self, parts: int, number: str, now: datetime, tick: float) -> Iterable[Opening]:
        yield Opening(tick)
        self._forget(tick)
        if gap := self._limits.min_interval.total_seconds():
            # A promised part that has not started yet starts now at the earliest.
            last = tick if self._reserved else self._starts[-1] if self._starts else tick - gap
            yield self._later(last + gap, "min_interval", tick)
        for name, limit, seconds in self._limits.windows():
            yield self._later(self._window_opens(parts, limit, seconds, tick), name, tick)
        if self._month_is_full(number, now):
            wait = (next_month(now, self._zone) - now).total_seconds()
            yield Opening(tick + wait, "recipients_per_month")

    @staticmethod
    def _later(at: float, name: str, tick: float) -> Opening:
        return Opening(at, name) if at > tick else Opening(tick)

    def _window_opens(self, parts: int, limit: int, seconds: float, tick: float) -> float:
        # Parts that are promised but not yet on air count as if they went now.
        needed = parts + self._reserved
        if self._reserved and needed > limit:
            return tick + seconds
        # A message of more parts than the window holds goes when the window is wholly free: it would
        # otherwise never go.
        room = max(0, limit - needed)
        if len(self._starts) <= room:
            return tick
        return self._starts[len(self._starts) - 1 - room] + seconds

    def _month_is_full(self, number: str, now: datetime) -> bool:
        limit = self._limits.recipients_per_month
        if not limit or self._month != month_of(now, self._zone):
            return False
        return number not in self._recipients and len(self._recipients) >= limit

    def _forget(self, tick: float) -> None:
        while self._starts and self._starts[0] <= tick - DAY:
            self._starts.popleft()

    def reserve(self, parts: int) -> None:
        """Promise room to a message that a worker is about to send."""
        with self._lock:
            self._reserved += parts

    def release(self, parts: int) -> None:
        """Take a promise back, for the parts that did not go."""
        with self._lock:
            self._reserved = max(0, self._reserved - parts)

    def record(self, number: str, now: datetime, tick: float) -> None:
        """A promised part starts now."""
        with self._lock:
            self._reserved = max(0, self._reserved - 1)
            self._starts.append(tick)
            month = month_of(now, self._zone)
            if month != self._month:
                self._month, self._recipients = month, set()
            self._recipients.add(number)

    def take_back(self) -> None:
        """The latest part never went on air after all."""
        with self._lock:
            if self._starts:
                self._starts.pop()

    def next_part(self, tick: float) -> float:
        """When the next part of a message under way may start: only the interval holds it."""
        with self._lock:
            gap = self._limits.min_interval.total_seconds()
            return max(tick, self._starts[-1] + gap) if self._starts and gap else tick

    def free_share(self) -> float:
        """How much of the day's and the month's quota is left, 0.0 to 1.0; no limit is 1.0."""
        with self._lock:
            shares = [1.0]
            if self._limits.per_day:
                shares.append(1 - (len(self._starts) + self._reserved) / self._limits.per_day)
            if self._limits.recipients_per_month:
                shares.append(1 - len(self._recipients) / self._limits.recipients_per_month)
            return max(0.0, min(shares))

    def usage(self, tick: float) -> dict[str, int]:
        """Parts on air in each window, and this month's recipients, for `status`."""
        with self._lock:
            self._forget(tick)
            return {
                "minute": sum(at > tick - MINUTE for at in self._starts),
                "hour": sum(at > tick - HOUR for at in self._starts),
                "day": len(self._starts),
                "recipients_month": len(self._recipients),
            }
