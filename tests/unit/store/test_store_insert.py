"""What an application may insert: the sentence of every refusal, and what is filled in."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from gateway.model import Category, State
from gateway.store import DuplicateKey, Rejected, Store, outbox
from gateway.store.outbox import NewMessage

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NOT_A_TIME = "{} is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime('now', '+1 hour')"
REFUSED = [
    ({"recipient": "Bob"}, "recipient has no digits: write a phone number such as +33612345678"),
    ({"recipient": None}, "recipient has no digits: write a phone number such as +33612345678"),
    ({"recipient": "1" * 101}, "recipient is longer than any phone number: write one number, such as +33612345678"),
    ({"body": ""}, "body is empty: write the text of the message"),
    ({"body": None}, "body is empty: write the text of the message"),
    ({"body": "x" * 100_001}, "body is longer than any text message: shorten it to a few hundred characters"),
    ({"category": "promo"}, "category is unknown: write commercial or service"),
    ({"category": None}, "category is NULL: leave the column out, it has a default"),
    ({"priority": 10}, "priority is out of range: write 0 (first) to 9 (last)"),
    ({"priority": -1}, "priority is out of range: write 0 (first) to 9 (last)"),
    ({"priority": None}, "priority is NULL: leave the column out, it has a default"),
    ({"not_before": "tomorrow"}, NOT_A_TIME.format("not_before")),
    ({"not_before": "18:00"}, "not_before has no date: write UTC such as 2026-11-23T18:04:05Z"),
    ({"not_before": 20261123}, "not_before is not of our time: write UTC such as 2026-11-23T18:04:05Z"),
    ({"not_before": 12}, "not_before is not of our time: write UTC such as 2026-11-23T18:04:05Z"),
    ({"not_before": "9999-12-31 24:00"}, NOT_A_TIME.format("not_before")),
    ({"expires_at": "soon"}, NOT_A_TIME.format("expires_at")),
    ({"expires_at": "12:00:00"}, "expires_at has no date: write UTC such as 2026-11-23T18:04:05Z"),
    ({"not_before": "0000-01-01"}, "not_before is not of our time: write UTC such as 2026-11-23T18:04:05Z"),
    ({"expires_at": "9999-01-01"}, "expires_at is not of our time: write UTC such as 2026-11-23T18:04:05Z"),
    ({"expires_at": "2020-01-01"}, "expires_at has passed already: write a time to come, in UTC"),
    (
        {"not_before": "2090-01-01T00:00:01Z", "expires_at": "2090-01-01T01:00:01+01:00"},
        "expires_at is not after not_before: the message could never be sent",
    ),
    ({"context": "{order: 12}"}, 'context is not JSON: write an object such as {"order":"A-12"}'),
    ({"report": 2}, "report is neither 0 nor 1: write 1 to ask for a status report, 0 for none"),
    ({"report": None}, "report is NULL: leave the column out, it has a default"),
    ({"flash": 7}, "flash is neither 0 nor 1: write 1 to show the text without storing it, else 0"),
    ({"flash": None}, "flash is NULL: leave the column out, it has a default"),
    ({"on_unknown": "retry"}, "on_unknown is unknown: write hold, resend or fail, or leave it out"),
    ({"state": "sent"}, "state is not queued: leave it out, every message starts as queued"),
    ({"state": None}, "state is not queued: leave it out, every message starts as queued"),
    ({"created_at": "then"}, "created_at is not a time: leave it out, it is filled in"),
]  # fmt: skip
OURS = {
    "reason": "x",
    "attempts": 1,
    "parts": 1,
    "modem_used": "sim1",
    "sent_at": "2026-11-23T18:04:05.000Z",
    "delivered_at": "2026-11-23T18:04:05.000Z",
    "number": "+33612345678",
    "lane": 1,
    "rank": 1,
    "due_at": "2026-11-23T18:04:05.000Z",
    "ready": 1,
    "concat_reference": 3,
    "sim": "208",
}


def put(store: Store, **columns: Any) -> dict[str, Any]:
    """INSERT as any program does, and the row that came of it."""
    row = {"recipient": "+33612345678", "body": "Bonjour", **columns}
    names, places = ", ".join(row), ", ".join("?" for _ in row)
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.row_factory = sqlite3.Row
        cursor = connection.execute(f"INSERT INTO outbox ({names}) VALUES ({places})", tuple(row.values()))
        return dict(connection.execute("SELECT * FROM outbox WHERE id = ?", (cursor.lastrowid,)).fetchone())


@pytest.mark.parametrize(("columns", "sentence"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_row_that_cannot_be_right_is_refused_with_what_to_do(
    store: Store, columns: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError) as refusal:
        put(store, **columns)
    assert str(refusal.value) == sentence
    with store.read() as read:
        assert (
            read.execute("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM event)").fetchone()[0]
            == 0
        )


@pytest.mark.parametrize("column", OURS)
def test_what_the_gateway_writes_is_not_for_applications(store: Store, column: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="a column that only the gateway writes is set"):
        put(store, **{column: OURS[column]})


def test_two_columns_are_enough(store: Store) -> None:
    row = put(store)
    assert STAMP.fullmatch(row.pop("created_at"))
    assert STAMP.fullmatch(row.pop("updated_at"))
    filled = {column: value for column, value in row.items() if value is not None}
    assert filled == {
        "id": 1,
        "recipient": "+33612345678",
        "body": "Bonjour",
        "category": "service",
        "priority": 5,
        "report": 1,
        "flash": 0,
        "state": "queued",
        "attempts": 0,
        "ready": 0,
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2090-11-23T18:04:05.123Z", "2090-11-23T18:04:05.123Z"),
        ("2090-11-23T18:04:05.123456+00:00", "2090-11-23T18:04:05.123Z"),
        ("2090-11-23 20:04:05+02:00", "2090-11-23T18:04:05.000Z"),
        ("2090-11-23 18:04:05", "2090-11-23T18:04:05.000Z"),
        ("2090-11-23T18:04", "2090-11-23T18:04:00.000Z"),
        ("2090-11-23", "2090-11-23T00:00:00.000Z"),
        ("2090-02-31", "2090-03-03T00:00:00.000Z"),
        ("2090-11-23 24:00", "2090-11-24T00:00:00.000Z"),
        (3815143445, "2090-11-23T18:04:05.000Z"),
        ("3815143445", "2090-11-23T18:04:05.000Z"),
        (2484744.25, "2090-11-23T18:00:00.000Z"),
    ],
)
def test_times_are_taken_as_sqlite_reads_them_and_kept_in_one_form(
    store: Store, given: object, kept: str
) -> None:
    assert put(store, not_before=given)["not_before"] == kept
    assert put(store, expires_at=given)["expires_at"] == kept


def test_now_is_a_time_and_so_is_what_the_date_functions_give(store: Store) -> None:
    assert STAMP.fullmatch(put(store, not_before="now")["not_before"])
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute(
            "INSERT INTO outbox (recipient, body, not_before, expires_at) "
            "VALUES ('1', 'x', datetime('now', '+1 hour'), unixepoch('now', '+2 hours'))"
        )
        times = connection.execute(
            "SELECT not_before, expires_at, created_at FROM outbox WHERE id = 2"
        ).fetchone()
    assert all(STAMP.fullmatch(time) for time in times)
    assert times[0] < times[1]


def test_a_time_long_past_is_at_once(store: Store) -> None:
    assert put(store, not_before="1970-01-01T00:00:00Z")["not_before"] == "1970-01-01T00:00:00.000Z"


def test_an_application_with_a_clock_of_its_own_gives_created_at(store: Store) -> None:
    row = put(store, created_at="2020-01-01 10:00", expires_at="2020-01-02")
    assert (row["created_at"], row["updated_at"]) == ("2020-01-01T10:00:00.000Z",) * 2


def test_body_is_kept_character_for_character(store: Store) -> None:
    body = "  \u00e9 e\u0301 \u00a0 \U0001f381\r\n\t{name} %s '"
    assert put(store, body=body)["body"] == body


@pytest.mark.parametrize("conflict", ["", "OR ABORT", "OR FAIL", "OR ROLLBACK"])
def test_a_dedupe_key_is_used_once(store: Store, conflict: str) -> None:
    put(store, dedupe_key="order-12")
    with (
        closing(sqlite3.connect(store.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE constraint failed: outbox\.dedupe_key"),
    ):
        connection.execute(
            f"INSERT {conflict} INTO outbox (recipient, body, dedupe_key) VALUES ('1', 'x', 'order-12')"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR IGNORE INTO outbox (recipient, body, dedupe_key) VALUES ('1', 'x', 'order-12')",
        "INSERT INTO outbox (recipient, body, dedupe_key) VALUES ('1', 'x', 'order-12') ON CONFLICT DO NOTHING",
    ],
)
def test_a_repeated_key_may_be_ignored(store: Store, statement: str) -> None:
    put(store, dedupe_key="order-12")
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute(statement)
        connection.execute(statement)
        assert connection.execute("SELECT body FROM outbox").fetchall() == [("Bonjour",)]
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (1,)


@pytest.mark.parametrize("foreign_keys", ["ON", "OFF"])
def test_replace_takes_no_message_away(store: Store, foreign_keys: str) -> None:
    put(store, dedupe_key="order-12")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        with pytest.raises(
            sqlite3.IntegrityError, match="which REPLACE would delete: write INSERT OR IGNORE"
        ):
            connection.execute(
                "REPLACE INTO outbox (recipient, body, dedupe_key) VALUES ('1', 'x', 'order-12')"
            )
        with pytest.raises(sqlite3.IntegrityError, match="this id is taken"):
            connection.execute("REPLACE INTO outbox (id, recipient, body) VALUES (1, '1', 'x')")
        assert connection.execute("SELECT body FROM outbox").fetchall() == [("Bonjour",)]


def test_a_replace_with_a_new_key_is_an_insert(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("REPLACE INTO outbox (recipient, body, dedupe_key) VALUES ('1', 'x', 'order-12')")
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


def test_insert_says_why_and_leaves_the_transaction_usable(store: Store) -> None:
    with store.write() as tx:
        with pytest.raises(Rejected, match=r"^body is empty: write the text of the message$"):
            outbox.insert(tx, NewMessage(recipient="1", body=""))
        with pytest.raises(Rejected, match="half of a surrogate pair at character 2"):
            outbox.insert(tx, NewMessage(recipient="1", body="ab\ud83d"))
        with pytest.raises(Rejected, match="cannot store TEXT value in INTEGER column"):
            outbox.insert(tx, NewMessage(recipient="1", body="x", priority="high"))  # type: ignore[arg-type]
        first = outbox.insert(tx, NewMessage(recipient="1", body="x", dedupe_key="k"))
        with pytest.raises(DuplicateKey, match=f"dedupe_key 'k' was used by message {first}") as duplicate:
            outbox.insert(tx, NewMessage(recipient="2", body="y", dedupe_key="k"))
        assert duplicate.value.earlier == first
    with store.read() as read:
        assert outbox.counts(read)[State.QUEUED] == 1


def test_many_are_inserted_in_order_or_not_at_all(store: Store) -> None:
    good = [NewMessage(recipient="1", body=str(number)) for number in range(50)]
    with store.write() as tx:
        ids = outbox.insert_many(tx, good)
    with pytest.raises(Rejected) as refusal, store.write() as tx:
        outbox.insert_many(tx, [*good, NewMessage(recipient="nobody", body="x")])
    assert refusal.value.row == 50
    with store.read() as read:
        rows = read.execute("SELECT id, body FROM outbox ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [(number, str(place)) for place, number in enumerate(ids)]


def test_the_gateway_marks_what_it_writes_itself(store: Store) -> None:
    answer = NewMessage(recipient="1", body="Merci", category=Category.ACK)
    with store.write() as tx:
        own = outbox.insert_own(tx, answer, inbox_id=9, actor="ana")
        foreign = outbox.insert(tx, answer)
    with store.read() as read:
        assert {row.id: row.own for row in outbox.unadmitted(read, 10)} == {own: True, foreign: False}
        assert read.execute("SELECT inbox_id, actor FROM own_message").fetchall()[0]["actor"] == "ana"
