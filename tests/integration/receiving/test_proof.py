"""What a modem's counter proved, against what comes after it: a `+CMGS` and a report are stronger."""

from __future__ import annotations

from typing import Any

import pytest

from drivers import OutcomeUnknown, Submitted
from gateway.counting import PAUSE, SILENCE, STREAK, TRUSTED
from gateway.sender.witness import Witness
from gateway.store import references, sending

IMSI, IMEI, MODEM = "208010000000001", "353490069873319", "sim1"


def accepted(reference: int, *, restarted: bool = False) -> Submitted:
    return Submitted(tag=0, reference=reference, seconds=1.0, restarted=restarted)


def ended(witness: Witness, attempt: int, result: Submitted | OutcomeUnknown, place: int) -> None:
    """One part after the other, each after a pause."""
    witness.ended(attempt, result, place * PAUSE, place * PAUSE)


def trusting(bench: Any, imei: str = IMEI) -> Witness:
    """A modem that counts what nobody answered for, and has counted on to 14."""
    with bench.store.write() as tx:
        references.note(tx, IMSI, imei, SILENCE, counted=TRUSTED)
    witness = Witness(MODEM, IMSI, imei, bench.store)
    for tick in range(STREAK + 1):
        ended(witness, 0, accepted(10 + tick), tick)
    return witness


def lost(bench: Any, witness: Witness) -> tuple[int, int]:
    """A message whose part nobody answered for, and its attempt."""
    message = bench.message()
    attempt = bench.submit(message)
    bench.wait(2)
    bench.lose(attempt)
    ended(witness, attempt, OutcomeUnknown("silence"), 10)
    return message, attempt


def proven(bench: Any, witness: Witness) -> tuple[int, int]:
    message, attempt = lost(bench, witness)
    ended(witness, 0, accepted(15), 11)
    ended(witness, 0, accepted(16), 12)
    write(bench, witness)
    assert bench.state(message) == "queued"
    return message, attempt


def write(bench: Any, witness: Witness) -> None:
    with bench.store.write() as tx:
        witness.write(tx, bench.now())
    witness.written()


def distrusted(bench: Any, message: int) -> None:
    """It is out, is not sent again, and no counter of this SIM is believed any more."""
    assert bench.part(message) in ("accepted", "delivered")
    assert bench.state(message) in ("sent", "delivered")
    assert bench.value("SELECT missed FROM reference_seen") == 1
    (event,) = bench.events("counter_contradicted")
    assert event.message_id == message


def test_a_report_of_what_was_taken_for_not_sent_takes_it_back(bench: Any, network: Any) -> None:
    message, _ = proven(bench, trusting(bench))
    bench.take(network.report(15, at=bench.clock.now()))
    distrusted(bench, message)


def test_a_late_answer_to_what_was_taken_for_not_sent_takes_it_back(bench: Any) -> None:
    message, attempt = proven(bench, trusting(bench))
    with bench.store.write() as tx:
        assert sending.late_accepted(tx, attempt, 15, bench.now())
        sending.settle(tx, message, bench.now())
    distrusted(bench, message)


def test_a_modem_that_was_wrong_once_proves_nothing_any_more_at_once(bench: Any, network: Any) -> None:
    witness = trusting(bench)
    proven(bench, witness)
    bench.take(network.report(15, at=bench.clock.now()))
    bench.wait(3600)
    message, _ = lost(bench, witness)
    ended(witness, 0, accepted(17), 13)
    ended(witness, 0, accepted(18), 14)
    write(bench, witness)
    assert bench.state(message) == "unknown"


def test_an_early_report_of_the_second_try_is_not_taken_for_one_of_the_first(
    bench: Any, network: Any
) -> None:
    message, _ = proven(bench, trusting(bench))
    with bench.store.write() as tx:
        tx.execute(
            "UPDATE outbox SET number = recipient, ready = 1, lane = 1, rank = 6 WHERE id = ?", (message,)
        )
        assert sending.claim(tx, message, MODEM, IMSI, bench.now())
    again = bench.submit(message)
    bench.take(network.report(17, at=bench.clock.now()))
    bench.wait(1)
    assert bench.accept(again, 17) == 1
    assert bench.state(message) == "delivered"
    assert bench.events("counter_contradicted") == []


def test_what_was_known_not_to_have_left_is_never_reported_on(bench: Any, network: Any) -> None:
    message = bench.message()
    attempt = bench.submit(message)
    with bench.store.write() as tx:
        sending.not_sent(tx, attempt, "no prompt", bench.now())
    bench.take(network.report(15, at=bench.clock.now()))
    assert bench.value("SELECT attempt_id FROM report") is None
    with bench.store.write() as tx:
        assert not sending.late_accepted(tx, attempt, 15, bench.now())


@pytest.mark.parametrize("first", [True, False])
def test_a_restart_of_which_the_event_is_still_to_come_breaks_the_chain(bench: Any, first: bool) -> None:
    witness = trusting(bench)
    message, _ = lost(bench, witness)
    ended(witness, 0, accepted(15, restarted=first), 11)
    ended(witness, 0, accepted(16, restarted=True), 12)
    write(bench, witness)
    assert bench.state(message) == "unknown"


def test_a_modem_that_does_not_tell_its_imei_learns_from_no_other(bench: Any) -> None:
    witness = trusting(bench, imei="")
    message, _ = lost(bench, witness)
    ended(witness, 0, accepted(15), 11)
    ended(witness, 0, accepted(16), 12)
    write(bench, witness)
    assert bench.state(message) == "unknown"
