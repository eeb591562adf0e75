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
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    FREQUENCY_CAP = "frequency_cap"
    """Refused, too, where the cap ends after the message does."""
    # refused
    INVALID_NUMBER = "invalid_number"
    TOO_LONG = "too_long"
    BAD_TEXT = "bad_text"
    CATEGORY_RESERVED = "category_reserved"
    NOT_IN_ONLY_TO = "only_to"
    CONSENT_MISSING = "consent_missing"
    CONSENT_EXPIRED = "consent_expired"
    OPTED_OUT = "opted_out"
    """Cancelled, too, where the STOP came while it waited."""
    SUSPENDED = "suspended"
    DISPUTED = "contact_disputed"
    SENDER_NOT_NAMED = "sender_not_named"
    STOP_NOT_MENTIONED = "stop_mention_missing"
    LOOKS_COMMERCIAL = "looks_commercial"
    FIRST_CONTACT = "first_contact"
    SENDER_RESTRICTED = "sender_number_restricted"
    SENDER_NOT_ALLOWED = "sim_category_not_allowed"
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
    SUPERSEDED = "superseded"
    """A text of a survey: the customer wrote again before it went out, and another one takes its place."""
    ERASED = "contact_erased"


class InboxKind(StrEnum):
    """What an incoming message was taken for."""

    ANSWER = "answer"
    INVALID = "invalid"
    REFUSED = "refused"
    CORRECTION = "correction"
    CONTINUATION = "continuation"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    REACTION = "reaction"
    AUTO_REPLY = "auto_reply"
    PLEASANTRY = "pleasantry"
    KEYWORD = "keyword"
    """A word that starts a survey, from somebody who was asked nothing."""
    LOOP = "loop"
    """It asked for an automatic reply, and this number has had as many as anybody gets."""
    UNMATCHED = "unmatched"
    OPERATOR = "operator"
    CANARY = "canary"
    """From another SIM of this gateway, to see whether both still work."""
    DUPLICATE = "duplicate"
    UNDECODABLE = "undecodable"


def reason(code: Reason, detail: str = "") -> str:
    """The text of `outbox.reason`: the code, then what a person needs to know."""
    return f"{code}: {detail}" if detail else str(code)


def can_become(before: State, after: State) -> bool:
    """Whether CONTRACT's table of states allows the step."""
    return after in TRANSITIONS[before]
