from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from drivers.at import replies
from drivers.at.replies import Stored, Ussd

PDU = "07913396050066F0040B913316325476F80000620111214365800441E19008"


@pytest.mark.parametrize(
    ("line", "stat"),
    [
        ("+CREG: 0,1", 1),
        ("+CREG:0,5", 5),
        ("+CREG: 000,001", 1),
        ('+CREG: 2,1,"00A1","01F3C2B4",7', 1),
        ("+CREG: 2,1, 1F00, 20 ,79D903 ,7", 1),
        ('+CREG: 2,1,"0B,"0100701",7', 1),
        ('+CREG: 2,1,"5E25', 1),
        ("+CREG: 2,00,0", 0),
        ("+CREG: 0,11", 11),
        ('+CREG: 1,"84CD","00D30156"', 1),
        ('+CREG: 5,"0502","0404736D"', 5),
        ("+CREG: 2", 2),
        ("+CREG: 2,,", 2),
        ("+CREG: ", -1),
        ("+CREG: x", -1),
        ("+CGREG: 0,1", -1),
    ],
)
def test_registration(line: str, stat: int) -> None:
    assert replies.registration([line]) == stat


def test_registration_without_an_answer() -> None:
    assert replies.registration([]) == -1
    assert replies.registration(["+CEREG: 0,1"], "+CEREG") == 1


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('+CPMS: ("SM","ME"),("SM","ME"),("SM","ME")', ("SM", "ME")),
        ('+CPMS: "ME","MT","SM"', ("ME", "MT", "SM")),
        ('+CPMS: ("ME", "SR")', ("ME", "SR")),
        ('+CPMS: (ME", "SR"), ("ME")', ("ME", "SR")),
        ("+CPMS: (),(),()", ()),
        ("+CPMS: ,,,,,,,,", ()),
        ("+CPMS: ", ()),
    ],
)
def test_memories(line: str, names: tuple[str, ...]) -> None:
    assert replies.memories([line]) == names


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("+CPMS: 2,20,3,10", (2, 20)),
        ("+CPMS: 0,100,0,100,0,100", (0, 100)),
        ('+CPMS: "SM",3,40,"SM",3,40,"SM",3,40', (3, 40)),
        ("+CPMS: 5", None),
        ("+CMGL: 1,2", None),
    ],
)
def test_usage(line: str, expected: tuple[int, int] | None) -> None:
    assert replies.usage([line]) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"+CMGL: 1,1,,{len(PDU)}", PDU.lower()], [Stored(1, 1, len(PDU), PDU)]),
        (["+CMGL: 17,3,35", PDU], [Stored(17, 3, 35, PDU)]),
        (['+CMGL: 3,0,"name, with comma",24', PDU], [Stored(3, 0, 24, PDU)]),
        (["+CMGR: ,,26", PDU], [Stored(None, None, 26, PDU)]),
        (['+CMGR: 0,"",50', PDU], [Stored(None, 0, 50, PDU)]),
        ([f"+CMGR: 1,,24 {PDU}"], [Stored(None, 1, 24, PDU)]),
        (["+CMGR: 0,,0"], []),
        (["^RSSI:20", "+CMGL: 1,1,,24", "not hex", PDU, PDU], [Stored(1, 1, 24, PDU)]),
        (["+CMGL: 1,1,,24", "+CMGL: 2,1,,24", PDU], [Stored(2, 1, 24, PDU)]),
        ([PDU], []),
        ([], []),
    ],
)
def test_listings(lines: list[str], expected: list[Stored]) -> None:
    assert replies.stored(lines) == expected


def test_a_pdu_that_lost_digits_is_known_by_its_length() -> None:
    length = len(PDU) // 2 - 8
    assert not Stored(1, 1, length, PDU).short
    assert Stored(1, 1, length, PDU[:-1]).short
    assert Stored(1, 1, length, PDU[:30]).short
    assert not Stored(1, 1, None, PDU).short


def test_identity() -> None:
    assert replies.plain(['+CGMI: "SIEMENS"']) == "SIEMENS"
    assert replies.plain([" WAVECOM MODEM "]) == "WAVECOM MODEM"
    assert replies.plain([]) == ""
    assert replies.imei(['+CGSN: "353490069873319"']) == "353490069873319"
    assert replies.imei(["noise", "353490069873319"]) == "353490069873319"
    assert replies.imsi(["208990000000001"]) == "208990000000001"
    assert replies.imsi(["OK"]) == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("+CCID: 89330123456789012345", "89330123456789012345"),
        ('+CCID: "8933012345678901234F"', "8933012345678901234"),
        ("^ICCID: 98331032547698103254", "89330123456789012345"),
        ("+ICCID: 983310325476981032F4", "8933012345678901234"),
        ("8933012345678901234", "8933012345678901234"),
        ("+CME ERROR: 10", ""),
    ],
)
def test_card_numbers(line: str, expected: str) -> None:
    assert replies.iccid([line]) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("+CPIN: READY", "READY"),
        ('+CPIN: "SIM PIN"', "SIM PIN"),
        ("+CPIN:SIM PUK", "SIM PUK"),
        ("SIM PUK", "SIM PUK"),
        ("+CPIN: PH-NET PIN", "PH-NET PIN"),
        ("^RSSI:18", ""),
    ],
)
def test_pin_states(line: str, expected: str) -> None:
    assert replies.pin_state([line]) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('+CSCA: "+33609001390",145', "+33609001390"),
        ('+CSCA: "33609001390",145', "+33609001390"),
        ('+CSCA: "0609001390",129', "0609001390"),
        ('+CSCA: "",129', ""),
        ('+CSCA: "002B003300330036",145', "+336"),
    ],
)
def test_service_centres(line: str, expected: str) -> None:
    assert replies.service_centre([line]) == expected


def test_a_pin_state_behind_another_one() -> None:
    assert replies.pin_state(["+CPIN: NOT READY", "+CPIN: READY"]) == "READY"


def test_text_mode_is_recognised() -> None:
    assert replies.in_text_mode(['+CMGL: 1,"REC UNREAD","+33612345678",,"26/11/24,10:00:00+04"', "Oui"])
    assert replies.in_text_mode(['+CMGR: "STO SENT","+33612345678"', "Oui"])
    assert not replies.in_text_mode([f"+CMGL: 1,1,,{len(PDU)}", PDU])


def test_no_service_centre_at_all() -> None:
    assert replies.service_centre([]) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('+CNUM: "","+33612345678",145', "+33612345678"),
        ('+CNUM: ,"33612345678",145', "+33612345678"),
        ('+CNUM: "Me","0612345678",129,7,4', "0612345678"),
        ("+CNUM: ,,145", ""),
        ('+CNUM: "Subscriber Number","",145', ""),
    ],
)
def test_own_numbers(line: str, expected: str) -> None:
    assert replies.own_number([line]) == expected


def test_signal_and_operator() -> None:
    assert replies.signal(["+CSQ: 17,99"]) == -79
    assert replies.signal(["+CSQ:0,0"]) == -113
    assert replies.signal(["+CSQ: 99,99"]) is None
    assert replies.signal(["+CSQ: 151,99"]) is None
    assert replies.operator(['+COPS: 0,0,"Orange F",7']) == "Orange F"
    assert replies.operator(['+COPS: 0,0,"TELE2,0']) == "TELE2,0"
    assert replies.operator(["+COPS: 0"]) == ""


def test_radio() -> None:
    assert replies.capability(["+CFUN: 1,0"]) == 1
    assert replies.capability(["+CFUN: 0"]) == 0
    assert replies.capability(["+CFUN: (0-1,4-7),(0-1)"]) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('+CMTI: "SM",3', ("SM", 3)),
        ("+CMTI: ME,3", ("ME", 3)),
        ('+CMTI: "SM",1,"MMS PUSH",2,1', ("SM", 1)),
        ('+CDSI: "SR",52', ("SR", 52)),
        ('+CMTI: "SM",-1', None),
        ("+CMTI: ", None),
        ("+CMTI: 5", None),
    ],
)
def test_notifications(line: str, expected: tuple[str, int] | None) -> None:
    assert replies.memory_index(line) == expected


def test_callers() -> None:
    assert replies.caller('+CLIP: "33612345678",145,,,,0') == "+33612345678"
    assert replies.caller('+CLIP: "",128') == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('+CUSD: 0,"Solde: 5",15', Ussd(0, "Solde: 5", 15)),
        ('+CUSD: 1,"Say "hi", now\n1. Yes",15', Ussd(1, 'Say "hi", now\n1. Yes', 15)),
        ('+CUSD: 1,"no dcs"', Ussd(1, "no dcs", None)),
        ('+CUSD: 1,"cut', Ussd(1, "cut", None)),
        ("+CUSD: 5", Ussd(5, "", None)),
        ("+CUSD: 0, 49B41C74", Ussd(0, "49B41C74", None)),
    ],
)
def test_ussd(line: str, expected: Ussd) -> None:
    assert replies.ussd(line) == expected


# Facts that other projects drew from real modems; not part of this repository.

VECTORS = Path(os.environ.get("SMSGW_VECTORS", "-")) / "transcripts.jsonl"


def _vectors(kind: str) -> list[dict[str, object]]:
    lines = VECTORS.read_text(encoding="utf-8").splitlines() if VECTORS.exists() else []
    return [row for row in map(json.loads, lines) if row["kind"] == kind]


@pytest.mark.skipif(not VECTORS.exists(), reason="SMSGW_VECTORS is not set")
def test_against_vectors_of_real_modems() -> None:
    checked = 0
    for row in _vectors("creg"):
        if row["command"]:
            assert (
                replies.registration(row["lines"], "+" + row["expected"].get("family", "CREG"))
                == row["expected"]["stat"]
            ), row
            checked += 1
    for row in [*_vectors("cmgl"), *_vectors("cmgr")]:
        for wanted, found in zip(
            row["expected"].get("messages", ()), replies.stored(row["lines"]), strict=True
        ):
            assert found.pdu == wanted.get("pdu", found.pdu).upper(), row
            assert wanted.get("index", found.index) == found.index
            assert wanted.get("stat", found.stat) == found.stat
            checked += 1
    for row in _vectors("cnum"):
        number = row["expected"]["numbers"][0]
        assert replies.own_number(row["lines"]).lstrip("+") == number.lstrip("+"), row
        checked += 1
    for row in _vectors("csca"):
        assert replies.service_centre(row["lines"]) == row["expected"]["smsc"], row
        checked += 1
    for row in _vectors("cfun"):
        assert replies.capability(row["lines"]) == row["expected"]["fun"], row
        checked += 1
    for row in _vectors("cpin"):
        assert replies.pin_state([line.strip() for line in row["lines"]]) == row["expected"]["lock"].replace(
            "_", " "
        )
        checked += 1
    for row in _vectors("cusd"):
        found = replies.ussd(
            "\n".join(row["lines"]).removesuffix("\nOK").removeprefix("OK\n").replace("\r\n", "\n")
        )
        assert found.mode == row["expected"]["m"], row
        assert found.dcs == row["expected"]["dcs"], row
        checked += 1
    assert checked > 30
