"""The loop guard: how often the gateway answers one number by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

LIMITS = ((4, timedelta(minutes=10)), (12, timedelta(hours=24)))
"""At most so many automatic answers within so long; more only feeds another machine."""


def may_answer(before: Iterable[datetime], now: datetime) -> bool:
    """Whether one more automatic answer may go; `before` has the times of those before it."""
    moments = list(before)
    return all(sum(now - moment < period for moment in moments) < count for count, period in LIMITS)
