"""The words of the ledger as values. Times are aware, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """What a person can agree or object to; the message categories that the law tells apart."""

    COMMERCIAL = "commercial"
    SURVEY = "survey"
    SERVICE = "service"


class Action(StrEnum):
    """What happened."""

    GRANT = "grant"
    REVOKE = "revoke"
    """A grant ended, or an objection: the same, and it needs no grant before it."""
    SUSPEND = "suspend"
    """A hold, until a person has looked at what may have been an objection."""
    RESUME = "resume"


class Status(StrEnum):
    """What all entries of a person and a scope add up to."""

    NONE = "none"
    """Nothing is recorded: allowed, save for commercial messages."""
    GRANTED = "granted"
    DENIED = "denied"
    SUSPENDED = "suspended"


class Basis(StrEnum):
    """Why it is lawful."""

    CONSENT = "consent"
    SOFT_OPTIN = "soft_optin"
    LEGITIMATE_INTEREST = "legitimate_interest"
    CONTRACT = "contract"


class Source(StrEnum):
    """How it reached us; each has evidence of its own (`evidence.REQUIRED`)."""

    WEB_FORM = "web_form"
    PAPER = "paper"
    POINT_OF_SALE = "point_of_sale"
    PHONE_CALL = "phone_call"
    SMS_KEYWORD = "sms_keyword"
    DOUBLE_OPTIN = "double_optin"
    IMPORT = "import"
    OPERATOR = "operator"
    GATEWAY = "gateway"
    """The gateway itself, by a rule: a suspicion that nobody looked at in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened, as it is appended to the ledger."""

    phone_hash: str
    scope: Scope
    action: Action
    source: Source
    evidence: Mapping[str, Any]
    actor: str
    """Who wrote it down: `customer`, `gateway`, or the operator's name."""
    at: datetime
    """When the person acted."""
    recorded_at: datetime
    basis: Basis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What holds for a person and a scope now."""

    status: Status = Status.NONE
    before: Status = Status.NONE
    """What a suspension goes back to."""
    granted_at: datetime | None = None
    """The grant in force."""
    since: datetime | None = None
    """When the last entry that changed anything happened."""


UNKNOWN = Standing()
"""Of somebody about whom nothing is recorded."""
