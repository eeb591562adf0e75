"""A message from the person, as a move in the session: an answer, a correction, a remark, or STOP."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.surveys import flow, texts
from gateway.surveys.answers import Flag, Outcome, Question, QuestionType, Result, parse
from gateway.surveys.corrections import bare_score, corrected_score
from gateway.surveys.definition.model import AlertOn, Item, OnInvalid, pick
from gateway.surveys.moves import Classify, History, Human, Received
from gateway.surveys.session import Kind, State, Status
from gateway.surveys.turn import Turn
from gateway.surveys.words import is_word, note_privacy, occasions, store, suspect, take_word

EARLY = timedelta(seconds=5)
"""The service centre's clock may be so far from ours: a message so much older than a question did not read it."""
LONG_REMARK = 25
"""Letters: what is longer is worth a person's look although it answers nothing."""

_ANYTHING = Question(type=QuestionType.TEXT)


def receive(turn: Turn, given: Received) -> None:
    """Take a message that was matched to this session, or that came while it was the only one."""
    if turn.session.state is State.AWAITING:
        _awaiting(turn, given)
        return
    result = parse(_ANYTHING, given.text, given.strict)
    if is_word(result):
        take_word(turn, result, given)
        return
    turn.do(Classify(kind="unmatched", result=result), Human(reason="unmatched"))
    suspect(turn, result)


# --- while a question is pending ----------------------------------------------------------------------------------


def _awaiting(turn: Turn, given: Received) -> None:
    item = turn.pending
    if item is None:
        return
    known = turn.session.item(item.id)
    question = item.question(turn.session.language, turn.survey.default_lang, known.sent)
    result = parse(question, given.text, given.strict)
    if is_word(result):
        take_word(turn, result, given)
        return
    early = known.asked_at is None or given.at < known.asked_at - EARLY
    hasty = known.asked_at is not None and given.at < known.asked_at + turn.survey.limits.continuation_window
    earlier = flow.last_answered(turn.survey, turn.session, item.id)
    exact = result.outcome is Outcome.ANSWER and Flag.INFERRED not in result.flags
    turn.change(last_inbound_at=given.at)
    if earlier is not None and _is_correction(turn, earlier, item, given, early or hasty, exact):
        return
    is_text = item.type is QuestionType.TEXT
    if earlier is not None and (early or hasty) and not is_text and not (exact and not early):
        _continue(turn, earlier, result, given, possible_two=early and exact)
    elif is_text and earlier is not None and _is_bare_score(turn, earlier, item, result, given):
        return
    else:
        take(turn, item, result, given)


def take(turn: Turn, item: Item, result: Result, given: Received) -> None:
    """A reply to the pending question."""
    suspect(turn, result)
    note_privacy(turn, result)
    if result.outcome is Outcome.INVALID:
        _invalid(turn, item, result, given)
        return
    kind = "refused" if result.outcome is Outcome.REFUSED else "answer"
    turn.do(Classify(kind=kind, question=item.id, result=result))
    store(turn, item.id, result, given)
    turn.withdraw()
    turn.raise_alerts(*occasions(result))
    if item.type is QuestionType.TEXT and result.value is not None:
        turn.tell_comment()
    turn.go_on(item.id, given.at)


def _invalid(turn: Turn, item: Item, result: Result, given: Received) -> None:
    session, limits = turn.session, turn.survey.limits
    turn.do(Classify(kind="invalid", question=item.id, result=result))
    unread = session.item(item.id).asked_at is None
    waits = unread or (session.queued is not None and session.queued.kind is Kind.REASK)
    left = session.reask_q < limits.reask_max and session.reask_total < limits.reask_total
    again = left or waits  # a question or a re-ask that was not even sent cannot be misunderstood
    letters = sum(char.isalpha() for char in given.text)
    if "?" in given.text or Flag.NEGATIVE_WORDS in result.flags or letters >= LONG_REMARK or not again:
        turn.do(Human(reason="invalid"))
    turn.raise_alerts(AlertOn.INVALID, *occasions(result))
    if again:
        _reask(turn, item, counts=not waits)
    elif item.on_invalid is OnInvalid.SKIP:
        _unparsed(turn, item, given)
        turn.go_on(item.id, given.at)
    else:
        _unparsed(turn, item, given)
        turn.end(State.ABANDONED, "invalid", given.at)
        built_in = {turn.session.language: texts.closing_invalid(turn.session.language, turn.brand)}
        turn.say(Kind.CLOSING, turn.survey.closing_invalid or built_in, wait=limits.settle)


def _unparsed(turn: Turn, item: Item, given: Received) -> None:
    turn.withdraw()
    turn.change_item(
        item.id, status=Status.UNPARSED, text=given.text, answered_at=given.at, inbound=given.inbound
    )


def _reask(turn: Turn, item: Item, *, counts: bool) -> None:
    session, limits = turn.session, turn.survey.limits
    if counts:
        turn.change(reask_q=session.reask_q + 1, reask_total=session.reask_total + 1)
    language, fallback = session.language, turn.survey.default_lang
    own = {language: texts.reask(item, language, fallback)}
    if turn.session.item(item.id).asked_at is None:
        turn.ask(item)  # the question itself is still on its way: that is enough
        return
    turn.say(Kind.REASK, {language: pick(item.reask or own, language, fallback)}, wait=limits.settle)
    until = turn.now + (item.ttl or limits.question_ttl)
    latest = max(until, session.q_expires_at or until)
    turn.change(q_expires_at=min(latest, session.s_expires_at or latest))


# --- corrections and remarks ----------------------------------------------------------------------------------------


def _is_correction(turn: Turn, earlier: Item, item: Item, given: Received, quick: bool, exact: bool) -> bool:
    """'Pardon 6' corrects the score before, unless it answers what is asked now."""
    if not earlier.is_score or not (quick or item.type is QuestionType.TEXT or not exact):
        return False
    value = corrected_score(earlier.question(turn.session.language, turn.survey.default_lang), given.text)
    if value is None:
        return False
    correct(turn, earlier, value)
    if turn.session.item(item.id).asked_at is None:
        redo(turn, earlier, given.at)  # the next question was not sent yet: another may follow now
    return True


def correct(turn: Turn, earlier: Item, value: int) -> None:
    """Another score in place of the one that was given; the way taken so far stays."""
    known = turn.session.item(earlier.id)
    turn.do(Classify(kind="correction", question=earlier.id))
    turn.do(History(question=earlier.id, old=known.value, new=value))
    flags = tuple(dict.fromkeys((*known.flags, str(Flag.CORRECTED))))
    turn.change_item(earlier.id, value=value, flags=flags)
    turn.raise_alerts(corrected=True)


def redo(turn: Turn, earlier: Item, at: datetime) -> None:
    """Work out anew what follows an answer: nothing of it was sent."""
    turn.withdraw()
    turn.session = flow.rewind(turn.survey, turn.session, turn.survey.place(earlier.id))
    turn.go_on(earlier.id, at)


def append(turn: Turn, question: str, text: str) -> None:
    """Add a remark to what was written beside an answer, or to the text of an open question."""
    known = turn.session.item(question)
    field = "text" if turn.survey.item(question).type is QuestionType.TEXT else "remainder"
    joined = " ".join(filter(None, (getattr(known, field), " ".join(text.split()))))
    flags = tuple(flag for flag in known.flags if flag != Flag.NO_COMMENT)
    turn.change_item(question, **{field: joined, "flags": flags})
    if field == "text":
        turn.change_item(question, value=joined)
    turn.tell_comment()


def _continue(turn: Turn, earlier: Item, result: Result, given: Received, *, possible_two: bool) -> None:
    """The rest of an answer, sent before the next question could be read."""
    flags = ("possible_two_answers",) if possible_two else ()
    turn.do(Classify(kind="continuation", question=earlier.id, result=result, flags=flags))
    if possible_two:
        turn.do(Human(reason="possible_two_answers"))
    suspect(turn, result)
    note_privacy(turn, result)
    append(turn, earlier.id, given.text)
    turn.raise_alerts(*occasions(result))
    pending = turn.pending
    if pending is not None and turn.session.item(pending.id).asked_at is None:
        redo(turn, earlier, given.at)


def _is_bare_score(turn: Turn, earlier: Item, item: Item, result: Result, given: Received) -> bool:
    """A lone number to an open question: the last score once more, or perhaps its correction."""
    if not earlier.is_score:
        return False
    value = bare_score(earlier.question(turn.session.language, turn.survey.default_lang), given.text)
    if value is None:
        return False
    if value == turn.session.item(earlier.id).value:
        turn.do(Classify(kind="duplicate", question=earlier.id, result=result))
        return True
    take(turn, item, result, given)
    turn.change_item(item.id, flags=(*turn.session.item(item.id).flags, "possible_correction"))
    turn.do(Human(reason="possible_correction"))
    return True
