"""A session as the database keeps it: the engine's JSON, and the columns and items that are read off it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from gateway.clock import to_text
from gateway.store.session_items import ItemRow
from gateway.store.sessions import Columns
from gateway.surveys import engine
from gateway.surveys.answers import QuestionType
from gateway.surveys.definition import Item, Survey
from gateway.surveys.outcome import disposition
from gateway.surveys.session import Item as Known
from gateway.surveys.session import Session, State, Status


def columns(survey: Survey, session: Session, *, reports_work: bool) -> Columns:
    """What the database says of a session beside its JSON."""
    due = engine.next_due(survey, session, reports_work=reports_work)
    return Columns(
        state=str(session.state),
        reason=session.reason,
        disposition=str(disposition(survey, session)),
        question=session.current,
        engine=json.dumps(session.to_json(), ensure_ascii=False),
        rev=session.rev,
        not_before=to_text(session.not_before),
        wake_at=_text(due),
        invited_at=_text(session.invited_at),
        delivered_at=_text(session.delivered_at),
        answered_at=_text(session.first_answer_at),
        question_expires_at=_text(session.q_expires_at if session.state is State.AWAITING else None),
        expires_at=_text(session.s_expires_at),
        ended_at=_text(session.ended_at),
        late=session.late,
    )


def restored(engine_json: str) -> Session:
    """The session that `columns` kept. Raises ValueError, KeyError or TypeError for anything else."""
    return Session.from_json(json.loads(engine_json))


def item_rows(survey: Survey, session: Session) -> Iterator[ItemRow]:
    """What became of each question of the session's way."""
    for place, item in enumerate(survey.questions):
        known = session.items.get(item.id)
        if known is not None:
            yield _item_row(item, place, known)


def _item_row(item: Item, place: int, known: Known) -> ItemRow:
    is_text = item.type is QuestionType.TEXT
    heard = known.status in (Status.ANSWERED, Status.PREFILLED)
    value = known.text if is_text else known.value
    return ItemRow(
        question=item.id,
        place=place,
        type=str(item.type),
        status=str(known.status),
        value=None if not heard or value is None else str(value),
        text=known.text,
        comment=None if is_text else known.remainder or None,
        flags=json.dumps(known.flags),
        late=known.late,
        asked_at=_text(known.asked_at),
        answered_at=_text(known.answered_at),
        inbox_id=known.inbound,
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
