"""The small parts: cards, storages, joining, handset rules, faults, options."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.sim import Handset, Reply, Rule, Sim, options, polite
from drivers.sim.card import READ, UNREAD, Memory, Stored
from drivers.sim.catalogue import FAULTS, described
from drivers.sim.codec import Concat
from drivers.sim.faults import FaultBook
from drivers.sim.joining import join
from drivers.sim.makes import PROFILES
from drivers.sim.records import Accepted

# ---- the card


def card(**fields: Any) -> Sim:
    return Sim(imsi="208990000000001", iccid="8933", number="+33699000001", smsc="", **fields)


def test_references_count_from_0_to_255_and_again():
    sim = card()
    assert [sim.next_reference() for _ in range(258)] == [*range(256), 0, 1]
    sim.restart_references(254)
    assert [sim.next_reference() for _ in range(3)] == [254, 255, 0]


def test_three_wrong_pins_ask_for_the_puk_and_the_right_one_gives_the_tries_back():
    sim = card(pin="1234")
    assert sim.state == "SIM PIN"
    assert not sim.enter_pin("0000")
    assert sim.enter_pin("1234")
    assert (sim.state, sim.pin_tries) == ("READY", 3)
    sim.power_on()
    assert sim.state == "SIM PIN"
    for _ in range(3):
        sim.enter_pin("0000")
    assert sim.state == "SIM PUK"
    assert not sim.enter_pin("1234")
    assert sim.enter_puk("12345678", "4321")
    assert (sim.state, sim.pin, sim.pin_tries) == ("READY", "4321", 3)


def test_ten_wrong_puks_end_the_card():
    sim = card(pin="1234")
    sim.pin_tries = 0
    for _ in range(10):
        assert not sim.enter_puk("0", "1")
    assert sim.state == "BLOCKED"
    assert not sim.enter_puk("12345678", "1")


def test_a_storage_gives_the_lowest_free_slot():
    memory = Memory("SM", 2)
    message = Stored(b"\0abc", 3)
    assert [memory.store(message) for _ in range(3)] == [1, 2, None]
    del memory.slots[1]
    assert memory.store(message) == 1
    assert message.tpdu == b"abc"
    memory.mark_read(1)
    assert (memory.slots[1].stat, memory.slots[2].stat) == (READ, UNREAD)


# ---- joining


def part(number: int, text: str, place: Concat | None = None, recipient: str = "+33612345678") -> Accepted:
    return Accepted(
        number=number,
        at=float(number),
        modem="m0",
        imsi="208990000000001",
        recipient=recipient,
        text=text,
        data=b"",
        reference=number,
        concat=place,
        report_requested=True,
        validity=None,
        dcs=0,
        pid=0,
        stamp=datetime(2026, 11, 24, tzinfo=UTC),
        pdu="",
    )


def test_parts_join_in_any_order_and_not_across_recipients():
    parts = [
        part(1, "b", Concat(9, 2, 2)),
        part(2, "x", Concat(9, 2, 1), "+33600000000"),
        part(3, "a", Concat(9, 2, 1)),
        part(4, "alone"),
    ]
    messages = join(parts)
    assert [(message.text, message.complete) for message in messages] == [
        ("ab", True),
        ("x", False),
        ("alone", True),
    ]
    assert messages[0].at == 3.0


def test_a_part_sent_twice_is_a_repeat_and_a_message_sent_twice_is_two():
    first, second = Concat(9, 2, 1), Concat(9, 2, 2)
    messages = join([part(1, "a", first), part(2, "a", first), part(3, "b", second)])
    assert [(message.text, message.repeats) for message in messages] == [("ab", 1)]
    messages = join([part(n, text, place) for n in (1, 3) for text, place in (("a", first), ("b", second))])
    assert [message.text for message in messages] == ["ab", "ab"]


def test_a_pair_that_was_cut_is_whole_again():
    high, low = "😀".encode("utf-16-be")[:2], "😀".encode("utf-16-be")[2:]
    halves = [half.decode("utf-16-be", "surrogatepass") for half in (high, low)]
    messages = join([part(1, halves[0], Concat(1, 2, 1)), part(2, halves[1], Concat(1, 2, 2))])
    assert messages[0].text == "😀"


# ---- handsets


def test_a_rule_looks_at_text_and_state():
    rule = Rule(r"note", "9", state="asked", then="done")
    assert rule.matches("Votre NOTE ?", "asked")
    assert not rule.matches("Votre note ?", "")
    assert Rule("").matches("anything\nat all", "")


def test_a_handset_covers_its_number_or_its_prefix():
    assert Handset(number="+33612345678").covers("+33612345678")
    assert Handset(number="+336*").covers("+33612345678")
    assert not Handset(number="+337*").covers("+33612345678")


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Notez-nous de 0 à 10", "9"),
        ("Répondez OUI ou NON", "oui"),
        ("From 1 to 5, how was it?", "4"),
        ("Merci !", None),
    ],
)
def test_polite_people_answer_what_was_asked(text, reply):
    found = next((rule.reply for rule in polite().rules if rule.matches(text, "")), None)
    assert found == reply


# ---- faults


def book() -> tuple[FaultBook, list[tuple[str, dict[str, Any]]]]:
    log: list[tuple[str, dict[str, Any]]] = []
    return FaultBook(FAULTS, random.Random(7), lambda kind, **detail: log.append((kind, detail))), log


def test_a_fault_strikes_at_its_nth_opportunity_only():
    faults, log = book()
    faults.arm("drop_answer", nth=2)
    assert [faults.fire("drop_answer", "+CSQ") is not None for _ in range(4)] == [False, True, False, False]
    assert [kind for kind, _ in log] == ["armed", "fault"]
    assert log[1][1] == {"fault": "drop_answer", "command": "+CSQ"}


def test_a_fault_may_be_limited_in_number_and_to_a_command():
    faults, _ = book()
    faults.arm("cms_error", 42, times=2)
    assert [faults.fire("cms_error") is not None for _ in range(3)] == [True, True, False]
    faults.arm("bare_error", on="+csq")
    assert faults.fire("bare_error", "+CREG") is None
    assert faults.fire("bare_error", "+CSQ") is not None


def test_a_drawn_fault_is_the_same_for_the_same_seed():
    runs = []
    for _ in range(2):
        faults, _ = book()
        faults.arm("lost_chars", probability=0.5)
        runs.append([faults.fire("lost_chars") is not None for _ in range(50)])
    assert runs[0] == runs[1]
    assert 10 < sum(runs[0]) < 40


def test_a_lasting_fault_is_logged_once():
    faults, log = book()
    faults.arm("crcrlf")
    assert faults.on("crcrlf")
    assert faults.on("crcrlf")
    assert [kind for kind, _ in log] == ["armed", "fault"]
    faults.disarm("crcrlf")
    assert faults.on("crcrlf") is None


def test_values_take_the_type_of_their_default():
    faults, _ = book()
    armed = faults.arm("vanish_before_cmgs", "0.5", accepted="yes")
    assert (armed.seconds, armed["accepted"]) == (0.5, True)


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("late_cmg", {}, "did you mean 'late_cmgs'"),
        ("dead", {"value": 1}, "takes no value"),
        ("late_cmgs", {"bfore": 1}, "no parameter 'bfore'; it has: after"),
        ("cms_error", {"value": "x"}, "'x' is no int"),
    ],
)
def test_a_wrong_fault_says_what_is_wrong(name, fields, why):
    faults, _ = book()
    with pytest.raises(ValueError, match=why):
        faults.arm(name, **fields)


def test_every_fault_is_described_and_cites_an_observation():
    assert len(FAULTS) > 140
    assert all(fault.summary and fault.numbers.startswith("F") for fault in FAULTS.values())
    shown = described()
    assert all(f" {name}" in shown for name in FAULTS)


def test_profiles_name_faults_that_exist():
    for profile in PROFILES.values():
        for quirk in profile.quirks:
            assert quirk.partition("=")[0] in FAULTS


# ---- options


@pytest.mark.parametrize(("text", "value"), [("200ms", 0.2), ("2s", 2.0), ("1.5", 1.5), ("1m", 60.0)])
def test_durations(text, value):
    assert options.seconds(text) == value


def test_several_times_are_drawn():
    assert options.submit_times("1s|2s") == (1.0, 2.0)
    with pytest.raises(ValueError, match="no duration"):
        options.submit_times("soon")


def test_a_fault_as_it_is_typed():
    assert options.fault("late_cmgs=2,nth=3,p=0.5,on=+CMGS") == (
        "late_cmgs",
        {"value": "2", "nth": 3, "probability": 0.5, "on": "+CMGS"},
    )
    assert options.scoped_fault("modem1:dead") == ("modem1", "dead")
    assert options.scoped_fault("creg=2") == (None, "creg=2")
    with pytest.raises(ValueError, match="OPTION=VALUE"):
        options.fault("dead,often")


def test_a_sim_port_is_the_same_sim_for_the_same_name():
    modem, world = options.port("sim:profile=huawei,submit=200ms,answers=yes,fault=late_cmgs=2;nth=1", "sim1")
    assert (modem.profile, modem.submit_time, modem.faults) == ("huawei", 0.2, ("late_cmgs=2,nth=1",))
    assert len(world["handsets"]) == 1
    again, _ = options.port("sim:", "sim1")
    other, _ = options.port("sim:", "sim2")
    assert again.imsi == modem.imsi != other.imsi
    assert (len(modem.imsi), len(modem.imei), len(modem.number or "")) == (15, 15, 12)
    assert options.port("sim:zte,pin=1234", "sim1")[0].profile == "zte"
    with pytest.raises(ValueError, match="unknown key 'profil'"):
        options.port("sim:profil=x", "sim1")


def test_a_handset_as_it_is_typed(tmp_path):
    phone = options.handset("+336*@500ms 0 à 10 => 9 | merci")
    assert phone.rules[0].reply == ("9", "merci")
    assert (phone.number, phone.rules[0].delay) == ("+336*", 0.5)
    assert options.handset("+33612345678 off").off
    with pytest.raises(ValueError, match="write NUMBER"):
        options.handset("+33612345678 whatever")
    file = tmp_path / "phones.toml"
    file.write_text(
        '[[handset]]\nnumber = "+33612345678"\nscript = ["9", {text = "long", order = "reversed"}]\n'
        '[[handset.rules]]\npattern = "x"\nreply = ["a", "b"]\n'
    )
    (phone,) = options.handsets_file(file)
    assert phone.script == ("9", Reply(text="long", order="reversed"))
    assert phone.rules == (Rule("x", ("a", "b")),)
