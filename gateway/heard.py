"""An incoming message as the conversation passes it on, and the doors of the surveys that it knocks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.receiving.shelf import Verdict
from gateway.store import Tx
from gateway.store.contacts import Contact
from gateway.store.inbox import Incoming
from gateway.surveys.answers import Question, Result

LONGEST = 2000
"""Characters of a text that are looked at; all of it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An incoming message with all that was found out about it."""

    message: Incoming
    contact: Contact
    written: datetime
    """When the customer wrote it: the service centre's time where it can be trusted."""
    now: datetime
    result: Result
    """As a reply to the question that `Surveys.pending` gave, else to an open one."""

    @property
    def number(self) -> str:
        """E.164."""
        return self.message.sender


class Surveys(Protocol):
    """What the surveys have to say about a message. Each call is inside the transaction that stores it."""

    def pending(self, tx: Tx, message: Incoming, contact: Contact, written: datetime) -> Question | None:
        """The question that the person is being asked; None where no survey is open."""

    def ended(self, tx: Tx, heard: Heard) -> Verdict | None:
        """The person said STOP (all, or surveys) or is somebody else: end every open or scheduled session.

        An answer given in the same message (`heard.result.value`) counts before that. The session that it
        belonged to, if there was one; its kind is not looked at. No message may be queued.
        """

    def hear(self, tx: Tx, heard: Heard) -> Verdict | None:
        """A message without a control word; None where no survey can do anything with it."""


class NoSurveys:
    """Nothing is being asked."""

    def pending(self, tx: Tx, message: Incoming, contact: Contact, written: datetime) -> Question | None:
        """No question."""
        return None

    def ended(self, tx: Tx, heard: Heard) -> Verdict | None:
        """No session."""
        return None

    def hear(self, tx: Tx, heard: Heard) -> Verdict | None:
        """No answer."""
        return None
