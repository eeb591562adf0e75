"""Admission, lanes, and the order in which messages are due."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway.model import Reason, State
from gateway.store import outbox

if TYPE_CHECKING:
    from tests.unit.store.conftest import Room


def offered(room: Room, *lanes: int, limit: int = 10, exclude: frozenset[int] = frozenset()) -> list[int]:
    with room.store.read() as read:
        return [row.id for row in outbox.candidates(read, lanes, limit, exclude)]


def lane(room: Room, *modems: str, prefer: str | None = None, binding: bool = False) -> int:
    with room.store.write() as tx:
        return outbox.lane_id(tx, modems, prefer, binding)


def test_new_rows_are_seen_by_priority_then_age_until_they_are_admitted(room: Room) -> None:
    late, first, second = room.add(priority=9), room.add(priority=1), room.add(priority=1)
    with room.store.read() as read:
        assert [row.id for row in outbox.unadmitted(read, 10)] == [first, second, late]
        assert [row.id for row in outbox.unadmitted(read, 2)] == [first, second]
    assert room.admit(first)
    with room.store.write() as tx:
        assert outbox.refuse(tx, second, "invalid_number: no \udce9 digits", room.now)
        assert not outbox.refuse(tx, second, "again", room.now)
    with room.store.read() as read:
        assert [row.id for row in outbox.unadmitted(read, 10)] == [late]
    assert room.row(second).reason == "invalid_number: no \\udce9 digits"
    assert room.row(second).state is State.REFUSED


def test_a_row_is_admitted_once(room: Room) -> None:
    message = room.add()
    assert room.admit(message, parts=2)
    assert not room.admit(message, parts=3)
    row = room.row(message)
    assert (row.parts, row.number, row.rank, row.ready, row.updated_at) == (
        2,
        "+33612345678",
        6,
        True,
        room.now,
    )


def test_a_row_that_was_cancelled_is_not_admitted(room: Room) -> None:
    message = room.add()
    room.sql("UPDATE outbox SET state = 'cancelled'")
    assert not room.admit(message)


def test_several_are_admitted_at_once(room: Room) -> None:
    messages = [room.add() for _ in range(3)]
    key = lane(room, "sim1")
    room.sql("UPDATE outbox SET state = 'cancelled' WHERE id = ?", messages[1])
    with room.store.write() as tx:
        admissions = [
            outbox.Admission(id=message, number="+1", lane=key, rank=6, parts=1, now=room.now)
            for message in messages
        ]
        assert outbox.admit_many(tx, admissions) == 2


def test_a_lane_is_its_modems_in_any_order(room: Room) -> None:
    both = lane(room, "sim2", "sim1")
    assert lane(room, "sim1", "sim2") == both
    preferring, bound, none = (
        lane(room, "sim1", "sim2", prefer="sim1"),
        lane(room, "sim1", "sim2", prefer="sim1", binding=True),
        lane(room),
    )
    assert len({both, preferring, bound, none}) == 4
    with room.store.read() as read:
        assert [(row.modems, row.prefer, row.binding) for row in outbox.lanes(read)] == [
            (("sim1", "sim2"), None, False),
            (("sim1", "sim2"), "sim1", False),
            (("sim1", "sim2"), "sim1", True),
            ((), None, False),
        ]


def test_candidates_of_several_lanes_come_by_rank_then_age(room: Room) -> None:
    expected = []
    for place, (modems, rank) in enumerate(
        [
            (("sim1",), 6),
            (("sim1", "sim2"), 6),
            (("sim1",), 0),
            (("sim2",), 0),
            (("sim1", "sim2"), 3),
            (("sim1",), 6),
        ]
    ):
        message = room.add()
        assert room.admit(message, modems=modems, rank=rank)
        expected.append((rank, message, modems, place))
    mine = [message for _, message, modems, _ in sorted(expected) if "sim1" in modems]
    lanes = [lane(room, "sim1", "sim2"), lane(room, "sim1")]
    assert offered(room, *lanes) == mine
    assert offered(room, *lanes, limit=2) == mine[:2]
    assert offered(room, *lanes, limit=2, exclude=frozenset(mine[:2])) == mine[2:4]
    assert offered(room, *lanes, exclude=frozenset(mine)) == []
    assert offered(room) == []


def test_a_candidate_has_what_a_worker_needs(room: Room) -> None:
    message = room.ready(
        parts=2, campaign="autumn", flash=True, report=False, priority=2, on_unknown="resend"
    )
    with room.store.read() as read:
        (row,) = outbox.candidates(read, [lane(room, "sim1")], 1)
    assert (row.id, row.number, row.body, row.parts) == (
        message,
        "+33612345678",
        "Votre colis arrive demain.",
        2,
    )
    assert (row.flash, row.report, row.on_unknown, row.campaign) == (True, False, "resend", "autumn")


def test_who_waits_for_a_time_is_no_candidate_until_it_has_come(room: Room) -> None:
    soon, later = room.later(seconds=10), room.later(hours=1)
    first, second = room.add(), room.add()
    room.admit(second, due_at=later, reason="not_before: later")
    room.admit(first, due_at=soon, reason="not_before: soon")
    key = lane(room, "sim1")
    assert offered(room, key) == []
    with room.store.read() as read:
        assert outbox.next_due(read) == soon
    room.clock.advance(timedelta(seconds=10))
    with room.store.write() as tx:
        assert outbox.promote_due(tx, room.now) == 1
        assert outbox.promote_due(tx, room.now) == 0
    assert offered(room, key) == [first]
    assert room.row(first).reason is None
    with room.store.read() as read:
        assert outbox.next_due(read) == later


def test_a_due_time_in_the_past_is_now(room: Room) -> None:
    message = room.add()
    assert room.admit(message, due_at=room.later(seconds=-1))
    assert offered(room, lane(room, "sim1")) == [message]


def test_a_campaign_is_promoted_in_steps(room: Room) -> None:
    for _ in range(5):
        room.admit(room.add(), due_at=room.later(seconds=1))
    room.clock.advance(timedelta(seconds=1))
    with room.store.write() as tx:
        assert [outbox.promote_due(tx, room.now, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_what_is_too_late_expires_save_what_a_worker_has_in_hand(room: Room) -> None:
    kept, admitted = (room.ready(expires_at=room.later(minutes=1)) for _ in range(2))
    new, other = room.add(expires_at=room.later(minutes=1)), room.ready()
    with room.store.read() as read:
        assert outbox.next_expiry(read) == room.later(minutes=1)
    with room.store.write() as tx:
        assert outbox.expire_due(tx, room.now) == []
    room.clock.advance(timedelta(minutes=1))
    with room.store.write() as tx:
        assert outbox.expire_due(tx, room.now, keep={kept}) == [admitted, new]
    assert room.row(new).state is State.EXPIRED
    assert room.row(new).reason == f"expires_at: {room.now}"
    assert [room.row(message).state for message in (kept, other)] == [State.QUEUED] * 2
    assert not room.claim(kept)


def test_deferring_takes_a_row_out_and_says_why(room: Room) -> None:
    message = room.ready()
    with room.store.write() as tx:
        assert outbox.defer(tx, message, room.later(hours=8), "quiet_hours", room.now)
    assert offered(room, lane(room, "sim1")) == []
    assert (room.row(message).reason, room.row(message).due_at) == ("quiet_hours", room.later(hours=8))
    with room.store.write() as tx:
        assert outbox.defer(tx, message, None, "no_modem", room.now)
    assert offered(room, lane(room, "sim1")) == [message]
    assert room.claim(message)
    with room.store.write() as tx:
        assert not outbox.defer(tx, message, None, "no_modem", room.now)


def test_the_rows_of_a_lane_say_what_they_wait_for_once(room: Room) -> None:
    messages = [room.ready() for _ in range(3)]
    other = room.add()
    room.admit(other, modems=("sim2",))
    key, why = lane(room, "sim1"), "modem_out: sim1"
    with room.store.write() as tx:
        assert outbox.unexplained(tx, key, why)
        assert outbox.explain_lane(tx, key, why, room.now, limit=2) == 2
        assert outbox.unexplained(tx, key, why)
        assert outbox.explain_lane(tx, key, why, room.now) == 1
        assert not outbox.unexplained(tx, key, why)
    assert [room.row(message).reason for message in (*messages, other)] == [why] * 3 + [None]


def test_the_blank_rows_of_a_lane_say_it_and_the_others_keep_their_word(room: Room) -> None:
    said, silent = room.ready(), room.ready()
    key, why = lane(room, "sim1"), "throttle: per_hour = 5 on sim1"
    with room.store.write() as tx:
        outbox.explain(tx, said, "throttle: per_minute = 1 on sim1", room.now)
        assert outbox.unexplained(tx, key, why, blank=True)
        assert outbox.explain_lane(tx, key, why, room.now, blank=True) == 1
        assert not outbox.unexplained(tx, key, why, blank=True)
    assert room.row(said).reason == "throttle: per_minute = 1 on sim1"
    assert room.row(silent).reason == why


def test_the_rows_of_a_lane_take_back_what_no_longer_holds(room: Room) -> None:
    messages = [room.ready() for _ in range(3)]
    key, taken = lane(room, "sim1"), (Reason.MODEM_OUT, Reason.WAITS_FOR_SIM)
    with room.store.write() as tx:
        outbox.explain(tx, messages[0], "modem_out: sim1: unplugged", room.now)
        outbox.explain(tx, messages[1], "waits_for_sim", room.now)
        outbox.explain(tx, messages[2], "throttle: per_day = 1 on sim1", room.now)
        assert outbox.overtaken(tx, key, taken)
        assert outbox.take_back(tx, key, taken, room.now) == 2
        assert not outbox.overtaken(tx, key, taken)
    reasons = [room.row(message).reason for message in messages]
    assert reasons == [None, None, "throttle: per_day = 1 on sim1"]


def test_lanes_that_no_longer_serve_are_looked_at_again(room: Room) -> None:
    ready, elsewhere = room.ready(), room.add()
    room.admit(elsewhere, modems=("sim2",))
    waiting, retrying = room.add(), room.claimed()
    room.admit(waiting, due_at=room.later(hours=1))
    due = room.later(minutes=5)
    with room.store.write() as tx:
        from gateway.store import sending

        assert sending.requeue(tx, retrying, due_at=due, reason="retry: cms_42", now=room.now)
        assert outbox.relane(tx, [outbox.lane_id(tx, ["sim1"], None, False)]) == 3
    with room.store.read() as read:
        again = {row.id: row.due_at for row in outbox.unadmitted(read, 10)}
    assert again == {ready: None, waiting: None, retrying: due}
    assert not room.claim(ready)
    with room.store.write() as tx:
        assert outbox.readmit(tx, [elsewhere, 999]) == 1
        assert outbox.readmit_all(tx) == 0


def test_a_clock_that_was_set_back_does_not_keep_a_retry(room: Room) -> None:
    retrying, waiting = room.claimed(), room.add(not_before=room.later(days=2))
    room.admit(waiting, due_at=room.later(days=2), reason="not_before")
    with room.store.write() as tx:
        from gateway.store import sending

        sending.requeue(tx, retrying, due_at=room.later(days=1), reason="retry: cms_42", now=room.now)
        assert outbox.clamp_retries(tx, room.now, room.later(minutes=15)) == 1
    assert room.row(retrying).due_at == room.later(minutes=15)
    assert room.row(waiting).due_at == room.later(days=2)


def test_how_many_go_first_is_counted_in_the_lane(room: Room) -> None:
    first, second = room.ready(), room.ready()
    urgent, other = room.add(), room.add()
    room.admit(urgent, rank=0)
    room.admit(other, modems=("sim2",))
    with room.store.read() as read:
        assert [outbox.ahead_of(read, message) for message in (urgent, first, second, other)] == [0, 1, 2, 0]
        assert outbox.ahead_of(read, second, limit=1) == 1


def test_a_new_plan_is_followed_once(room: Room) -> None:
    message = room.ready()
    with room.store.write() as tx:
        assert outbox.follow_plan(tx, "one modem") == 1
    assert room.admit(message)
    with room.store.write() as tx:
        assert outbox.follow_plan(tx, "one modem") == 0
        assert outbox.follow_plan(tx, "two modems") == 1


def test_the_oldest_that_waits_for_the_gateway(room: Room) -> None:
    with room.store.read() as read:
        assert outbox.oldest_waiting(read) is None
    room.sent()
    held = room.add()
    room.admit(held, due_at=room.later(hours=1))
    oldest = room.ready(priority=9)
    with room.store.write() as tx:
        outbox.explain(tx, oldest, "throttle", room.now)
    room.ready(priority=0)
    room.add(priority=0)
    with room.store.read() as read:
        assert outbox.oldest_waiting(read) == {"id": oldest, "created_at": room.now, "reason": "throttle"}


def test_rows_are_listed_newest_first_by_what_one_knows(room: Room) -> None:
    sent, unknown = room.sent(campaign="autumn"), room.unknown()
    refused = room.add(recipient="0612")
    with room.store.write() as tx:
        outbox.refuse(tx, refused, "invalid_number", room.now)

    def found(**filters: object) -> list[int]:
        with room.store.read() as read:
            return [row.id for row in outbox.list_rows(read, **filters)]  # type: ignore[arg-type]

    assert found() == [refused, unknown, sent]
    assert found(limit=1) == [refused]
    assert found(state=State.UNKNOWN) == [unknown]
    assert found(state=State.SENT, campaign="autumn") == [sent]
    assert found(number="+33612345678") == [unknown, sent]
    assert found(number="0612") == [refused]
    assert found(since=room.later(seconds=1)) == []
    with room.store.read() as read:
        assert outbox.get(read, 99) is None
        assert outbox.counts(read, "autumn")[State.SENT] == 1
        assert sum(outbox.counts(read, "autumn").values()) == 1


def test_all_sending_is_paused_and_resumed_with_an_event(room: Room) -> None:
    with room.store.write() as tx:
        assert outbox.pause(tx, room.now, "ana")
        assert not outbox.pause(tx, room.now, "bob")
        assert outbox.is_paused(tx)
        assert outbox.resume(tx, room.now)
        assert not outbox.resume(tx, room.now)
        assert not outbox.is_paused(tx)
    assert room.ask("SELECT kind, detail FROM event") == [("paused", '{"actor": "ana"}'), ("resumed", "{}")]


def test_traffic_counts_parts_on_air_and_messages_received(room: Room) -> None:
    room.sent()
    with room.store.read() as read:
        assert outbox.traffic(read, room.later(hours=-1)) == {"parts": 1, "received": 0}
        assert outbox.traffic(read, room.later(seconds=1)) == {"parts": 0, "received": 0}


def plan(room: Room, sql: str, *arguments: object) -> str:
    with closing(sqlite3.connect(room.store.path)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", arguments).fetchall()
    return "; ".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("work", "index"),
    [
        (lambda tx: outbox.candidates(tx, [1], 10), "outbox_ready (lane=?)"),
        (lambda tx: outbox.unadmitted(tx, 10), "outbox_new"),
        (lambda tx: outbox.promote_due(tx, "2026"), "outbox_waiting (due_at<?)"),
        (lambda tx: outbox.next_due(tx), "outbox_waiting"),
        (lambda tx: outbox.expire_due(tx, "2026"), "outbox_expires (expires_at>? AND expires_at<?)"),
        (lambda tx: outbox.next_expiry(tx), "outbox_expires"),
        (lambda tx: outbox.explain_lane(tx, 1, "x", "2026"), "outbox_ready (lane=?)"),
        (lambda tx: outbox.take_back(tx, 1, ["x"], "2026"), "outbox_ready (lane=?)"),
        (lambda tx: outbox.oldest_waiting(tx), "outbox_new (priority=?)"),
    ],
)
def test_the_dispatcher_reads_by_index_and_sorts_nothing(room: Room, work: object, index: str) -> None:
    """A million rows behind must not matter."""
    statements: list[str] = []
    with room.store.write() as tx:
        tx.set_trace_callback(lambda sql: statements.append(sql) if not sql.startswith("--") else None)
        try:
            work(tx)  # type: ignore[operator]
        finally:
            tx.set_trace_callback(None)
    told = plan(room, statements[0])
    assert index in told
    assert "TEMP B-TREE" not in told
    assert "SCAN outbox;" not in f"{told};"
