"""Replies that answer no question: tapbacks, machines, START, HELP, wrong numbers, refusals to answer."""

from __future__ import annotations

from gateway.surveys.answers.lexicon import HELP, OPT_IN, POLITENESS, REFUSED
from gateway.surveys.answers.normalise import Reading, flatten
from gateway.surveys.answers.patterns import AUTO_REPLY, REACTION, WRONG_NUMBER
from gateway.surveys.answers.values import Question


def is_reaction(reading: Reading) -> bool:
    """A tapback: it quotes our own words, digits and STOP included, and says nothing itself."""
    return REACTION.match(reading.norm) is not None


def is_auto_reply(reading: Reading) -> bool:
    """A telephone that answers while its owner drives or sleeps."""
    return AUTO_REPLY.search(reading.flat) is not None


def is_opt_in(reading: Reading) -> bool:
    """START, alone but for politeness. Never YES, which answers questions."""
    left = [word.text for word in reading.words if word.text not in POLITENESS]
    return len(left) == 1 and left[0] in OPT_IN


def is_help(reading: Reading) -> bool:
    """Somebody asks who writes, or for help."""
    return not HELP.isdisjoint(reading.forms)


def is_wrong_number(reading: Reading) -> bool:
    """Somebody says that we mean another person."""
    return WRONG_NUMBER.search(reading.flat) is not None


def is_refusal(reading: Reading, question: Question) -> bool:
    """Somebody would rather not answer, unless those words are an answer that the question offers."""
    return not REFUSED.isdisjoint(reading.forms) and reading.forms.isdisjoint(_offered(question))


def _offered(question: Question) -> set[str]:
    labels = [*question.labels.values()]
    labels += [word for codes in question.codes.values() for word in codes]
    labels += [word for option in question.options for word in (option.label, *option.aliases)]
    return {flatten(label) for label in labels}
