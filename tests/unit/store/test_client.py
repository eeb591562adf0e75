"""The client for applications in Python."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.client import Outbox
from gateway.clock import ManualClock
from gateway.model import State
from gateway.store import FileMissing, OlderDatabase, Rejected, StoreError

if TYPE_CHECKING:
    from tests.unit.store.conftest import Room


@pytest.fixture
def client(room: Room) -> Iterator[Outbox]:
    with Outbox(room.store.path) as opened:
        yield opened


def test_a_message_is_queued_with_what_the_application_says(client: Outbox, room: Room) -> None:
    message = client.send(
        "+33612345678",
        "Bonjour",
        priority=2,
        campaign="autumn",
        context={"prénom": "Ana"},
        not_before=datetime(2090, 1, 1, 10, tzinfo=UTC),
        expires_at="2090-01-02",
        report=False,
    )
    row = client.get(message)
    assert (row.state, row.priority, row.campaign, row.report) == (State.QUEUED, 2, "autumn", False)
    assert (row.not_before, row.expires_at) == ("2090-01-01T10:00:00.000Z", "2090-01-02T00:00:00.000Z")
    assert row.context == '{"prénom": "Ana"}'
    assert room.store.changed_elsewhere()


def test_a_repeated_key_gives_the_earlier_message(client: Outbox) -> None:
    first = client.send("1", "Bonjour", dedupe_key="order-12")
    assert client.send("1", "Bonjour encore", dedupe_key="order-12") == first
    assert client.get(first).body == "Bonjour"


def test_what_cannot_be_right_is_refused_with_the_sentence(client: Outbox) -> None:
    with pytest.raises(Rejected, match="body is empty: write the text"):
        client.send("1", "")
    with pytest.raises(TypeError, match="no column 'prority': send\\(\\) takes campaign, category, context"):
        client.send("1", "x", prority=1)
    with pytest.raises(ValueError, match="no time zone"):
        client.send("1", "x", not_before=datetime(2090, 1, 1))  # noqa: DTZ001 - the mistake
    with pytest.raises(KeyError):
        client.get(1)


def test_waiting_ends_when_the_message_is_settled(client: Outbox, room: Room) -> None:
    message = room.claimed()

    def work() -> None:
        room.accept(message)
        room.settle(message)

    timer = threading.Timer(0.05, work)
    timer.start()
    row = client.wait(message, timeout=10)
    timer.join()
    assert row.state is State.SENT
    assert client.wait(message, timeout=0).state is State.SENT
    assert client.wait(message).state is State.SENT


def test_waiting_for_a_state_of_ones_choice(client: Outbox, room: Room) -> None:
    message = room.sent()
    with pytest.raises(TimeoutError, match=r"message 1 is still sent after 0\.05 s"):
        client.wait(message, timeout=0.05, until=["delivered", "undelivered"])
    room.part_becomes(message, 1, "delivered")
    room.settle(message)
    assert client.wait(message, timeout=0, until={State.DELIVERED}).delivered_at == room.now
    with pytest.raises(ValueError, match="received"):
        client.wait(message, timeout=0, until=["received"])
    with pytest.raises(KeyError):
        client.wait(99, timeout=0)


def test_a_wait_in_vain_says_what_the_message_waits_for(client: Outbox, room: Room) -> None:
    message = room.ready()
    with room.store.write() as tx:
        from gateway.store import outbox

        outbox.explain(tx, message, "no_modem", room.now)
    with pytest.raises(TimeoutError, match=r"still queued \(no_modem\)"):
        client.wait(message, timeout=0)


def test_threads_wait_for_different_messages(client: Outbox, room: Room) -> None:
    messages = [room.ready() for _ in range(4)]
    ended: list[int] = []

    def wait(message: int) -> None:
        if client.wait(message, timeout=10).state is State.CANCELLED:
            ended.append(message)

    threads = [threading.Thread(target=wait, args=(message,)) for message in messages]
    for thread in threads:
        thread.start()
    room.sql("UPDATE outbox SET state = 'cancelled' WHERE id > 1")
    assert client.cancel(messages[0])
    for thread in threads:
        thread.join(10)
    assert sorted(ended) == messages


def test_closing_ends_a_wait(room: Room) -> None:
    client, message = Outbox(room.store.path), room.ready()
    timer = threading.Timer(0.05, client.close)
    timer.start()
    with pytest.raises(StoreError, match="was closed while somebody waited"):
        client.wait(message, timeout=10)
    timer.join()
    client.close()


def test_a_queued_message_is_taken_back(client: Outbox, room: Room) -> None:
    waiting, taken = room.ready(), room.claimed()
    assert client.cancel(waiting)
    assert not client.cancel(waiting)
    assert not client.cancel(taken)
    assert client.get(waiting).reason == "application"


def test_replies_come_oldest_first_and_once(
    client: Outbox, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.replies.PAGE", 2)
    for minute in range(5):
        room.sql(
            "INSERT INTO inbox (modem, sender, body, received_at, raw) VALUES ('sim1', '+1', ?, ?, '')",
            str(minute),
            room.later(minutes=minute),
        )
    bodies = [reply.body for reply in client.replies()]
    assert bodies == ["0", "1", "2", "3", "4"]
    assert [reply.body for reply in client.replies(since_id=3)] == ["3", "4"]
    assert [reply.body for reply in client.replies(since=room.later(minutes=4))] == ["4"]
    assert list(client.replies(since_id=5)) == []


def test_a_survey_is_asked_for(client: Outbox, room: Room) -> None:
    first = client.invite(
        "livraison",
        "+33612345678",
        {"prenom": "Ana"},
        dedupe_key="order-12",
        not_before=datetime(2090, 1, 1, 10, tzinfo=UTC),
    )
    assert client.invite("livraison", "+33612345678", dedupe_key="order-12") == first
    assert room.ask("SELECT survey, recipient, context, not_before, state FROM invitation") == [
        ("livraison", "+33612345678", '{"prenom": "Ana"}', "2090-01-01T10:00:00.000Z", "pending")
    ]
    with pytest.raises(TypeError, match="no column 'language_code'"):
        client.invite("livraison", "+33612345678", language_code="fr")
    with pytest.raises(Rejected, match="recipient has no digits"):
        client.invite("livraison", "Ana")


def test_an_invitation_needs_a_database_with_surveys(client: Outbox, room: Room) -> None:
    room.sql("DROP TABLE invitation")
    with pytest.raises(StoreError, match="knows no surveys yet: upgrade smsgw"):
        client.invite("livraison", "+33612345678")


def test_the_client_neither_makes_nor_migrates_a_database(
    tmp_path: Path, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileMissing, match="start the gateway once"):
        Outbox(tmp_path / "other.db")
    monkeypatch.setattr("gateway.store.migrations.LATEST", 99)
    with pytest.raises(OlderDatabase, match="smsgw db migrate"):
        Outbox(room.store.path)


def test_the_clock_of_the_caller_decides_when_it_is_too_late(room: Room, clock: ManualClock) -> None:
    with Outbox(room.store.path, clock=clock) as client, pytest.raises(TimeoutError):
        client.wait(room.ready(), timeout=0)
