"""Time as an argument: the only place that asks the machine what time it is.

Two clocks, never mixed: `now()` is the calendar (UTC, may jump when somebody sets the clock), `tick()` only
goes forward and measures waiting. Everything stored is calendar time; every deadline is ticks.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol


class Clock(Protocol):
    """Where calendar time and ticks come from."""

    def now(self) -> datetime:
        """The calendar time, aware, UTC."""

    def tick(self) -> float:
        """Seconds on a clock that never goes back."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The calendar time, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place

    def tick(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move: for tests and rehearsals."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._tick = 0.0

    def now(self) -> datetime:
        """The calendar time that was set."""
        return self._now

    def tick(self) -> float:
        """Seconds since the clock was made, by `advance` alone."""
        return self._tick

    def advance(self, by: timedelta) -> None:
        """Let time pass, on both clocks."""
        self._now += by
        self._tick += by.total_seconds()

    def set(self, now: datetime) -> None:
        """Somebody sets the calendar clock; ticks do not notice."""
        self._now = now


JUMP: Final = 30.0
"""Seconds that the calendar may be set by at once before it counts as a jump."""


class Jumps:
    """Whether somebody has set the calendar: the ticks tell how far it should have come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._now()

    def since(self) -> float:
        """Seconds that the calendar was set by since the last look, forward or (negative) back; 0 for no jump.

        A machine that slept has jumped forward, too: its ticks stood still.
        """
        before, self._offset = self._offset, self._now()
        by = self._offset - before
        return by if abs(by) > JUMP else 0.0

    def _now(self) -> float:
        return self._clock.now().timestamp() - self._clock.tick()


def to_text(moment: datetime) -> str:
    """A moment as the database keeps it: UTC, milliseconds, `2026-11-23T18:04:05.123Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """The moment that the database's text names. Raises ValueError where it is none."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
