"""When may it go? Caps first, then the window in the recipient's own time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.consent import Purpose
from gateway.model import Category, Reason, reason
from gateway.policy.values import COUNTED_TOGETHER, Deferral, Errand, Facts, Refusal, Rules
from gateway.politeness import Closed, Window, opening, place_of, room, spread

GRACE = timedelta(minutes=15)
"""So long after a customer's message its answer may go at any hour: somebody waits for it."""
STOP_GRACE = timedelta(minutes=5)
"""The same for the confirmation of a STOP."""


def held(
    number: str,
    category: str,
    errand: Errand,
    facts: Facts,
    rules: Rules,
    at: datetime,
    *,
    seed: int,
    expires_at: datetime | None = None,
) -> Deferral | Refusal | None:
    """What keeps a message that may go at all from going `at`; None: nothing does.

    Refused where it would expire before it may go.
    """  # fmt: skip
    found = _full(category, facts, rules, at)
    if found is not None and found.until >= (expires_at or datetime.max.replace(tzinfo=at.tzinfo)):
        return Refusal(reason(Reason.FREQUENCY_CAP, _cap(found)))
    moment = at if found is None else found.until
    window = _window(category, errand, rules, at)
    place = place_of(number, rules.zone, facts.lives_in)
    open_ = opening(window, place, moment)
    if open_.at > moment:
        due = spread(window, place, open_.at, seed)
        if expires_at is not None and due >= expires_at > open_.at:
            due = open_.at
        if expires_at is not None and due >= expires_at:
            return Refusal(reason(Reason.TOO_LATE, f"over before {open_.why} end ({open_.detail})"))
        if found is None:
            return Deferral(due, reason(Reason(open_.why), open_.detail))
        moment = due
    return None if found is None else Deferral(moment, reason(Reason.FREQUENCY_CAP, _cap(found)))


def _window(category: str, errand: Errand, rules: Rules, at: datetime) -> Window:
    if category == Category.ACK:
        grace = STOP_GRACE if errand.purpose == Purpose.OPT_OUT else GRACE
        if errand.by_hand or (errand.answers is not None and at - errand.answers <= grace):
            return Window()
    window = rules.window(category)
    return replace(window, days=(*window.days, "sun")) if errand.sunday else window


def _full(category: str, facts: Facts, rules: Rules, at: datetime) -> Closed | None:
    alone = room(rules.caps(category), (when for what, when in facts.sent if what == category), at)
    together = None
    if category in COUNTED_TOGETHER:
        together = room(rules.total_caps, (when for what, when in facts.sent if what in COUNTED_TOGETHER), at)
    found = [each for each in (alone, together) if each is not None]
    return max(found, key=lambda each: each.until, default=None)


def _cap(found: Closed) -> str:
    days, hours = found.cap.period.days, int(found.cap.period.total_seconds() // 3600)
    period = f"{days} days" if days > 1 else f"{hours} hours"
    return f"{found.cap.count} in {period} is what one person gets"
