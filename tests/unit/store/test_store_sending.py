"""Claim, intent and outcome: what the workers write, and what they may not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gateway.model import State
from gateway.store import Conflict, outbox, sending, sims

if TYPE_CHECKING:
    from tests.unit.store.conftest import Room

SIM, OTHER = "208010000000001", "208010000000002"
NUMBER = "+33612345678"


def test_a_message_is_claimed_by_one(room: Room) -> None:
    message = room.ready(parts=3)
    assert room.claim(message, "sim1")
    assert not room.claim(message, "sim2")
    row = room.row(message)
    assert (row.state, row.modem_used, row.attempts, row.reason) == (State.SENDING, "sim1", 1, None)
    assert room.parts(message) == ["waiting"] * 3
    with room.store.read() as read:
        assert sending.missing_parts(read, message) == [1, 2, 3]


def test_what_is_not_ready_cannot_be_claimed(room: Room) -> None:
    new, cancelled, waiting = room.add(), room.ready(), room.add()
    room.sql("UPDATE outbox SET state = 'cancelled' WHERE id = ?", cancelled)
    room.admit(waiting, due_at=room.later(minutes=1))
    expired = room.ready(expires_at=room.later(seconds=5))
    room.clock.advance(timedelta(seconds=5))
    assert [room.claim(message) for message in (new, cancelled, waiting, expired, 99)] == [False] * 5


def test_an_intent_counts_before_the_body_leaves(room: Room) -> None:
    message = room.claimed()
    attempt = room.intend(message)
    assert room.parts(message) == ["submitting"]
    with room.store.read() as read:
        assert sims.air_since(read, SIM, room.now) == [(room.now, NUMBER)]
        assert sims.correspondents(read, SIM, "2026-11") == {NUMBER}
        assert sims.last_sim(read, NUMBER) == sims.LastTalk(sim=SIM, at=room.now)
        life = sending.life(read, message)
    assert life is not None
    (told,) = life.attempts
    assert (told.id, told.outcome, told.at, told.ended_at, told.closed) == (
        attempt,
        "submitting",
        room.now,
        None,
        False,
    )


def test_a_part_is_intended_by_whoever_claimed_it_and_once(room: Room) -> None:
    message = room.claimed(parts=2)
    with pytest.raises(Conflict, match="part 1 of message 1 is not sim2's to send now"):
        room.intend(message, modem="sim2")
    with pytest.raises(Conflict, match="part 3"):
        room.intend(message, 3)
    room.accept(message)
    with pytest.raises(Conflict, match="part 1"):
        room.intend(message)
    room.lose(message, 2)
    with pytest.raises(Conflict, match="part 2"):
        room.intend(message, 2)
    with pytest.raises(Conflict):
        room.intend(room.ready())
    assert room.air() == 2


def test_a_modem_submits_one_part_at_a_time(room: Room) -> None:
    message = room.claimed(parts=2)
    room.intend(message, 1)
    with pytest.raises(Conflict, match="modem sim1 has an attempt whose outcome is not written"):
        room.intend(message, 2)
    assert room.parts(message) == ["submitting", "waiting"]
    assert room.air() == 1


def test_an_accepted_part_is_out(room: Room) -> None:
    message = room.claimed()
    with room.store.write() as tx:
        sims.register(tx, imsi=SIM, iccid="89", number="", modem="sim1", now=room.now)
    attempt = room.accept(message, reference=200)
    with room.store.read() as read:
        life = sending.life(read, message)
        sim = sims.get(read, SIM)
    assert life is not None
    assert sim is not None
    assert sim.last_reference == 200
    told = life.attempts[0]
    assert (told.outcome, told.reference, told.seconds, told.ended_at) == ("accepted", 200, 1.5, room.now)
    assert (life.parts[0].state, life.parts[0].attempt_id, life.message.sim) == ("accepted", attempt, SIM)
    for outcome in (sending.refused, sending.unknown):
        with pytest.raises(Conflict, match=f"attempt {attempt} has ended already"), room.store.write() as tx:
            outcome(tx, attempt, None, None, room.now)


@pytest.mark.parametrize(("report", "closed"), [(True, False), (False, True)])
def test_a_report_is_awaited_where_one_was_asked_for(room: Room, report: bool, closed: bool) -> None:
    message = room.sent(report=report)
    with room.store.read() as read:
        life = sending.life(read, message)
    assert life is not None
    assert life.attempts[0].closed is closed


def test_a_refused_part_waits_again_and_was_on_air(room: Room) -> None:
    message = room.claimed()
    room.refuse(message)
    assert room.parts(message) == ["waiting"]
    assert room.row(message).sim is None
    assert room.air() == 1
    with room.store.read() as read:
        assert not sending.has_live_parts(read, message)
        assert sending.refused_by(read, message) == [SIM]


def test_what_never_left_was_not_on_air(room: Room) -> None:
    message, other = room.claimed(), room.ready()
    assert room.claim(other, "sim2", OTHER)
    first, second = room.intend(message), room.intend(other, modem="sim2", sim=OTHER)
    with room.store.write() as tx:
        sending.not_sent(tx, first, "no prompt", room.now)
    assert room.parts(message) == ["waiting"]
    with room.store.read() as read:
        assert sims.air_since(read, SIM, room.now) == []
        assert len(sims.air_since(read, OTHER, room.now)) == 1
        assert sending.refused_by(read, message) == []
    assert second != first


def test_an_unknown_part_binds_the_message_to_its_sim(room: Room) -> None:
    message = room.claimed(parts=2)
    room.lose(message)
    with room.store.write() as tx:
        assert sending.has_live_parts(tx, message)
        assert sending.requeue(tx, message, due_at=None, reason="retry: resync", now=room.now)
    assert not room.claim(message, "sim2", OTHER)
    assert room.claim(message, "sim2", SIM)
    with room.store.read() as read:
        assert sending.missing_parts(read, message) == [2]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (["accepted"], State.SENT),
        (["accepted", "waiting"], State.SENDING),
        (["accepted", "submitting"], State.SENDING),
        (["accepted", "unknown"], State.UNKNOWN),
        (["unknown", "waiting"], State.SENDING),
        (["delivered"], State.DELIVERED),
        (["delivered", "accepted"], State.SENT),
        (["delivered", "unknown"], State.UNKNOWN),
        (["undelivered", "delivered"], State.UNDELIVERED),
        (["undelivered", "accepted"], State.UNDELIVERED),
        (["undelivered", "unknown"], State.UNDELIVERED),
        (["undelivered", "waiting"], State.SENDING),
        (["accepted", "failed"], State.FAILED),
        (["waiting"], State.SENDING),
    ],
)
def test_a_message_becomes_what_its_parts_are(room: Room, outcomes: list[str], state: State) -> None:
    message = room.claimed(parts=len(outcomes))
    for sequence, outcome in enumerate(outcomes, 1):
        room.part_becomes(message, sequence, outcome)
    assert room.settle(message) is state
    assert room.settle(message) is state
    row = room.row(message)
    assert row.state is state
    assert (row.sent_at is not None) is (state in (State.SENT, State.DELIVERED, State.UNDELIVERED))
    assert row.delivered_at == (room.now if state is State.DELIVERED else None)


def test_settling_what_is_not_there_is_a_mistake(room: Room) -> None:
    with pytest.raises(Conflict, match="there is no message 7"):
        room.settle(7)


def test_a_rest_is_held_where_the_worker_says_so(room: Room) -> None:
    message = room.claimed(parts=2)
    room.lose(message)
    assert room.settle(message) is State.SENDING
    assert room.settle(message, hold=True, reason="outcome_unknown: stopped") is State.UNKNOWN
    assert room.row(message).reason == "outcome_unknown: stopped"


def test_a_message_that_its_worker_lets_go_of_is_not_left_sending(room: Room) -> None:
    message = room.claimed(parts=2)
    attempt = room.lose(message)
    with room.store.write() as tx:
        sending.late_accepted(tx, attempt, 9, room.now)  # its report came before the silence was noticed
    assert room.settle(message) is State.SENDING
    assert room.settle(message, hold=True) is State.QUEUED
    assert room.row(message).reason == "retry: the parts that are left"
    assert room.admit(message, parts=2)
    with room.store.read() as read:
        assert sending.missing_parts(read, message) == [2]


def test_reasons_are_made_from_the_attempts(room: Room) -> None:
    assert room.row(room.unknown()).reason == "outcome_unknown: part 1: cms_500"
    message = room.sent()
    room.sql("UPDATE attempt SET status = 70 WHERE message_id = ?", message)
    room.part_becomes(message, 1, "undelivered")
    room.settle(message)
    assert room.row(message).reason == "status_report: 0x46 validity period expired"
    other = room.sent()
    room.part_becomes(other, 1, "undelivered")
    room.settle(other, reason="status_report: no such subscriber")
    assert room.row(other).reason == "status_report: no such subscriber"


def test_the_time_of_sending_is_that_of_the_last_part(room: Room) -> None:
    message = room.claimed(parts=2)
    room.accept(message)
    room.clock.advance(timedelta(seconds=7))
    room.accept(message, 2)
    room.settle(message)
    sent = room.row(message).sent_at
    assert sent == room.now
    room.clock.advance(timedelta(seconds=3))
    for sequence in (1, 2):
        room.part_becomes(message, sequence, "delivered")
    room.settle(message)
    assert (room.row(message).sent_at, room.row(message).delivered_at) == (sent, room.now)


def test_a_late_answer_makes_the_unknown_sent(room: Room) -> None:
    message = room.unknown()
    with room.store.read() as read:
        (attempt,) = [attempt.id for attempt in sending.life(read, message).attempts]  # type: ignore[union-attr]
    with room.store.write() as tx:
        assert sending.late_accepted(tx, attempt, 9, room.now)
        assert not sending.late_accepted(tx, attempt, 9, room.now)
        assert sending.settle(tx, message, room.now) is State.SENT
    assert room.parts(message) == ["accepted"]
    assert room.row(message).reason is None


def test_a_late_answer_for_the_first_part_frees_the_rest(room: Room) -> None:
    message = room.claimed(parts=2)
    attempt = room.lose(message)
    room.settle(message, hold=True)
    with room.store.write() as tx:
        sending.late_accepted(tx, attempt, 9, room.now)
    assert room.settle(message) is State.QUEUED
    assert room.row(message).number is None
    assert room.admit(message, parts=2)
    assert room.claim(message)
    room.accept(message, 2)
    assert room.settle(message) is State.SENT


def test_a_late_answer_before_the_second_try_leaves_nothing_to_send(room: Room) -> None:
    message = room.claimed()
    attempt = room.lose(message)
    room.settle(message)
    with room.store.write() as tx:
        assert sending.resend_unknown(tx, message, room.now)
        sending.late_accepted(tx, attempt, 9, room.now)
    assert room.settle(message) is State.SENT
    assert [kind for kind, _, _ in room.events(message)] == [
        "queued",
        "sending",
        "unknown",
        "queued",
        "sending",
        "sent",
    ]


@pytest.mark.parametrize("outcome", ["refused", "not_sent", "unknown"])
def test_a_late_answer_during_the_second_try_is_not_forgotten(room: Room, outcome: str) -> None:
    message = room.claimed()
    first = room.lose(message)
    room.settle(message)
    with room.store.write() as tx:
        sending.resend_unknown(tx, message, room.now)
    room.admit(message)
    room.claim(message)
    second = room.intend(message)
    with room.store.write() as tx:
        assert sending.late_accepted(tx, first, 9, room.now)
    assert room.parts(message) == ["submitting"]
    with room.store.write() as tx:
        if outcome == "not_sent":
            sending.not_sent(tx, second, "no prompt", room.now)
        else:
            getattr(sending, outcome)(tx, second, "cms_42", "congestion", room.now)
    assert room.parts(message) == ["accepted"]
    assert room.settle(message) is State.SENT


def test_a_requeue_waits_and_may_change_the_lane(room: Room) -> None:
    message = room.claimed()
    room.refuse(message)
    due = room.later(seconds=15)
    with room.store.write() as tx:
        lane = outbox.lane_id(tx, ["sim2"], None, False)
        assert sending.requeue(tx, message, due_at=due, reason="retry: cms_42", now=room.now, lane=lane)
        assert not sending.requeue(tx, message, due_at=due, reason="retry: cms_42", now=room.now)
    row = room.row(message)
    assert (row.state, row.due_at, row.ready, row.reason, row.lane) == (
        State.QUEUED,
        due,
        False,
        "retry: cms_42",
        lane,
    )
    room.clock.advance(timedelta(seconds=15))
    with room.store.write() as tx:
        assert outbox.promote_due(tx, room.now) == 1
    assert room.claim(message, "sim2", OTHER)
    assert room.row(message).attempts == 2


def test_a_requeue_with_nothing_left_to_try_settles(room: Room) -> None:
    message = room.claimed()
    room.lose(message)
    with room.store.write() as tx:
        assert not sending.requeue(tx, message, due_at=None, reason="retry", now=room.now)
    assert room.row(message).state is State.UNKNOWN


def test_a_part_in_the_air_is_not_given_up(room: Room) -> None:
    message = room.claimed(parts=2)
    attempt = room.intend(message)
    with room.store.write() as tx:
        assert not sending.requeue(tx, message, due_at=None, reason="retry", now=room.now)
    with pytest.raises(Conflict, match="part in the air"), room.store.write() as tx:
        sending.fail(tx, message, "operator", room.now)
    with room.store.write() as tx:
        sending.refused(tx, attempt, "cms_1", "unassigned number", room.now)
        assert sending.fail(tx, message, "cms_1: unassigned number", room.now)
        assert not sending.fail(tx, message, "again", room.now)
    queued = room.add()
    with room.store.write() as tx:
        assert not sending.fail(tx, queued, "it was unknown a moment ago", room.now)
    assert room.parts(message) == ["failed", "failed"]
    assert (room.row(message).state, room.row(message).reason) == (State.FAILED, "cms_1: unassigned number")


def test_a_person_retries_what_failed_with_fresh_attempts(room: Room) -> None:
    message = room.failed()
    assert room.row(message).attempts == 1
    room.clock.advance(timedelta(minutes=1))
    with room.store.write() as tx:
        assert outbox.retry(tx, message, room.now)
        assert not outbox.retry(tx, message, room.now)
    row = room.row(message)
    assert (row.state, row.attempts, row.reason, row.number) == (State.QUEUED, 0, None, None)
    assert room.parts(message) == ["waiting"]
    with room.store.read() as read:
        assert sending.refused_by(read, message) == []
    room.admit(message)
    room.claim(message)
    room.refuse(message)
    with room.store.read() as read:
        assert sending.refused_by(read, message) == [SIM]


def test_who_retried_it_is_part_of_the_story(room: Room) -> None:
    message = room.failed()
    with room.store.write() as tx:
        outbox.retry(tx, message, room.now, actor="ana \udce9")
    assert room.events(message)[-1] == ("queued", room.now, "operator: ana \\udce9")


def test_a_retry_sends_only_what_is_missing_through_the_same_sim(room: Room) -> None:
    message = room.claimed(parts=3, recipient="06 12 34 56 78")
    room.accept(message)
    room.refuse(message, 2)
    with room.store.write() as tx:
        sending.fail(tx, message, "cms_21", room.now)
        outbox.retry(tx, message, room.now)
        assert sending.missing_parts(tx, message) == [2, 3]
    assert room.row(message).sim == SIM
    room.admit(message, parts=3)
    assert not room.claim(message, "sim2", OTHER)


def test_a_retry_of_what_a_late_answer_has_proven_sends_nothing(room: Room) -> None:
    message = room.claimed()
    attempt = room.lose(message)
    room.settle(message)
    with room.store.write() as tx:
        sending.fail(tx, message, "outcome_unknown: no report", room.now)
        sending.late_accepted(tx, attempt, 9, room.now)
        assert sending.settle(tx, message, room.now) is State.FAILED
        assert outbox.retry(tx, message, room.now)
    assert room.row(message).state is State.SENT


def test_a_failed_message_without_its_text_is_not_retried(room: Room) -> None:
    message = room.failed()
    from gateway.store import maintenance

    with room.store.write() as tx, maintenance.pruning(tx):
        tx.execute("UPDATE outbox SET body = '' WHERE id = ?", (message,))
    with room.store.write() as tx:
        assert not outbox.retry(tx, message, room.now)


@pytest.mark.parametrize(("sent", "state"), [(True, State.SENT), (False, State.FAILED)])
def test_an_operator_resolves_what_is_unknown(room: Room, sent: bool, state: State) -> None:
    message = room.unknown()
    with room.store.write() as tx:
        assert outbox.resolve(tx, message, sent, "ana", room.now) is state
    assert room.row(message).state is state
    only = f"message {message} is {state}: only an unknown one is resolved"
    with pytest.raises(Conflict, match=only), room.store.write() as tx:
        outbox.resolve(tx, message, sent, "ana", room.now)
    with pytest.raises(Conflict, match="not there"), room.store.write() as tx:
        outbox.resolve(tx, 99, sent, "ana", room.now)


def test_resolving_as_sent_queues_what_was_never_tried(room: Room) -> None:
    message = room.claimed(parts=2)
    room.lose(message)
    room.settle(message, hold=True)
    with room.store.write() as tx:
        assert outbox.resolve(tx, message, True, "ana", room.now) is State.QUEUED
    assert room.parts(message) == ["accepted", "waiting"]


def test_the_policy_resends_whole_by_any_sim_under_a_new_reference(room: Room) -> None:
    message = room.ready(parts=2)
    room.claim(message, reference=41)
    room.lose(message)
    room.lose(message, 2)
    room.settle(message)
    assert room.row(message).concat_reference == 41
    with room.store.write() as tx:
        assert sending.resend_unknown(tx, message, room.now)
        assert not sending.resend_unknown(tx, message, room.now)
    row = room.row(message)
    assert (row.state, row.sim, row.concat_reference) == (State.QUEUED, None, None)
    room.admit(message, parts=2)
    assert room.claim(message, "sim2", OTHER, reference=1)


def test_the_policy_resends_a_part_by_the_sim_that_has_the_others(room: Room) -> None:
    message = room.ready(parts=2)
    room.claim(message, reference=41)
    room.accept(message)
    room.lose(message, 2)
    room.settle(message)
    with room.store.write() as tx:
        sending.resend_unknown(tx, message, room.now)
        assert sending.missing_parts(tx, message) == [2]
    assert (room.row(message).sim, room.row(message).concat_reference) == (SIM, 41)


def test_what_is_unknown_for_long_is_found_with_its_policy(room: Room) -> None:
    old = room.unknown(on_unknown="resend")
    room.clock.advance(timedelta(minutes=10))
    young = room.unknown()
    with room.store.read() as read:
        assert sending.unknown_past(read, room.now) == [
            sending.Unknown(id=old, on_unknown="resend", since=room.later(minutes=-10))  # type: ignore[arg-type]
        ]
        assert [row.id for row in sending.unknown_past(read, room.later(seconds=1))] == [old, young]


def test_a_start_tells_the_truth_about_what_was_left(room: Room) -> None:
    submitting, claimed, between = room.ready(parts=2), room.ready(), room.ready(parts=2)
    finished, lost, untouched = room.ready(), room.ready(), room.ready()
    for modem, message in enumerate((submitting, claimed, between, finished, lost)):
        assert room.claim(message, f"sim{modem}")
    room.intend(submitting, modem="sim0")
    for message, modem in ((between, "sim2"), (finished, "sim3")):
        attempt = room.intend(message, modem=modem)
        with room.store.write() as tx:
            sending.accepted(tx, attempt, 1, 1.0, room.now)
    attempt = room.intend(lost, modem="sim4")
    with room.store.write() as tx:
        sending.unknown(tx, attempt, None, "silence", room.now)
    with room.store.write() as tx:
        recovered = sending.recover(tx, room.now)
        assert not sending.recover(tx, room.now)
    assert recovered == sending.Recovered(
        unknown=(submitting, lost), queued=(claimed, between), other=(finished,)
    )
    assert recovered.counts() == {"unknown": 2, "queued": 2, "other": 1}
    assert room.row(submitting).reason == "daemon_died: while a modem had it"
    assert room.parts(submitting) == ["unknown", "waiting"]
    assert room.row(finished).state is State.SENT
    assert room.row(untouched).state is State.QUEUED
    assert room.row(claimed).reason == "daemon_died: while a modem had it"
    assert [room.admit(message, parts=2) for message in (claimed, between)] == [True] * 2
    assert [room.claim(message) for message in (claimed, between, untouched)] == [True] * 3
    with room.store.read() as read:
        assert sending.missing_parts(read, between) == [2]


def test_a_send_that_a_stop_does_not_wait_for_is_unknown(room: Room) -> None:
    message = room.claimed(parts=2)
    attempt = room.intend(message)
    with room.store.write() as tx:
        assert sending.abandon(tx, attempt, "outcome_unknown: stopped", room.now)
        assert not sending.abandon(tx, attempt, "outcome_unknown: stopped", room.now)
    assert (room.row(message).state, room.row(message).reason) == (State.UNKNOWN, "outcome_unknown: stopped")


def test_concatenation_references_count_for_each_sim_and_recipient(room: Room) -> None:
    with room.store.write() as tx:
        first = [sending.next_concat_reference(tx, NUMBER, SIM) for _ in range(257)]
        assert first == [*range(1, 256), 0, 1]
        assert sending.next_concat_reference(tx, NUMBER, OTHER) == 1
        assert sending.next_concat_reference(tx, "+33600000000", SIM) == 1
        assert sims.last_sim(tx, NUMBER) is None  # nobody has talked yet


def test_the_whole_life_can_be_told(room: Room) -> None:
    message = room.claimed(parts=2)
    room.refuse(message)
    room.accept(message)
    room.sql(
        "INSERT INTO report (sim, modem, number, reference, status, received_at, pdu, attempt_id) "
        "VALUES (?, 'sim1', ?, 7, 0, ?, '00', 2)",
        SIM,
        NUMBER,
        room.now,
    )
    with room.store.read() as read:
        life = sending.life(read, message)
        assert sending.life(read, 99) is None
    assert life is not None
    assert [(part.sequence, part.state) for part in life.parts] == [(1, "accepted"), (2, "waiting")]
    assert [(attempt.outcome, attempt.code) for attempt in life.attempts] == [
        ("refused", "cms_21"),
        ("accepted", None),
    ]
    assert [(report.status, report.attempt_id) for report in life.reports] == [(0, 2)]
    assert [event.kind for event in life.events] == ["queued", "sending"]
    assert life.origin is None


@pytest.mark.parametrize("admitted", [True, False])
def test_a_start_releases_what_another_program_said_is_sending(room: Room, admitted: bool) -> None:
    """No modem has ever had it: nothing of it was sent."""
    message = room.ready() if admitted else room.add()
    room.sql("UPDATE outbox SET state = 'sending' WHERE id = ?", message)
    with room.store.write() as tx:
        assert not sending.recover(tx, room.now, modem="sim1")
        assert sending.recover(tx, room.now) == sending.Recovered(queued=(message,))
    row = room.row(message)
    assert (row.state, row.ready, row.modem_used) == (State.QUEUED, admitted, None)
    assert admitted or room.admit(message)
    assert room.claim(message)


def test_a_queued_message_with_nothing_left_to_try_becomes_what_its_parts_say(room: Room) -> None:
    """One part is out by a late report, the other had failed: it waits for nothing any more."""
    message = room.claimed(parts=2)
    late = room.lose(message)
    room.refuse(message, 2)
    room.settle(message, hold=True)
    room.part_becomes(message, 2, "failed")
    with room.store.write() as tx:
        assert sending.resend_unknown(tx, message, room.now)
        assert sending.late_accepted(tx, late, 7, room.now)
        assert sending.settle(tx, message, room.now) is State.FAILED
