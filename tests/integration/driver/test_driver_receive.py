from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from drivers import (
    Call,
    Deliver,
    PortGone,
    Received,
    Refused,
    Restarted,
    Slot,
    StatusReport,
    StorageFull,
    Undecodable,
)

if TYPE_CHECKING:
    from conftest import Make

PDU = "07913396050066F0040B913316325476F80000620111214365800441E19008"
OTHER = "07913396050066F0040B913316325476F800006201112143658004C2B71008"
REPORT = "07913396050066F006050B913316325476F8620111214365806201112153658000"
OUTGOING = "0011000B913316325476F80000AA0441E19008"


def ok(*lines: str) -> str:
    return "".join(f"\r\n{line}\r\n" for line in (*lines, "OK"))


CHOSEN = {name: ok(f'+CPMS: "{name}",1,50,"{name}",1,50,"{name}",1,50') for name in ("ME", "SM")}
"""What AT+CPMS? says of the memory that is chosen."""


def opened(peer: Make, modem: Make, script: dict[str, Any], **options: Any) -> tuple[Any, Any]:
    far = peer(script)
    near = modem(far, **options)
    near.open()
    return far, near


def texts(events: list[Any]) -> list[str | None]:
    return [event.content.text for event in events]


def test_a_notification_is_followed_at_once(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGR=3": ok("+CMGR: 0,,23", PDU.lower())})
    far.say('\r\n+CMTI: "ME",3\r\n')
    (received,) = near.wait(5.0)
    assert received.pdu == PDU
    assert received.slot == Slot(memory="ME", index=3)
    assert isinstance(received.content, Deliver)
    assert not any(line.startswith('AT+CPMS="SM') for line in far.heard.after("AT+CNUM")), (
        "no needless switch"
    )


def test_the_memory_is_switched_where_the_notification_names_another(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGR=3": ok("+CMGR: 0,,23", PDU), "AT+CMGD=3": ok()})
    far.on("AT+CPMS?", CHOSEN["SM"])
    far.say('\r\n+CMTI: "SM",3\r\n')
    (received,) = near.wait(5.0)
    near.discard(received.slot)
    assert far.heard.lines[-4:] == ('AT+CPMS="SM"', "AT+CMGR=3", "AT+CPMS?", "AT+CMGD=3")


def test_a_pushed_message_lies_nowhere(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    far.say(f"\r\n+CMT: ,24\r\n{PDU}\r\n")
    (received,) = near.wait(5.0)
    assert received.slot is None
    assert received.pdu == PDU


def test_a_pushed_report(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    far.say(f"\r\n+CDS: 25\r\n{REPORT}\r\n")
    (received,) = near.wait(5.0)
    assert isinstance(received.content, StatusReport)
    assert received.content.reference == 5


def test_reports_that_a_listing_does_not_show_are_read_one_by_one(peer: Make, modem: Make) -> None:
    """AT+CMGL says OK and nothing, although AT+CPMS counts one (F73)."""
    script = {
        "AT+CPMS=?": ok('+CPMS: ("ME","SM","SR"),("ME","SM"),("ME","SM")'),
        'AT+CPMS="SR"': ok("+CPMS: 1,3"),
        "AT+CPMS?": ok('+CPMS: "SR",1,3'),
        "AT+CMGR=0": "\r\n+CMS ERROR: 321\r\n",
        "AT+CMGR=1": ok("+CMGR: ,,25", REPORT),
    }
    _far, near = opened(peer, modem, script)
    (received,) = near.sweep()
    assert received.slot == Slot(memory="SR", index=1)
    assert isinstance(received.content, StatusReport)


def test_junk_before_a_pushed_report_makes_no_message_of_it(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    smsc, rest = REPORT[:16], REPORT[16:]
    far.say(f"\r\n+CDS: 29\r\n{smsc}000000FF{rest}\r\n")
    (received,) = near.wait(5.0)
    assert isinstance(received.content, Undecodable)


def test_a_report_that_is_stored_where_the_notification_says(peer: Make, modem: Make) -> None:
    far, near = opened(
        peer, modem, {'AT+CPMS="SR"': ok("+CPMS: 1,20"), "AT+CMGR=52": ok("+CMGR: ,,25", REPORT)}
    )
    far.say('\r\n+CDSI: "SR",52\r\n')
    (received,) = near.wait(5.0)
    assert received.slot == Slot(memory="SR", index=52)


def test_a_report_that_lies_elsewhere_than_the_notification_says(peer: Make, modem: Make) -> None:
    script = {
        "AT+CGMI": ok("Quectel"),
        "AT+CGMM": ok("EC25"),
        "AT+QSTK=0": ok(),
        "AT+QCCID": ok("+QCCID: 8933012345678901234"),
        'AT+CPMS="SR"': ok("+CPMS: 1,20"),
    }
    far, near = opened(peer, modem, script)
    far.on("AT+CMGR=0", ok("+CMGR: 0,,23", PDU), ok("+CMGR: ,,25", REPORT))
    far.say('\r\n+CDSI: "SM",0\r\n')
    (received,) = near.wait(5.0)
    assert received.slot == Slot(memory="SR", index=0)
    assert isinstance(received.content, StatusReport)
    assert not any(line.startswith("AT+CMGD") for line in far.heard.lines), "only the caller deletes"


@pytest.mark.parametrize("line", ['+CMTI: "SM",-1', "+CMTI: ", '+CMTI: "ME",9'])
def test_a_notification_that_leads_nowhere_makes_it_look_everywhere(
    peer: Make, modem: Make, line: str
) -> None:
    far, near = opened(peer, modem, {"AT+CMGL=4": ok("+CMGL: 2,0,,23", PDU), "AT+CMGR=9": ok()})
    far.say(f"\r\n{line}\r\n")
    (received,) = near.wait(5.0)
    assert received.slot == Slot(memory="ME", index=2)


def test_a_header_without_its_pdu_makes_it_look_everywhere(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGL=4": ok("+CMGL: 2,0,,23", PDU)})
    far.say("\r\n+CMT: ,24\r\n")
    (received,) = near.wait(5.0)
    assert received.slot == Slot(memory="ME", index=2)


def test_the_sweep_lists_every_memory_and_skips_what_was_to_be_sent(peer: Make, modem: Make) -> None:
    script = {
        "AT+CPMS=?": ok('+CPMS: ("ME","SM","SR","MT","BM"),("ME"),("ME")'),
        'AT+CPMS="SR"': ok("+CPMS: 0,20"),
    }
    far, near = opened(peer, modem, script)
    far.on('AT+CPMS="SM"', ok("+CPMS: 2,10,0,50,0,50"))
    far.on(
        "AT+CMGL=4",
        ok("+CMGL: 1,1,,23", PDU, "+CMGL: 2,2,,18", OUTGOING, "+CMGL: 3,1,,18", OUTGOING),
        ok("+CMGL: 0,1,,23", OTHER, "+CMGL: 5,1,,25", REPORT),
    )
    swept = near.sweep()
    assert [(each.slot.memory, each.slot.index) for each in swept] == [("ME", 1), ("SM", 0), ("SM", 5)]
    assert isinstance(swept[2].content, StatusReport), "a report is known by its PDU, not by its place (F75)"
    assert far.heard.lines[-1] == 'AT+CPMS="ME"', "new messages go home again"


def test_a_listing_that_is_refused_is_read_one_by_one(peer: Make, modem: Make) -> None:
    script = {
        "AT+CMGL=4": "\r\nERROR\r\n",
        "AT+CPMS?": ok('+CPMS: "ME",2,3,"ME",2,3,"ME",2,3'),
        "AT+CMGR=0": "\r\n+CMS ERROR: 321\r\n",
        "AT+CMGR=1": ok("+CMGR: 1,,23", PDU),
        "AT+CMGR=2": ok("+CMGR: 0,,0", ""),
        "AT+CMGR=3": ok("+CMGR: 1,,23", OTHER),
    }
    far, near = opened(peer, modem, script)
    assert [each.slot.index for each in near.sweep()] == [1, 3]
    near.sweep()
    assert far.heard.lines.count("AT+CMGL=4") == 1, "it is not asked again (F93)"


def test_a_listing_that_hangs_is_not_asked_again(peer: Make, modem: Make) -> None:
    script = {"AT+CMGL=4": (), "AT+CPMS?": ok('+CPMS: "ME",0,3')}
    far, near = opened(peer, modem, script, timing={"command": 0.03})
    assert near.sweep() == []
    assert near.sweep() == []
    assert far.heard.lines.count("AT+CMGL=4") == 1


def test_digits_that_got_lost_are_read_again(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGL=4": ok("+CMGL: 1,1,,23", PDU[:-3])})
    far.on("AT+CMGR=1", ok("+CMGR: 1,,23", PDU))
    assert [each.pdu for each in near.sweep()] == [PDU]


def test_what_cannot_be_decoded_is_handed_over_as_it_is(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGL=4": ok("+CMGL: 1,1,,5", "07913396050066F0FF")})
    far.on("AT+CMGR=1", ok("+CMGR: 1,,5", "07913396050066F0FF"))
    (received,) = near.sweep()
    assert isinstance(received.content, Undecodable)
    assert received.pdu == "07913396050066F0FF"
    assert received.slot == Slot(memory="ME", index=1)


@pytest.mark.parametrize("answer", [ok(), "\r\n+CMS ERROR: 321\r\n", "\r\nERROR\r\n"])
def test_discarding_what_is_there_or_gone(peer: Make, modem: Make, answer: str) -> None:
    far, near = opened(peer, modem, {"AT+CMGD=4": answer, "AT+CMGR=4": ok("+CMGR: 1,,23", PDU)})
    far.say('\r\n+CMTI: "ME",4\r\n')
    (received,) = near.wait(5.0)
    near.discard(received.slot)
    near.discard(received.slot)
    assert far.heard.lines[-3:] == ("AT+CMGR=4", "AT+CPMS?", "AT+CMGD=4"), (
        "once: it can hold another message by then"
    )


def test_after_a_restart_it_looks_before_it_deletes(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGL=4": ok("+CMGL: 1,1,,23", PDU, "+CMGL: 2,1,,23", OTHER)})
    first, second = near.sweep()
    far.on("AT+CMGL=4", ok())
    far.say("\r\nRDY\r\n")
    near.wait(5.0)
    far.on("AT+CMGR=1", ok("+CMGR: 1,,23", OTHER))
    far.on("AT+CMGR=2", ok("+CMGR: 1,,23", OTHER))
    far.on("AT+CMGD=2", ok())
    near.discard(first.slot)
    near.discard(second.slot)
    assert [line for line in far.heard.lines if line.startswith("AT+CMGD")] == ["AT+CMGD=2"]


def test_a_full_storage_is_told(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    far.say('\r\n^SMMEMFULL: "SM"\r\n\r\nSMS FULL\r\n')
    assert near.wait(5.0) == [StorageFull(memory="SM"), StorageFull(memory="")]


def test_a_call_is_hung_up_and_told(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CHUP": ok()})
    far.say('\r\nRING\r\n\r\n+CLIP: "+33612345678",145\r\n')
    assert near.wait(5.0) == [Call(number="+33612345678")]


def test_a_call_without_a_number(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CHUP": "\r\nERROR\r\n", "ATH": ok()})
    far.say("\r\nRING\r\n")
    assert near.wait(5.0) == [Call(number="")]
    assert far.heard.lines[-1] == "ATH"


def test_pushed_messages_are_acknowledged_once_they_are_safe(peer: Make, modem: Make) -> None:
    script = {"AT+CSMS=0": "\r\n+CMS ERROR: 302\r\n", "AT+CSMS?": ok("+CSMS: 1,1,1,1"), "AT+CNMA": ok()}
    far, near = opened(peer, modem, script)
    far.say(f"\r\n+CMT: ,24\r\n{PDU}\r\n")
    near.wait(5.0)
    assert "AT+CNMA" not in far.heard.lines, "it is not committed yet"
    near.wait(0.0)
    assert far.heard.lines.count("AT+CNMA") == 1
    near.wait(0.0)
    assert far.heard.lines.count("AT+CNMA") == 1


def test_what_comes_while_a_command_runs_waits_for_the_next_look(peer: Make, modem: Make) -> None:
    _far, near = opened(
        peer, modem, {"AT+CSQ": (f"\r\n+CDS: 25\r\n{REPORT}\r\n".encode(), ok("+CSQ: 1,1").encode())}
    )
    assert near.command("AT+CSQ") == ["+CSQ: 1,1", "OK"]
    assert [type(event) for event in near.wait(0.0)] == [Received]
    assert near.wait(0.0) == []


def test_waking_ends_a_wait_now_or_the_next(peer: Make, modem: Make) -> None:
    _far, near = opened(peer, modem, {})
    near.wake()
    assert near.wait(30.0) == []
    waker = threading.Timer(0.02, near.wake)
    waker.start()
    assert near.wait(30.0) == []
    waker.join()
    assert near.wait(0.0) == []


def test_chatter_does_not_end_a_wait_and_makes_no_event(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {})
    far.say("\r\n^RSSI:18\r\n\r\n^BOOT:1,0,0,0,26\r\n")
    assert near.wait(0.05) == []


def test_what_was_pushed_before_the_port_vanished_is_handed_over_first(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGR=3": (b"(unplug)",)})
    far.say(f'\r\n+CDS: 25\r\n{REPORT}\r\n\r\n+CMTI: "ME",3\r\n\r\n+CMT: ,24\r\n{PDU}\r\n')
    assert [type(event.content) for event in near.wait(5.0)] == [StatusReport, Deliver]
    with pytest.raises(PortGone):
        near.wait(5.0)


def test_a_missed_answer_makes_it_look_everywhere(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CMGL=4": ok("+CMGL: 2,0,,23", PDU), "AT+COPS=?": ()})
    with pytest.raises(Refused):
        near.command("AT+COPS=?", timeout=0.05)
    near._link.lost = ""
    assert texts(near.wait(1.0)) == texts(near.sweep())
    far.on("AT+CMGL=4", ok())
    assert near.wait(0.0) == [], "once"


def test_what_was_read_after_the_restart_is_deleted_without_another_look(peer: Make, modem: Make) -> None:
    script = {
        "AT+CPMS=?": ok('+CPMS: ("ME"),("ME"),("ME")'),
        "AT+CMGL=4": ok("+CMGL: 1,1,,23", PDU),
        "AT+CMGD=1": ok(),
    }
    far, near = opened(peer, modem, script)
    near.sweep()
    far.say("\r\nRDY\r\n")
    near.wait(5.0)
    near.wait(0.0)
    near.discard(Slot(memory="ME", index=1))
    assert far.heard.lines[-1] == "AT+CMGD=1"
    assert "AT+CMGR=1" not in far.heard.lines


@pytest.mark.parametrize(("read", "goes"), [(PDU, True), (PDU.lower(), True), (OTHER, False)])
def test_after_a_memory_was_chosen_it_looks_before_it_deletes(
    peer: Make, modem: Make, read: str, goes: bool
) -> None:
    far, near = opened(peer, modem, {"AT+CMGL=4": ok("+CMGL: 1,1,,23", PDU), "AT+CMGD=1": ok()})
    far.on("AT+CMGR=1", ok("+CMGR: 1,,23", read))
    near.discard(near.sweep()[0].slot)
    assert far.heard.lines[-1] == ("AT+CMGD=1" if goes else "AT+CMGR=1")


def test_an_empty_slot_does_not_keep_it_from_looking_everywhere_after_a_restart(
    peer: Make, modem: Make
) -> None:
    far, near = opened(peer, modem, {"AT+CMGR=3": ok("+CMGR: 0,,23", PDU)})
    far.say('\r\n+CMTI: "ME",3\r\n')
    (received,) = near.wait(5.0)
    far.on("AT+CMGR=3", ok())
    far.on("AT+CMGL=4", ok("+CMGL: 1,1,,23", OTHER))
    near._link.lost = "RDY"
    near.discard(received.slot)
    assert [type(event) for event in near.wait(0.0)] == [Restarted]
    assert [event.pdu for event in near.wait(0.0)] == [OTHER]


@pytest.mark.parametrize(("read", "goes"), [(PDU, True), (OTHER, False)])
def test_where_the_modem_fell_back_to_another_memory_it_looks_before_it_deletes(
    peer: Make, modem: Make, read: str, goes: bool
) -> None:
    """Between the reading and the deleting: without a word, without an echo (F08, F45)."""
    far, near = opened(peer, modem, {"AT+CMGR=3": ok("+CMGR: 0,,23", PDU), "AT+CMGD=3": ok()})
    far.say('\r\n+CMTI: "ME",3\r\n')
    (received,) = near.wait(5.0)
    far.on("AT+CPMS?", CHOSEN["SM"], CHOSEN["ME"])
    far.on("AT+CMGR=3", ok("+CMGR: 0,,23", read))
    near.discard(received.slot)
    deleted = ("AT+CPMS?", "AT+CMGD=3") if goes else ()
    assert far.heard.after("AT+CMGR=3") == ("AT+CPMS?", 'AT+CPMS="ME"', "AT+CMGR=3", *deleted)


def test_a_modem_that_calls_its_memory_otherwise_is_believed_after_a_second_look(
    peer: Make, modem: Make
) -> None:
    far, near = opened(peer, modem, {"AT+CMGR=3": ok("+CMGR: 0,,23", PDU), "AT+CMGD=3": ok()})
    far.on("AT+CPMS?", ok('+CPMS: "MT",1,50'))
    far.say('\r\n+CMTI: "ME",3\r\n')
    (received,) = near.wait(5.0)
    near.discard(received.slot)
    assert far.heard.lines[-1] == "AT+CMGD=3"


def test_on_a_clean_close_reports_are_stored_from_now_on(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CNMI=2,1,0,2,0": ok()})
    near.close()
    assert far.heard.lines[-1] == "AT+CNMI=2,1,0,2,0"


def test_what_comes_while_it_is_closed_is_handed_over(peer: Make, modem: Make) -> None:
    leaving = (f"\r\n+CDS: 25\r\n{REPORT}\r\n".encode(), ok().encode())
    _far, near = opened(peer, modem, {"AT+CNMI=2,1,0,2,0": leaving})
    (received,) = near.close()
    assert isinstance(received.content, StatusReport)
    assert near.close() == []


def test_what_came_while_nobody_listened_is_handed_over_at_the_end(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"ATZ": (f"\r\n+CDS: 25\r\n{REPORT}\r\n".encode(), ok().encode())})
    far.say(f"\r\n+CMT: ,24\r\n{PDU}\r\n")
    near.command("ATZ")
    assert [type(event.content) for event in near.close()] == [Deliver, StatusReport]


def test_closing_a_modem_that_has_hung_itself_up_takes_a_moment(peer: Make, modem: Make) -> None:
    far, near = opened(peer, modem, {"AT+CNMI=2,1,0,2,0": ()}, timing={"command": 0.05})
    for probe in ("AT+CGSN", "AT+CIMI", "AT+CGMR", "AT+CMEE=?", "AT+CMGF=?", "AT+CSMS=?", "AT+CNMI=?"):
        far.on(probe, ())
    near.close()
    near.close()


def test_one_memory_that_cannot_be_listed_does_not_spoil_the_others(peer: Make, modem: Make) -> None:
    script = {
        "AT+CPMS=?": ok('+CPMS: ("ME","SR"),("ME"),("ME")'),
        'AT+CPMS="SR"': ok("+CPMS: 1,20,0,50,0,50"),
        "AT+CPMS?": ok('+CPMS: "SR",1,2,"ME",0,50,"ME",0,50'),
        "AT+CMGR=0": ok(),
        "AT+CMGR=1": ok("+CMGR: ,,25", REPORT),
    }
    far, near = opened(peer, modem, script)
    for _ in range(2):
        far.on("AT+CMGL=4", ok("+CMGL: 3,1,,23", PDU), "\r\nERROR\r\n")
        assert [(each.slot.memory, each.slot.index) for each in near.sweep()] == [("ME", 3), ("SR", 1)]
    assert far.heard.lines.count("AT+CMGL=4") == 3
