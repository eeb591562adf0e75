from __future__ import annotations

import pytest

from drivers.at.urc import STANDARD, Kind, UrcTable

TABLE = UrcTable(
    chatter=("^RSSI:", "^EARFCN", "SMS FULL", "UNDER-VOLTAGE", "+XNEW:"),
    restarts=("RDY", "HELLO", "Call Ready", "+XNEW"),
)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('+CMTI: "SM",3', Kind.MESSAGE_STORED),
        ('+CDSI: "SR",52', Kind.REPORT_STORED),
        ("+CMT: ,24", Kind.MESSAGE),
        ("+CDS: 25", Kind.REPORT),
        ("+CDS:25", Kind.REPORT),
        ("+CBM: 88", Kind.BROADCAST),
        ('+CUSD: 0,"Solde 5",15', Kind.USSD),
        ("RING", Kind.RING),
        ("+CRING: VOICE", Kind.RING),
        ('+CLIP: "+33612345678",145', Kind.CALLER),
        ("SMS FULL", Kind.FULL),
        ('^SMMEMFULL: "SM"', Kind.FULL),
        ('+CIEV: "smsfull",1', Kind.FULL),
        ("+CIEV: 8,1", Kind.FULL),
        ("+CIEV: 7,1", Kind.CHATTER),
        ("RDY", Kind.RESTART),
        ("*ATREADY: 1", Kind.RESTART),
        ("^SYSSTART AIRPLANE MODE", Kind.RESTART),
        ("NORMAL POWER DOWN", Kind.RESTART),
        ("Call Ready", Kind.READY),
        ("+QIND: SMS DONE", Kind.READY),
        ("+QIND: csq", Kind.CHATTER),
        ("+CPIN: READY", Kind.READY),
        ('+CPIN: "READY"', Kind.READY),
        ("+CPIN: NOT READY", Kind.SIM),
        ("+CPIN: SIM PIN", Kind.SIM),
        ("+QUSIM: 0", Kind.SIM),
        ("^SIMST:0", Kind.SIM),
        ("^SIMST:1", Kind.CHATTER),
        ("^RSSI:18", Kind.CHATTER),
        ("^EARFCN 300", Kind.CHATTER),
        ("UNDER-VOLTAGE WARNNING", Kind.CHATTER),
        ("HELLO", Kind.RESTART),
        ("+XNEW: 5", Kind.RESTART),
        ("NO CARRIER", Kind.CHATTER),
    ],
)
def test_kinds(line: str, kind: Kind) -> None:
    row = TABLE.find(line)
    assert row is not None
    assert row.kind is kind


@pytest.mark.parametrize(
    "line", ["OK", "+CMGS: 12", "+CPMS: 1,2", "RINGING", "353490069873319", "SMS FULLER", "huawei"]
)
def test_what_is_no_code(line: str) -> None:
    assert TABLE.find(line) is None


def test_a_code_that_the_vendor_calls_chatter_keeps_its_meaning() -> None:
    assert TABLE.find("SMS FULL") == UrcTable().find("SMS FULL")
    assert TABLE.find("Call Ready") == UrcTable().find("Call Ready")


@pytest.mark.parametrize(
    ("line", "command", "answer"),
    [
        ("+CREG: 0,1", "AT+CREG?", True),
        ("+CREG: 0,1", "AT+CGREG?", False),
        ("+CREG: 2", "", False),
        ("+CPIN: READY", 'AT+CPIN="1234"', True),
        ('+CMTI: "SM",1', "AT+CMGL=4", False),
        ('+CUSD: 0,"x",15', 'AT+CUSD=1,"*100#",15', False),
        ("+CUSD: 0", "AT+CUSD?", True),
        ("NO CARRIER", "ATD+33612345678;", True),
        ("^RSSI:18", "AT^RSSI?", True),
    ],
)
def test_which_command_makes_it_an_answer(line: str, command: str, answer: bool) -> None:
    row = TABLE.find(line)
    assert row is not None
    assert row.solicited_by(command) is answer


def test_no_name_stands_twice() -> None:
    names = [row.name for row in STANDARD]
    assert len(names) == len(set(names))


def test_only_pushed_pdus_have_a_line_behind_them() -> None:
    assert {row.name for row in STANDARD if row.lines} == {"+CMT", "+CDS", "+CBM"}
