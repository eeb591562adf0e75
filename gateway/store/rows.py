"""The rows of the outgoing side as frozen values, and how they are read. Times are text, UTC."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from typing import Any, TypedDict, TypeVar

from gateway.model import Category, OnUnknown, Outcome, PartState, State

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What somebody wants sent; every field but the first two may be left out."""

    recipient: str
    body: str
    category: Category | str = Category.SERVICE
    priority: int = 5
    not_before: str | None = None
    expires_at: str | None = None
    modem: str | None = None
    dedupe_key: str | None = None
    campaign: str | None = None
    context: str | None = None
    """JSON."""
    report: bool = True
    flash: bool = False
    on_unknown: OnUnknown | str | None = None
    created_at: str | None = None
    """Left out: the database's own clock. Given by whoever has a clock of his own (imports, rehearsals)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A row of the outbox, whole: the columns of CONTRACT, then the daemon's own."""

    id: int
    recipient: str
    body: str
    category: Category
    priority: int
    not_before: str | None
    expires_at: str | None
    modem: str | None
    dedupe_key: str | None
    campaign: str | None
    context: str | None
    report: bool
    flash: bool
    on_unknown: OnUnknown | None
    state: State
    reason: str | None
    attempts: int
    """How often a modem took it up since it was queued or last retried by a person."""
    parts: int | None
    modem_used: str | None
    created_at: str
    updated_at: str
    sent_at: str | None
    delivered_at: str | None
    number: str | None
    lane: int | None
    rank: int | None
    due_at: str | None
    ready: bool
    concat_reference: int | None
    sim: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A queued row that admission has not looked at yet, or has to look at again."""

    id: int
    recipient: str
    body: str
    """As written. Octets that are not UTF-8 show as lone surrogates: refuse it as `bad_text`."""
    category: Category
    priority: int
    not_before: str | None
    expires_at: str | None
    modem: str | None
    campaign: str | None
    context: str | None
    report: bool
    flash: bool
    on_unknown: OnUnknown | None
    attempts: int
    due_at: str | None
    """Set where an earlier try failed: not before this, whatever else."""
    sim: str | None
    """IMSI that some of its parts went through already: the rest must go through the same."""
    created_at: str
    updated_at: str
    own: bool
    """The gateway wrote it itself: only then may the category be a reserved one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What admission decided for a row."""

    id: int
    number: str
    """E.164."""
    lane: int
    rank: int
    """0 inside a running conversation, else priority + 1."""
    parts: int
    now: str
    due_at: str | None = None
    """Not before this; None or past: at once."""
    reason: str | None = None
    """What it waits for, where it waits."""
    seen: str | None = None
    """`New.updated_at`: where the application has changed the row since, it is left for another look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The modems that may carry a message, and the one that should; where that binds, the SIM."""

    id: int
    modems: tuple[str, ...]
    prefer: str | None
    binding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A message that is due, as the dispatcher offers it to a worker."""

    id: int
    lane: int
    rank: int
    number: str
    body: str
    category: Category
    priority: int
    expires_at: str | None
    modem: str | None
    campaign: str | None
    report: bool
    flash: bool
    on_unknown: OnUnknown | None
    reason: str | None
    attempts: int
    parts: int
    concat_reference: int | None
    """Of a long message whose first part was attempted, valid for `sim` only."""
    sim: str | None
    """IMSI that some of its parts went through already: the rest must go through the same."""
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a message."""

    message_id: int
    sequence: int
    state: PartState
    attempt_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to submit one part."""

    id: int
    message_id: int
    sequence: int
    modem: str
    sim: str
    number: str
    at: str
    ended_at: str | None
    outcome: Outcome
    reference: int | None
    code: str | None
    detail: str | None
    seconds: float | None
    status: int | None
    status_at: str | None
    scts: str | None
    closed: bool


class Waiting(TypedDict):
    """The message that has waited longest, as `status` shows it."""

    id: int
    created_at: str
    reason: str | None


class Traffic(TypedDict):
    """What went over the air since some moment."""

    parts: int
    received: int


_KINDS: dict[str, Any] = {
    "category": Category,
    "on_unknown": OnUnknown,
    "outcome": Outcome,
    "report": bool,
    "flash": bool,
    "ready": bool,
    "own": bool,
    "binding": bool,
    "closed": bool,
}
_STATES: dict[type, Any] = {Message: State, Part: PartState}


def select(kind: type, table: str) -> str:
    """The SELECT whose rows become values of this dataclass, up to its WHERE."""
    return f"SELECT {', '.join(field.name for field in fields(kind))} FROM {table} "  # noqa: S608 - ours


def value(kind: type[T], row: sqlite3.Row) -> T:
    """A row as the dataclass whose fields have the columns' names. Raises TypeError where they differ."""
    return kind(**{name: _convert(kind, name, row[name]) for name in row.keys()})  # noqa: SIM118 - a Row


def _convert(kind: type, name: str, raw: Any) -> Any:
    if raw is None:
        return None
    as_what = _STATES.get(kind, State) if name == "state" else _KINDS.get(name)
    return raw if as_what is None else as_what(raw)
