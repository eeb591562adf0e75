"""The right to be forgotten: everything that says who somebody is goes, what is counted stays.

The hash of the number stays, with the ledger: an objection must outlive the erasure, or the next import would
undo it. Backups made before hold what was erased until they are deleted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from gateway.model import Category, Reason, reason
from gateway.store import acks, events, settling
from gateway.store.connection import Tx
from gateway.store.errors import Conflict
from gateway.store.pruning import pruning
from gateway.store.spellings import spellings
from gateway.store.words import without_words

_ALERTS_OF = (
    "json_extract(context, '$.alert') IN (SELECT alert.id FROM alert JOIN survey_session AS s"
    " ON s.id = alert.session_id WHERE s.recipient = :number)"
)
"""What our own people were told of the person's answers."""

_EMPTIED = (
    # Whatever names a person, or holds a person's words, in the order in which it is emptied.
    (
        "messages",
        "UPDATE outbox SET recipient = :mark, number = :mark, body = '', context = NULL"
        " WHERE number = :number OR (number IS NULL AND recipient IN (SELECT value FROM json_each(:spelled)))",
    ),
    (
        "alerts by text message",
        "UPDATE outbox SET body = '', context = NULL"  # noqa: S608 - own words
        " WHERE category = 'staff' AND body <> '' AND " + _ALERTS_OF,
    ),
    ("attempts", "UPDATE attempt SET number = :mark WHERE number = :number"),
    ("reports", "UPDATE report SET number = :mark, pdu = 'erased:' || id WHERE number = :number"),
    ("parts", "UPDATE inbound_part SET sender = :mark, text = NULL, pdu = '' WHERE sender = :number"),
    ("incoming", "UPDATE inbox SET sender = :mark, body = '', raw = '' WHERE sender = :number"),
    ("air", "UPDATE air SET number = :mark WHERE number = :number"),
    ("months", "UPDATE OR REPLACE correspondent SET number = :mark WHERE number = :number"),
    ("conversations", "DELETE FROM conversation WHERE number = :number"),
    (
        "events",
        "UPDATE event_log SET detail = json_remove(detail, '$.sender', '$.number', '$.pdu')"
        " WHERE detail LIKE '%' || :number || '%'",
    ),
    (
        "corrections",
        "UPDATE item_history SET old = NULL, new = NULL WHERE session_id IN (SELECT id FROM survey_session"
        " WHERE recipient = :number) AND question IN (SELECT question FROM item WHERE type = 'text')",
    ),
    (
        "verbatims",
        "UPDATE item SET value = iif(type = 'text', NULL, value), text = NULL, comment = NULL"
        " WHERE session_id IN (SELECT id FROM survey_session WHERE recipient = :number)",
    ),
    (
        "alerts",
        "UPDATE alert SET body = json_set(body, '$.answers', json('[]'), '$.message', NULL), note = NULL"
        " WHERE session_id IN (SELECT id FROM survey_session WHERE recipient = :number)",
    ),
    (
        "invitations",
        "UPDATE invitation SET recipient = :mark, context = NULL"
        " WHERE recipient IN (SELECT value FROM json_each(:spelled))",
    ),
    ("sessions", "UPDATE survey_session SET recipient = NULL, context = '{}' WHERE recipient = :number"),
    (
        "contacts",
        "UPDATE contact SET phone = NULL, first_name = NULL, last_name = NULL, ext_refs = NULL, lang = NULL,"
        " tz = NULL, state = 'erased', updated_at = :now WHERE phone_hash = :hash AND state <> 'erased'",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was emptied, by table, and the messages that were still waiting."""

    rows: dict[str, int]
    cancelled: tuple[int, ...]


def erase(
    tx: Tx, *, number: str, phone_hash: str, actor: str, why: str, now: str, region: str = "FR"
) -> Erased:
    """Forget a person, all at once. For `contact erase`. `region` reads the numbers that applications wrote.

    Raises Conflict while a modem has a message for the number: nobody could say afterwards what became of it.
    """
    waiting = json.dumps([str(category) for category in Category if category is not Category.STAFF])
    spelled = spellings(tx, number, region)
    cancelled = [
        message
        for each in spelled
        for message in acks.cancel_waiting(tx, each, waiting, reason(Reason.ERASED), now)
    ]
    values = {
        "number": number, "spelled": json.dumps(spelled), "mark": f"#{phone_hash[:12]}", "hash": phone_hash, "now": now,
    }  # fmt: skip
    cancelled += _silence_alerts(tx, values)
    _end_messages(tx, number, now)
    _end_surveys(tx, values)
    with pruning(tx):
        rows = {name: tx.execute(sql, values).rowcount for name, sql in _EMPTIED}
    detail = {"contact": phone_hash[:12], "actor": actor, "why": why, "rows": sum(rows.values())}
    events.add(tx, "contact_erased", now=now, detail=detail)
    return Erased(rows={name: count for name, count in rows.items() if count}, cancelled=tuple(cancelled))


def _end_messages(tx: Tx, number: str, now: str) -> None:
    rows = tx.execute(
        "SELECT id, state FROM outbox WHERE number = ? AND state IN ('sending', 'unknown')", (number,)
    )
    for row in rows.fetchall():
        if row["state"] == "sending":
            raise Conflict(f"a modem has message {row['id']} for this number: try again in a minute")
        settling.fail(
            tx, row["id"], reason(Reason.ERASED, "what became of it is not looked for any more"), now
        )


def _silence_alerts(tx: Tx, values: dict[str, str]) -> list[int]:
    """What our own people have not been told yet is not told any more; the messages."""
    rows = tx.execute(
        f"UPDATE outbox SET state = 'cancelled', reason = '{Reason.ERASED}', updated_at = :now"  # noqa: S608 - own words
        f" WHERE state = 'queued' AND category = 'staff' AND {_ALERTS_OF} RETURNING id",
        values,
    )
    return sorted(int(row["id"]) for row in rows.fetchall())


def _end_surveys(tx: Tx, values: dict[str, str]) -> None:
    """Open sessions are cancelled; of every one the words go, also from the engine's own copy."""
    number, now = values["number"], values["now"]
    tx.execute(
        f"UPDATE invitation SET state = 'refused', reason = '{Reason.ERASED}', updated_at = :now"  # noqa: S608 - own words
        " WHERE recipient IN (SELECT value FROM json_each(:spelled)) AND state = 'pending'",
        values,
    )
    rows = tx.execute(
        "SELECT id, engine, ended_at FROM survey_session WHERE recipient = ?", (number,)
    ).fetchall()
    for row in rows:
        engine = without_words(json.loads(row["engine"]))
        if row["ended_at"] is None:
            engine["state"] = "cancelled"
            tx.execute(
                "UPDATE survey_session SET state = 'cancelled', reason = ?, ended_at = ?, wake_at = NULL"
                " WHERE id = ?",
                (Reason.ERASED, now, row["id"]),
            )
        tx.execute("UPDATE survey_session SET engine = ? WHERE id = ?", (json.dumps(engine), row["id"]))
