"""What became of a session's messages, in the words of the engine."""

from __future__ import annotations

from datetime import datetime

from gateway.clock import from_text, to_text
from gateway.model import Reason
from gateway.store.session_messages import Sent
from gateway.surveys.held import Held
from gateway.surveys.moves import Input, NotSent, Reported, Submitted
from gateway.surveys.session import State

OUT = frozenset({"sent", "delivered", "undelivered", "unknown"})
"""States of a message that went out, as far as anybody knows."""


def too_old_at(held: Held) -> str | None:
    """When the event will be too long ago to ask about it; None where the first question is out."""
    if held.session.state is not State.INVITING:
        return None
    return to_text(held.session.event_at + held.survey.start.event_max_age)


def inputs(sent: Sent, too_old_at: str | None = None) -> list[Input]:
    """What the state of a message means to its session.

    A first question that runs out at `too_old_at` was not asked because its event is too long ago by then.
    """
    at = _moment(sent.attempted_at or sent.sent_at)
    match sent.state:
        case "sent" | "unknown":
            return [Submitted(out=sent.out, at=at)]
        case "delivered":
            return [
                Submitted(out=sent.out, at=at),
                Reported(out=sent.out, delivered=True, at=_moment(sent.delivered_at)),
            ]
        case "undelivered":
            return [Submitted(out=sent.out, at=at), Reported(out=sent.out, delivered=False)]
        case "failed":
            return [NotSent(out=sent.out, reason=code_of(sent.reason), failed=True)]
        case "refused" | "expired" | "cancelled":
            code = code_of(sent.reason) or sent.state
            stale = code == Reason.TOO_LATE and sent.expires_at is not None and sent.expires_at == too_old_at
            return [NotSent(out=sent.out, reason="stale_event" if stale else code)]
    return []


def code_of(why: str | None) -> str:
    """The code that a reason begins with."""
    return (why or "").partition(":")[0].strip()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
