"""New messages: from the gateway itself (surveys, replies), the command line, and applications in Python."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from gateway.store.connection import Tx
from gateway.store.errors import DuplicateKey, Rejected
from gateway.store.rows import NewMessage

_INSERT = """
INSERT INTO outbox (recipient, body, category, priority, not_before, expires_at, modem, dedupe_key, campaign,
                    context, report, flash, on_unknown, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def insert(tx: Tx, message: NewMessage) -> int:
    """Queue a message; its id.

    Raises Rejected with the sentence that says why the row cannot be right, DuplicateKey where its
    `dedupe_key` was used. After either the transaction is as it was before.
    """
    try:
        cursor = tx.execute(_INSERT, _values(message))
    except sqlite3.IntegrityError as error:
        raise _refusal(tx, message, error) from None
    except UnicodeEncodeError as error:
        raise Rejected(
            f"a text holds half of a surrogate pair at character {error.start}, which no database can keep: "
            "pass whole characters"
        ) from None
    return int(cursor.lastrowid or 0)


def insert_many(tx: Tx, messages: Iterable[NewMessage]) -> list[int]:
    """Queue many messages in the caller's transaction; their ids, in order.

    Raises as `insert` does, with `row` (from 0) set to the one at fault. 100,000 take a few seconds: callers
    that share the file with a working daemon pass a few thousand at a time.
    """
    ids = []
    for row, message in enumerate(messages):
        try:
            ids.append(insert(tx, message))
        except Rejected as error:
            error.row = row
            raise
    return ids


def insert_own(
    tx: Tx,
    message: NewMessage,
    *,
    inbox_id: int | None = None,
    actor: str | None = None,
    purpose: str | None = None,
    sunday: bool = False,
) -> int:
    """Queue a message that the gateway itself writes: only these may be of category survey, ack or staff.

    `inbox_id` is the incoming message that it answers, `actor` the operator who wrote it, `purpose` why the
    gateway wrote it (`consent.Purpose`, or a word of the surveys); `sunday`: it may go on Sundays. Raises as
    `insert`.
    """
    message_id = insert(tx, message)
    tx.execute(
        "INSERT INTO own_message (message_id, inbox_id, actor, purpose, sunday) VALUES (?, ?, ?, ?, ?)",
        (message_id, inbox_id, actor, purpose, sunday),
    )
    return message_id


def _values(message: NewMessage) -> tuple[object, ...]:
    return (
        message.recipient,
        message.body,
        message.category,
        message.priority,
        message.not_before,
        message.expires_at,
        message.modem,
        message.dedupe_key,
        message.campaign,
        message.context,
        message.report,
        message.flash,
        message.on_unknown,
        message.created_at,
        message.created_at,
    )


def _refusal(tx: Tx, message: NewMessage, error: sqlite3.IntegrityError) -> Rejected:
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE and message.dedupe_key is not None:
        row = tx.execute("SELECT id FROM outbox WHERE dedupe_key = ?", (message.dedupe_key,)).fetchone()
        if row is not None:
            return DuplicateKey(message.dedupe_key, int(row["id"]))
    return Rejected(str(error))
