"""Status reports: early, late, wrapped, orphaned, repeated, on unknown attempts, from modems without references."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.clock import to_text
from gateway.receiver import What
from gateway.store import outbox, reports, sending, sims

CUSTOMER, IMSI = "+33612345678", "208010000000001"
DELIVERED, BUSY, EXPIRED, GAVE_UP = 0x00, 0x21, 0x46, 0x62


def orphans(bench: Any) -> list[Any]:
    with bench.store.read() as read:
        return reports.orphans(read)


def test_delivered(bench: Any, network: Any) -> None:
    message = bench.sent(41)
    bench.wait(3)
    (taken,) = bench.take(network.report(41, DELIVERED, at=bench.clock.now() - timedelta(seconds=4)))
    assert (taken.what, taken.message_id) == (What.REPORT, message)
    assert (bench.state(message), bench.part(message)) == ("delivered", "delivered")
    assert bench.value("SELECT delivered_at FROM outbox") == bench.now()
    (event,) = bench.events("report")
    assert event.message_id == message
    assert event.detail == {"status": 0, "means": "received by the phone", "class": "delivered", "part": 1}
    assert bench.value("SELECT closed FROM attempt") == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (EXPIRED, "status_report: 0x46 validity period expired"),
        (GAVE_UP, "status_report: 0x62 no response from the phone, given up"),
        (0x02, "status_report: 0x02 replaced by the service centre"),
    ],
)
def test_it_will_not_arrive(bench: Any, network: Any, status: int, reason: str) -> None:
    message = bench.sent(41)
    bench.take(network.report(41, status))
    assert (bench.state(message), bench.part(message)) == ("undelivered", "undelivered")
    assert bench.reason(message) == reason


def test_pending_then_final(bench: Any, network: Any) -> None:
    message = bench.sent(41)
    taken_at = bench.clock.now()
    bench.take(network.report(41, BUSY, at=taken_at))
    assert (bench.state(message), bench.part(message)) == ("sent", "accepted")
    assert bench.value("SELECT closed FROM attempt") == 0
    bench.wait(3600)
    bench.take(network.report(41, DELIVERED, at=taken_at, after=3600))
    assert bench.state(message) == "delivered"
    assert bench.count("report") == 2


def test_a_pending_one_that_comes_last_changes_nothing(bench: Any, network: Any) -> None:
    message = bench.sent(41)
    taken_at = bench.clock.now()
    bench.take(network.report(41, DELIVERED, at=taken_at, after=60), network.report(41, BUSY, at=taken_at))
    assert bench.state(message) == "delivered"
    assert bench.value("SELECT status FROM attempt") == DELIVERED
    assert orphans(bench) == []


def test_the_first_final_word_stands(bench: Any, network: Any) -> None:
    message = bench.sent(41)
    taken_at = bench.clock.now()
    bench.take(network.report(41, EXPIRED, at=taken_at), network.report(41, DELIVERED, at=taken_at))
    assert (bench.state(message), bench.part(message)) == ("undelivered", "undelivered")
    assert [event.detail["class"] for event in bench.events("report")] == ["permanent", "delivered"]


def test_the_same_report_again(bench: Any, network: Any) -> None:
    bench.sent(41)
    report = network.report(41)
    first, second = bench.take(report, report)
    assert (first.what, second.what) == (What.REPORT, What.DUPLICATE)
    assert bench.count("report") == len(bench.events("report")) == 1


@pytest.mark.parametrize("recipient", ["0612345678", "33612345678", CUSTOMER])
def test_national_and_international_spelling(bench: Any, network: Any, recipient: str) -> None:
    message = bench.sent(41)
    bench.take(network.report(41, recipient=recipient))
    assert bench.state(message) == "delivered"


def test_a_spelling_that_our_region_does_not_read(bench: Any, network: Any) -> None:
    message = bench.sent(41, "+376312345")
    bench.take(network.report(41, recipient="312345"))
    assert bench.state(message) == "delivered"


def test_another_centre(bench: Any, network: Any) -> None:
    message = bench.sent(41)
    bench.take(network.report(41, smsc="+447785016005"))
    assert bench.state(message) == "delivered"


def test_each_part_has_its_report(bench: Any, network: Any) -> None:
    message = bench.message(parts=3)
    for sequence in (1, 2, 3):
        attempt = bench.submit(message, sequence)
        bench.wait(2)
        bench.accept(attempt, 40 + sequence, settle=sequence == 3)
    for reference in (43, 41):
        bench.take(network.report(reference))
        assert bench.state(message) == "sent"
    bench.take(network.report(42))
    assert bench.state(message) == "delivered"


def test_one_lost_part_is_a_lost_message(bench: Any, network: Any) -> None:
    message = bench.message(parts=2)
    for sequence in (1, 2):
        bench.accept(bench.submit(message, sequence), 40 + sequence)
    bench.take(network.report(41), network.report(42, EXPIRED))
    assert (bench.part(message, 1), bench.part(message, 2)) == ("delivered", "undelivered")
    assert bench.state(message) == "undelivered"


def test_a_report_for_the_first_part_while_the_second_is_on_its_way(bench: Any, network: Any) -> None:
    message = bench.message(parts=2)
    bench.accept(bench.submit(message, 1), 41, settle=False)
    second = bench.submit(message, 2)
    bench.take(network.report(41))
    assert (bench.state(message), bench.part(message, 1)) == ("sending", "delivered")
    bench.accept(second, 42)
    assert bench.state(message) == "sent"
    bench.take(network.report(42))
    assert bench.state(message) == "delivered"


def test_a_part_that_is_lost_while_the_next_is_on_its_way(bench: Any, network: Any) -> None:
    message = bench.message(parts=2)
    bench.accept(bench.submit(message, 1), 41, settle=False)
    second = bench.submit(message, 2)
    bench.take(network.report(41, 0x02))
    bench.accept(second, 42)
    assert bench.state(message) == "undelivered"
    assert bench.reason(message) == "status_report: 0x02 replaced by the service centre"


def test_a_report_that_overtakes_its_cmgs(bench: Any, network: Any) -> None:
    message = bench.message()
    attempt = bench.submit(message)
    bench.wait(1)
    (taken,) = bench.take(network.report(41))
    assert taken.message_id is None
    assert [orphan.reference for orphan in orphans(bench)] == [41]
    assert len(bench.events("report_orphan")) == 1
    bench.wait(1)
    assert bench.accept(attempt, 41) == 1
    assert bench.state(message) == "delivered"
    assert orphans(bench) == []


def test_an_early_report_waits_for_its_own_submission(bench: Any, network: Any) -> None:
    first, other = bench.message(), bench.message("+33698765432")
    attempt = bench.submit(first)
    bench.take(network.report(41))
    bench.lose(attempt)
    assert bench.state(first) == "delivered", "it proves more than the silence of the modem"
    assert bench.accept(bench.submit(other), 41) == 0


def test_wrapped_references(bench: Any, network: Any) -> None:
    old = bench.sent(5)
    old_at = bench.clock.now()
    bench.wait(3600)
    new = bench.sent(5)
    new_at = bench.clock.now()
    bench.take(network.report(5, at=new_at))
    assert (bench.state(old), bench.state(new)) == ("sent", "delivered")
    bench.take(network.report(5, at=old_at, after=4000))
    assert bench.state(old) == "delivered"


def test_an_orphan_is_kept_and_pruned(bench: Any, network: Any) -> None:
    bench.take(network.report(200))
    assert len(orphans(bench)) == 1
    with bench.store.write() as tx:
        assert reports.prune_orphans(tx, to_text(bench.clock.now())) == 0
        assert reports.prune_orphans(tx, to_text(bench.clock.now() + timedelta(days=30))) == 1
    assert orphans(bench) == []


def test_an_orphan_of_another_reference_stays_one(bench: Any, network: Any) -> None:
    attempt = bench.submit(bench.message())
    bench.take(network.report(99))
    assert bench.accept(attempt, 41) == 0
    assert len(orphans(bench)) == 1


@pytest.mark.parametrize("status", [BUSY, DELIVERED])
def test_a_report_proves_that_an_unknown_attempt_was_accepted(bench: Any, network: Any, status: int) -> None:
    message = bench.message()
    attempt = bench.submit(message)
    taken_at = bench.clock.now()
    bench.wait(180)
    bench.lose(attempt)
    assert bench.state(message) == "unknown"
    bench.wait(600)
    bench.take(network.report(77, status, at=taken_at, after=700))
    assert bench.state(message) == {BUSY: "sent", DELIVERED: "delivered"}[status]
    assert bench.value("SELECT outcome || reference FROM attempt") == "accepted77"


def test_an_unknown_attempt_leaves_the_reports_of_others_alone(bench: Any, network: Any) -> None:
    lost = bench.message()
    attempt = bench.submit(lost)
    bench.wait(10)
    bench.lose(attempt)
    other = bench.sent(77)
    bench.take(network.report(77))
    assert (bench.state(lost), bench.state(other)) == ("unknown", "delivered")
    bench.take(network.report(76, at=bench.clock.now() - timedelta(seconds=11)))
    assert bench.state(lost) == "delivered"


def test_a_report_for_an_unknown_attempt_that_failed_by_policy(bench: Any, network: Any) -> None:
    message = bench.message()
    attempt = bench.submit(message)
    taken_at = bench.clock.now()
    bench.wait(180)
    bench.lose(attempt)
    with bench.store.write() as tx:
        sending.fail(tx, message, "outcome_unknown: by policy", bench.now())
    bench.take(network.report(77, at=taken_at))
    assert (bench.state(message), bench.part(message)) == ("failed", "delivered")
    with bench.store.write() as tx:
        assert outbox.retry(tx, message, bench.now())
    assert bench.state(message) == "delivered", "a retry finds nothing left to send"


def test_a_report_for_an_unknown_attempt_that_waits_to_be_sent_again(bench: Any, network: Any) -> None:
    message = bench.message()
    attempt = bench.submit(message)
    taken_at = bench.clock.now()
    bench.wait(180)
    bench.lose(attempt)
    with bench.store.write() as tx:
        sending.resend_unknown(tx, message, bench.now())
    assert bench.state(message) == "queued"
    bench.take(network.report(77, at=taken_at))
    assert bench.state(message) == "delivered", "it is not sent twice"


def refuse(bench: Any, message: int, code: str) -> None:
    """The modem has answered the body with an error at once; the message is to be tried again in 15 s."""
    attempt = bench.submit(message)
    bench.wait(1)
    with bench.store.write() as tx:
        sending.refused(tx, attempt, code, "an error", bench.now())
        due = to_text(bench.clock.now() + timedelta(seconds=15))
        sending.requeue(tx, message, due_at=due, reason=f"retry: {code}", now=bench.now())


@pytest.mark.parametrize("code", ["error", "cms_500", "cme_100"])
def test_a_report_is_stronger_than_what_the_modem_said_by_itself(bench: Any, network: Any, code: str) -> None:
    message = bench.message()
    refuse(bench, message, code)
    assert bench.state(message) == "queued"
    bench.take(network.report(77))
    assert bench.state(message) == "delivered", "it is not sent twice"


def test_what_the_network_refused_takes_no_report(bench: Any, network: Any) -> None:
    message = bench.message()
    refuse(bench, message, "cms_42")
    bench.take(network.report(77))
    assert (bench.state(message), len(orphans(bench))) == ("queued", 1)


@pytest.mark.parametrize("reference", [77, None])
def test_a_report_that_may_be_of_another_message_takes_no_error_back(
    bench: Any, network: Any, reference: int | None
) -> None:
    message = bench.message()
    refuse(bench, message, "error")
    other = bench.sent(reference)
    bench.take(network.report(77))
    assert (bench.state(message), bench.state(other)) == ("queued", "delivered")
    bench.take(network.report(78))
    assert bench.state(message) == "queued", "nobody knows whose that is"


def test_a_report_of_the_first_try_while_the_second_is_in_the_air(bench: Any, network: Any) -> None:
    message = bench.message()
    first = bench.submit(message)
    taken_at = bench.clock.now()
    bench.wait(180)
    bench.lose(first)
    with bench.store.write() as tx:
        sending.resend_unknown(tx, message, bench.now())
        lane = outbox.lane_id(tx, ["sim1"], None, False)
        admission = outbox.Admission(
            id=message, number=CUSTOMER, lane=lane, rank=6, parts=1, now=bench.now(), seen=None
        )
        assert outbox.admit(tx, admission)
        assert sending.claim(tx, message, "sim1", IMSI, bench.now())
    second = bench.submit(message)
    bench.take(network.report(77, at=taken_at))
    assert bench.state(message) == "sending"
    bench.accept(second, 90)
    assert (bench.part(message), bench.state(message)) == ("delivered", "delivered")


def test_a_modem_whose_reference_is_always_0(bench: Any, network: Any) -> None:
    messages, times = [], []
    for _ in range(4):
        times.append(bench.clock.now())
        messages.append(bench.sent(0))
        bench.wait(30)
    bench.take(network.report(201, at=times[2]), network.report(0, EXPIRED, at=times[0]))
    assert [bench.state(message) for message in messages] == ["undelivered", "sent", "delivered", "sent"]


def test_reports_from_before_the_modem_was_found_out(bench: Any, network: Any) -> None:
    """After two messages nobody can know that 0 is all it ever says; the third tells."""
    messages = []
    for reference in (201, 202):
        at = bench.clock.now()
        messages.append(bench.sent(0))
        bench.wait(10)
        bench.take(network.report(reference, at=at))
    assert len(orphans(bench)) == 2
    bench.sent(0, "+33698765432")
    assert [bench.state(message) for message in messages] == ["delivered", "delivered"]
    assert orphans(bench) == []


def test_a_modem_that_gives_no_reference(bench: Any, network: Any) -> None:
    message = bench.sent(None)
    bench.take(network.report(201, BUSY, at=bench.clock.now() - timedelta(seconds=1)))
    bench.take(network.report(201, at=bench.clock.now() - timedelta(seconds=1), after=90))
    assert bench.state(message) == "delivered"


def test_the_clock_of_the_centre_is_learnt(bench: Any, network: Any) -> None:
    bench.known_sim()
    hour = timedelta(hours=1)
    for reference in range(3):
        bench.sent(reference)
        bench.take(network.report(reference, at=bench.clock.now() + hour))
        bench.wait(60)
    with bench.store.read() as read:
        assert sims.get(read, IMSI).clock_offset == pytest.approx(3600, abs=1)
    message = bench.message()
    bench.lose(bench.submit(message))
    bench.take(network.report(77, at=bench.clock.now() + hour))
    assert bench.state(message) == "delivered"


def test_a_late_cmgs_teaches_nothing_about_the_clock(bench: Any, network: Any) -> None:
    bench.known_sim()
    message = bench.message()
    attempt, taken_at = bench.submit(message), bench.clock.now()
    bench.wait(180)
    bench.lose(attempt)
    with bench.store.write() as tx:
        sending.late_accepted(tx, attempt, 41, bench.now())
    bench.take(network.report(41, at=taken_at))
    assert bench.state(message) == "delivered"
    assert bench.value("SELECT clock_offset FROM sim") is None


def test_reports_without_a_usable_time(bench: Any, network: Any) -> None:
    """The same octets for two messages under one reference: the second is no repetition."""
    never = datetime(2000, 1, 1, tzinfo=UTC)
    report = network.report(5, at=never)
    first = bench.sent(5)
    assert [taken.what for taken in bench.take(report, report)] == [What.REPORT, What.DUPLICATE]
    assert bench.state(first) == "delivered"
    bench.wait(3600)
    second = bench.sent(5)
    bench.take(report)
    assert bench.state(second) == "delivered"
    assert bench.value("SELECT count(*) FROM attempt WHERE scts IS NOT NULL") == 0


def test_a_report_that_nobody_asked_for(bench: Any, network: Any) -> None:
    message = bench.message(report=False)
    bench.accept(bench.submit(message), 41)
    assert bench.value("SELECT closed FROM attempt") == 1
    bench.take(network.report(41))
    assert bench.state(message) == "delivered"


def test_orphans_find_an_attempt_that_a_crash_left_behind(bench: Any, network: Any) -> None:
    message = bench.message()
    bench.submit(message)
    bench.wait(1)
    bench.take(network.report(41))
    with bench.store.write() as tx:
        sending.recover(tx, bench.now())
        assert reports.rematch_all(tx, bench.now()) == 1
    assert bench.state(message) == "delivered"


def test_other_sims_have_references_of_their_own(bench: Any, network: Any) -> None:
    message = bench.sent(41)
    bench.take(network.report(41), imsi="208010000000002")
    assert bench.state(message) == "sent"


def test_a_rematch_of_nothing(bench: Any) -> None:
    with bench.store.write() as tx:
        assert reports.rematch(tx, 99, bench.now()) == 0
        assert reports.rematch_all(tx, bench.now()) == 0
