"""What conditions and texts may ask about a session."""

from __future__ import annotations

from gateway.surveys.answers import Flag, QuestionType
from gateway.surveys.answers.lexicon import NO_COMMENT, PADDING
from gateway.surveys.answers.normalise import normalise
from gateway.surveys.definition.model import Survey, pick
from gateway.surveys.session import Item, Session, Status

ENOUGH_LETTERS = 12
LONG_WORD = 4
"""Letters: a remark of two such words, or of twelve letters, says something."""


class SessionFacts:
    """A session as conditions see it (`definition.expressions.Facts`)."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def value(self, name: str) -> int | str | None:
        """A start variable, or the answer to a question: its value, of an open one its text."""
        if name.startswith("var."):
            return self.session.context.get(name.removeprefix("var.")) or None
        item = self.session.items.get(name)
        if item is None or item.status not in (Status.ANSWERED, Status.PREFILLED):
            return None
        return item.text if item.value is None else item.value

    def answered(self, name: str) -> bool:
        """Whether a question has an answer, asked for or not."""
        return self.session.item(name).status in (Status.ANSWERED, Status.PREFILLED)

    def has_comment(self, name: str) -> bool:
        """Whether its text, or what was written beside its value, says something."""
        item = self.session.item(name)
        return bool(item.text or item.remainder) and Flag.NO_COMMENT not in item.flags

    def refused(self, name: str) -> bool:
        """Whether the person would rather not answer it."""
        return self.session.item(name).status is Status.REFUSED


def values(survey: Survey, session: Session) -> dict[str, str]:
    """What fills the placeholders of a text."""
    filled = dict(session.context)
    filled["brand"] = pick(survey.brand, session.language, survey.default_lang)
    filled["ref"] = session.event_ref
    for item in survey.questions:
        value = SessionFacts(session).value(item.id)
        if value is not None and item.type is QuestionType.CHOICE:
            value = item.label(str(value), session.language, survey.default_lang)
        filled[item.id] = "" if value is None else str(value)
    return filled


def usable(item: Item) -> str | None:
    """What was written beside an answer, where it can stand for a comment; "" says that there is none."""
    if item.status is not Status.ANSWERED or not item.remainder:
        return None
    reading = normalise(item.remainder)
    if not NO_COMMENT.isdisjoint(reading.forms):
        return ""
    words = [word.text for word in reading.words if word.text not in PADDING]
    letters = sum(char.isalpha() for word in words for char in word)
    long = sum(sum(map(str.isalpha, word)) >= LONG_WORD for word in words)
    return item.remainder if long >= 2 or letters >= ENOUGH_LETTERS else None
