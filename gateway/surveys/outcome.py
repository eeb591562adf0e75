"""How a session counts: the dispositions of survey research, for the response rates."""

from __future__ import annotations

from gateway.surveys.definition.model import Survey
from gateway.surveys.flow import following
from gateway.surveys.session import ACCEPTED, Disposition, Session, State, Status

_SETTLED = (*ACCEPTED, Status.SKIPPED)
_HEARD = (Status.ANSWERED, Status.PREFILLED)


def is_finished(survey: Survey, session: Session) -> bool:
    """Whether every question that must be answered, on the way that the answers lead, is answered or refused."""
    place = 0
    while place < len(survey.questions):
        item = survey.questions[place]
        if item.required and session.item(item.id).status not in _SETTLED:
            return False
        place = following(survey, session, place)
    return True


def disposition(survey: Survey, session: Session) -> Disposition:
    """How the session counts, as things stand. Answers are never taken back by what comes later."""
    heard = [name for name, item in session.items.items() if item.status in _HEARD]
    if heard:
        return _heard(survey, session, heard)
    if session.wrong_person:
        return Disposition.WRONG_PERSON
    if session.state is State.UNDELIVERABLE:
        return Disposition.UNDELIVERED
    if session.invited_at is None:
        return Disposition.NOT_SENT
    if session.reason == "opted_out" or any(item.status is Status.REFUSED for item in session.items.values()):
        return Disposition.REFUSAL
    reached = session.delivered_at is not None or session.last_inbound_at is not None
    return Disposition.NONCONTACT if reached else Disposition.UNKNOWN


def _heard(survey: Survey, session: Session, heard: list[str]) -> Disposition:
    ended = session.state in (State.COMPLETED, State.STOPPED) or session.late
    if ended and not session.wrong_person and is_finished(survey, session):
        return Disposition.LATE_COMPLETE if session.late else Disposition.COMPLETE
    if session.wrong_person:
        return Disposition.WRONG_PERSON
    if session.late:
        return Disposition.LATE_PARTIAL
    score = any(survey.item(name).required and survey.item(name).is_score for name in heard)
    return Disposition.PARTIAL if score else Disposition.BREAKOFF
