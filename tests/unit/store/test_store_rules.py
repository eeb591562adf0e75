"""What other programs may change of a message, and what the triggers write down about it."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.model import TRANSITIONS, Category, OnUnknown, Outcome, PartState, State, can_become
from gateway.store import Store, outbox, sending

if TYPE_CHECKING:
    from tests.unit.store.conftest import Room

EXTRA = {
    State.SENT: ", sent_at = '2026-11-24T10:00:00.000Z'",
    State.DELIVERED: ", sent_at = '2026-11-24T10:00:00.000Z', delivered_at = '2026-11-24T10:00:00.000Z'",
    State.UNDELIVERED: ", sent_at = '2026-11-24T10:00:00.000Z'",
}
"""What the constraints want of a state, beside its name."""


def way_to(state: State) -> list[State]:
    """The shortest way of allowed steps from queued."""
    ways = [[State.QUEUED]]
    for way in ways:
        if way[-1] is state:
            return way
        ways += [[*way, onward] for onward in sorted(TRANSITIONS[way[-1]]) if onward not in way]
    raise AssertionError(state)


def step(room: Room, message: int, state: State) -> None:
    room.sql(f"UPDATE outbox SET state = '{state}'{EXTRA.get(state, '')} WHERE id = ?", message)


@pytest.mark.parametrize(("before", "after"), [*itertools.permutations(State, 2)])
def test_only_the_steps_of_the_model_can_be_written(room: Room, before: State, after: State) -> None:
    message = room.add()
    for state in way_to(before)[1:]:
        step(room, message, state)
    if can_become(before, after):
        step(room, message, after)
        assert room.row(message).state is after
        return
    with pytest.raises(sqlite3.IntegrityError) as refusal:
        step(room, message, after)
    if after is State.CANCELLED:
        wanted = f"a message that is {before} can no longer be cancelled: add AND state = 'queued'"
    else:
        onward = " or ".join(sorted(TRANSITIONS[before]))
        wanted = f"a message that is {before} " + (
            f"becomes {onward}, nothing else" if onward else "stays so"
        )
    assert str(refusal.value) == wanted
    assert room.row(message).state is before


@pytest.mark.parametrize("state", State)
def test_a_word_that_is_no_state_is_refused_from_everywhere(room: Room, state: State) -> None:
    message = room.add()
    for onward in way_to(state)[1:]:
        step(room, message, onward)
    for word in ("'done'", "''", "NULL"):
        with pytest.raises(sqlite3.IntegrityError):
            room.sql(f"UPDATE outbox SET state = {word} WHERE id = ?", message)


def test_every_step_is_an_event_in_the_same_transaction(room: Room) -> None:
    message = room.add()
    with closing(sqlite3.connect(room.store.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("UPDATE outbox SET state = 'cancelled' WHERE id = ? AND state = 'queued'", (message,))
        assert room.events(message) == [("queued", room.now, None)]
        other.execute("ROLLBACK")
    assert [kind for kind, _, _ in room.events(message)] == ["queued"]


def test_the_life_of_a_message_is_told_by_events(room: Room) -> None:
    message = room.claimed()
    start = room.now
    room.accept(message)
    room.settle(message)
    room.part_becomes(message, 1, "delivered")
    room.settle(message)
    with room.store.read() as read:
        rows = read.execute(
            "SELECT kind, at, modem, detail FROM event WHERE message_id = ? ORDER BY id", (message,)
        )
        told = [(row["kind"], row["at"], row["modem"], json.loads(row["detail"])) for row in rows]
    assert told == [
        ("queued", start, None, {"category": "service"}),
        ("sending", start, "sim1", {"from": "queued", "reason": None}),
        ("sent", start, "sim1", {"from": "sending", "reason": None}),
        ("delivered", start, "sim1", {"from": "sent", "reason": None}),
    ]


def test_an_application_cancels_with_one_plain_update(room: Room) -> None:
    message = room.ready()
    room.sql("UPDATE outbox SET state='cancelled' WHERE id=? AND state='queued'", message)
    row = room.row(message)
    assert (row.state, row.reason) == (State.CANCELLED, "application")
    kind, at, reason = room.events(message)[-1]
    assert (kind, at, reason) == ("cancelled", row.updated_at, "application")


def test_a_reason_of_the_operator_stays(room: Room) -> None:
    message = room.ready()
    with room.store.write() as tx:
        assert outbox.cancel(tx, message, "operator: ana", room.now)
    assert room.events(message)[-1] == ("cancelled", room.now, "operator: ana")


def test_a_campaign_is_cancelled_whole_where_only_queued_rows_are_asked_for(room: Room) -> None:
    waiting = room.add(campaign="autumn")
    taken = room.claimed(campaign="autumn")
    with pytest.raises(sqlite3.IntegrityError, match="add AND state = 'queued'"):
        room.sql("UPDATE outbox SET state = 'cancelled' WHERE campaign = 'autumn'")
    room.sql("UPDATE outbox SET state = 'cancelled' WHERE campaign = 'autumn' AND state = 'queued'")
    assert [room.row(message).state for message in (waiting, taken)] == [State.CANCELLED, State.SENDING]


def test_waiting_is_told_when_the_reason_changes_and_not_at_every_look(room: Room) -> None:
    message = room.ready()
    with room.store.write() as tx:
        for why in ("throttle: 6 a minute", "throttle: 6 a minute", "paused"):
            outbox.explain(tx, message, why, room.now)
    assert room.events(message)[1:] == [
        ("waiting", room.now, "throttle: 6 a minute"),
        ("waiting", room.now, "paused"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        "recipient = '+33699999999'",
        "body = 'Autre chose'",
        "category = 'commercial'",
        "modem = 'sim2'",
        "report = 0",
        "flash = 1",
    ],
)
def test_what_a_modem_sends_is_fixed_once_it_is_admitted(room: Room, change: str) -> None:
    message = room.add()
    room.sql(f"UPDATE outbox SET {change} WHERE id = ?", message)
    other = room.ready()
    with pytest.raises(sqlite3.IntegrityError, match="may be on its way already: cancel it"):
        room.sql(f"UPDATE outbox SET {change} WHERE id = ?", other)
    sent = room.sent()
    with pytest.raises(sqlite3.IntegrityError, match="no longer queued"):
        room.sql(f"UPDATE outbox SET {change} WHERE id = ?", sent)


def test_a_text_stays_where_a_part_of_it_is_out_although_the_row_is_looked_at_again(room: Room) -> None:
    message = room.claimed(parts=2)
    room.accept(message)
    with room.store.write() as tx:
        tx.execute(
            "UPDATE outbox SET state = 'queued', number = NULL, ready = 0, updated_at = ? WHERE id = ?",
            (room.now, message),
        )
    with pytest.raises(sqlite3.IntegrityError, match="may be on its way already"):
        room.sql("UPDATE outbox SET body = 'Autre chose' WHERE id = ?", message)


def test_writing_the_same_again_is_no_change(room: Room) -> None:
    message = room.sent()
    row = room.row(message)
    room.sql("UPDATE outbox SET recipient = recipient, body = body, state = state WHERE id = ?", message)
    assert room.row(message).state is row.state


def test_a_changed_row_is_not_admitted_as_it_was(room: Room) -> None:
    message = room.add()
    with room.store.read() as read:
        seen = outbox.unadmitted(read, 1)[0]
    room.sql("UPDATE outbox SET body = 'Autre chose' WHERE id = ?", message)
    assert not room.admit(message, seen=seen.updated_at)
    with room.store.read() as read:
        again = outbox.unadmitted(read, 1)[0]
    assert again.body == "Autre chose"
    assert room.admit(message, seen=again.updated_at)


@pytest.mark.parametrize(
    ("change", "left"), [("not_before = datetime('now', '+1 day')", None), ("priority = 0", None)]
)
def test_a_new_time_or_priority_is_looked_at_again(room: Room, change: str, left: None) -> None:
    message = room.ready()
    room.sql(f"UPDATE outbox SET {change} WHERE id = ?", message)
    row = room.row(message)
    assert (row.number, row.lane, row.rank, row.ready) == (left, left, left, False)
    assert not room.claim(message)


def test_a_new_time_is_checked_and_normalised_as_a_first_one_is(room: Room) -> None:
    message = room.add()
    room.sql(
        "UPDATE outbox SET not_before = '2090-01-01 10:00', expires_at = '2090-01-01 12:00+01:00' WHERE id = ?",
        message,
    )
    row = room.row(message)
    assert (row.not_before, row.expires_at) == ("2090-01-01T10:00:00.000Z", "2090-01-01T11:00:00.000Z")
    for column in ("not_before", "expires_at"):
        with pytest.raises(sqlite3.IntegrityError, match=f"{column} is not a time"):
            room.sql(f"UPDATE outbox SET {column} = 'later' WHERE id = ?", message)
    with pytest.raises(sqlite3.IntegrityError, match="never be sent"):
        room.sql("UPDATE outbox SET expires_at = '2089-01-01' WHERE id = ?", message)


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_a_plain_update_queues_a_message_as_the_gateway_would(room: Room, state: State) -> None:
    """`outbox retry` and the policy `resend` write the state in the same way: the rest is the trigger's."""
    theirs, ours = (room.failed() if state is State.FAILED else room.unknown() for _ in range(2))
    room.sql("UPDATE outbox SET state = 'queued' WHERE id = ?", theirs)
    with room.store.write() as tx:
        assert (outbox.retry if state is State.FAILED else sending.resend_unknown)(tx, ours, room.now)
    differs = {"id": 0, "reason": None, "updated_at": None}
    assert replace(room.row(theirs), **differs) == replace(room.row(ours), **differs)
    assert room.parts(theirs) == room.parts(ours) == ["waiting"]
    row = room.row(theirs)
    assert (row.attempts, row.number, row.reason) == (0 if state is State.FAILED else 1, None, None)
    assert room.events(theirs)[-1] == ("queued", row.updated_at, None), "why it failed is no reason to wait"
    assert room.admit(theirs)
    assert room.claim(theirs, modem="sim2", sim="208010000000002"), "nothing of it is out: by any SIM"


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_what_is_out_stays_out_whoever_queues_the_rest(room: Room, state: State) -> None:
    message = room.claimed(parts=3)
    room.accept(message)
    if state is State.FAILED:
        room.refuse(message, 2)
        with room.store.write() as tx:
            sending.fail(tx, message, "cms_21", room.now)
    else:
        room.lose(message, 2)
        room.settle(message, hold=True)
    assert room.row(message).state is state
    room.sql("UPDATE outbox SET state = 'queued' WHERE id = ?", message)
    assert room.parts(message) == ["accepted", "waiting", "waiting"]
    assert room.row(message).sim == "208010000000001"


HANDLED = [
    ("2026-11-23 18:04", "2026-11-23T18:04:00.000Z"),
    ("2026-11-23T19:04:05+01:00", "2026-11-23T18:04:05.000Z"),
    ("2026-11-23T18:04:05.123Z", "2026-11-23T18:04:05.123Z"),
    (1795457045, "2026-11-23T18:04:05.000Z"),
    (None, None),
]


@pytest.fixture
def incoming(room: Room) -> int:
    """A message in the inbox that nobody has dealt with."""
    room.sql("INSERT INTO inbox (modem, sender, body, received_at, raw) VALUES ('a', '+3361', 'x', '', '')")
    return 1


@pytest.mark.parametrize(("given", "kept"), HANDLED)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_when_a_message_was_handled_is_kept_as_other_times_are(
    room: Room, incoming: int, given: object, kept: str | None, recursive: str
) -> None:
    with closing(sqlite3.connect(room.store.path)) as connection, connection:
        connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        connection.execute("UPDATE inbox SET handled_at = '2025-01-01'")
        connection.execute("UPDATE inbox SET handled_at = ? WHERE id = ?", (given, incoming))
    assert room.ask("SELECT handled_at FROM inbox") == [(kept,)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nonsense", "handled_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime('now')"),
        ("", "handled_at is not a time: write UTC such as 2026-11-23T18:04:05Z, or datetime('now')"),
        ("18:04", "handled_at has no date: write UTC such as 2026-11-23T18:04:05Z"),
        (1, "handled_at is not of our time: write UTC such as 2026-11-23T18:04:05Z"),
    ],
)
def test_when_a_message_was_handled_is_a_time(
    room: Room, incoming: int, given: object, sentence: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError) as refusal:
        room.sql("UPDATE inbox SET handled_at = ? WHERE id = ?", given, incoming)
    assert str(refusal.value) == sentence
    room.sql("UPDATE inbox SET kind = 'answer', handled_at = NULL WHERE id = ?", incoming)


def test_changes_are_dated_by_the_database(room: Room) -> None:
    message = room.add()
    room.sql("UPDATE outbox SET campaign = 'winter', context = '{}' WHERE id = ?", message)
    assert room.row(message).updated_at != room.now
    with pytest.raises(sqlite3.IntegrityError, match="context is not JSON"):
        room.sql("UPDATE outbox SET context = '{' WHERE id = ?", message)
    with pytest.raises(sqlite3.IntegrityError, match=r"priority is 0 \(first\) to 9 \(last\)"):
        room.sql("UPDATE outbox SET priority = 11 WHERE id = ?", message)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM outbox", "messages are not deleted: set state = 'cancelled' on a queued one"),
        ("UPDATE outbox SET id = 99", "the id of a message never changes"),
        ("DELETE FROM event_log", "events are never deleted"),
        ("UPDATE event_log SET kind = 'sent'", "events are never changed"),
        ("INSERT INTO event (at, kind) VALUES ('2026', 'x')", "cannot modify event because it is a view"),
        ("INSERT INTO event_log (at, kind, detail) VALUES ('2026', 'x', 'y')", "detail is not JSON"),
    ],
)
def test_nothing_that_happened_can_be_undone(room: Room, statement: str, sentence: str) -> None:
    room.add()
    with pytest.raises(sqlite3.Error, match=sentence):
        room.sql(statement)


def test_the_totals_follow_every_step(room: Room) -> None:
    room.add()
    room.sent()
    room.unknown()
    room.sql("UPDATE outbox SET state = 'cancelled' WHERE state = 'queued'")
    found = dict(room.ask("SELECT state, count(*) FROM outbox GROUP BY state"))
    with room.store.read() as read:
        totals = outbox.counts(read)
    assert {state: count for state, count in totals.items() if count} == found
    assert set(totals) == set(State)


def test_recursive_triggers_change_nothing(store: Store) -> None:
    """Some libraries switch them on."""
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute(
            "INSERT INTO outbox (recipient, body, not_before) VALUES ('1', 'x', '2090-01-01 10:00')"
        )
        connection.execute("UPDATE outbox SET not_before = '2090-01-02', priority = 3 WHERE id = 1")
        connection.execute("UPDATE outbox SET state = 'cancelled' WHERE id = 1")
        kinds = connection.execute("SELECT kind FROM event ORDER BY id").fetchall()
        row = connection.execute("SELECT not_before, state, reason FROM outbox").fetchone()
    assert kinds == [("queued",), ("cancelled",)]
    assert row == ("2090-01-02T00:00:00.000Z", "cancelled", "application")


def test_the_constraints_of_the_schema_know_the_words_of_the_model(store: Store) -> None:
    words = {
        "outbox": [*State, *Category, *OnUnknown],
        "part": [*PartState],
        "attempt": [*Outcome],
    }
    with store.read() as read:
        for table, wanted in words.items():
            sql = read.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
            assert [word for word in wanted if f"'{word}'" not in sql] == []
        totals = {row["state"] for row in read.execute("SELECT state FROM outbox_total")}
    assert totals == set(State)
