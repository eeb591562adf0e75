"""What an invitation gives to a session: its variables, its event, and whether the first question can be written."""

from __future__ import annotations

import json
from typing import Any

from gateway.store.connection import storable
from gateway.store.contacts import Contact
from gateway.store.invitations import Invitation
from gateway.surveys import engine
from gateway.surveys.definition import Survey
from gateway.surveys.eligibility import No
from gateway.surveys.moves import Due
from gateway.surveys.session import Session, State

LONGEST_NUMBER = 100
"""Digits of a number in a context that is read as one; Python refuses more than 4,300."""


def given_context(text: str | None) -> dict[str, str]:
    """The start variables of an invitation as texts; what is null fills nothing.

    SQLite takes JSON that Python does not: numbers of any length stay as they are written, half a surrogate pair is
    spelled out, and what is nested deeper than Python reads fills nothing.
    """
    try:
        found: dict[str, Any] = json.loads(text, parse_int=_number) if text else {}
        return {storable(key): storable(_plain(value)) for key, value in found.items()}
    except RecursionError:
        return {}


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def known_of(contact: Contact | None) -> dict[str, str]:
    """What a text may say of the person by itself, in both languages of the files."""
    if contact is None:
        return {}
    first, last = contact.first_name or "", contact.last_name or ""
    return {"prenom": first, "first_name": first, "nom": last, "last_name": last}


def event_ref(asked: Invitation) -> str:
    """What it is about: without a word of the application the invitation itself."""
    return asked.event_ref or f"invitation:{asked.id}"


def unanswerable(session: Session) -> No | None:
    """What the engine refuses from the start: a variable that the survey needs is missing."""
    return _no_of(session) if session.state is State.REFUSED else None


def unrenderable(survey: Survey, session: Session) -> No | None:
    """Whether the first question can be written at all: tried, and thrown away."""
    tried, _ = engine.step(survey, session, Due(), session.not_before)
    return _no_of(tried) if tried.state is State.REFUSED else None


def _no_of(session: Session) -> No:
    code, _, words = (session.reason or "refused").partition(":")
    return No(code, f"nothing fills {{{words}}}" if code == "missing_variable" else words)
