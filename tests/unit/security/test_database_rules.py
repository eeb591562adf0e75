"""What a local application cannot write by mistake, and what `db check` sees where it was no mistake."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.store import Store, maintenance
from gateway.surveys.asking import given_context

ROW = "INSERT INTO outbox (recipient, body) VALUES ('+33612345678', 'x')"


@pytest.fixture
def application(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    Store.open(tmp_path / "gateway.db", SystemClock()).close()
    with closing(sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize("column", ["recipient", "body", "modem", "dedupe_key", "campaign", "context"])
def test_no_column_is_without_a_bound(column: str, application: sqlite3.Connection) -> None:
    """A NUL ends what SQLite's `length` counts of a text, so octets are counted."""
    long = json.dumps({"a": "x" * 500_000}) if column == "context" else "1\0" + "x" * 500_000
    row = {"recipient": "+33612345678", "body": "x", column: long}
    names = ", ".join(row)
    with pytest.raises(sqlite3.IntegrityError, match=f"{column} is longer than"):
        application.execute(
            f"INSERT INTO outbox ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
        )
    application.execute(ROW)
    with pytest.raises(sqlite3.IntegrityError, match=f"{column} is longer than"):
        application.execute(f"UPDATE outbox SET {column} = ?", (long,))


@pytest.mark.parametrize("column", ["survey", "recipient", "context", "dedupe_key", "language", "event_ref"])
def test_no_column_of_an_invitation_is_without_a_bound(column: str, application: sqlite3.Connection) -> None:
    long = json.dumps({"a": "x" * 70_000}) if column == "context" else "1\0" + "x" * 5_000
    row = {"survey": "s", "recipient": "+33612345678", column: long}
    with pytest.raises(sqlite3.IntegrityError, match=f"{column} is longer than"):
        application.execute(
            f"INSERT INTO invitation ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
        )
    application.execute("INSERT INTO invitation (survey, recipient) VALUES ('s', '+33612345678')")
    with pytest.raises(sqlite3.IntegrityError, match=f"{column} is longer than"):
        application.execute(f"UPDATE invitation SET {column} = ?", (long,))


@pytest.mark.parametrize(
    ("context", "value"),
    [
        ('{"a": ' + "9" * 5000 + "}", "9" * 5000),
        (r'{"a": "\ud800"}', r"\ud800"),
        (r'{"\udfff": 1}', None),
        ('{"a": 1e999}', "Infinity"),
        ('{"a": null}', ""),
        ('{"a": [1, {"b": "é"}]}', '[1, {"b": "é"}]'),
        ('{"a":' + "[" * 900 + "]" * 900 + "}", "[" * 900 + "]" * 900),
        ('{"a":' + "[" * 50_000 + "]" * 50_000 + "}", None),
    ],
)
def test_a_context_that_json_allows_and_python_does_not(context: str, value: str | None) -> None:
    filled = given_context(context)
    assert filled.get("a") == value
    json.dumps(filled, ensure_ascii=False).encode()


FORBIDDEN = [
    "UPDATE outbox SET state = 'delivered'",
    "UPDATE outbox SET state = 'sent'",
    "UPDATE outbox SET id = 7",
    "DELETE FROM outbox",
    "INSERT OR REPLACE INTO outbox (id, recipient, body) VALUES (1, '+33612345679', 'y')",
    "INSERT INTO outbox (recipient, body, state) VALUES ('+33612345678', 'x', 'delivered')",
    "INSERT INTO outbox (recipient, body, attempts) VALUES ('+33612345678', 'x', 3)",
    "UPDATE event_log SET kind = 'forged'",
    "DELETE FROM event_log",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_the_triggers_refuse(statement: str, application: sqlite3.Connection) -> None:
    application.execute(ROW)
    before = application.execute("SELECT * FROM outbox").fetchall()
    with pytest.raises(sqlite3.IntegrityError):
        application.execute(statement)
    assert application.execute("SELECT * FROM outbox").fetchall() == before


@pytest.mark.parametrize("sabotage", ["DROP TRIGGER outbox_transition", "DROP TRIGGER consent_event_keeps"])
def test_a_rule_that_was_taken_away_is_seen(
    sabotage: str, application: sqlite3.Connection, tmp_path: Path
) -> None:
    """Who may write the file may change its schema: that cannot be kept from them, only noticed."""
    application.execute(sabotage)
    with Store.open(tmp_path / "gateway.db", SystemClock()) as store, store.read() as read:
        assert any("missing: somebody changed the schema" in problem for problem in maintenance.check(read))


def test_a_rule_that_was_rewritten_is_seen(application: sqlite3.Connection, tmp_path: Path) -> None:
    application.execute("PRAGMA writable_schema = ON")
    application.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'messages are', 'anything is') WHERE name = 'outbox_stays'"
    )
    application.execute("PRAGMA writable_schema = OFF")
    with Store.open(tmp_path / "gateway.db", SystemClock()) as store, store.read() as read:
        assert any("outbox_stays is not as it was made" in problem for problem in maintenance.check(read))
