"""People. A row is made when somebody writes to us, is imported, or takes part in a survey."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from gateway.store.connection import Reader, Tx

ACTIVE, DISPUTED, ERASED = "active", "disputed", "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is kept of a person. Times are text, UTC."""

    id: int
    phone: str | None
    phone_hash: str
    first_name: str | None
    last_name: str | None
    ext_refs: tuple[str, ...]
    """The operator's own ids for this person."""
    lang: str | None
    tz: str | None
    state: str
    """active; disputed: somebody else has the number; erased."""
    created_at: str
    updated_at: str
    last_inbound_at: str | None


def find(read: Reader, phone_hash: str) -> Contact | None:
    """The person, erased or not."""
    row = read.execute("SELECT * FROM contact WHERE phone_hash = ?", (phone_hash,)).fetchone()
    return None if row is None else _contact(row)


def ensure(tx: Tx, phone_hash: str, number: str, now: str) -> Contact:
    """The person, made where there is none; one who was erased and is back begins anew."""
    tx.execute(
        """
        INSERT INTO contact (phone, phone_hash, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
        ON CONFLICT (phone_hash) DO UPDATE
           SET phone = excluded.phone, state = 'active', created_at = excluded.created_at,
               updated_at = excluded.updated_at
         WHERE state = 'erased'
        """,
        (number, phone_hash, now),
    )
    found = find(tx, phone_hash)
    if found is None:
        raise LookupError("a contact vanished inside its own transaction")
    return found


def wrote(tx: Tx, phone_hash: str, number: str, at: str, now: str) -> Contact:
    """The person has written to us; made where there is none. For the receiver."""
    ensure(tx, phone_hash, number, now)
    tx.execute(
        "UPDATE contact SET last_inbound_at = max(coalesce(last_inbound_at, ''), ?), updated_at = ?"
        " WHERE phone_hash = ?",
        (at, now, phone_hash),
    )
    return ensure(tx, phone_hash, number, now)


def describe(
    tx: Tx,
    phone_hash: str,
    now: str,
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    ext_ref: str | None = None,
    lang: str | None = None,
    tz: str | None = None,
) -> bool:
    """Write down what an import says; what it does not say stays. False where there is no such person."""
    contact = find(tx, phone_hash)
    if contact is None:
        return False
    refs = contact.ext_refs if ext_ref in (None, *contact.ext_refs) else (*contact.ext_refs, str(ext_ref))
    tx.execute(
        """
        UPDATE contact SET first_name = coalesce(?, first_name), last_name = coalesce(?, last_name),
               lang = coalesce(?, lang), tz = coalesce(?, tz), ext_refs = ?, updated_at = ?
         WHERE phone_hash = ?
        """,
        (first_name, last_name, lang, tz, json.dumps(refs) if refs else None, now, phone_hash),
    )
    return True


def set_state(tx: Tx, phone_hash: str, state: str, now: str) -> bool:
    """active or disputed; False where it was so already, or there is no such person."""
    cursor = tx.execute(
        "UPDATE contact SET state = ?1, updated_at = ?2"
        " WHERE phone_hash = ?3 AND state <> ?1 AND state <> 'erased'",
        (state, now, phone_hash),
    )
    return cursor.rowcount == 1


def _contact(row: sqlite3.Row) -> Contact:
    refs = tuple(str(ref) for ref in json.loads(row["ext_refs"] or "[]"))
    return Contact(**{**dict(row), "ext_refs": refs})
