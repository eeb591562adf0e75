"""Messages that concern the person rather than the question: STOP, START, HELP, a wrong number, a machine."""

from __future__ import annotations

from gateway.surveys.answers import Flag, Outcome, QuestionType, Result
from gateway.surveys.definition.model import AlertOn
from gateway.surveys.moves import Classify, Control, Human, Received, Word
from gateway.surveys.session import State, Status
from gateway.surveys.turn import Turn

WORDS = {
    Outcome.OPT_OUT: Word.OPT_OUT,
    Outcome.OPT_IN: Word.OPT_IN,
    Outcome.HELP: Word.HELP,
    Outcome.WRONG_NUMBER: Word.WRONG_NUMBER,
}


def is_word(result: Result) -> bool:
    """Whether a message concerns the person, or nobody, rather than a question."""
    return result.outcome in WORDS or result.outcome in (Outcome.REACTION, Outcome.AUTO_REPLY)


def take_word(turn: Turn, result: Result, given: Received) -> None:
    """STOP, START, HELP, a wrong number, a tapback, a machine."""
    question = turn.session.current
    turn.do(Classify(kind=str(result.outcome), question=question, result=result))
    word = WORDS.get(result.outcome)
    if word is not None:
        turn.do(Control(word=word, scope=result.scope))
        turn.change(last_inbound_at=given.at)
    if result.outcome is Outcome.OPT_OUT:
        _opted_out(turn, result, given)
    elif result.outcome is Outcome.WRONG_NUMBER:
        _wrong_number(turn, given)
    note_privacy(turn, result)
    turn.raise_alerts(*occasions(result))


def _opted_out(turn: Turn, result: Result, given: Received) -> None:
    """The answer in the same message counts, then everything stops; nobody is thanked."""
    question = turn.session.current
    if result.value is not None and question is not None and turn.session.state is State.AWAITING:
        store(turn, question, result, given)
    if not turn.session.is_final:
        turn.end(State.STOPPED, "opted_out", given.at)
    else:
        turn.withdraw()


def _wrong_number(turn: Turn, given: Received) -> None:
    if turn.session.is_final:
        turn.withdraw()
        return
    asked = turn.session.invited_at is not None
    turn.change(wrong_person=True)
    turn.end(State.STOPPED, "wrong_number", given.at)
    if asked:
        turn.apologise()


def suspect(turn: Turn, result: Result) -> None:
    """What may be an opt-out is looked at by a person; advertising pauses until then."""
    if Flag.OPTOUT_SUSPECTED in result.flags:
        turn.do(Control(word=Word.SUSPECTED), Human(reason="review_optout"))


def note_privacy(turn: Turn, result: Result) -> None:
    """A request about data is for a person, whatever else the message says."""
    if Flag.PRIVACY_REQUEST in result.flags:
        turn.do(Human(reason="privacy"))


def occasions(result: Result) -> list[AlertOn]:
    """The occasions of alerts that a message is by itself, whatever it answers."""
    found = {
        AlertOn.NEGATIVE_WORDS: Flag.NEGATIVE_WORDS in result.flags,
        AlertOn.PRIVACY: Flag.PRIVACY_REQUEST in result.flags,
        AlertOn.WRONG_NUMBER: result.outcome is Outcome.WRONG_NUMBER or Flag.WRONG_NUMBER in result.flags,
    }
    return [occasion for occasion, said in found.items() if said]


def store(turn: Turn, question: str, result: Result, given: Received) -> None:
    """Keep an answer, or that somebody would rather give none."""
    is_text = turn.survey.item(question).type is QuestionType.TEXT
    refused = result.outcome is Outcome.REFUSED
    turn.change_item(
        question,
        status=Status.REFUSED if refused else Status.ANSWERED,
        value=result.value,
        text=str(result.value) if is_text and result.value is not None else None,
        remainder=result.remainder,
        flags=tuple(map(str, result.flags)),
        answered_at=given.at,
        inbound=given.inbound,
    )
    if not refused and turn.session.first_answer_at is None:
        turn.change(first_answer_at=given.at)
