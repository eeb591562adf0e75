"""What an alert tells about a session: answers with their scales and labels, and the customer's own words.

Neither name nor number: they are added when it is told, so that an erased person is in no alert.
"""

from __future__ import annotations

import json
from typing import Any

from gateway.surveys.definition import Item, Survey
from gateway.surveys.session import Item as Known
from gateway.surveys.session import Session, Status


def body(survey: Survey, session: Session, text: str | None = None) -> str:
    """The JSON of `alert.body`; `text` is the message that raised it, where no answer has it."""
    answers = [
        _answer(survey, session, item, session.items[item.id])
        for item in survey.questions
        if item.id in session.items and session.item(item.id).status in _TOLD
    ]
    told: dict[str, Any] = {"survey": survey.id, "title": survey.title, "event": session.event_ref}
    return json.dumps({**told, "answers": answers, "message": text}, ensure_ascii=False)


_TOLD = (Status.ANSWERED, Status.PREFILLED, Status.REFUSED, Status.UNPARSED)


def _answer(survey: Survey, session: Session, item: Item, known: Known) -> dict[str, Any]:
    value: Any = known.value
    if item.options and value is not None:
        value = f"{value} ({item.label(str(value), session.language, survey.default_lang)})"
    scale = None
    if item.is_score:
        low, high = item.question(session.language, survey.default_lang).bounds
        scale = f"{low}-{high}"
    words = known.text if not item.is_score else known.remainder
    if item.options:
        words = known.remainder
    return {
        "question": item.id,
        "status": str(known.status),
        "value": None if value is None else str(value),
        "scale": scale,
        "words": words or None,
        "late": known.late,
    }
