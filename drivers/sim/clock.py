"""The two clocks of the simulated world: one that measures, one that is printed on messages."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


def wall(offset: timedelta) -> datetime:
    """The date that the service centre writes, in its zone."""
    return datetime.now(timezone(offset))  # noqa: TID251 -- the network outside has a clock of its own
