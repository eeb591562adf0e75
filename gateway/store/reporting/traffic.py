"""The messages themselves: what came in, what was asked again, and how much each SIM says and hears."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store.connection import Reader
from gateway.store.reporting.scope import OF_ASKED, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Sim:
    """A SIM's messages of a time, whatever they were about."""

    imsi: str
    modem: str | None
    """Where it was last seen."""
    recipients: int
    """Distinct ones."""
    sent: int
    received: int


# Whole answers, which are nearly all, are counted as items already.
_INBOX = f"""
SELECT kind, count(*) AS count, sum(complete = 0) AS incomplete FROM inbox
 WHERE (kind <> 'answer' OR complete = 0) AND {OF_ASKED.format("inbox.session_id")}
 GROUP BY kind
"""  # noqa: S608 - fragments of ours
_SENT = "o.state IN ('sent', 'delivered', 'undelivered', 'unknown')"
# The network's time stamps, by which answers are dated, have whole seconds.
_LATER = "unixepoch({}.answered_at) >= unixepoch(coalesce(o.sent_at, o.updated_at))"
_AGAIN, _ROLES = "INDEXED BY session_message_again", "m.role IN ('reask', 'reminder')"
_REASKS = f"""
SELECT count(*) AS sent,
       sum(EXISTS (SELECT 1 FROM item WHERE item.session_id = m.session_id
                      AND item.question = coalesce(m.question, item.question)
                      AND item.status IN ('answered', 'refused') AND {_LATER.format("item")})) AS answered
  FROM session_message AS m {_AGAIN} CROSS JOIN outbox AS o ON o.id = m.message_id
 WHERE {_ROLES} AND m.role = 'reask' AND {_SENT} AND {OF_ASKED.format("m.session_id")}
"""  # noqa: S608
# A first answer follows one reminder, however many there were before.
_REMINDERS = f"""
SELECT count(*) AS sent,
       count(DISTINCT CASE WHEN {_LATER.format("s")} THEN s.id END) AS answered
  FROM session_message AS m {_AGAIN} CROSS JOIN outbox AS o ON o.id = m.message_id
 CROSS JOIN survey_session AS s ON s.id = m.session_id
 WHERE {_ROLES} AND m.role = 'reminder' AND {_SENT}
   AND s.survey = :survey AND s.invited_at >= :since AND s.invited_at < :until
"""  # noqa: S608
# An objection that found no session open, within a day of the session's last message. By the number that stands at
# both messages, since an erased one is replaced there, and taken from the session. (The second condition says nothing
# new, but names the index.)
_AFTERWARDS = """
SELECT count(DISTINCT s.id) FROM inbox CROSS JOIN outbox AS o INDEXED BY outbox_number ON o.number = inbox.sender
 CROSS JOIN session_message AS m ON m.message_id = o.id CROSS JOIN survey_session AS s ON s.id = m.session_id
 WHERE inbox.kind = 'opt_out' AND (inbox.kind <> 'answer' OR inbox.complete = 0)
   AND s.survey = :survey AND s.invited_at >= :since AND s.invited_at < :until
   AND NOT (s.state = 'stopped' AND s.reason = 'opted_out') AND inbox.received_at >= s.invited_at
   AND julianday(inbox.received_at) <= 1 + julianday(o.sent_at)
"""
_SIMS = """
SELECT imsi, modem,
       (SELECT count(DISTINCT number) FROM outbox WHERE outbox.sim = card.imsi AND sent_at >= :begin AND sent_at < :end)
           AS recipients,
       (SELECT count(*) FROM outbox WHERE outbox.sim = card.imsi AND sent_at >= :begin AND sent_at < :end) AS sent,
       (SELECT count(*) FROM inbox WHERE inbox.imsi = card.imsi AND received_at >= :begin AND received_at < :end)
           AS received
  FROM sim AS card ORDER BY modem IS NULL, modem, imsi
"""


def incoming(read: Reader, scope: Scope) -> tuple[dict[str, int], int]:
    """Messages of the sessions that are no whole answers, by kind, and how many messages lack a part."""
    rows = read.execute(_INBOX, scope.arguments()).fetchall()
    return {str(row["kind"]): int(row["count"]) for row in rows}, sum(int(row["incomplete"]) for row in rows)


def follow_ups(read: Reader, scope: Scope) -> dict[str, tuple[int, int]]:
    """`reminder` and `reask`: how many were sent, how many were followed by an accepted answer."""
    found = {}
    for role, statement in (("reask", _REASKS), ("reminder", _REMINDERS)):
        row = read.execute(statement, scope.arguments()).fetchone()
        found[role] = (int(row["sent"]), int(row["answered"] or 0))
    return found


def opted_out_afterwards(read: Reader, scope: Scope) -> int:
    """Sessions that had ended when the person objected, within 24 h of their last message."""
    return int(read.execute(_AFTERWARDS, scope.arguments()).fetchone()[0])


def sims(read: Reader, begin: str, end: str) -> list[Sim]:
    """Every SIM that sent or received something from `begin` to before `end`."""
    rows = read.execute(_SIMS, {"begin": begin, "end": end})
    found = [Sim(**dict(row)) for row in rows]
    return [each for each in found if each.sent or each.received]
