"""Long messages: parts in any order, twice, over hours, missing, late, and under references used again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.clock import to_text
from gateway.receiver import Receiver, What

CUSTOMER = "+33612345678"
LONG = "".join(f"{n:04d} " for n in range(90))  # 450 characters: three parts
CUT = [LONG[:153], LONG[153:306], LONG[306:]]


def test_parts_in_order_make_one_message(bench: Any, network: Any) -> None:
    parts = network.sms(LONG)
    taken = bench.take(*parts)
    assert [one.what for one in taken] == [What.PART, What.PART, What.MESSAGE]
    row = bench.row()
    assert (row.body, row.parts, row.complete) == (LONG, 3, True)
    assert row.raw.split("\n") == [part.pdu for part in parts]
    assert [event.detail["part"] for event in bench.events("part_received")] == [1, 2]
    assert len(bench.events("received")) == 1


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (0, 2, 1), (2, 0, 0, 1, 1, 2)])
def test_parts_in_any_order_and_twice(bench: Any, network: Any, order: tuple[int, ...]) -> None:
    parts = network.sms(LONG)
    bench.take(*(parts[place] for place in order))
    row = bench.row()
    assert row.body == LONG
    assert row.raw.split("\n") == [part.pdu for part in parts]


def test_nothing_is_shown_before_it_is_whole(bench: Any, network: Any) -> None:
    bench.take(*network.sms(LONG)[:2])
    assert bench.rows() == []


def test_every_part_read_again_after_a_crash(bench: Any, network: Any) -> None:
    parts = network.sms(LONG)
    bench.take(*parts[:2])
    bench.receiver = Receiver(bench.store, bench.clock)
    bench.take(*parts)
    bench.receiver = Receiver(bench.store, bench.clock)
    bench.take(*parts)
    assert bench.row().body == LONG
    assert bench.row().duplicates == 3
    assert bench.count("inbound_part") == 3


def test_a_missing_part_leaves_a_gap_after_300_s(bench: Any, network: Any) -> None:
    bench.known_sim()
    first, _, third = network.sms(LONG)
    bench.take(first)
    bench.wait(200)
    bench.take(third)
    arrived = bench.now()
    bench.wait(299.9)
    assert bench.sweep() == []
    bench.wait(0.1)
    assert bench.sweep() == [bench.row().id]
    row = bench.row()
    assert (row.body, row.complete, row.parts) == (CUT[0] + "[…]" + CUT[2], False, 3)
    assert row.received_at == arrived
    assert bench.sweep() == []
    assert [event.detail["complete"] for event in bench.events("received")] == [False]


def test_a_slot_that_is_read_again_and_again_does_not_hold_up_the_gap(bench: Any, network: Any) -> None:
    first = network.sms(LONG)[0]
    for _ in range(12):
        bench.take(first)
        bench.wait(30)
    assert len(bench.sweep()) == 1


@pytest.mark.parametrize("hours", [0.2, 5, 23])
def test_a_late_part_fills_the_gap(bench: Any, network: Any, hours: float) -> None:
    start = bench.clock.now()
    parts = network.sms(LONG, at=start)
    bench.take(parts[0], parts[2])
    bench.wait(300)
    (shown,) = bench.sweep()
    bench.wait(hours * 3600 - 300)
    late = network.sms(LONG, at=bench.clock.now())[1]
    (taken,) = bench.take(late)
    assert (taken.what, taken.inbox_id) == (What.PART, shown)
    row = bench.row()
    assert (row.id, row.body, row.complete) == (shown, LONG, True)
    assert row.sent_at == to_text(start)
    assert row.raw.split("\n") == [parts[0].pdu, late.pdu, parts[2].pdu]
    assert len(bench.events("received")) == 1
    assert [event.detail for event in bench.events("inbox_completed")] == [{"part": 2}]


def test_late_parts_fill_gap_after_gap(bench: Any, network: Any) -> None:
    parts = network.sms(LONG)
    bench.take(parts[1])
    bench.wait(300)
    bench.sweep()
    assert bench.row().body == "[…]" + CUT[1] + "[…]"
    bench.take(parts[0])
    assert (bench.row().body, bench.row().complete) == (CUT[0] + CUT[1] + "[…]", False)
    bench.take(parts[2])
    assert (bench.row().body, bench.row().complete) == (LONG, True)
    assert len(bench.events("inbox_part")) == len(bench.events("inbox_completed")) == 1


def test_a_late_part_is_not_judged_again(bench: Any, network: Any) -> None:
    judged = []
    bench.receiver = Receiver(
        bench.store, bench.clock, classify=lambda tx, message, now: judged.append(message.body)
    )
    parts = network.sms(LONG)
    bench.take(parts[0])
    bench.wait(300)
    bench.sweep()
    bench.take(*parts[1:])
    assert judged == [CUT[0] + "[…]"]


def test_a_part_a_day_later_is_another_message(bench: Any, network: Any) -> None:
    bench.take(network.sms(LONG)[0])
    bench.wait(86400 + 1)
    bench.take(*network.sms(LONG)[1:])
    bench.wait(300)
    assert len(bench.sweep()) == 2
    assert bench.bodies() == [CUT[0] + "[…]", "[…]" + CUT[1] + CUT[2]]


def test_parts_held_by_the_network_for_days_belong_by_its_time(bench: Any, network: Any) -> None:
    """The modem was off: both parts are from the same minute, though received three days apart."""
    parts = network.sms(LONG)
    bench.take(*parts[:2])
    bench.wait(3 * 86400)
    bench.take(parts[2])
    assert bench.bodies() == [LONG]


def test_a_late_part_of_a_message_whose_text_retention_took(bench: Any, network: Any) -> None:
    parts = network.sms(LONG)
    bench.take(parts[0])
    bench.wait(300)
    bench.sweep()
    with bench.store.write() as tx:
        tx.execute("UPDATE inbox SET body = '', raw = ''")
        tx.execute("UPDATE inbound_part SET text = NULL, pdu = ''")
    bench.take(parts[0], *parts[1:])
    bench.wait(300)
    bench.sweep()
    assert bench.bodies() == ["", "[…]" + CUT[1] + CUT[2]]


def test_a_reference_used_again_starts_a_new_message(bench: Any, network: Any) -> None:
    other = LONG[::-1]
    bench.take(*network.sms(LONG))
    bench.wait(600)
    bench.take(*network.sms(other))
    assert bench.bodies() == [LONG, other]


def test_a_reference_used_again_while_the_first_is_incomplete(bench: Any, network: Any) -> None:
    other = LONG[::-1]
    bench.take(*network.sms(LONG)[:2])
    bench.wait(3600)
    bench.sweep()
    bench.take(*network.sms(other))
    assert bench.bodies() == [CUT[0] + CUT[1] + "[…]", other]


def test_the_same_long_text_again_the_next_hour(bench: Any, network: Any) -> None:
    bench.take(*network.sms(LONG))
    bench.wait(3600)
    bench.take(*network.sms(LONG))
    assert bench.bodies() == [LONG, LONG]


def test_a_part_that_the_phone_sent_twice_is_not_a_new_message(bench: Any, network: Any) -> None:
    """It saw no acknowledgement and sent the part again: same reference, same text, another time stamp."""
    start = bench.clock.now()
    early, late = network.sms(LONG, at=start), network.sms(LONG, at=start + timedelta(seconds=40))
    bench.take(early[0], late[0], early[1], early[2], late[2])
    bench.wait(400)
    assert bench.sweep() == []
    assert bench.bodies() == [LONG]
    assert bench.row().duplicates == 1


def test_narrow_and_wide_references_are_different_spaces(bench: Any, network: Any) -> None:
    other = LONG[::-1]
    narrow, wide = network.sms(LONG, reference=7), network.sms(other, reference=7, wide=True)
    for one, two in zip(narrow, wide, strict=True):
        bench.take(one, two)
    assert sorted(bench.bodies()) == sorted([LONG, other])


def test_equal_references_of_two_senders_two_sims_two_lengths(bench: Any, network: Any) -> None:
    first, second = network.sms(LONG), network.sms(LONG, sender="+33698765432")
    bench.take(first[0], second[0], first[1])
    bench.take(*first[:2], imsi="208010000000002")
    bench.take(*network.sms(LONG + LONG)[:5])
    assert bench.rows() == []
    bench.take(first[2])
    assert [(row.sender, row.imsi) for row in bench.rows()] == [(CUSTOMER, "208010000000001")]


def test_reference_zero(bench: Any, network: Any) -> None:
    bench.take(*network.sms(LONG, reference=0))
    assert bench.bodies() == [LONG]


def test_a_character_split_between_parts_is_whole_again(bench: Any, network: Any) -> None:
    halves = network.part("merci \ud83d", 1, 2), network.part("\ude00 !", 2, 2)
    bench.take(halves[1], halves[0])
    assert bench.row().body == "merci 😀 !"


def test_half_a_character_beside_a_gap(bench: Any, network: Any) -> None:
    bench.take(network.part("merci \ud83d", 1, 2))
    bench.wait(300)
    bench.sweep()
    assert bench.row().body == "merci \ufffd[…]"
    bench.take(network.part("\ude00 !", 2, 2, at=bench.clock.now()))
    assert bench.row().body == "merci 😀 !"


def test_arabic_over_several_parts(bench: Any, network: Any) -> None:
    text = "شكرا جزيلا على هذه الخدمة الممتازة، كل شيء كان رائعا " * 4
    bench.take(*reversed(network.sms(text)))
    assert bench.row().body == text


def test_255_parts(bench: Any, network: Any) -> None:
    text = "".join(f"{n:05d}-" for n in range(255 * 153 // 6))
    parts = network.sms(text)
    assert len(parts) == 255
    bench.take(*parts[::2], *parts[1::2])
    assert (bench.row().body, bench.row().parts) == (text, 255)


def test_a_robots_long_message_shown_with_a_gap_is_still_a_robots(bench: Any, network: Any) -> None:
    bench.take(*network.sms(LONG, sender="Bricolo")[:2])
    bench.wait(300)
    bench.sweep()
    assert bench.row().kind == "operator"


def test_a_long_reply_is_tied_to_its_question(bench: Any, network: Any) -> None:
    question = bench.sent(1)
    bench.wait(60)
    bench.take(*network.sms(LONG))
    assert bench.row().reply_to == question


def test_a_long_message_sent_twice_within_a_minute(bench: Any, network: Any) -> None:
    bench.take(*network.sms(LONG, reference=1))
    bench.wait(30)
    bench.take(*network.sms(LONG, reference=2))
    assert bench.kinds() == ["unmatched", "duplicate"]


def test_places_that_cannot_be_are_shown_alone(bench: Any, network: Any) -> None:
    bench.take(network.part("a", 0, 2), network.part("b", 3, 2, reference=2), network.part("c", 1, 1))
    assert bench.bodies() == ["a", "b", "c"]


def test_without_time_stamps_the_time_of_receipt_decides(bench: Any, network: Any) -> None:
    never = datetime(2000, 1, 1, tzinfo=UTC)
    parts = network.sms(LONG, at=never)
    bench.take(*parts[:2])
    bench.wait(200)
    bench.take(parts[0], parts[2])
    assert bench.bodies() == [LONG]
    assert bench.row().duplicates == 0
    bench.wait(86400 + 1)
    bench.take(*parts)
    assert bench.bodies() == [LONG, LONG]
