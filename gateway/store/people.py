"""What the sender asks about a person before every message: few indexed reads, one statement each."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.connection import Reader

_KNOWN = """
SELECT c.state AS contact, c.tz, s.status, s.granted_at, s.since
  FROM (SELECT ?1 AS phone_hash) AS person
  LEFT JOIN contact AS c ON c.phone_hash = person.phone_hash
  LEFT JOIN consent_standing AS s ON s.phone_hash = person.phone_hash AND s.category = ?2
"""

_SUBMITTED = """
SELECT coalesce(sent_at, updated_at) AS at FROM outbox INDEXED BY outbox_submitted
 WHERE number = ?1 AND category = ?2 AND coalesce(sent_at, updated_at) >= ?3
   AND category IN ('commercial', 'survey', 'service')
   AND state IN ('sending', 'sent', 'delivered', 'undelivered', 'unknown')
 ORDER BY coalesce(sent_at, updated_at) DESC LIMIT ?4
"""

_OWN = """
SELECT m.purpose, m.actor, m.sunday, i.received_at, i.sent_at,
       EXISTS (SELECT 1 FROM inbox AS later
                WHERE later.sender = i.sender AND later.id > i.id AND later.kind = 'opt_out') AS overtaken
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
    overtaken: int
    """A STOP of the same person was heard since."""


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


def met(read: Reader, number: str) -> bool:
    """Whether anything ever went to a number, or came from it, as far as the retention remembers."""
    found = read.execute("SELECT 1 FROM conversation WHERE number = ? AND at <> '' LIMIT 1", (number,))
    return found.fetchone() is not None


def submitted(read: Reader, number: str, category: str, since: str, most: int) -> list[str]:
    """When messages of a category went to a number since then, or may have: the latest `most` of them.

    What waits does not count, however much of it there is.
    """
    rows = read.execute(_SUBMITTED, (number, category, since, most))
    return [row["at"] for row in rows]
