"""One SQLite connection, set up the way every connection of the gateway is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

Tx = sqlite3.Connection
"""A connection inside a write transaction, as `Store.write` gives it. Functions that write take it first."""

Reader = sqlite3.Connection
"""A connection inside a read transaction, as `Store.read` gives it. A `Tx` serves wherever one is taken."""

JOURNAL_LIMIT = 64 * 1024 * 1024
"""Octets that the write-ahead log keeps on disk after a checkpoint; a campaign of 100,000 rows needs half."""

STATEMENTS = 256
"""Prepared statements kept a connection: more than the store has, so that none is ever prepared twice."""


def connect(path: Path, busy_timeout: float, *, query_only: bool = False) -> sqlite3.Connection:
    """Open the file, which must exist. Raises sqlite3.Error.

    Transactions are ours alone (isolation_level None): nothing begins or commits behind our back.
    """
    connection = sqlite3.connect(
        path,
        timeout=busy_timeout,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
    )
    connection.row_factory = sqlite3.Row
    connection.text_factory = _text
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # what was erased leaves no trace in the file
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT}")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _text(octets: bytes) -> str:
    """Text of another program, whatever its octets: one bad row must not stop the reading of the others.

    What is not UTF-8 arrives as lone surrogates, which no alphabet of SMS can carry: admission refuses it.
    """
    return octets.decode("utf-8", "surrogateescape")


def storable(text: str) -> str:
    """A text of ours that quotes somebody else's: lone surrogates, which SQLite cannot take, spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
