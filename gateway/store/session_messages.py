"""The messages of a session: what it has sent, and what it was not told of yet. Times are text, UTC."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.connection import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message of a session."""

    message_id: int
    session_id: int
    out: int
    role: str
    question: str | None
    state: str
    reason: str | None
    body: str
    sent_at: str | None
    delivered_at: str | None
    updated_at: str
    expires_at: str | None
    sim: str | None
    modem_used: str | None
    attempted_at: str | None
    """When its first attempt that may have gone out began."""


def add(tx: Tx, message_id: int, session_id: int, out: int, role: str, question: str | None) -> None:
    """A session has queued a message."""
    tx.execute(
        "INSERT INTO session_message (message_id, session_id, out, role, question) VALUES (?, ?, ?, ?, ?)",
        (message_id, session_id, out, role, question),
    )


_SENT = """
SELECT m.message_id, m.session_id, m.out, m.role, m.question, o.state, o.reason, o.body, o.sent_at, o.delivered_at,
       o.updated_at, o.expires_at, o.modem_used,
       (SELECT a.sim FROM attempt AS a WHERE a.message_id = o.id
         AND a.outcome IN ('submitting', 'accepted', 'unknown') ORDER BY a.id DESC LIMIT 1) AS sim,
       (SELECT min(a.at) FROM attempt AS a WHERE a.message_id = o.id
         AND a.outcome IN ('submitting', 'accepted', 'unknown')) AS attempted_at
  FROM session_message AS m JOIN outbox AS o ON o.id = m.message_id
"""


def of_session(read: Reader, session_id: int) -> list[Sent]:
    """What a session has sent or wants to send, in order."""
    return _sent(read, "WHERE m.session_id = ? ORDER BY m.out", session_id)


def message_of(read: Reader, session_id: int, out: int) -> Sent | None:
    """One message of a session by its number."""
    found = _sent(read, "WHERE m.session_id = ? AND m.out = ?", session_id, out)
    return found[0] if found else None


def news(read: Reader, limit: int) -> list[Sent]:
    """Messages whose state has changed since their session was told, oldest first."""
    return _sent(read, "WHERE m.news = 1 ORDER BY m.message_id LIMIT ?", limit)


def news_of(read: Reader, session_id: int) -> list[Sent]:
    """The same for one session."""
    return _sent(read, "WHERE m.news = 1 AND m.session_id = ? ORDER BY m.out", session_id)


def news_about(read: Reader, message_id: int) -> list[Sent]:
    """The same about one message."""
    return _sent(read, "WHERE m.news = 1 AND m.message_id = ?", message_id)


def told(tx: Tx, message_id: int) -> None:
    """The session knows the state that its message is in."""
    tx.execute("UPDATE session_message SET news = 0 WHERE message_id = ?", (message_id,))


def bound_sim(read: Reader, message_id: int) -> str | None:
    """The SIM that the conversation of a message is bound to. For admission."""
    row = read.execute(
        "SELECT s.sim FROM session_message AS m JOIN survey_session AS s ON s.id = m.session_id"
        " WHERE m.message_id = ?",
        (message_id,),
    ).fetchone()
    return None if row is None or row["sim"] is None else str(row["sim"])


def _sent(read: Reader, where: str, *arguments: object) -> list[Sent]:
    return [Sent(**dict(row)) for row in read.execute(_SENT + where, arguments)]
