"""Everything that is held about a person, for the right of access."""

from __future__ import annotations

import json
from typing import Any

from gateway.store.connection import Reader
from gateway.store.spellings import spellings

_LISTS = {
    "consents": "SELECT id, category, action, basis, source, evidence, actor, at, recorded_at FROM consent_event"
    " WHERE phone_hash = :hash AND NOT forgotten ORDER BY id",
    "sent": "SELECT id, created_at, category, body, context, state, reason, sent_at, delivered_at FROM outbox"
    " WHERE number = :number OR (number IS NULL AND recipient IN (SELECT value FROM json_each(:spelled)))"
    " ORDER BY id",
    "received": "SELECT id, received_at, sent_at, body, kind, session_id, question FROM inbox"
    " WHERE sender = :number ORDER BY id",
    "invitations": "SELECT id, survey, context, event_ref, event_at, state, reason, created_at FROM invitation"
    " WHERE recipient IN (SELECT value FROM json_each(:spelled)) ORDER BY id",
    "sessions": "SELECT id, survey, version, event_ref, event_at, context, state, disposition, invited_at, ended_at"
    " FROM session WHERE recipient = :number ORDER BY id",
    "answers": "SELECT session_id, survey, question, type, value, comment, asked_at, answered_at FROM answer"
    " WHERE recipient = :number ORDER BY session_id, answered_at",
    "corrections": "SELECT session_id, question, at, old, new FROM item_history"
    " WHERE session_id IN (SELECT id FROM session WHERE recipient = :number) ORDER BY id",
    "alerts": "SELECT id, session_id, survey, title, state, opened_at, closed_at, outcome FROM alert"
    " WHERE session_id IN (SELECT id FROM session WHERE recipient = :number) ORDER BY id",
    "conversations": "SELECT sim, at FROM conversation WHERE number = :number AND at <> '' ORDER BY at",
    "reviews": "SELECT inbox_id, kind, opened_at, due_at, closed_at, closed_by, outcome FROM review"
    " WHERE phone_hash = :hash ORDER BY id",
}
_JSON = frozenset({"evidence", "context", "ext_refs"})


def dossier(read: Reader, number: str, phone_hash: str, region: str = "FR") -> dict[str, Any]:
    """The person, the ledger, messages, surveys: lists by name, each in the order in which it came about.

    `region` reads the numbers that applications wrote.
    """
    spelled = json.dumps(spellings(read, number, region))
    values = {"number": number, "spelled": spelled, "hash": phone_hash}
    contact = read.execute("SELECT * FROM contact WHERE phone_hash = ?", (phone_hash,)).fetchone()
    found: dict[str, Any] = {"contact": None if contact is None else _plain(dict(contact))}
    for name, sql in _LISTS.items():
        found[name] = [_plain(dict(row)) for row in read.execute(sql, values)]
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in _JSON and isinstance(value, str) else value
        for name, value in row.items()
    }
