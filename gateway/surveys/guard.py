"""Whether the gateway may say one more thing by itself to a number: two machines must not talk for ever."""

from __future__ import annotations

from datetime import datetime

from gateway.clock import from_text, to_text
from gateway.model import InboxKind
from gateway.politeness import LIMITS, may_answer
from gateway.store import Tx, acks, inbox

BOUNDED = ("survey_question", "survey_closing")
"""A survey asks each question once and thanks once: these end by themselves, and are not counted."""


def lately(tx: Tx, number: str, now: datetime) -> list[datetime]:
    """When the gateway last answered a number (E.164) by itself, as far as the loop guard counts it."""
    since = to_text(now - max(period for _, period in LIMITS))
    return [from_text(ack.at) for ack in acks.since(tx, number, since) if ack.purpose not in BOUNDED]


def may_begin(tx: Tx, number: str, now: datetime) -> bool:
    """Whether one more survey may begin because a number wrote its keyword: a machine may write it for ever."""
    since = to_text(now - max(period for _, period in LIMITS))
    begun = [from_text(at) for at in inbox.times_of(tx, number, InboxKind.KEYWORD, since)]
    return may_answer([*lately(tx, number, now), *begun], now)


def may_say(tx: Tx, number: str, now: datetime) -> bool:
    """Whether the loop guard lets another automatic answer to a number pass."""
    return may_answer(lately(tx, number, now), now)
