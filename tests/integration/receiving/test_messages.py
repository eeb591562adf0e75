"""Messages into the inbox: each once, whole, and as what they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from drivers import Slot
from drivers.sim.codec.tpdu import Deliver
from gateway.receiver import Receiver, Verdict, What, in_order

CUSTOMER, IMSI, MODEM = "+33612345678", "208010000000001", "sim1"


def test_a_message_is_in_the_inbox_at_once(bench: Any, network: Any) -> None:
    bench.known_sim("+33700000001")
    sent = network.one(
        "Très bien, 9", at=datetime(2026, 11, 24, 11, 59, 50, tzinfo=timezone(timedelta(hours=2)))
    )
    (taken,) = bench.take(sent)
    row = bench.row()
    assert taken.what is What.MESSAGE
    assert taken.inbox_id == row.id
    assert (row.modem, row.sim, row.imsi) == (MODEM, "+33700000001", IMSI)
    assert (row.sender, row.body, row.kind) == (CUSTOMER, "Très bien, 9", "unmatched")
    assert (row.sent_at, row.received_at) == ("2026-11-24T09:59:50.000Z", "2026-11-24T10:00:00.000Z")
    assert (row.parts, row.complete, row.raw, row.handled_at) == (1, True, sent.pdu, None)
    (event,) = bench.events("received")
    assert (event.inbox_id, event.modem) == (row.id, MODEM)
    assert event.detail == {"kind": "unmatched", "parts": 1, "complete": True}


def test_a_sim_whose_number_nobody_knows_is_named_by_its_imsi(bench: Any, network: Any) -> None:
    bench.take(network.one("9"))
    assert bench.row().sim == IMSI


def test_national_senders_become_e164(bench: Any, network: Any) -> None:
    bench.take(network.one("9", sender="0612345678"), network.one("8", sender="0692123456"))
    assert [row.sender for row in bench.rows()] == [CUSTOMER, "+262692123456"]


@pytest.mark.parametrize("text", ["", "٩ من ١٠، شكرا جزيلا", "👍🏽", "9️⃣", "a\nb\rc", "{€}[~]\\^|", "ж" * 70])
def test_any_text_is_kept_character_for_character(bench: Any, network: Any, text: str) -> None:
    bench.take(network.one(text))
    assert bench.row().body == text


def test_the_same_pdu_again_is_counted_not_stored(bench: Any, network: Any) -> None:
    """The daemon was killed between the commit and the deletion: the PDU is still there at the next start."""
    sent = network.one("9")
    bench.take(sent)
    bench.receiver = Receiver(bench.store, bench.clock)
    bench.wait(86400)
    (taken,) = bench.take(sent)
    assert taken.what is What.DUPLICATE
    assert taken.inbox_id == bench.row().id
    assert bench.row().duplicates == 1
    assert len(bench.events("received")) == len(bench.events("duplicate")) == 1


def test_a_slot_that_cannot_be_deleted_does_not_fill_the_trace(bench: Any, network: Any) -> None:
    sent = network.one("9")
    for _ in range(30):
        bench.take(sent)
    assert bench.row().duplicates == 29
    assert len(bench.events("duplicate")) == 10


def test_delivered_again_through_another_centre_is_the_same(bench: Any, network: Any) -> None:
    message = Deliver(sender=CUSTOMER, stamp=network.stamp(), text="9").encode()
    again = bytes((message[0] ^ 0x04,)) + message[1:]  # with more messages to come (TP-MMS)
    bench.take(network.received(message), network.received(again, "+33689004000"))
    assert bench.row().duplicates == 1


def test_the_same_text_a_second_later_is_another_message(bench: Any, network: Any) -> None:
    bench.take(network.one("9"))
    bench.wait(1)
    bench.take(network.one("9"))
    assert bench.kinds() == ["unmatched", "duplicate"]


@pytest.mark.parametrize(("seconds", "kind"), [(59, "duplicate"), (60, "unmatched")])
def test_repeated_text_within_a_minute(bench: Any, network: Any, seconds: int, kind: str) -> None:
    bench.take(network.one(" Oui "))
    bench.wait(seconds)
    bench.take(network.one("OUI"))
    assert bench.kinds() == ["unmatched", kind]


def test_another_sender_repeats_nothing(bench: Any, network: Any) -> None:
    bench.take(network.one("9"), network.one("9", sender="+33698765432"))
    assert bench.kinds() == ["unmatched", "unmatched"]


def test_the_same_answer_to_two_questions_is_no_repetition(bench: Any, network: Any) -> None:
    bench.sent(7)
    bench.wait(5)
    bench.take(network.one("5"))
    bench.wait(5)
    second = bench.sent(8)
    bench.wait(5)
    bench.take(network.one("5"))
    assert bench.kinds() == ["unmatched", "unmatched"]
    assert bench.rows()[1].reply_to == second


def test_a_worthless_time_stamp_hides_no_message(bench: Any, network: Any) -> None:
    """A centre that stamps everything with 2000-01-01 would make every "9" the same."""
    never = datetime(2000, 1, 1, tzinfo=UTC)
    sent = network.one("9", at=never)
    bench.take(sent, sent)
    bench.wait(540)
    bench.take(sent)
    assert bench.row().duplicates == 2
    bench.wait(601)
    bench.take(sent)
    assert [row.duplicates for row in bench.rows()] == [2, 0]
    bench.wait(3600)
    bench.take(sent, sent)
    assert [row.duplicates for row in bench.rows()] == [2, 0, 1]


def test_fingerprints_of_messages_that_retention_took_are_not_given_twice(bench: Any, network: Any) -> None:
    sent = network.one("9", at=datetime(2000, 1, 1, tzinfo=UTC))
    for _ in range(3):
        bench.take(sent)
        bench.wait(3600)
    with bench.store.write() as tx:
        tx.execute("DELETE FROM inbox WHERE id < 3")
    bench.take(sent)
    assert [row.id for row in bench.rows()] == [3, 4]


def test_impossible_time_stamp(bench: Any, network: Any) -> None:
    sent = network.one("9")
    broken = network.from_hex(sent.pdu.replace(network.stamp().encode().hex().upper(), "FFFFFFFFFFFFFF"))
    assert broken.content.timestamp is None
    bench.take(broken)
    assert (bench.row().body, bench.row().sent_at) == ("9", None)


@pytest.mark.parametrize("sender", ["Bricolo", "36200", "+33800123456", ""])
def test_robots_are_kept_as_they_are_and_nobody_answers_them(bench: Any, network: Any, sender: str) -> None:
    bench.sent(7)
    bench.take(network.one("Solde : 3 EUR", sender=sender))
    assert (bench.row().sender, bench.row().kind, bench.row().reply_to) == (sender, "operator", None)
    assert bench.value("SELECT count(*) FROM conversation WHERE number = ?", sender) == 0


def test_a_name_that_looks_like_a_customer_is_no_customer(bench: Any, network: Any) -> None:
    named = network.one("9", sender="Bricolo")
    bench.take(replace(named, content=replace(named.content, sender=CUSTOMER)))
    assert (bench.row().sender, bench.row().kind) == (CUSTOMER, "operator")


def test_a_silent_message_is_traced_only(bench: Any, network: Any) -> None:
    sent = network.one("probe", pid=0x40)
    (taken,) = bench.take(sent)
    assert taken.what is What.SILENT
    assert bench.rows() == []
    (event,) = bench.events()
    assert (event.kind, event.detail) == ("silent", {"sender": CUSTOMER, "pdu": sent.pdu})


def test_voicemail_notices_and_ports_are_no_answers(bench: Any, network: Any) -> None:
    waiting = Deliver(sender=CUSTOMER, stamp=network.stamp(), text="1 message", dcs=0xC8)
    to_port = Deliver(
        sender=CUSTOMER, stamp=network.stamp(), text=None, data=b"\x01\x06", dcs=0x04,
        header=bytes.fromhex("05040B8423F0"),
    )  # fmt: skip
    bench.take(network.raw(waiting), network.raw(to_port))
    assert bench.kinds() == ["operator", "operator"]
    assert bench.bodies() == ["1 message", "8bit:0106"]


def test_octets_are_shown_as_hex(bench: Any, network: Any) -> None:
    data = Deliver(sender=CUSTOMER, stamp=network.stamp(), text=None, data=bytes.fromhex("00FF0A"), dcs=0x04)
    bench.take(network.raw(data))
    assert (bench.row().body, bench.row().kind) == ("8bit:00FF0A", "unmatched")


def test_what_cannot_be_decoded_is_kept_raw(bench: Any, network: Any) -> None:
    (taken,) = bench.take(network.from_hex("07913306091093F004"))
    row = bench.row()
    assert taken.inbox_id == row.id
    assert (row.kind, row.sender, row.body, row.raw) == ("undecodable", "", "", "07913306091093F004")
    (event,) = bench.events("received")
    assert event.detail["why"]


def test_undecodable_ones_are_told_apart_and_known_again(bench: Any, network: Any) -> None:
    bench.take(*(network.from_hex(pdu) for pdu in ("00", "00", "0", "ZZ", "")))
    assert sorted((row.raw, row.duplicates) for row in bench.rows()) == [
        ("", 0),
        ("0", 0),
        ("00", 1),
        ("ZZ", 0),
    ]


def test_nul_and_half_characters_are_replaced_and_kept_raw(bench: Any, network: Any) -> None:
    sent = network.one("a\x00b\ud83d", alphabet="ucs2")
    bench.take(sent)
    assert bench.row().body == "a\ufffdb\ufffd"
    assert bench.row().raw == sent.pdu


def test_a_reply_names_the_last_message_to_that_number_from_any_sim(bench: Any, network: Any) -> None:
    bench.sent(1)
    bench.wait(60)
    last = bench.sent(2)
    bench.sent(3, "+33698765432")
    bench.wait(60)
    bench.take(network.one("9"), imsi="208010000000002")
    assert bench.row().reply_to == last
    (event,) = bench.events("received")
    assert event.message_id == last
    assert bench.value("SELECT sim FROM conversation WHERE number = ? ORDER BY at DESC", CUSTOMER) == (
        "208010000000002"
    )


def test_a_reply_that_was_held_up_answers_what_was_sent_before_it(bench: Any, network: Any) -> None:
    first = bench.sent(1)
    bench.wait(60)
    written = bench.clock.now()
    bench.wait(3600)
    bench.sent(2)
    bench.take(network.one("9", at=written))
    assert bench.row().reply_to == first


def test_after_thirty_days_nothing_is_answered(bench: Any, network: Any) -> None:
    bench.sent(1)
    bench.wait(30 * 86400 + 60)
    bench.take(network.one("9"))
    assert bench.row().reply_to is None


def test_what_never_left_is_not_answered(bench: Any, network: Any) -> None:
    bench.message()
    bench.take(network.one("9"))
    assert bench.row().reply_to is None


def test_the_hook_decides_what_a_message_is(bench: Any, network: Any) -> None:
    seen = []

    def classify(tx: object, message: Any, now: datetime) -> Verdict | None:
        seen.append((message.id, message.body, now))
        return Verdict(kind="answer", session_id=3, question="nps") if message.body == "9" else None

    bench.receiver = Receiver(bench.store, bench.clock, classify=classify)
    bench.take(network.one("9"), network.one("?"), network.one("promo", sender="36200"))
    rows = bench.rows()
    assert [(row.kind, row.session_id, row.question) for row in rows] == [
        ("answer", 3, "nps"),
        ("unmatched", None, None),
        ("operator", None, None),
    ]
    assert seen == [(rows[0].id, "9", bench.clock.now()), (rows[1].id, "?", bench.clock.now())]
    assert [event.detail["kind"] for event in bench.events("received")] == ["answer", "unmatched", "operator"]


def test_a_hook_that_fails_costs_no_message(
    bench: Any, network: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def classify(tx: Any, message: Any, now: datetime) -> Verdict | None:
        tx.execute("UPDATE inbox SET body = 'spoilt'")
        raise KeyError("survey")

    bench.receiver = Receiver(bench.store, bench.clock, classify=classify)
    bench.take(network.one("9"))
    assert (bench.row().body, bench.row().kind) == ("9", "unmatched")
    assert [event.detail for event in bench.events("classify_failed")] == [{"error": "KeyError"}]
    assert "action=classify_failed" in caplog.text


def test_a_sweep_is_taken_in_the_order_of_writing(bench: Any, network: Any) -> None:
    later, earlier = (
        network.one("b", at=bench.clock.now()),
        network.one("a", at=bench.clock.now() - timedelta(1)),
    )
    same = network.one("c", at=bench.clock.now())
    report, broken = network.report(7), network.from_hex("00")
    assert in_order([broken, same, later, earlier, report]) == [report, earlier, later, same, broken]


@pytest.mark.parametrize(("memory", "times"), [("ME", 1), ("SM", 2)])
def test_what_stays_in_the_modem_is_known_when_its_sim_is_another(
    bench: Any, network: Any, memory: str, times: int
) -> None:
    """Committed, killed before the deletion, and swept under the next SIM; on a card it is another message."""
    received = replace(network.one("9"), slot=Slot(memory=memory, index=1))
    for imsi in (IMSI, "208010000000002"):
        bench.known_sim(imsi=imsi)
        bench.take(received, imsi=imsi)
    assert len(bench.rows()) == times
