"""What a message is and may become: states, transitions, reasons, as values that every room may import.

The words are those of the tables that applications read; the store's triggers enforce `TRANSITIONS`, so a
state that this page does not allow cannot be written by anybody, not even from the `sqlite3` shell.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The life of an outgoing message; who moves it on stands in docs/architecture.md."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REFUSED = "refused"
    CANCELLED = "cancelled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.EXPIRED, State.REFUSED, State.CANCELLED}),
    State.SENDING: frozenset({State.SENT, State.QUEUED, State.FAILED, State.UNKNOWN}),
    State.SENT: frozenset({State.DELIVERED, State.UNDELIVERED}),
    State.DELIVERED: frozenset(),
    State.UNDELIVERED: frozenset(),
    State.FAILED: frozenset({State.QUEUED}),
    State.UNKNOWN: frozenset({State.SENT, State.DELIVERED, State.UNDELIVERED, State.QUEUED, State.FAILED}),
    State.EXPIRED: frozenset(),
    State.REFUSED: frozenset(),
    State.CANCELLED: frozenset(),
}

FINAL = frozenset(state for state, onward in TRANSITIONS.items() if not onward)


class PartState(StrEnum):
    """The life of one part of a message."""

    WAITING = "waiting"
    SUBMITTING = "submitting"
    """Intent is committed; the body may have left. Found after a crash it becomes unknown."""
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    FAILED = "failed"
    """Refused for good."""
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class Outcome(StrEnum):
    """How one attempt to submit one part ended."""

    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Category(StrEnum):
    """Why a message is sent; it decides which rules it passes."""

    SERVICE = "service"
    COMMERCIAL = "commercial"
    SURVEY = "survey"
    ACK = "ack"
    STAFF = "staff"


RESERVED = frozenset({Category.SURVEY, Category.ACK, Category.STAFF})
"""Categories that only the gateway itself may write."""


class OnUnknown(StrEnum):
    """What becomes of a submission whose outcome nobody knows, once no report came in time."""

    HOLD = "hold"
    RESEND = "resend"
    FAIL = "fail"


class Reason(StrEnum):
    """The first word of `outbox.reason`; a colon and a detail may follow. docs/reasons.md lists them all."""

    # queued: what it waits for
    DUE = "not_before"
    THROTTLE = "throttle"
    RETRY = "retry"
    NO_MODEM = "no_modem"
    MODEM_OUT = "modem_out"
    WAITS_FOR_SIM = "waits_for_sim"
    PAUSED = "paused"
    QUIET_HOURS = "quiet_hours"
    # refused
    INVALID_NUMBER = "invalid_number"
    TOO_LONG = "too_long"
    BAD_TEXT = "bad_text"
    CATEGORY_RESERVED = "category_reserved"
    NOT_IN_ONLY_TO = "only_to"
    CONSENT_MISSING = "consent_missing"
    UNKNOWN_MODEM = "unknown_modem"
    NO_ROUTE = "no_route"
    # failed, unknown, undelivered, expired, cancelled
    REFUSED_BY_NETWORK = "refused_by_network"
    TRIES_USED_UP = "tries_used_up"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CRASH = "daemon_died"
    REPORT = "status_report"
    NO_REPORT = "no_report"
    TOO_LATE = "expires_at"
    BY_OPERATOR = "operator"
    BY_APPLICATION = "application"


class InboxKind(StrEnum):
    """What an incoming message was taken for. More come with the surveys."""

    UNMATCHED = "unmatched"
    OPERATOR = "operator"
    DUPLICATE = "duplicate"
    UNDECODABLE = "undecodable"


def reason(code: Reason, detail: str = "") -> str:
    """The text of `outbox.reason`: the code, then what a person needs to know."""
    return f"{code}: {detail}" if detail else str(code)


def can_become(before: State, after: State) -> bool:
    """Whether CONTRACT's table of states allows the step."""
    return after in TRANSITIONS[before]
