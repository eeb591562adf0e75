"""What an incoming message of a person is taken for, in the transaction that stores it.

Control words come first, whoever wrote them and to whichever SIM: STOP, START, HELP, wrong number. Then an
open survey may have it. What nobody understands is left for a person.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.autoreply import answer, answered_lately
from gateway.clock import to_text
from gateway.config import Settings
from gateway.consent import (
    Action,
    Basis,
    Entry,
    Purpose,
    Scope,
    Source,
    Status,
    granted_back,
    language_of,
    reply_text,
    stopped_by,
)
from gateway.heard import LONGEST, Heard, NoSurveys, Surveys
from gateway.log import say
from gateway.model import Category, InboxKind, Reason, reason
from gateway.receiving.kinds import written_at
from gateway.receiving.shelf import Verdict
from gateway.store import Tx, acks, contacts, events, ledger, reviews
from gateway.store.inbox import Incoming
from gateway.store.phonekey import PhoneKey
from gateway.surveys.answers import Flag, Outcome, Question, QuestionType, parse
from gateway.surveys.answers.normalise import is_pleasantry, normalise

REVIEW_OPTOUT = timedelta(days=7)
"""What may have been an objection is one, for commercial messages, if nobody has looked at it by then."""

REVIEW_PRIVACY = timedelta(days=30)
"""A request about personal data is answered within a month (GDPR art. 12(3))."""

ANY_TEXT = Question(type=QuestionType.TEXT)
CONFIRMATIONS = frozenset({Purpose.OPT_OUT, Purpose.OPT_IN})
WAITING = (Category.COMMERCIAL, Category.SURVEY, Category.SERVICE, Category.ACK)
"""Everything that may wait for a customer; `staff` goes to our own people."""

log = logging.getLogger(__name__)


class Conversation:
    """`Receiver(classify=…)`. Any thread may call it, each inside its own transaction."""

    def __init__(
        self, key: PhoneKey, settings: Callable[[], Settings], surveys: Surveys | None = None
    ) -> None:
        self._key = key
        self._settings = settings
        self._surveys: Surveys = surveys or NoSurveys()

    def __call__(self, tx: Tx, message: Incoming, now: datetime) -> Verdict | None:
        """What the message is, with everything that follows from it already written."""
        heard = self._heard(tx, message, now)
        if Flag.PRIVACY_REQUEST in heard.result.flags:
            self._review(tx, heard, reviews.PRIVACY, REVIEW_PRIVACY)
        match heard.result.outcome:
            case Outcome.OPT_OUT:
                return self._opt_out(tx, heard)
            case Outcome.OPT_IN:
                return self._opt_in(tx, heard)
            case Outcome.HELP:
                return self._help(tx, heard, InboxKind.HELP)
            case Outcome.WRONG_NUMBER:
                return self._wrong_number(tx, heard)
            case Outcome.REACTION:
                return Verdict(kind=InboxKind.REACTION)
            case Outcome.AUTO_REPLY:
                return Verdict(kind=InboxKind.AUTO_REPLY)
        if Flag.OPTOUT_SUSPECTED in heard.result.flags:
            self._suspend(tx, heard)
        return self._surveys.hear(tx, heard) or _alone(message)

    def _heard(self, tx: Tx, message: Incoming, now: datetime) -> Heard:
        written = written_at(message.sent_at, message.received_at)
        phone_hash = self._key.hash(message.sender)
        contact = contacts.wrote(tx, phone_hash, message.sender, to_text(written), to_text(now))
        question = self._surveys.pending(tx, message, contact, written)
        strict = message.sender.startswith(self._settings().policy.consent.strict_optout_prefixes)
        result = parse(question or ANY_TEXT, message.body[:LONGEST], strict)
        return Heard(message=message, contact=contact, written=written, now=now, result=result)

    # -- STOP and START ------------------------------------------------------------------------------

    def _opt_out(self, tx: Tx, heard: Heard) -> Verdict:
        said = str(heard.result.scope or "all")
        setting = self._settings().policy.consent.stop_scope
        scopes = stopped_by(said, setting)
        session = self._surveys.ended(tx, heard) if Scope.SURVEY in scopes else None
        at = ledger.last_word(tx, heard.contact.phone_hash, heard.written)
        for scope in scopes:
            ledger.append(tx, replace(_entry(heard, scope, Action.REVOKE), at=at))
        cancelled = _cancel(
            tx, heard, scopes, reason(Reason.OPTED_OUT, f"message {heard.message.id} said so")
        )
        if Flag.WRONG_NUMBER in heard.result.flags:
            contacts.set_state(tx, heard.contact.phone_hash, contacts.DISPUTED, to_text(heard.now))
        if scopes == tuple(Scope):
            reviews.close_of(
                tx, heard.contact.phone_hash, reviews.OPTOUT, "optout", "customer", to_text(heard.now)
            )
        detail = {"scopes": list(map(str, scopes)), "cancelled": cancelled}
        events.add(tx, "opted_out", now=to_text(heard.now), inbox_id=heard.message.id, detail=detail)
        say(log, "opted_out", inbox=heard.message.id, scopes=",".join(scopes), cancelled=len(cancelled))
        stops = setting if said == "all" else said
        if not answered_lately(tx, heard.number, Purpose.OPT_OUT, heard.now, CONFIRMATIONS):
            self._answer(tx, heard, Purpose.OPT_OUT, stops)
        return _verdict(InboxKind.OPT_OUT, session)

    def _opt_in(self, tx: Tx, heard: Heard) -> Verdict:
        phone_hash = heard.contact.phone_hash
        before = ledger.last_opt_out(tx, phone_hash)
        back = [
            scope
            for scope in granted_back(before or {})
            if ledger.standing(tx, phone_hash, scope).status is Status.DENIED
        ]
        if not back:
            return self._help(tx, heard, InboxKind.OPT_IN)
        at = ledger.last_word(tx, heard.contact.phone_hash, heard.written)
        for scope in back:
            ledger.append(tx, replace(_entry(heard, scope, Action.GRANT), at=at))
        events.add(
            tx,
            "opted_in",
            now=to_text(heard.now),
            inbox_id=heard.message.id,
            detail={"scopes": list(map(str, back))},
        )
        if not answered_lately(tx, heard.number, Purpose.OPT_IN, heard.now, CONFIRMATIONS):
            self._answer(tx, heard, Purpose.OPT_IN)
        return Verdict(kind=InboxKind.OPT_IN)

    def _suspend(self, tx: Tx, heard: Heard) -> None:
        """It may have been an objection: hold commercial messages until a person has looked."""
        held = ledger.standing(tx, heard.contact.phone_hash, Scope.COMMERCIAL).status
        if held is Status.DENIED:
            return
        if held is not Status.SUSPENDED:
            ledger.append(tx, _entry(heard, Scope.COMMERCIAL, Action.SUSPEND))
        self._review(tx, heard, reviews.OPTOUT, REVIEW_OPTOUT)

    # -- the others ----------------------------------------------------------------------------------

    def _help(self, tx: Tx, heard: Heard, kind: InboxKind) -> Verdict:
        if answered_lately(tx, heard.number, Purpose.HELP, heard.now, frozenset({Purpose.HELP})):
            return Verdict(kind=kind)
        done = self._answer(tx, heard, Purpose.HELP)
        return Verdict(kind=kind if done else InboxKind.LOOP)

    def _wrong_number(self, tx: Tx, heard: Heard) -> Verdict:
        session = self._surveys.ended(tx, heard)
        now = to_text(heard.now)
        contacts.set_state(tx, heard.contact.phone_hash, contacts.DISPUTED, now)
        why = reason(Reason.DISPUTED, f"message {heard.message.id} said that the number is somebody else's")
        cancelled = _cancel(tx, heard, tuple(Scope), why)
        events.add(
            tx, "contact_disputed", now=now, inbox_id=heard.message.id, detail={"cancelled": cancelled}
        )
        only = frozenset({Purpose.WRONG_NUMBER})
        if not answered_lately(tx, heard.number, Purpose.WRONG_NUMBER, heard.now, only):
            self._answer(tx, heard, Purpose.WRONG_NUMBER)
        return _verdict(InboxKind.WRONG_NUMBER, session)

    def _answer(self, tx: Tx, heard: Heard, purpose: Purpose, scope: str = "") -> bool:
        """Queue the gateway's own words; False where the loop guard says no, and a person should look."""
        gateway = self._settings().gateway
        text = reply_text(
            purpose,
            language_of(heard.number, heard.contact.lang),
            brand=gateway.brand,
            contact=gateway.contact,
            scope=scope,
        )
        done = answer(tx, heard.number, text, purpose=purpose, inbox_id=heard.message.id, now=heard.now)
        if done is None:
            self._review(tx, heard, reviews.LOOP)
        return done is not None

    @staticmethod
    def _review(tx: Tx, heard: Heard, kind: str, within: timedelta | None = None) -> None:
        due = None if within is None else to_text(heard.now + within)
        now = to_text(heard.now)
        reviews.ask(tx, heard.message.id, kind, heard.contact.phone_hash, now, due)
        events.add(tx, "review", now=now, inbox_id=heard.message.id, detail={"kind": kind, "due": due})


def _entry(heard: Heard, scope: Scope, action: Action) -> Entry:
    """What the customer's own message proves."""
    text = heard.message.body[:LONGEST]
    words = normalise(text).words
    keyword = words[0].text if words else ""
    return Entry(
        phone_hash=heard.contact.phone_hash,
        scope=scope,
        action=action,
        basis=Basis.CONSENT if action is Action.GRANT else None,
        source=Source.SMS_KEYWORD,
        evidence={"inbound_id": heard.message.id, "keyword": keyword, "text": text},
        actor="gateway" if action is Action.SUSPEND else "customer",
        at=heard.written,
        recorded_at=heard.now,
    )


def _cancel(tx: Tx, heard: Heard, scopes: tuple[Scope, ...], why: str) -> list[int]:
    """Take back what waits for this number: with the surveys go their next questions, too."""
    categories = [category for category in WAITING if category in set(map(str, scopes))]
    if Scope.SURVEY in scopes:
        categories.append(Category.ACK)
    return acks.cancel_waiting(tx, heard.number, json.dumps(categories), why, to_text(heard.now))


def _verdict(kind: InboxKind, session: Verdict | None) -> Verdict:
    if session is None:
        return Verdict(kind=kind)
    return Verdict(kind=kind, session_id=session.session_id, question=session.question)


def _alone(message: Incoming) -> Verdict | None:
    """'Merci !', or a smile: nothing to answer, nothing to look at."""
    return Verdict(kind=InboxKind.PLEASANTRY) if is_pleasantry(message.body[:LONGEST]) else None
