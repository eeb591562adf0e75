"""What the surveys make of an incoming message: the doors that `gateway.conversation` knocks at.

The message, its answer, the session, the next question and the alert are one transaction, the caller's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from gateway import failpoints
from gateway.clock import from_text, to_text
from gateway.failpoints import Step
from gateway.heard import LONGEST, Heard
from gateway.log import say
from gateway.model import InboxKind, Reason
from gateway.receiving.shelf import Verdict
from gateway.store import (
    Conflict,
    Tx,
    attempts,
    events,
    invitations,
    reviews,
    session_messages,
    sessions,
    settling,
)
from gateway.store.contacts import Contact
from gateway.store.inbox import Incoming
from gateway.store.session_messages import Sent
from gateway.store.sessions import Row
from gateway.surveys import matching
from gateway.surveys.answers import Outcome, Question
from gateway.surveys.eligibility import objection
from gateway.surveys.guard import may_begin
from gateway.surveys.held import Cause, Held
from gateway.surveys.inviting import Inviter
from gateway.surveys.leaving import leave
from gateway.surveys.moves import Action, Classify, Human, Received, Stop, Submitted, Tick
from gateway.surveys.runner import Runner
from gateway.surveys.session import Session, State

LOOK_BACK = timedelta(days=30)
"""Sessions that ended earlier are not what anybody answers: more than any window of theirs."""

BEFORE = timedelta(seconds=5)
"""How far the service centre's clock may be behind ours: an answer is not older than its question by more."""

LEFT: dict[str, str] = {Reason.OPTED_OUT: "opted_out", Reason.DISPUTED: "wrong_number"}
"""Objections that end every session, and what the session says of them."""

SEEN_TO = frozenset({"unmatched", "review_optout", "privacy"})
"""Matters for a person that the conversation notes itself, or that the kind of the message says."""

log = logging.getLogger(__name__)


class Dialogue:
    """`gateway.heard.Surveys`. Any thread may call it, each inside its own transaction."""

    def __init__(self, runner: Runner, inviter: Inviter) -> None:
        self._runner = runner
        self._inviter = inviter

    # -- gateway.heard.Surveys ------------------------------------------------------------------------------

    def pending(self, tx: Tx, message: Incoming, contact: Contact, written: datetime) -> Question | None:
        """The question that the person is being asked; None where no survey is open."""
        held = self._open(tx, message.sender, written, from_text(message.received_at))
        return None if held is None else question_of(held)

    def ended(self, tx: Tx, heard: Heard) -> Verdict | None:
        """The person wants no survey, or is somebody else: every session of theirs ends."""
        given = received(heard)
        found: Verdict | None = None
        self._open(tx, heard.number, heard.written, heard.now)
        for row in sessions.unfinished(tx, heard.number):
            held = self._runner.held(tx, row)
            question = held.session.current
            if held.session.state is State.AWAITING and heard.written >= _asked(held.session):
                self._runner.step_quietly(tx, held, given, heard.now, _cause(heard))
                found = Verdict(kind=InboxKind.OPT_OUT, session_id=row.id, question=question)
            else:
                why = "wrong_number" if heard.result.outcome is Outcome.WRONG_NUMBER else "opted_out"
                self._runner.step_quietly(tx, held, Stop(reason=why), heard.now, _cause(heard))
                found = found or Verdict(kind=InboxKind.OPT_OUT, session_id=row.id)
        return found

    def hear(self, tx: Tx, heard: Heard) -> Verdict | None:
        """A message without a control word; None where no survey can do anything with it."""
        held = self._open(tx, heard.number, heard.written, heard.now)
        begun = None if held is not None else self._keyword(tx, heard)
        if begun is not None:
            return begun
        verdict = self._match(tx, self._all(tx, heard), heard)
        if verdict is not None:
            failpoints.reach(Step.ANSWER_WRITTEN)
        return verdict

    # -- matching ----------------------------------------------------------------------------------------------------

    def _match(self, tx: Tx, held: list[Held], heard: Heard) -> Verdict | None:
        seen = [matching.Held(each.survey, _as_seen(each.session, heard.written)) for each in held]
        matched = matching.match(seen, received(heard), heard.now)
        verdict = None
        for place, each in enumerate(held):
            actions = [action for at, action in matched.actions if at == place]
            if matched.sessions[place] is seen[place].session and not actions:
                continue
            self._note_sim(tx, each, heard)
            kept = self._runner.keep(tx, each, matched.sessions[place], actions, heard.now, _cause(heard))
            verdict = verdict or _verdict(kept.row.id, actions)
            self._ask_people(tx, heard, actions)
        if verdict is None:
            self._ask_people(tx, heard, (action for at, action in matched.actions if at is None))
        else:
            self._leave_in_peace(tx, heard)
        return verdict

    def _leave_in_peace(self, tx: Tx, heard: Heard) -> None:
        """What was long on its way counts after a STOP, too, and opens nothing again."""
        said = objection(tx, heard.contact.phone_hash)
        if said is not None and said.code in LEFT:
            leave(tx, self._runner, heard.number, LEFT[said.code], heard.now, _cause(heard))

    def _all(self, tx: Tx, heard: Heard) -> list[Held]:
        """Every session of the person that the message may belong to, the newest last."""
        since = to_text(heard.now - LOOK_BACK)
        rows = {row.id: row for row in sessions.ended_since(tx, heard.number, since)}
        rows |= {row.id: row for row in sessions.unfinished(tx, heard.number)}
        held = [self._told(tx, rows[key], heard.written, heard.now) for key in sorted(rows)]
        return [
            each for each in held if each.session.is_open or not _written_before(each.session, heard.written)
        ]

    def _open(self, tx: Tx, number: str, written: datetime, now: datetime) -> Held | None:
        """The open session of a person, told of everything that has happened to it up to this message."""
        row = sessions.open_of(tx, number)
        if row is None:
            return None
        held = self._told(tx, row, written, now)
        if held.session.state is State.AWAITING and _over(held.session, min(written, now)):
            held = self._runner.step(tx, held, Tick(), now)
        if held.session.state is not State.AWAITING or _written_before(held.session, written):
            return None
        return held

    def _told(self, tx: Tx, row: Row, written: datetime, now: datetime) -> Held:
        """A session that knows what became of its texts.

        One that is in the air, or whose outcome nobody knows, went out: here is somebody who read it.
        """
        held = self._runner.catch_up(tx, self._runner.held(tx, row), now)
        queued = held.session.queued
        sent = None if queued is None else session_messages.message_of(tx, held.row.id, queued.out)
        if sent is None or not _in_the_air(sent):
            return held
        at = from_text(sent.attempted_at or sent.updated_at)
        if written < at - BEFORE and held.session.state is State.INVITING:
            return held
        settle_as_sent(tx, sent, now)
        return self._runner.step(tx, held, Submitted(out=sent.out, at=at), now)

    def _note_sim(self, tx: Tx, held: Held, heard: Heard) -> None:
        """An answer through another SIM counts all the same, and the conversation stays where it was."""
        bound, came = held.row.sim, heard.message.imsi
        if bound and came and bound != came:
            detail = {"bound": bound, "came": came}
            events.add(
                tx,
                "sim_mismatch",
                now=to_text(heard.now),
                inbox_id=heard.message.id,
                session_id=held.row.id,
                modem=heard.message.modem,
                detail=detail,
            )

    @staticmethod
    def _ask_people(tx: Tx, heard: Heard, actions: Iterable[Action]) -> None:
        reasons = {action.reason for action in actions if isinstance(action, Human)} - SEEN_TO
        for why in sorted(reasons):
            Dialogue._note_for_people(tx, heard, why)

    @staticmethod
    def _note_for_people(tx: Tx, heard: Heard, why: str) -> None:
        reviews.ask(tx, heard.message.id, why, heard.contact.phone_hash, to_text(heard.now))
        detail = {"kind": why, "due": None}
        events.add(tx, "review", now=to_text(heard.now), inbox_id=heard.message.id, detail=detail)

    # -- keywords ----------------------------------------------------------------------------------------------------

    def _keyword(self, tx: Tx, heard: Heard) -> Verdict | None:
        """A word that starts a survey, from somebody who is asked nothing."""
        survey = self._inviter.keyword(tx, heard.message.body)
        if survey is None or sessions.open_of(tx, heard.number) is not None:
            return None
        if not may_begin(tx, heard.number, heard.now):
            self._note_for_people(tx, heard, reviews.LOOP)
            return Verdict(kind=InboxKind.LOOP)
        asked = {
            "survey": survey,
            "recipient": heard.number,
            "event_ref": f"inbox:{heard.message.id}",
            "event_at": to_text(heard.written),
        }
        now = to_text(heard.now)
        invitation_id = invitations.insert(tx, asked, inbox_id=heard.message.id, created_at=now)
        try:
            session_id = self._inviter.look(tx, invitation_id, heard.now)
        except Conflict as error:
            say(log, "keyword_refused", logging.WARNING, inbox=heard.message.id, why=error)
            return None
        return Verdict(kind=InboxKind.KEYWORD, session_id=session_id)


def question_of(held: Held) -> Question | None:
    """What a session asks now, as the parser needs it."""
    session, survey = held.session, held.survey
    if session.current is None:
        return None
    item = survey.item(session.current)
    return item.question(session.language, survey.default_lang, session.item(item.id).sent)


def received(heard: Heard) -> Received:
    """A message as the engine takes it."""
    return Received(
        text=heard.message.body[:LONGEST],
        at=heard.written,
        inbound=heard.message.id,
        strict=heard.result.outcome is Outcome.OPT_OUT,
    )


def settle_as_sent(tx: Tx, sent: Sent, now: datetime) -> None:
    """What was unknown went out: the customer has read it."""
    if sent.state != "unknown":
        return  # still in a worker's hands, who writes the outcome
    for attempt in attempts.unknown_of(tx, sent.message_id):
        attempts.late_accepted(tx, attempt, None, to_text(now))
    settling.settle(tx, sent.message_id, to_text(now))
    session_messages.told(tx, sent.message_id)


def _in_the_air(sent: Sent) -> bool:
    return sent.state in ("sending", "unknown") and sent.attempted_at is not None


def _over(session: Session, written: datetime) -> bool:
    """Whether the pending question's time was over when the message was written."""
    ends = [moment for moment in (session.q_expires_at, session.s_expires_at) if moment is not None]
    return session.queued is None and bool(ends) and written > min(ends)


def _written_before(session: Session, written: datetime) -> bool:
    """Whether the message is older than the invitation: nobody answers what was not asked."""
    return session.invited_at is not None and written < session.invited_at - BEFORE


def _as_seen(session: Session, written: datetime) -> Session:
    """An open session that the message is too old for is open all the same, and not the one that is answered."""
    if session.state is State.AWAITING and _written_before(session, written):
        return replace(session, state=State.INVITING)
    return session


def _asked(session: Session) -> datetime:
    return (session.invited_at or session.created_at) - BEFORE


def _verdict(session_id: int, actions: Iterable[Action]) -> Verdict | None:
    for action in actions:
        if isinstance(action, Classify) and action.kind != InboxKind.UNMATCHED:
            return Verdict(kind=action.kind, session_id=session_id, question=action.question)
    return None


def _cause(heard: Heard) -> Cause:
    return Cause(inbox_id=heard.message.id, text=heard.message.body)
