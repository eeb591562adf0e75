"""How long the service centre keeps trying: the relative form of TP-VP (TS 23.040 9.2.3.12.1)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta


def _relative(value: int) -> timedelta:
    if value <= 143:
        return timedelta(minutes=5) * (value + 1)
    if value <= 167:
        return timedelta(hours=12) + timedelta(minutes=30) * (value - 143)
    if value <= 196:
        return timedelta(days=1) * (value - 166)
    return timedelta(weeks=1) * (value - 192)


RELATIVE = tuple(_relative(value) for value in range(256))
"""What each octet stands for: 5 minutes to 63 weeks, always longer than the one before."""


def encode_validity(validity: timedelta) -> int:
    """The octet for the longest time that is no longer than this one, so that nothing arrives after its time.

    What is shorter than 5 minutes becomes 5 minutes, what is longer than 63 weeks 63 weeks.
    """
    return max(0, bisect_right(RELATIVE, validity) - 1)
