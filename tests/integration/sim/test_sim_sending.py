"""Sending through a simulated modem: what the network knows afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from drivers import sim
from drivers.sim import Handset
from drivers.sim.codec import Concat


def test_a_part_is_accepted_once_with_all_that_it_said(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    assert line.submit("Ça va ?") == ["+CMGS: 0", "OK"]
    (part,) = farm.network.accepted
    assert (part.modem, part.imsi, part.recipient, part.text) == (
        "m0",
        "208990000000001",
        "+33612345678",
        "Ça va ?",
    )
    assert (part.reference, part.report_requested, part.validity, part.concat) == (0, True, None, None)
    assert part.answered
    assert farm.network.texts() == ["Ça va ?"]


def test_a_service_centre_is_needed_and_the_pdu_may_name_it(farm, talk):
    farm = farm(smsc="")
    line = talk(farm.modem("m0"))
    assert line.submit(report=False) == ["+CMS ERROR: 330"]
    length, pdu = line.body(report=False)
    line.prompt(f"AT+CMGS={length}")
    line.write("07913386094000F0" + pdu[2:] + "\x1a")
    assert line.until(b"OK\r\n").startswith(b"\r\n+CMGS: 0")
    assert line.ask('AT+CSCA="33609001390",145') == ["OK"]
    assert line.submit(report=False)[1] == "OK"
    assert [part.smsc for part in farm.network.accepted] == ["+33689004000", "+33609001390"]


def test_references_count_up(farm, talk):
    farm = farm(submit_time=0.0)
    farm.modem("m0").sim.restart_references(254)
    line = talk(farm.modem("m0"))
    assert [line.submit(report=False)[0] for _ in range(3)] == ["+CMGS: 254", "+CMGS: 255", "+CMGS: 0"]


def test_validity_is_read(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    line.prompt("AT+CMGS=16")
    line.write("0011000B913316325476F80000A702E834" + "\x1a")
    assert line.until(b"OK\r\n")
    assert farm.network.accepted[0].validity == timedelta(hours=24)


@pytest.mark.parametrize(
    ("length", "pdu"),
    [
        (17, "0011000B913316325476F80000A702E834"),
        (16, "0011000B913316325476F80000A702E8ZZ"),
        (4, "0011000B91"),
    ],
)
def test_a_pdu_that_is_wrong_is_refused(farm, talk, length, pdu):
    farm = farm()
    line = talk(farm.modem("m0"))
    line.prompt(f"AT+CMGS={length}")
    line.write(pdu + "\x1a")
    assert line.until(b"304\r\n") == b"\r\n+CMS ERROR: 304\r\n"
    assert farm.network.accepted == ()
    assert farm.journal.entries("refused")[0].detail["code"] == 304


def test_escape_ends_the_prompt_and_nothing_is_sent(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    line.prompt("AT+CMGS=16")
    line.write("00110\x1b")
    assert line.until(b"OK\r\n") == b"\r\nOK\r\n"
    assert line.ask("AT") == ["OK"]
    assert farm.network.accepted == ()


def test_the_prompt_is_no_line(farm, talk):
    line = talk(farm().modem("m0"))
    line.write("AT+CMGS=16\r")
    assert line.until(b"> ") == b"\r\n> "
    assert line.quiet()


def test_parts_are_joined_at_the_far_side(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    for text, sequence in (("world", 2), ("hello ", 1)):
        line.submit(text, header=Concat(7, 2, sequence).encode())
    (message,) = farm.network.messages()
    assert (message.text, message.complete, message.repeats) == ("hello world", True, 0)
    assert farm.network.phone("+33612345678").received[0].text == "hello world"


def test_text_mode(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"), "ATE0", "AT+CMGF=1", "AT+CSMP=49,167,0,0", 'AT+CSCS="GSM"')
    line.prompt('AT+CMGS="+33612345678"')
    line.write("hello\x1a")
    assert line.until(b"OK\r\n") == b"\r\n+CMGS: 0\r\n\r\nOK\r\n"
    (part,) = farm.network.accepted
    assert (part.recipient, part.text, part.report_requested) == ("+33612345678", "hello", True)
    assert part.validity == timedelta(hours=24)


def test_a_stored_message_is_sent(farm, talk):
    farm = farm(setup={"report_delay": 60.0})
    line = talk(farm.modem("m0"))
    length, pdu = line.body("later")
    line.prompt(f"AT+CMGW={length}")
    line.write(pdu + "\x1a")
    assert line.until(b"OK\r\n") == b"\r\n+CMGW: 1\r\n\r\nOK\r\n"
    assert farm.network.accepted == ()
    assert line.ask("AT+CMSS=1") == ["+CMSS: 0", "OK"]
    assert farm.network.texts() == ["later"]
    assert line.ask("AT+CMGL=3")[0] == f"+CMGL: 1,3,,{length}"
    assert line.ask("AT+CMSS=5")[-1].startswith("+CMS ERROR")


def test_the_times_of_a_submission_are_the_modems_own(farm, talk):
    farm = farm(submit_time=0.03, prompt_time=0.02)
    line = talk(farm.modem("m0"))
    for _ in range(5):
        line.submit(report=False)
    timings = farm.modem("m0").timings
    assert len(timings) == 5
    # never sooner; and no later where the machine had a moment for it, as it has once in five times
    assert 0.02 <= min(timing.prompt for timing in timings) < 0.035
    assert 0.03 <= min(timing.submit for timing in timings) < 0.045
    assert 0 <= min(timing.body for timing in timings) < 0.05
    assert timings[0].idle is not None
    assert all(timing.idle is not None and timing.idle >= 0 for timing in timings[1:])
    assert all(later.at > earlier.at for earlier, later in pairwise(timings))


def test_an_open_link_is_quicker(farm, talk):
    farm = farm(submit_time=0.05, linked_time=0.0)
    line = talk(farm.modem("m0"))
    line.ask("AT+CMMS=2")
    line.submit(report=False)
    line.submit(report=False)
    first, second = farm.modem("m0").timings
    assert first.submit >= 0.05 > second.submit


def test_drawn_times_follow_the_seed(farm, talk):
    drawn = []
    for _ in range(2):
        device = farm(submit_time=(0.001, 0.01, 0.02), setup={"seed": 3}).modem("m0").device
        drawn.append([device.draw_submit_time() for _ in range(6)])
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 1
    modem = farm(submit_time=(0.001, 0.01, 0.02), setup={"seed": 3}).modem("m0")
    line = talk(modem)
    for _ in drawn[0]:
        line.submit(report=False)
    taken = [timing.submit for timing in modem.timings]
    assert all(least <= seconds for least, seconds in zip(drawn[0], taken, strict=True))


def test_credit_ends(farm, talk):
    farm = farm(credit=2)
    line = talk(farm.modem("m0"))
    assert [line.submit(report=False)[0] for _ in range(3)] == ["+CMGS: 0", "+CMGS: 1", "+CMS ERROR: 500"]


# ---- what comes back


def report_of(line, part):
    """Wait for the pushed report; its status octet."""
    line.until(b"+CDS: ")
    said = line.until(re.compile(rb"[0-9A-F]{40,}\r\n"))
    assert f"{part.reference:02X}".encode() == said.strip().split()[-1][18:20]
    return int(said.strip()[-2:], 16)


@pytest.mark.parametrize(("behaviour", "status"), [("delivered", 0), ("failed", 0x43), (0x60, 0x60)])
def test_a_report_says_what_became_of_it(farm, talk, behaviour, status):
    farm = farm(setup={"handsets": [Handset(number="+33612345678", report=behaviour)]})
    line = talk(farm.modem("m0"))
    line.submit()
    assert report_of(line, farm.network.accepted[0]) == status
    assert [report.status for report in farm.network.reports] == [status]
    received = farm.network.phone("+33612345678").received
    assert len(received) == (0 if behaviour == "failed" else 1)


def test_no_report_unless_asked_for_and_none_from_some_phones(farm, talk):
    farm = farm(setup={"handsets": [Handset(number="+33600000000", report="none")]})
    line = talk(farm.modem("m0"))
    line.submit(report=False)
    line.submit(recipient="+33600000000")
    line.submit()
    farm.network.wait(lambda network: network.reports)
    assert [report.part for report in farm.network.reports] == [3]


def test_a_phone_that_is_off_gets_its_messages_later(farm, talk):
    farm = farm(setup={"handsets": [Handset(number="+33612345678", off=True, report="pending")]})
    line = talk(farm.modem("m0"))
    line.submit()
    part = farm.network.accepted[0]
    assert report_of(line, part) == 0x22
    phone = farm.network.phone("+33612345678")
    assert phone.received == ()
    phone.switch(True)
    assert [message.text for message in phone.received] == ["hello"]
    farm.network.wait(lambda network: network.reports[-1].status == 0)


def test_a_message_expires_where_the_phone_stays_off(farm, talk):
    farm = farm(setup={"handsets": [Handset(number="+33612345678", off=True)]})
    line = talk(farm.modem("m0"))
    line.prompt("AT+CMGS=22")
    line.write("0029000B913316325476F80000" + "02010000000000" + "02E834" + "\x1a")
    line.until(b"OK\r\n")
    assert farm.network.accepted[0].validity == timedelta(seconds=1)
    assert report_of(line, farm.network.accepted[0]) == 0x46
    farm.network.phone("+33612345678").switch(True)
    assert farm.network.phone("+33612345678").received == ()


def test_a_refused_recipient(farm, talk):
    farm = farm(setup={"handsets": [Handset(number="+33600000000", refuse=21)]})
    line = talk(farm.modem("m0"))
    assert line.submit(recipient="+33600000000") == ["+CMS ERROR: 21"]
    assert farm.network.accepted == ()
    (entry,) = farm.journal.entries("refused")
    assert (entry.detail["code"], entry.detail["recipient"]) == (21, "+33600000000")


@pytest.mark.parametrize("dialled", ["0612345678", "0033612345678", "+33612345678"])
def test_a_phone_is_reached_however_it_was_dialled(farm, talk, dialled):
    farm = farm()
    line = talk(farm.modem("m0"))
    line.submit(recipient=dialled, report=False)
    assert farm.network.accepted[0].recipient == dialled
    assert len(farm.network.phone("+33612345678").received) == 1


def test_messages_between_the_sims_of_a_farm(farm, talk):
    farm = farm(modems=[sim.ModemSetup(name=name, submit_time=0.0) for name in ("a", "b")])
    sender, receiver = talk(farm.modem("a")), talk(farm.modem("b"))
    sender.submit("de a à b", recipient=farm.modem("b").sim.number)
    receiver.until(b'+CMTI: "SM",1\r\n')
    (record,) = farm.network.incoming
    assert (record.sender, record.text, record.imsi) == ("+33699000001", "de a à b", "208990000000002")
    assert report_of(sender, farm.network.accepted[0]) == 0
