"""Messages into the inbox: joined, judged, traced. Each function works inside the caller's transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway import canary, numbers
from gateway.clock import from_text, to_text
from gateway.log import say
from gateway.model import InboxKind
from gateway.receiving import content
from gateway.receiving.kinds import answers, repeats, written_at
from gateway.store import Tx, canaries, events, inbound, inbox, sims
from gateway.store.inbound import Kept
from gateway.store.inbox import LATEST_LOOKED_AT, Incoming, NewIncoming

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a message was taken for by whoever knows about surveys."""

    kind: str
    session_id: int | None = None
    question: str | None = None


Classify = Callable[[Tx, Incoming, datetime], Verdict | None]
"""Looks, in the transaction that stores it, at a message of a person that repeats nothing; None: unmatched.

An exception of it takes back what it wrote and leaves the message unmatched: no message is lost for a survey.
It sees each message once: a late part of one that was shown with gaps changes the text, nothing else.
"""


def show(
    tx: Tx,
    parts: list[Kept],
    now: datetime,
    *,
    classify: Classify | None = None,
    unreadable: str | None = None,
) -> int:
    """Put a message into the inbox, whole or with gaps; its id. `unreadable`: why its PDU is not decoded."""
    message = _joined(tx, parts)
    if unreadable is not None:
        message = replace(message, kind=InboxKind.UNDECODABLE)
    elif _is_canary(tx, message, now):
        message = replace(message, kind=InboxKind.CANARY)
    elif any(part.robot for part in parts):
        message = replace(message, kind=InboxKind.OPERATOR)
    else:
        message = _from_person(tx, message, now)
    inbox_id = inbox.insert(tx, message)
    inbound.shown_as(tx, parts[0].first_id, inbox_id)
    kind = message.kind
    if kind == InboxKind.CANARY:
        inbox.resolve(tx, inbox_id, to_text(now))
    if kind == InboxKind.UNMATCHED and classify is not None:
        kind = _judged(tx, inbox_id, classify, now)
    detail = {"kind": kind, "parts": message.parts, "complete": message.complete, "why": unreadable}
    events.add(
        tx,
        "received",
        now=to_text(now),
        inbox_id=inbox_id,
        message_id=message.reply_to,
        modem=message.modem,
        detail={key: value for key, value in detail.items() if value is not None},
    )
    say(log, "received", modem=message.modem, inbox=inbox_id, sender=numbers.mask(message.sender), kind=kind)
    return inbox_id


def fill(tx: Tx, inbox_id: int, now: datetime, modem: str, place: int) -> bool:
    """A late part, kept already, goes into the message that was shown with gaps; whether it is whole now."""
    message = _joined(tx, inbound.of_inbox(tx, inbox_id))
    inbox.fill(
        tx, inbox_id, body=message.body, raw=message.raw, sent_at=message.sent_at, complete=message.complete
    )
    kind = "inbox_completed" if message.complete else "inbox_part"
    events.add(tx, kind, now=to_text(now), inbox_id=inbox_id, modem=modem, detail={"part": place})
    return message.complete


def _joined(tx: Tx, parts: list[Kept]) -> NewIncoming:
    """The message that these parts make, the first of each place counting."""
    places: dict[int, Kept] = {}
    for part in parts:
        places.setdefault(part.sequence, part)
    ordered = [places[place] for place in sorted(places)]
    total = parts[0].total
    return NewIncoming(
        modem=parts[-1].modem,
        sim=inbox.sim_name(tx, parts[0].imsi),
        imsi=parts[0].imsi,
        sender=parts[0].sender,
        body=content.body({place: part.text for place, part in places.items()}, total),
        sent_at=min((part.scts for part in ordered if part.scts is not None), default=None),
        received_at=max(part.received_at for part in parts),
        parts=total,
        complete=len(places) == total,
        kind=InboxKind.UNMATCHED,
        raw="\n".join(part.pdu for part in ordered),
    )


def _from_person(tx: Tx, message: NewIncoming, now: datetime) -> NewIncoming:
    """With what a person's message seems to answer, and whether it repeats the one before."""
    written = written_at(message.sent_at, message.received_at)
    submitted = [(number, from_text(at)) for number, at in inbox.submissions_to(tx, message.sender)]
    earlier = inbox.list_rows(tx, sender=message.sender, limit=LATEST_LOOKED_AT)
    said_before = repeats(
        message.body,
        written,
        ((old.body, written_at(old.sent_at, old.received_at)) for old in earlier),
        (at for _, at in submitted),
    )
    if message.imsi:
        sims.talked(tx, message.sender, message.imsi, to_text(now))
    return replace(
        message,
        kind=InboxKind.DUPLICATE if said_before else InboxKind.UNMATCHED,
        reply_to=answers(written, submitted),
    )


def _is_canary(tx: Tx, message: NewIncoming, now: datetime) -> bool:
    """Whether it is a message of ours to this SIM: no survey, no customer and no operator has to do with it."""
    token = canary.token_of(message.body)
    return token is not None and canaries.arrived(tx, token, message.imsi or "", to_text(now))


def _judged(tx: Tx, inbox_id: int, classify: Classify, now: datetime) -> str:
    """The kind that the caller's hook gives."""
    message = inbox.get(tx, inbox_id)
    if message is None:
        raise LookupError(f"inbox row {inbox_id} vanished inside its own transaction")
    try:
        with inbox.savepoint(tx):
            verdict = classify(tx, message, now)
            if verdict is not None:
                inbox.classify(tx, inbox_id, verdict.kind, verdict.session_id, verdict.question)
    except Exception as error:
        log.exception("action=classify_failed inbox=%d", inbox_id)
        events.add(
            tx, "classify_failed", now=to_text(now), inbox_id=inbox_id, detail={"error": type(error).__name__}
        )
        return message.kind
    return message.kind if verdict is None else verdict.kind
