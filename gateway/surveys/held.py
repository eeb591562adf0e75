"""A session in the hands of a step, and what the step comes from."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.sessions import Row
from gateway.surveys.definition import Survey
from gateway.surveys.session import Session


@dataclass(frozen=True, slots=True)
class Held:
    """A session of the database, ready for a step. Has what `matching.Held` has, and its row."""

    row: Row
    survey: Survey
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a step comes from, for the trace."""

    inbox_id: int | None = None
    text: str | None = None
    actor: str | None = None


NOBODY = Cause()
