"""What of a message decides whether it can be somebody's answer."""

from __future__ import annotations

import pytest

from drivers.pdu import Deliver, StatusReport, SubmitPdu, decode_pdu

SMSC = "07913306091093F0"
ANA = "0B913316325476F8"
AT = "62113121000040"


def deliver(first: str, sender: str, pid: str, dcs: str, content: str) -> Deliver:
    decoded = decode_pdu(SMSC + first + sender + pid + dcs + AT + content)
    assert isinstance(decoded, Deliver)
    return decoded


@pytest.mark.parametrize("dcs", ["C8", "C0", "D0", "D9", "EA"])
def test_a_waiting_notice_by_its_coding(dcs: str) -> None:
    assert deliver("04", ANA, "00", dcs, "00").waiting_indicator


@pytest.mark.parametrize("element", ["01028003", "0102FF00", "230A" + "00" * 10])
def test_a_waiting_notice_by_its_header(element: str) -> None:
    header = f"{len(element) // 2:02X}{element}"
    notice = deliver("44", ANA, "00", "04", f"{len(header) // 2:02X}{header}")
    assert notice.waiting_indicator
    assert notice.headers == ((int(element[:2], 16), bytes.fromhex(element[4:])),)


@pytest.mark.parametrize("digits", ["1100", "1000"])
def test_a_waiting_notice_of_an_older_network(digits: str) -> None:
    assert deliver("04", "04D0" + digits, "41", "00", "0120").waiting_indicator


def test_an_ordinary_message_is_none_of_these() -> None:
    message = deliver("04", ANA, "00", "00", "01" + "39")
    assert (message.text, message.sender, message.sender_is_name) == ("9", "+33612345678", False)
    assert not message.waiting_indicator
    assert message.ports is None
    assert not message.silent
    assert not message.compressed


def test_a_name_is_told_from_a_number() -> None:
    assert deliver("04", "04D0" + "B11C", "00", "00", "00").sender_is_name


def test_a_message_for_a_port() -> None:
    assert deliver("44", ANA, "00", "04", "07" + "06" + "05040B8423F0").ports == (2948, 9200)


def test_a_silent_message_says_so() -> None:
    assert deliver("04", ANA, "40", "00", "00").silent


def test_compressed_text_is_kept_as_octets() -> None:
    message = deliver("44", ANA, "00", "20", "08" + "05" + "0003010201" + "CAFE")
    assert (message.text, message.data, message.compressed) == (None, b"\xca\xfe", True)
    assert message.concat is not None


def test_a_submission_keeps_what_it_asks_for() -> None:
    decoded = decode_pdu("00" + "3D07" + ANA + "0000" + AT + "00")
    assert isinstance(decoded, SubmitPdu)
    assert (decoded.reject_duplicates, decoded.report) == (True, True)
    assert decoded.validity_until is not None
    assert decoded.validity_until.isoformat() == "2026-11-13T12:00:00+01:00"


@pytest.mark.parametrize(
    ("period", "seconds"),
    [
        ("00" + "00" * 6, None),
        ("01" + "A7" + "00" * 5, 86400),
        ("02" + "1E" + "00" * 5, 30),
        ("02" + "00" + "00" * 5, None),
        ("03" + "100502" + "00" * 3, 1 * 3600 + 50 * 60 + 20),
        ("04" + "FF" * 6, None),
    ],
)
def test_the_enhanced_validity(period: str, seconds: int | None) -> None:
    decoded = decode_pdu("00" + "0907" + ANA + "0000" + period + "00")
    assert isinstance(decoded, SubmitPdu)
    assert decoded.validity_seconds == seconds


def test_the_text_of_a_report_is_whole() -> None:
    tail = "04" + "08" + "08" + "050003010201" + "D83D"
    decoded = decode_pdu(SMSC + "4607" + ANA + AT + AT + "00" + "06" + tail[2:])
    assert isinstance(decoded, StatusReport)
    assert (decoded.text, decoded.dcs) == ("\ufffd", 8)
