"""The one door: a question and a reply in, what the reply means out."""

from __future__ import annotations

from gateway.surveys.answers import control, optout
from gateway.surveys.answers.choice import read_choice
from gateway.surveys.answers.normalise import Reading, normalise, without_echo
from gateway.surveys.answers.patterns import NEGATIVE, PRIVACY
from gateway.surveys.answers.scores import read_score
from gateway.surveys.answers.text import read_text
from gateway.surveys.answers.values import SCORES, Flag, Outcome, Question, QuestionType, Result
from gateway.surveys.answers.yesno import read_yesno

_WITH_MOOD = frozenset({Outcome.OPT_OUT, Outcome.REFUSED, Outcome.ANSWER, Outcome.INVALID})


def parse(question: Question, text: str, strict: bool = False) -> Result:
    """What `text` means as a reply to `question`. Never raises; the same input always gives the same result.

    With `strict`, a text that may be an opt-out is one (for countries whose law says so).
    """
    reading = normalise(text)
    if control.is_reaction(reading):
        return Result(outcome=Outcome.REACTION)
    reading = without_echo(reading, question.text)
    if control.is_auto_reply(reading):
        return Result(outcome=Outcome.AUTO_REPLY)
    verdict = optout.judge(reading, lambda piece: _value(question, piece), strict)
    if verdict.out:
        result = Result(outcome=Outcome.OPT_OUT, value=verdict.value, scope=verdict.scope)
        if control.is_wrong_number(reading):
            result = result.flagged(Flag.WRONG_NUMBER)
    else:
        result = _without_opt_out(question, reading)
        if verdict.suspected:
            result = result.flagged(Flag.OPTOUT_SUSPECTED)
    return _with_mood(result, reading)


def _without_opt_out(question: Question, reading: Reading) -> Result:
    if control.is_opt_in(reading):
        return Result(outcome=Outcome.OPT_IN)
    if control.is_help(reading):
        return Result(outcome=Outcome.HELP)
    if control.is_wrong_number(reading):
        return Result(outcome=Outcome.WRONG_NUMBER)
    if control.is_refusal(reading, question):
        return Result(outcome=Outcome.REFUSED)
    return _by_type(question, reading)


def _by_type(question: Question, reading: Reading) -> Result:
    if question.type in SCORES:
        return read_score(question, reading)
    if question.type is QuestionType.YESNO:
        return read_yesno(question, reading)
    if question.type is QuestionType.CHOICE:
        return read_choice(question, reading)
    return read_text(reading)


def _value(question: Question, piece: str) -> int | str | None:
    """What a piece of a reply answers; nothing where any text would do."""
    if question.type is QuestionType.TEXT:
        return None
    return _by_type(question, normalise(piece)).value


def _with_mood(result: Result, reading: Reading) -> Result:
    flags = [Flag.PRIVACY_REQUEST] if PRIVACY.search(reading.flat) else []
    if result.outcome in _WITH_MOOD and NEGATIVE.search(reading.flat):
        flags.append(Flag.NEGATIVE_WORDS)
    return result.flagged(*flags) if flags else result
