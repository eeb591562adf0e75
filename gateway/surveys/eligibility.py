"""May this person be asked this survey now? Each answer is None, or the reason that says why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_text, to_text
from gateway.config import Settings
from gateway.consent import Scope, Status
from gateway.model import Reason
from gateway.store import Reader, contacts, ledger, sessions
from gateway.store.contacts import Contact
from gateway.store.phonekey import PhoneKey
from gateway.surveys.definition import Survey
from gateway.surveys.session import Session


@dataclass(frozen=True, slots=True)
class No:
    """Why somebody is not asked: the code, then words for a person."""

    code: str
    words: str = ""

    @property
    def text(self) -> str:
        """As it stands in `invitation.reason`."""
        return f"{self.code}: {self.words}" if self.words else self.code


class Eligibility:
    """What the person has said, and what the operator allows. Any thread may ask."""

    def __init__(self, key: PhoneKey, settings: Callable[[], Settings]) -> None:
        self._key = key
        self._settings = settings

    def forbidden(self, read: Reader, number: str) -> No | None:
        """Why a person may not be asked at all."""
        only_to = self._settings().policy.only_to
        if only_to and not number.startswith(tuple(only_to)):
            return No(str(Reason.NOT_IN_ONLY_TO), "policy.only_to allows " + ", ".join(only_to))
        return objection(read, self._key.hash(number))

    def consents(self, read: Reader, contact: Contact | None) -> tuple[str, ...]:
        """What a person agreed to: only that opens a closing with `requires_consent`."""
        if contact is None:
            return ()
        status = ledger.standing(read, contact.phone_hash, Scope.COMMERCIAL).status
        return (str(Scope.COMMERCIAL),) if status is Status.GRANTED else ()


def stale(survey: Survey, session: Session, begins: datetime) -> No | None:
    """Whether what the survey asks about is too long ago."""
    latest = session.event_at + survey.start.event_max_age
    if begins <= latest:
        return None
    return No("stale_event", f"the event was {to_text(session.event_at)}, too long ago for this survey")


def objection(read: Reader, phone_hash: str) -> No | None:
    """What the person has said against surveys, or that the number is another's."""
    contact = contacts.find(read, phone_hash)
    if contact is not None and contact.state == contacts.DISPUTED:
        return No(str(Reason.DISPUTED), "the number is somebody else's")
    status = ledger.standing(read, phone_hash, Scope.SURVEY).status
    if status is Status.DENIED:
        return No(str(Reason.OPTED_OUT), "this person wants no surveys")
    return No(str(Reason.SUSPENDED)) if status is Status.SUSPENDED else None


def quarantine(read: Reader, survey: Survey, number: str, at: datetime) -> No | None:
    """Whether a person was asked something too short a time ago."""
    rests = (
        (sessions.last_invited(read, number), survey.start.quarantine_any),
        (sessions.last_invited(read, number, survey.id), survey.start.quarantine_same),
    )
    ends = [from_text(last) + rest for last, rest in rests if last is not None]
    until = max(ends, default=at)
    if until <= at:
        return None
    return No(
        "quarantine", f"this person was asked not long ago, and is left in peace until {to_text(until)}"
    )
