"""The whole story of one incoming message, for whoever asks what it was."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store import events, inbound, inbox
from gateway.store.connection import Reader
from gateway.store.events import Event
from gateway.store.inbound import Kept
from gateway.store.inbox import Incoming


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An incoming message with all that belongs to it, each list oldest first."""

    message: Incoming
    parts: tuple[Kept, ...]
    """As they came; a part that the phone sent twice is there twice."""
    events: tuple[Event, ...]
    answers: tuple[int, ...]
    """Outgoing messages that were written in answer to it."""


def story(read: Reader, inbox_id: int) -> Story | None:
    """Everything about one message; None where there is none of that id. For `inbox show`."""
    message = inbox.get(read, inbox_id)
    if message is None:
        return None
    answers = read.execute(
        "SELECT message_id FROM own_message WHERE inbox_id = ? ORDER BY message_id", (inbox_id,)
    )
    return Story(
        message=message,
        parts=tuple(inbound.of_inbox(read, inbox_id)),
        events=tuple(events.list_events(read, inbox_id=inbox_id, limit=-1)),
        answers=tuple(int(row["message_id"]) for row in answers),
    )
