"""A survey session, one step at a time: (definition, session, input, now) → (session, actions). Pure.

The caller stores the new session and carries out the actions in one transaction. Every text that is to go out
has a number (`out`); the caller reports back what became of it under that number. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.surveys import flow, reply
from gateway.surveys.definition.model import Survey, pick
from gateway.surveys.definition.templates import placeholders
from gateway.surveys.moves import (
    Action,
    Cancel,
    Due,
    Input,
    NotSent,
    Received,
    Reported,
    Stop,
    Submitted,
    Tick,
)
from gateway.surveys.session import Kind, Session, State, Status
from gateway.surveys.turn import Turn

AFTER_REMINDER = timedelta(hours=24)
"""A reminder gives at least so long to answer."""


def begin(
    survey: Survey,
    *,
    now: datetime,
    context: Mapping[str, str] | None = None,
    language: str | None = None,
    event_ref: str = "",
    event_at: datetime | None = None,
    consents: tuple[str, ...] = (),
    version: int | None = None,
) -> Session:
    """A new session, scheduled after the event's delay; refused where a variable is missing that a text needs."""
    happened = event_at or now
    session = Session(
        survey=survey.id,
        version=version or survey.version or 1,
        language=survey.language(language),
        context=dict(context or {}),
        consents=consents,
        event_ref=event_ref,
        event_at=happened,
        created_at=now,
        not_before=happened + survey.start.delay,
    )
    missing = _missing(survey, session)
    if missing is None:
        return session
    return replace(session, state=State.REFUSED, reason=f"missing_variable:{missing}", ended_at=now)


def _missing(survey: Survey, session: Session) -> str | None:
    """A variable that the survey requires, or that one of its texts cannot do without."""
    given = {**session.context, "ref": session.event_ref}
    later = {"brand", "coupon", *(item.id for item in survey.questions)}
    names = [*survey.start.require_vars]
    for _, text in survey.texts():
        for name, fallback in placeholders(pick(text, session.language, survey.default_lang)):
            if fallback is None and name not in later:
                names.append(name)
    return next((name for name in names if not given.get(name)), None)


def step(survey: Survey, session: Session, given: Input, now: datetime) -> tuple[Session, tuple[Action, ...]]:
    """What becomes of a session, and what is to be done. Inputs that mean nothing in its state change nothing."""
    turn = Turn(survey, session, now)
    match given:
        case Received():
            reply.receive(turn, given)
        case Due():
            _due(turn, given)
        case Submitted():
            _submitted(turn, given)
        case NotSent():
            _not_sent(turn, given)
        case Reported():
            _reported(turn, given)
        case Tick():
            _tick(turn, given)
        case Stop():
            _end(turn, State.STOPPED, given.reason)
        case Cancel():
            _end(turn, State.CANCELLED, given.reason)
    changed = turn.session != session
    return (replace(turn.session, rev=session.rev + 1) if changed else session), tuple(turn.actions)


def next_due(survey: Survey, session: Session, *, reports_work: bool = True) -> datetime | None:
    """When the session wants `Due` (scheduled) or `Tick` (awaiting) at the earliest; None: never by itself."""
    if session.state is State.SCHEDULED:
        return session.not_before
    if session.state is not State.AWAITING:
        return None
    times = [_expires_at(session), reminder_at(survey, session, reports_work=reports_work)]
    return min((time for time in times if time is not None), default=None)


# --- the first question -----------------------------------------------------------------------------------------


def _due(turn: Turn, given: Due) -> None:
    if turn.session.state is not State.SCHEDULED or (
        turn.now < turn.session.not_before and given.verdict == "allow"
    ):
        return
    if given.verdict == "defer":
        turn.change(not_before=given.until or turn.session.not_before)
    elif given.verdict == "refuse":
        turn.end(State.REFUSED, given.reason, turn.now)
    else:
        session, item = flow.settle(turn.survey, turn.session, 0, turn.now)
        turn.session = session
        if item is None:
            turn.end(State.REFUSED, "nothing_to_ask", turn.now)
            return
        turn.change(state=State.INVITING)
        turn.ask(item)


def _end(turn: Turn, state: State, reason: str) -> None:
    if not turn.session.is_final:
        turn.change(wrong_person=reason == "wrong_number")
        turn.end(state, reason, turn.now)
    elif turn.session.queued is not None:
        turn.withdraw()  # its closing


# --- what became of our texts -----------------------------------------------------------------------------------


def _submitted(turn: Turn, given: Submitted) -> None:
    queued, at = turn.session.queued, given.at or turn.now
    if queued is None or queued.out != given.out:
        return
    turn.change(queued=None)
    if queued.kind is Kind.QUESTION and queued.question is not None:
        if turn.session.state is State.INVITING:
            turn.change(state=State.AWAITING, invited_at=at, s_expires_at=at + turn.survey.limits.session_ttl)
        turn.change_item(queued.question, asked_at=at)
        _extend(turn, at + _ttl(turn))
    elif queued.kind is Kind.REMINDER:
        turn.change(reminded_at=at)
        _extend(turn, at + AFTER_REMINDER)


def _ttl(turn: Turn) -> timedelta:
    item = turn.pending
    return turn.survey.limits.question_ttl if item is None or item.ttl is None else item.ttl


def _extend(turn: Turn, until: datetime) -> None:
    """The pending question may be answered until then at least, within the session's time."""
    latest = max(until, turn.session.q_expires_at or until)
    turn.change(q_expires_at=min(latest, turn.session.s_expires_at or latest))


def _not_sent(turn: Turn, given: NotSent) -> None:
    queued = turn.session.queued
    if queued is None or queued.out != given.out:
        return
    turn.change(queued=None)
    if queued.kind is not Kind.QUESTION or not turn.session.is_open:
        return
    if given.failed:
        turn.end(State.UNDELIVERABLE, given.reason, turn.now)
    elif given.reason == "opted_out":
        turn.end(State.STOPPED, given.reason, turn.now)
    else:
        turn.end(
            State.REFUSED if turn.session.state is State.INVITING else State.EXPIRED, given.reason, turn.now
        )


def _reported(turn: Turn, given: Reported) -> None:
    session, at = turn.session, given.at or turn.now
    item = session.item(session.current) if session.current is not None else None
    of_pending = item is not None and item.out == given.out and session.state is State.AWAITING
    if given.delivered:
        if session.delivered_at is None and session.invited_at is not None:
            turn.change(delivered_at=at)
        if of_pending and session.current is not None:
            turn.change_item(session.current, delivered_at=at)
            _extend(turn, at + _ttl(turn))
    elif of_pending and item is not None and not _heard_since(session, item.asked_at):
        turn.end(State.UNDELIVERABLE, "status_report", turn.now)


def _heard_since(session: Session, moment: datetime | None) -> bool:
    heard = session.last_inbound_at
    return heard is not None and (moment is None or heard >= moment)


# --- timers -----------------------------------------------------------------------------------------------------


def _expires_at(session: Session) -> datetime | None:
    """When the pending question has waited long enough; None while it is still on its way out."""
    if session.current is None or session.item(session.current).asked_at is None:
        return None
    times = [time for time in (session.q_expires_at, session.s_expires_at) if time is not None]
    return min(times, default=None)


def reminder_at(survey: Survey, session: Session, *, reports_work: bool = True) -> datetime | None:
    """When to remind, as things stand: counted from the delivery, where this SIM's reports can be trusted."""
    rule = survey.reminder
    if rule is None or session.current is None or session.queued is not None or session.reminders >= rule.max:
        return None
    item = session.item(session.current)
    first = all(other.asked_at is None for name, other in session.items.items() if name != session.current)
    if item.asked_at is None or _heard_since(session, item.asked_at) or not (first or rule.remind_partial):
        return None
    if reports_work and item.delivered_at is None:
        return None
    start = session.reminded_at if session.reminders else (item.delivered_at or item.asked_at)
    return None if start is None else start + rule.after


def _tick(turn: Turn, given: Tick) -> None:
    session = turn.session
    if session.state is not State.AWAITING or given.rev not in (None, session.rev):
        return
    expires_at = _expires_at(session)
    if expires_at is not None and turn.now >= expires_at and session.current is not None:
        turn.change_item(session.current, status=Status.EXPIRED)
        turn.end(State.EXPIRED, None, expires_at)
        return
    remind_at = reminder_at(turn.survey, session, reports_work=given.reports_work)
    if remind_at is not None and turn.now >= remind_at:
        _remind(turn)


def _remind(turn: Turn) -> None:
    rule, item = turn.survey.reminder, turn.pending
    if rule is None or item is None:
        return
    turn.change(reminders=turn.session.reminders + 1)
    if rule.text is not None:
        turn.say(Kind.REMINDER, rule.text, category="survey")
    else:
        turn.send(Kind.REMINDER, turn.session.item(item.id).sent, category="survey")
