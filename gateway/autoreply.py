"""What the gateway answers by itself: one at most for each incoming message, and never without end."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.clock import to_text
from gateway.model import Category
from gateway.politeness import may_answer
from gateway.store import Tx, acks, events, outbox
from gateway.store.acks import NEVER_LEFT
from gateway.store.outbox import NewMessage
from gateway.surveys.guard import lately

ONCE = timedelta(hours=24)
"""The same automatic answer (help, a confirmation) goes once in this long."""


def answer(
    tx: Tx,
    number: str,
    text: str,
    *,
    purpose: str,
    inbox_id: int,
    now: datetime,
    not_before: str | None = None,
) -> int | None:
    """Queue an automatic answer to an incoming message; its id. None where the loop guard says no.

    `number` in E.164. It goes at any hour while the customer waits for it, later in the window of surveys.
    """
    before = lately(tx, number, now)
    if not may_answer(before, now):
        detail = {"purpose": purpose, "answers": len(before)}
        events.add(tx, "loop_guard", now=to_text(now), inbox_id=inbox_id, detail=detail)
        return None
    message = NewMessage(
        recipient=number, body=text, category=Category.ACK, not_before=not_before, created_at=to_text(now)
    )
    return outbox.insert_own(tx, message, inbox_id=inbox_id, purpose=purpose)


def answered_lately(tx: Tx, number: str, purpose: str, now: datetime, among: frozenset[str]) -> bool:
    """Whether the latest of the automatic answers `among` these purposes was this one, within a day.

    STOP, START, STOP is confirmed three times, STOP, STOP once.
    """
    sent = [
        ack
        for ack in acks.since(tx, number, to_text(now - ONCE))
        if ack.purpose in among and ack.state not in NEVER_LEFT
    ]
    latest = max(sent, key=lambda ack: (ack.at, ack.message_id), default=None)
    return latest is not None and latest.purpose == purpose
