"""Messages about a score that was given before: 'pardon 6', or just the number again."""

from __future__ import annotations

from gateway.surveys.answers import Flag, Outcome, Question, parse
from gateway.surveys.answers.lexicon import CORRECTIONS, PADDING
from gateway.surveys.answers.normalise import normalise

_WORDS = frozenset(word for phrase in CORRECTIONS for word in phrase)


def corrected_score(question: Question, text: str) -> int | None:
    """The score that a message corrects to: words of correction and one number, nothing else that says anything."""
    words = normalise(text).flat.split()
    if not any(
        tuple(words[at : at + len(phrase)]) == phrase for phrase in CORRECTIONS for at in range(len(words))
    ):
        return None
    result = parse(question, text)
    if (
        result.outcome is not Outcome.ANSWER
        or not isinstance(result.value, int)
        or Flag.LABEL in result.flags
    ):
        return None
    rest = normalise(result.remainder or "").flat.split()
    return result.value if all(word in PADDING or word in _WORDS for word in rest) else None


def bare_score(question: Question, text: str) -> int | None:
    """The score that a message consists of, politeness aside."""
    result = parse(question, text)
    alone = result.outcome is Outcome.ANSWER and not result.remainder and not result.flags
    return result.value if alone and isinstance(result.value, int) else None
