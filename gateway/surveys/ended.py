"""Messages that come when a session has ended: punctual ones that travelled long, corrections, late answers, remarks.

Each function says whether the message is of its kind, and takes it if so. The order in which they are asked is
`matching`'s.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.surveys import flow, reply, words
from gateway.surveys.answers import Flag, Outcome, Question, QuestionType, Result, parse
from gateway.surveys.answers.normalise import normalise
from gateway.surveys.corrections import corrected_score
from gateway.surveys.definition.model import Item, Survey
from gateway.surveys.moves import Classify, Human, Received
from gateway.surveys.session import Kind, Session, State, Status
from gateway.surveys.turn import Turn

REOPENING = timedelta(days=7)
"""After a session's time a punctual reply may still reopen it: the gateway was off, the person was not."""
REMARK_WINDOW = timedelta(minutes=5)
REMARK_WORDS = 3


def expired_item(survey: Survey, session: Session) -> Item | None:
    """The question that was pending when the session expired."""
    if session.state is not State.EXPIRED:
        return None
    found = (item for item in survey.questions if session.item(item.id).status is Status.EXPIRED)
    return next(found, None)


def is_punctual(survey: Survey, session: Session, given: Received, now: datetime) -> bool:
    """Whether the message was written while its question was open, and it is not too late to go on."""
    if expired_item(survey, session) is None or session.q_expires_at is None:
        return False
    last = (session.s_expires_at or session.q_expires_at) + REOPENING
    return given.at <= session.q_expires_at and now <= last


def reopen(turn: Turn, given: Received) -> None:
    """Take a punctual message as if the session had not expired; expired again where it answers nothing."""
    item = expired_item(turn.survey, turn.session)
    before = turn.session
    if item is None:
        return
    turn.change(state=State.AWAITING, reason=None, ended_at=None, current=item.id)
    turn.change_item(item.id, status=Status.PENDING)
    over = before.s_expires_at is not None and turn.now > before.s_expires_at
    if over and understood(turn.survey, turn.session, item, given).outcome is Outcome.INVALID:
        turn.session = before
        turn.do(Classify(kind="invalid", question=item.id), Human(reason="invalid"))
        return
    reply.receive(turn, given)


def question(survey: Survey, session: Session) -> Question | None:
    """The question that expired, as the parser needs it."""
    item = expired_item(survey, session)
    sent = "" if item is None else session.item(item.id).sent
    return None if item is None else item.question(session.language, survey.default_lang, sent)


def keep_value(turn: Turn, result: Result, given: Received) -> None:
    """The answer that came with a STOP counts; nobody is thanked."""
    item, until = expired_item(turn.survey, turn.session), turn.session.q_expires_at
    if item is None:
        return
    late = until is None or given.at > until
    turn.change(late=late, last_inbound_at=given.at)
    words.store(turn, item.id, result, given)
    turn.change_item(item.id, late=late)
    turn.raise_alerts(*words.occasions(result))


def understood(survey: Survey, session: Session, item: Item, given: Received) -> Result:
    """A message as a reply to one of the session's questions."""
    question = item.question(session.language, survey.default_lang, session.item(item.id).sent)
    return parse(question, given.text, given.strict)


def correct(turn: Turn, given: Received) -> bool:
    """'Pardon 6', shortly after the end: the last score is another."""
    session = turn.session
    if session.state is not State.COMPLETED or session.ended_at is None:
        return False
    if given.at > session.ended_at + turn.survey.limits.correction_window:
        return False
    scored = [item for item in turn.survey.questions if item.is_score and _answered(session, item)]
    if not scored:
        return False
    question = scored[-1].question(session.language, turn.survey.default_lang)
    value = corrected_score(question, given.text)
    if value is None:
        return False
    reply.correct(turn, scored[-1], value)
    if session.queued is not None:
        turn.close()
    return True


def _answered(session: Session, item: Item) -> bool:
    return session.item(item.id).status is Status.ANSWERED


def is_late(survey: Survey, session: Session, given: Received) -> Result | None:
    """The answer that a message gives to the question that expired, within the window for late ones."""
    item = expired_item(survey, session)
    if item is None or session.ended_at is None:
        return None
    if not session.ended_at < given.at <= session.ended_at + survey.limits.late_window:
        return None
    result = understood(survey, session, item, given)
    return result if result.outcome in (Outcome.ANSWER, Outcome.REFUSED) else None


def take_late(turn: Turn, result: Result, given: Received, *flags: str) -> None:
    """A late answer counts as such; alerts fire, thanks are sent, nothing more is asked."""
    item = expired_item(turn.survey, turn.session)
    if item is None:
        return
    kind = "refused" if result.outcome is Outcome.REFUSED else "answer"
    turn.do(Classify(kind=kind, question=item.id, result=result, flags=("late", *flags)))
    if flags:
        turn.do(Human(reason=flags[0]))
    turn.change(late=True, last_inbound_at=given.at)
    words.store(turn, item.id, result, given)
    turn.change_item(item.id, late=True)
    turn.raise_alerts(*words.occasions(result))
    words.suspect(turn, result)
    closing = flow.closing(turn.survey, turn.session)
    text = turn.survey.closing_late or (closing.text if closing is not None else None)
    if text is not None:
        turn.say(Kind.CLOSING, text, wait=turn.survey.limits.settle)


def remark(turn: Turn, given: Received) -> bool:
    """A few more words, right after the end: they belong to the last answer."""
    session = turn.session
    if session.state is not State.COMPLETED or session.ended_at is None:
        return False
    length = len(normalise(given.text).words)
    unthanked = session.queued is not None and session.queued.kind is Kind.CLOSING
    soon = given.at <= session.ended_at + REMARK_WINDOW and length >= REMARK_WORDS
    target = _remarkable(turn.survey, session)
    if target is None or not (unthanked or soon):
        return False
    result = understood(turn.survey, replace(session, state=State.AWAITING), target, given)
    turn.do(Classify(kind="continuation", question=target.id, result=result))
    reply.append(turn, target.id, given.text)
    turn.raise_alerts(*words.occasions(result))
    words.suspect(turn, result)
    if Flag.PRIVACY_REQUEST in result.flags:
        turn.do(Human(reason="privacy"))
    if unthanked:
        turn.close()
    return True


def _remarkable(survey: Survey, session: Session) -> Item | None:
    """The open question that was answered last, else whichever was."""
    heard = [item for item in survey.questions if _answered(session, item)]
    texts = [item for item in heard if item.type is QuestionType.TEXT]
    return (texts or heard)[-1] if heard else None
