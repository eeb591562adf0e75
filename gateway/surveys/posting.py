"""A text of a session on its way into the outbox."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from gateway import failpoints
from gateway.clock import from_text, to_text
from gateway.consent import SURVEY_TEXTS
from gateway.failpoints import Step
from gateway.log import say
from gateway.model import Category, OnUnknown, Reason
from gateway.store import Rejected, Tx, events, invitations, outbox, session_messages
from gateway.store.outbox import NewMessage
from gateway.surveys.guard import may_say
from gateway.surveys.held import Cause, Held
from gateway.surveys.moves import Send
from gateway.surveys.session import Kind

log = logging.getLogger(__name__)

THANKS = timedelta(hours=24)
"""After this nobody needs to be thanked any more."""


def post(tx: Tx, held: Held, action: Send, now: datetime, cause: Cause) -> str | None:
    """Queue a text of a session; why not, where it may not go."""
    recipient = held.row.recipient
    if recipient is None:
        return str(Reason.ERASED)
    if action.kind is Kind.REASK and not may_say(tx, recipient, now):
        detail = {"purpose": f"{SURVEY_TEXTS}{action.kind}"}
        events.add(tx, "loop_guard", now=to_text(now), inbox_id=cause.inbox_id, detail=detail)
        return "loop"
    expires_at = _expiry(tx, held, action)
    not_before = max(action.not_before, now)
    if expires_at is not None and expires_at <= not_before:
        return str(Reason.TOO_LATE)
    message = NewMessage(
        recipient=recipient,
        body=action.text,
        category=Category.SURVEY if action.kind is Kind.REMINDER else action.category,
        not_before=None if not_before == now else to_text(not_before),
        expires_at=None if expires_at is None else to_text(expires_at),
        campaign=held.row.survey,
        on_unknown=OnUnknown.HOLD,  # it counts as asked; a customer is not asked twice, whatever the policy
        created_at=to_text(now),
    )
    try:
        message_id = outbox.insert_own(
            tx,
            message,
            inbox_id=cause.inbox_id,
            purpose=f"{SURVEY_TEXTS}{action.kind}",
            sunday=held.survey.start.allow_sunday,
        )
    except Rejected as error:
        say(log, "survey_text_refused", logging.ERROR, session=held.row.id, why=error)
        return str(Reason.BAD_TEXT)
    again = held.session.current if action.kind is Kind.REASK else None
    session_messages.add(tx, message_id, held.row.id, action.out, str(action.kind), action.question or again)
    failpoints.reach(Step.TEXT_QUEUED)
    return None


def _expiry(tx: Tx, held: Held, action: Send) -> datetime | None:
    """When a text is no longer of use: what the engine says, and of a first question the invitation too.

    Thanks go even where the session's time is over: the answer was long on its way.
    """
    if action.kind in (Kind.CLOSING, Kind.APOLOGY):
        return action.not_before + THANKS
    times = [] if action.expires_at is None else [action.expires_at]
    if action.kind is Kind.QUESTION and held.row.invitation_id is not None and not held.row.invited_at:
        invitation = invitations.get(tx, held.row.invitation_id)
        if invitation is not None and invitation.expires_at is not None:
            times.append(from_text(invitation.expires_at))
    return min(times, default=None)
