"""The parts of a report that `care` fills: words, alerts, what waits for a person, and what the SIMs said and heard."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.surveys.metrics import Quantiles, Rate

INBOX_SLA = 48 * 3600
"""Seconds within which somebody should have decided about a customer's message."""
SIM_DAYS = 30
"""Days over which the messages of a SIM are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What should give pause."""

    opted_out: int
    suspected: int
    """Messages that may have meant STOP."""
    quarantined: int
    """People who were not asked because they had been asked not long before."""
    waiting: int
    """Messages that somebody has to decide about, now."""
    waiting_overdue: int
    waiting_age: Quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class SimTraffic:
    """What one SIM said and heard, in all surveys and messages together."""

    name: str
    recipients: int
    sent: int
    received: int

    @property
    def ratio(self) -> float | None:
        """Messages out for each that came in: a telephone used by a person stays near 1."""
        return self.sent / self.received if self.received else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a customer wrote."""

    session: int
    at: str
    """In the gateway's zone, to the minute."""
    question: str
    words: str
    score: str | None
    unhappy: bool
    late: bool
    alert: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlert:
    """Somebody waits for a call."""

    id: int
    session: int | None
    severity: str
    title: str
    opened_at: str
    due_at: str
    overdue: bool
    taken_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What became of the alerts opened in the period, and those that are open now."""

    opened: int
    closed: int
    closed_in_time: Rate
    overdue: int
    to_acknowledge: Quantiles
    open: tuple[OpenAlert, ...]
