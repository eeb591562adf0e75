"""What the sender asks about a person before every message: few indexed reads, one statement each."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import State
from gateway.store.connection import Reader

LATEST_LOOKED_AT = 200
"""Messages to one number that the caps look at: more than any cap lets anybody have."""

_SUBMITTED = frozenset({State.SENDING, State.SENT, State.DELIVERED, State.UNDELIVERED, State.UNKNOWN})

_KNOWN = """
SELECT c.state AS contact, c.tz, s.status, s.granted_at, s.since
  FROM (SELECT ?1 AS phone_hash) AS person
  LEFT JOIN contact AS c ON c.phone_hash = person.phone_hash
  LEFT JOIN consent_standing AS s ON s.phone_hash = person.phone_hash AND s.category = ?2
"""

_OWN = """
SELECT m.purpose, m.actor, m.sunday, i.received_at, i.sent_at
  FROM own_message AS m LEFT JOIN inbox AS i ON i.id = m.inbox_id
 WHERE m.message_id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is recorded of a person for one category. Times are text, UTC."""

    disputed: bool
    tz: str | None
    status: str
    granted_at: str | None
    since: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Why the gateway wrote a message itself."""

    purpose: str | None
    actor: str | None
    sunday: int
    received_at: str | None
    """Of the message that it answers, as is the next."""
    sent_at: str | None


def known(read: Reader, phone_hash: str, category: str) -> Known | None:
    """What is recorded; None for a stranger."""
    row = read.execute(_KNOWN, (phone_hash, category)).fetchone()
    if row["contact"] is None and row["status"] is None:
        return None
    return Known(
        disputed=row["contact"] == "disputed",
        tz=row["tz"],
        status=row["status"] or "none",
        granted_at=row["granted_at"],
        since=row["since"],
    )


def own_message(read: Reader, message_id: int) -> Own | None:
    """Why a message was written; None where an application wrote it."""
    row = read.execute(_OWN, (message_id,)).fetchone()
    return None if row is None else Own(**dict(row))


def submitted(read: Reader, number: str, since: str) -> list[tuple[str, str]]:
    """(category, when) of the messages that went to a number since then, or may have."""
    rows = read.execute(
        "SELECT category, state, coalesce(sent_at, updated_at) AS at FROM outbox WHERE number = ?"
        " ORDER BY id DESC LIMIT ?",
        (number, LATEST_LOOKED_AT),
    )
    return [(row["category"], row["at"]) for row in rows if row["state"] in _SUBMITTED and row["at"] >= since]
