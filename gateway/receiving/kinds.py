"""What an incoming message is taken for before any survey looks at it, and what it seems to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from gateway.clock import from_text
from gateway.surveys.answers.normalise import normalise

SAME_TEXT = timedelta(seconds=60)
"""The same text again within this is the customer's thumb, or a network that delivers twice."""

ANSWERS = timedelta(days=30)
"""Older messages of ours are not what somebody answers today."""

OLDEST = timedelta(days=7)
NEWEST = timedelta(minutes=10)
"""A service-centre time before or after the moment of receipt by more is no time to reason with."""

LONGEST = 2000
"""Characters of a text that are compared."""

CLOCKS = timedelta(seconds=60)
"""How far the service centre's clock may be behind ours when an answer is held against its question."""


def reply_time(sent_at: datetime | None, received_at: datetime) -> datetime:
    """When the customer wrote: the service centre's time where it can be trusted, else that of receipt."""
    if sent_at is None or not received_at - OLDEST <= sent_at <= received_at + NEWEST:
        return received_at
    return sent_at


def written_at(sent_at: str | None, received_at: str) -> datetime:
    """The same, from the times as the inbox has them."""
    return reply_time(None if sent_at is None else from_text(sent_at), from_text(received_at))


def repeats(
    body: str, written: datetime, earlier: Iterable[tuple[str, datetime]], submitted: Iterable[datetime]
) -> bool:
    """Whether a text says again what the same sender said less than a minute before.

    `earlier` are his other messages with their times. Where something was `submitted` to him in between, the
    two are answers to two questions: "5", then "5".
    """
    ours = list(submitted)
    for text, moment in earlier:
        first, second = sorted((moment, written))
        between = any(first <= ask <= second for ask in ours)
        if _flat(text) == _flat(body) and second - first < SAME_TEXT and not between:
            return True
    return False


def answers(written: datetime, submitted: Iterable[tuple[int, datetime]]) -> int | None:
    """The latest message of ours that a text can be an answer to; `submitted` has (message, time)."""
    latest = max(
        ((at, message) for message, at in submitted if written - ANSWERS <= at <= written + CLOCKS),
        default=None,
    )
    return None if latest is None else latest[1]


def _flat(text: str) -> str:
    """What a text says, without what thumbs add to it: "5" and "5." are the same, an emoji is itself."""
    return normalise(text[:LONGEST]).flat or " ".join(text.casefold().split())
