"""Where a survey goes on: jumps, skips, what was said already, and the closing. Pure, without sending anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from gateway.surveys.answers import Flag, QuestionType
from gateway.surveys.definition.model import END, Closing, Item, Survey, Text
from gateway.surveys.facts import SessionFacts, usable
from gateway.surveys.session import Item as Known
from gateway.surveys.session import Session, Status


def following(survey: Survey, session: Session, place: int) -> int:
    """The place that a question's jumps lead to; `len(questions)` is the end."""
    facts = SessionFacts(session)
    for jump in survey.questions[place].next:
        if jump.when is None or jump.when.holds(facts):
            return len(survey.questions) if jump.goto == END else survey.place(jump.goto)
    return place + 1


def settle(survey: Survey, session: Session, place: int, at: datetime) -> tuple[Session, Item | None]:
    """The first question from `place` on that must be asked, with those before it marked; None at the end."""
    while place < len(survey.questions):
        item = survey.questions[place]
        if item.skip_if is not None and item.skip_if.holds(SessionFacts(session)):
            session = session.with_item(item.id, Known(status=Status.SKIPPED))
        elif (said := _said_already(item, session)) is not None:
            session = session.with_item(item.id, said_already(said, at))
        else:
            return session.with_item(item.id, Known(status=Status.PENDING)), item
        place = following(survey, session, place)
    return session, None


def said_already(said: str, at: datetime) -> Known:
    """The item of an open question that an earlier reply has answered; "" says that there is nothing to say."""
    flags = () if said else (str(Flag.NO_COMMENT),)
    return Known(status=Status.PREFILLED, text=said or None, flags=flags, answered_at=at)


def _said_already(item: Item, session: Session) -> str | None:
    """The remarks that came with earlier answers, where one says enough."""
    if item.type is not QuestionType.TEXT or not item.prefill_from:
        return None
    found = [usable(session.item(name)) for name in item.prefill_from]
    remarks = dict.fromkeys(remark for remark in found if remark)
    if remarks:
        return " ".join(remarks)
    return "" if "" in found else None


def rewind(survey: Survey, session: Session, place: int) -> Session:
    """The session as if what follows `place` had not been worked out: nothing of it was asked yet."""
    late = {item.id for item in survey.questions[place + 1 :]}
    undone = (Status.PENDING, Status.SKIPPED, Status.PREFILLED)
    kept = {
        name: item for name, item in session.items.items() if name not in late or item.status not in undone
    }
    return replace(session, items=kept)


def last_answered(survey: Survey, session: Session, before: str | None) -> Item | None:
    """The question answered last, before the one that is pending."""
    found = [
        item
        for item in survey.questions
        if item.id != before and session.item(item.id).status in (Status.ANSWERED, Status.REFUSED)
    ]
    return found[-1] if found else None


def question_text(item: Item, session: Session) -> Text:
    """The text of a question: the first variant that holds, else its own."""
    facts = SessionFacts(session)
    return next((variant.text for variant in item.variants if variant.when.holds(facts)), item.text)


def closing(survey: Survey, session: Session) -> Closing | None:
    """The closing that fits, None where none does."""
    facts = SessionFacts(session)
    for each in survey.closings:
        allowed = each.requires_consent is None or each.requires_consent in session.consents
        if allowed and (each.when is None or each.when.holds(facts)):
            return each
    return None
