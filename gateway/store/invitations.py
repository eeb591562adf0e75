"""Invitations to a survey, as applications ask for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from gateway.store.connection import Tx
from gateway.store.errors import DuplicateKey, Rejected, StoreError

_ASKED = (
    "survey",
    "recipient",
    "context",
    "not_before",
    "expires_at",
    "dedupe_key",
    "language",
    "event_ref",
    "event_at",
)


def insert(tx: Tx, wanted: Mapping[str, str | None]) -> int:
    """Ask for a survey; the id of the invitation. For the client and the command line.

    Raises TypeError for a column that an application does not write, Rejected where the row cannot be right,
    DuplicateKey where its `dedupe_key` was used, StoreError where the database knows no surveys.
    """
    unknown = sorted(wanted.keys() - set(_ASKED))
    if unknown:
        raise TypeError(f"no column {unknown[0]!r}: an invitation takes {', '.join(_ASKED)}")
    if tx.execute("SELECT 1 FROM sqlite_master WHERE name = 'invitation'").fetchone() is None:
        raise StoreError("this database knows no surveys yet: upgrade smsgw, then run smsgw db migrate")
    given = {column: text for column, text in wanted.items() if text is not None}
    names, places = ", ".join(given), ", ".join("?" for _ in given)
    sql = f"INSERT INTO invitation ({names}) VALUES ({places})"  # noqa: S608 - names of ours
    try:
        cursor = tx.execute(sql, tuple(given.values()))
    except sqlite3.IntegrityError as error:
        raise _refusal(tx, wanted.get("dedupe_key"), error) from None
    return int(cursor.lastrowid or 0)


def _refusal(tx: Tx, key: str | None, error: sqlite3.IntegrityError) -> Rejected:
    if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE and key is not None:
        row = tx.execute("SELECT id FROM invitation WHERE dedupe_key = ?", (key,)).fetchone()
        if row is not None:
            return DuplicateKey(key, int(row["id"]))
    return Rejected(str(error))
