"""Messages that come in: stored, announced, pushed, acknowledged, held back."""

from __future__ import annotations

import re

import pytest

from drivers.sim import Handset, Reply, Rule, chatty, gibberish, stopper, twice
from drivers.sim.codec import Deliver


def stored_texts(line):
    """Read everything, in order of slots."""
    lines = line.ask("AT+CMGL=4")
    pdus = [bytes.fromhex(each) for each in lines if re.fullmatch("[0-9A-F]{20,}", each)]
    return [Deliver.decode(pdu[pdu[0] + 1 :]).text for pdu in pdus]


def test_a_message_is_stored_announced_read_and_deleted(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "+33612345678", "9")
    assert line.until(b",1\r\n") == b'\r\n+CMTI: "SM",1\r\n'
    header, pdu, final = line.ask("AT+CMGR=1")
    (record,) = farm.network.incoming
    assert (header, pdu, final) == (f"+CMGR: 0,,{len(pdu) // 2 - 8}", record.pdu, "OK")
    assert line.ask("AT+CMGR=1")[0].startswith("+CMGR: 1,")
    assert line.ask("AT+CMGD=1") == ["OK"]
    assert farm.modem("m0").stored("SM") == {}
    assert line.ask("AT+CMGL=4") == ["OK"]


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("+33612345678", "Très bien 😀 merci"),
        ("36180", "STOP"),
        ("Bricolo", "Votre colis"),
        ("0612345678", "€uro {braces}"),
        ("+33612345678", "mot " * 60),
    ],
)
def test_texts_and_senders(farm, talk, sender, text):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", sender, text)
    assert "".join(stored_texts(line)) == text
    assert {record.sender for record in farm.network.incoming} == {sender}


def test_parts_out_of_order_and_parts_that_never_come(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "+33612345678", "a" * 153 + "b" * 153, order="reversed")
    assert [text[0] for text in stored_texts(line)] == ["b", "a"]
    farm.network.deliver("m0", "+33612345678", "c" * 153 + "d" * 153, parts=(2,), reference=0)
    assert [text[0] for text in stored_texts(line)] == ["b", "a", "d"]


def test_the_network_may_repeat_itself(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "+33612345678", "9", copies=2)
    assert stored_texts(line) == ["9", "9"]
    assert farm.network.incoming[0].pdu == farm.network.incoming[1].pdu


def test_binary_raw_and_silent_messages(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "+33612345678", data=b"\x00\xff", dcs=0xF5)
    farm.network.deliver("m0", "", pdu="FFFF")
    farm.network.deliver("m0", "+33612345678", "probe", pid=0x40)
    assert list(farm.modem("m0").stored("SM").values()) == [
        farm.network.incoming[0].pdu,
        "07913306091093F0FFFF",
    ]
    assert line.ask("AT+CMGL=4")[-2] == "07913306091093F0FFFF"
    assert farm.journal.entries("discarded")[0].detail["why"] == "silent message"


def test_voicemail_and_ports(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "888", "1 message", dcs=0xC8)
    farm.network.deliver("m0", "+33612345678", "port", header=bytes.fromhex("05040B8423F0"))
    farm.network.deliver("m0", "+33612345678", data=b"\x01\x06", header=bytes.fromhex("05040B8423F0"))
    tpdus = [bytes.fromhex(pdu)[8:] for pdu in farm.modem("m0").stored("SM").values()]
    assert tpdus[0].hex().startswith("04038188f800c8")
    back = [Deliver.decode(tpdu) for tpdu in tpdus]
    assert [(each.text, each.header.hex()) for each in back[:2]] == [
        ("1 message", ""),
        ("port", "05040b8423f0"),
    ]
    assert (back[2].text, back[2].data) == (None, b"\x01\x06")
    assert line.ask("AT+CMGL=4")[-1] == "OK"


def test_pushed_messages(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"), "ATE0", "AT+CNMI=2,2,0,0,0")
    farm.network.deliver("m0", "+33612345678", "9")
    said = line.until(re.compile(rb"\+CMT: ,\d+\r\n[0-9A-F]+\r\n"))
    assert said.split()[-1].decode() == farm.network.incoming[0].pdu
    assert farm.modem("m0").stored("SM") == {}


def test_a_flash_message_is_pushed_even_where_storing_was_asked_for(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "+33612345678", "flash", message_class=0)
    assert line.until(re.compile(rb"\+CMT: ,\d+\r\n[0-9A-F]+\r\n"))


def test_pushed_messages_wait_for_their_acknowledgement(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"), "ATE0", "AT+CSMS=1", "AT+CNMI=2,2,0,0,0")
    for text in ("1", "2"):
        farm.network.deliver("m0", "+33612345678", text)
    line.until(re.compile(rb"\+CMT: .*\r\n[0-9A-F]+\r\n"))
    assert line.quiet()
    assert farm.network.held("m0") == 1
    assert line.ask("AT+CNMA")[0] == "OK"
    line.until(re.compile(rb"\+CMT: .*\r\n[0-9A-F]+\r\n"))
    assert line.ask("AT+CNMA=2") == ["OK"]
    assert line.until(re.compile(rb"\+CMT: .*\r\n[0-9A-F]+\r\n"))


def test_what_was_not_acknowledged_comes_again_after_a_restart(farm, talk):
    farm = farm(profile="sim800")
    line = talk(farm.modem("m0"), "ATE0", "AT+CSMS=1", "AT+CNMI=2,2,0,0,0")
    farm.network.deliver("m0", "+33612345678", "1")
    line.until(re.compile(rb"\+CMT: .*\r\n[0-9A-F]+\r\n"))
    farm.modem("m0").reboot()
    farm.network.wait(lambda network: network.held("m0") == 0)
    assert list(farm.modem("m0").stored("SM").values()) == [farm.network.incoming[0].pdu]


def test_reports_pass_a_storage_that_is_full_of_messages(farm, talk):
    farm = farm(slots=1)
    line = talk(farm.modem("m0"))
    for _ in range(2):
        farm.network.deliver("m0", "+33612345678", "9")
    line.submit()
    assert line.until(re.compile(rb"\+CDS: 25\r\n[0-9A-F]+\r\n"))
    assert farm.network.held("m0") == 1


def test_stored_reports(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"), "ATE0", "AT+CNMI=2,1,0,2,0")
    line.submit()
    assert line.until(b",1\r\n") == b'\r\n+CDSI: "SR",1\r\n'
    assert line.ask('AT+CPMS="SR"')[0].startswith("+CPMS: 1,20")
    assert line.ask("AT+CMGR=1")[1] == farm.network.reports[0].pdu


def test_a_full_storage_holds_messages_back_until_there_is_room(farm, talk):
    farm = farm(slots=2)
    line = talk(farm.modem("m0"))
    for number in range(3):
        farm.network.deliver("m0", "+33612345678", str(number))
    line.until(b'"SM",2\r\n')
    assert farm.network.held("m0") == 1
    assert farm.journal.entries("held")[0].detail["why"] == "SM is full"
    assert line.ask("AT+CMGD=1") == ["OK"]
    line.until(b'"SM",1\r\n')
    assert stored_texts(line) == ["2", "1"]
    assert farm.network.held("m0") == 0


def test_messages_wait_for_registration_and_for_the_pin(farm, talk):
    farm = farm(pin="1234")
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "+33612345678", "9")
    assert farm.network.held("m0") == 1
    farm.modem("m0").register(2)
    line.ask("AT+CPIN=1234")
    assert farm.network.held("m0") == 1
    farm.modem("m0").register(1)
    assert line.until(b'+CMTI: "SM",1\r\n')


def test_deleting_by_flag(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.deliver("m0", "+33612345678", "read")
    line.ask("AT+CMGR=1")
    farm.network.deliver("m0", "+33612345678", "unread")
    assert line.ask("AT+CMGD=1,1")[-1] == "OK"
    assert stored_texts(line) == ["unread"]
    assert line.ask("AT+CMGD=0,4") == ["OK"]
    assert farm.modem("m0").stored("SM") == {}


def test_text_mode_shows_texts(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"), "ATE0", "AT+CMGF=1", "AT+CNMI=2,1,0,1,0")
    farm.network.deliver("m0", "+33612345678", "hello")
    lines = line.ask('AT+CMGL="ALL"')
    assert re.fullmatch(
        r'\+CMGL: 1,"REC UNREAD","\+33612345678",,"\d\d/\d\d/\d\d,\d\d:\d\d:\d\d\+04"', lines[-3]
    )
    assert lines[-2:] == ["hello", "OK"]
    farm.network.deliver("m0", "+33612345678", "ê")
    assert line.ask("AT+CMGR=2")[-2:] == ["00EA", "OK"]
    assert line.ask('AT+CMGL="REC UNREAD"')[-1] == "OK"


def test_nobody_is_called_so(farm):
    with pytest.raises(LookupError, match="no modem and no SIM is called 'm7'"):
        farm().network.deliver("m7", "+33612345678", "9")


# ---- people


def heard(farm, line, count):
    farm.network.wait(lambda network: len(network.incoming) == count)
    return stored_texts(line)


def test_a_handset_follows_its_script_and_then_its_rules(farm, talk):
    phone = Handset(number="+33612345678", script=("9", ""), rules=(Rule("au revoir", "salut"),))
    farm = farm(setup={"handsets": [phone]})
    line = talk(farm.modem("m0"))
    for text in ("note ?", "encore ?", "rien", "au revoir"):
        line.submit(text, report=False)
    assert heard(farm, line, 2) == ["9", "salut"]
    assert {record.imsi for record in farm.network.incoming} == {"208990000000001"}


def test_a_conversation_has_a_state(farm, talk):
    rules = (Rule("note", "6", then="low"), Rule("pourquoi", "trop cher", state="low"), Rule("pourquoi", "?"))
    farm = farm(setup={"handsets": [Handset(number="+336*", rules=rules)]})
    line = talk(farm.modem("m0"))
    line.submit("pourquoi", recipient="+33611111111", report=False)
    line.submit("note", recipient="+33622222222", report=False)
    line.submit("pourquoi", recipient="+33622222222", report=False)
    assert heard(farm, line, 3) == ["?", "6", "trop cher"]


def test_people_of_all_sorts(farm, talk):
    crowd = [
        stopper("+33600000001"),
        twice("+33600000002"),
        chatty("+33600000003"),
        gibberish("+33600000004"),
    ]
    farm = farm(setup={"handsets": crowd})
    line = talk(farm.modem("m0"))
    for number in range(1, 5):
        line.submit("note ?", recipient=f"+3360000000{number}", report=False)
    farm.network.wait(lambda network: len(network.incoming) == 7)
    by_sender = {}
    for record in farm.network.incoming:
        by_sender.setdefault(record.sender[-1], []).append(record.text)
    assert by_sender["1"] == ["STOP"]
    assert by_sender["2"] == ["9", "merci !"]
    assert by_sender["3"][0].endswith("Donc 6.")
    assert len(by_sender["3"]) == 3
    assert by_sender["4"] == ["asdf qsdf"]


def test_replies_have_their_own_delay_and_sender(farm, talk):
    reply = Reply(text="répondeur", delay=0.02, sender="888")
    farm = farm(setup={"handsets": [Handset(number="+336*", rules=(Rule("", reply),))]})
    line = talk(farm.modem("m0"))
    line.submit(report=False)
    farm.network.wait(lambda network: network.incoming)
    (record,) = farm.network.incoming
    assert record.sender == "888"
    assert record.at - farm.network.accepted[0].at >= 0.02


def test_a_person_may_begin(farm, talk):
    farm = farm()
    line = talk(farm.modem("m0"))
    farm.network.phone("+33612345678").say("m0", "bonjour")
    assert stored_texts(line) == ["bonjour"]
    farm.network.add_handset(Handset(number="+33612345678", script=("oui",)))
    line.submit("?", report=False)
    assert heard(farm, line, 2) == ["bonjour", "oui"]


def test_a_person_may_or_may_not_answer(farm, talk):
    farm = farm(setup={"handsets": [Handset(number="+336*", rules=(Rule("", "9", probability=0.5),))]})
    line = talk(farm.modem("m0"))
    for number in range(20):
        line.submit("?", recipient=f"+336000000{number:02}", report=False)
    farm.network.wait(lambda network: len(network.phone("+33600000019").received) == 1)
    assert 3 <= len(farm.network.incoming) <= 17
