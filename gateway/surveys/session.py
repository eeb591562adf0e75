"""One person in one survey, as a frozen value that can be stored as JSON.

States: scheduled → inviting → awaiting → one of the final ones. "Open" is inviting or awaiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.clock import from_text, to_text


class State(StrEnum):
    """Where a session stands; the names that applications see in the view `session`."""

    SCHEDULED = "scheduled"
    INVITING = "inviting"
    """The first question is on its way out."""
    AWAITING = "awaiting"
    COMPLETED = "completed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    """Replies came, but none that could be understood."""
    STOPPED = "stopped"
    UNDELIVERABLE = "undeliverable"
    REFUSED = "refused"
    CANCELLED = "cancelled"


OPEN = frozenset({State.INVITING, State.AWAITING})
FINAL = frozenset(State) - OPEN - {State.SCHEDULED}


class Status(StrEnum):
    """What became of one question."""

    PENDING = "pending"
    ANSWERED = "answered"
    PREFILLED = "prefilled"
    """Not asked: an earlier reply had said it."""
    REFUSED = "refused"
    UNPARSED = "unparsed"
    SKIPPED = "skipped"
    EXPIRED = "expired"


ACCEPTED = frozenset({Status.ANSWERED, Status.PREFILLED, Status.REFUSED})


class Disposition(StrEnum):
    """How a session ended, for the response rates (docs: AAPOR's families)."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    NONCONTACT = "noncontact"
    BREAKOFF = "breakoff"
    PARTIAL = "partial"
    COMPLETE = "complete"
    REFUSAL = "refusal"
    WRONG_PERSON = "wrong_person"
    UNDELIVERED = "undelivered"
    LATE_PARTIAL = "late_partial"
    LATE_COMPLETE = "late_complete"


class Kind(StrEnum):
    """What a text of ours is."""

    QUESTION = "question"
    REASK = "reask"
    REMINDER = "reminder"
    CLOSING = "closing"
    APOLOGY = "apology"
    """To a wrong number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is known of one question."""

    status: Status = Status.PENDING
    value: int | str | None = None
    text: str | None = None
    """Of an open question, or the reply that could not be understood."""
    remainder: str | None = None
    flags: tuple[str, ...] = ()
    late: bool = False
    out: int | None = None
    """The number of the message that asked it."""
    sent: str = ""
    """The question as it was sent."""
    asked_at: datetime | None = None
    delivered_at: datetime | None = None
    answered_at: datetime | None = None
    inbound: int | None = None
    """The message that answered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A text of ours that waits to be submitted."""

    out: int
    kind: Kind
    question: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert rule that has fired for this session."""

    open: bool = True
    """False: a correction has taken its reason away."""
    updated: bool = False
    """A later comment was already told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person in one survey. Times are aware, UTC."""

    survey: str
    version: int = 1
    language: str = "fr"
    state: State = State.SCHEDULED
    reason: str | None = None
    """Why it ended, or was refused."""
    rev: int = 0
    """Grows with every change; timers carry it."""
    context: Mapping[str, str] = field(default_factory=dict)
    """The start variables, and what is known of the person (prenom, nom…)."""
    consents: tuple[str, ...] = ()
    """Categories that the person agreed to; only they open a closing with `requires_consent`."""
    event_ref: str = ""
    event_at: datetime
    created_at: datetime
    not_before: datetime
    current: str | None = None
    """The question that is pending."""
    items: Mapping[str, Item] = field(default_factory=dict)
    queued: Outgoing | None = None
    """What is on its way and not yet submitted."""
    outs: int = 0
    """How many texts were handed out so far."""
    reask_q: int = 0
    reask_total: int = 0
    reminders: int = 0
    reminded_at: datetime | None = None
    invited_at: datetime | None = None
    delivered_at: datetime | None = None
    first_answer_at: datetime | None = None
    last_inbound_at: datetime | None = None
    q_expires_at: datetime | None = None
    s_expires_at: datetime | None = None
    ended_at: datetime | None = None
    late: bool = False
    wrong_person: bool = False
    alerts: Mapping[str, Raised] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """A question is out, or on its way."""
        return self.state in OPEN

    @property
    def is_final(self) -> bool:
        """It has ended."""
        return self.state in FINAL

    def item(self, question: str) -> Item:
        """What is known of a question; a blank item where nothing is."""
        return self.items.get(question) or Item()

    def with_item(self, question: str, item: Item) -> Session:
        """The same with another item."""
        return replace(self, items={**self.items, question: item})

    def to_json(self) -> dict[str, Any]:
        """Plain values for `json.dumps`."""
        plain: dict[str, Any] = _plain(self)
        return plain

    @staticmethod
    def from_json(found: Mapping[str, Any]) -> Session:
        """The inverse of `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
        known = {name: _time(found, name) for name in _times(Session) if name in found}
        items = {question: _item(item) for question, item in found.get("items", {}).items()}
        queued = found.get("queued")
        return Session(
            **{
                **found,
                **known,
                "state": State(found["state"]),
                "consents": tuple(found.get("consents", ())),
                "items": items,
                "queued": None if queued is None else Outgoing(**{**queued, "kind": Kind(queued["kind"])}),
                "alerts": {rule: Raised(**raised) for rule, raised in found.get("alerts", {}).items()},
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, (Session, Item, Outgoing, Raised)):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value


def _times(kind: type[Session] | type[Item]) -> list[str]:
    return [each.name for each in fields(kind) if each.name.endswith(("_at", "not_before"))]


def _time(found: Mapping[str, Any], name: str) -> datetime | None:
    return None if found[name] is None else from_text(found[name])


def _item(found: Mapping[str, Any]) -> Item:
    times = {name: _time(found, name) for name in _times(Item) if name in found}
    return Item(
        **{**found, **times, "status": Status(found["status"]), "flags": tuple(found.get("flags", ()))}
    )
