from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.masking import Masker
from drivers.pdu import Alphabet, Concat, Deliver, StatusReport, SubmitPdu, decode_pdu, encode_submit
from drivers.trace import masked

DELIVER = "07913396050066F0040B913316325476F80000620111214365800441E19008"
REPORT = "07913396050066F006050B913316325476F8620111214365806201112153658000"
NUMBER = "33612345678"


def test_a_number_is_replaced_by_the_same_one_everywhere() -> None:
    masker = Masker()
    fake = masker.number(NUMBER)
    assert fake != NUMBER
    assert len(fake) == len(NUMBER)
    assert masker.line('+CNUM: "","+33612345678",145') == f'+CNUM: "","+{fake}",145'
    content = decode_pdu(masker.line(DELIVER))
    assert isinstance(content, Deliver)
    assert content.sender == f"+{fake}"


def test_different_numbers_stay_different() -> None:
    masker = Masker()
    assert len({masker.number(str(number)) for number in range(33612345000, 33612345500)}) == 500


def test_a_received_text_is_replaced_by_as_many_letters() -> None:
    before, after = decode_pdu(DELIVER), decode_pdu(Masker().line(DELIVER))
    assert isinstance(before, Deliver)
    assert isinstance(after, Deliver)
    assert before.text
    assert after.text == "x" * len(before.text)
    assert after.timestamp == before.timestamp


def test_a_report_stays_a_report() -> None:
    before, after = decode_pdu(REPORT), decode_pdu(Masker().line(REPORT))
    assert isinstance(before, StatusReport)
    assert isinstance(after, StatusReport)
    assert after.recipient != before.recipient
    assert (after.reference, after.status, after.discharge) == (
        before.reference,
        before.status,
        before.discharge,
    )


@pytest.mark.parametrize("alphabet", [Alphabet.GSM7, Alphabet.UCS2])
@pytest.mark.parametrize("concat", [None, Concat(reference=7, total=2, sequence=1)])
@pytest.mark.parametrize("text", ["a", "secret!", "secret?!", "x" * 60])
def test_a_sent_part_keeps_its_length_and_its_headers(
    alphabet: Alphabet, concat: Concat | None, text: str
) -> None:
    encoded = encode_submit(recipient="+33612345678", text=text, alphabet=alphabet, concat=concat)
    hidden = Masker().line(encoded.pdu)
    after = decode_pdu(hidden)
    assert isinstance(after, SubmitPdu)
    assert len(hidden) == len(encoded.pdu), "AT+CMGS=length is still right"
    assert (after.text, after.concat) == ("x" * len(text), concat)
    assert NUMBER not in after.recipient


def test_names_of_senders_go_too() -> None:
    pdu = "07913396050066F0040AD0C3F03C4D0300006201112143658004C2B7FB0C"
    before, after = decode_pdu(pdu), decode_pdu(Masker().line(pdu))
    assert isinstance(before, Deliver)
    assert isinstance(after, Deliver)
    assert before.sender_is_name
    assert after.sender == "x" * len(before.sender)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("353490069873319", "353000000000001"),
        ("AT+CMGS=20", "AT+CMGS=20"),
        ("+CMGS: 255", "+CMGS: 255"),
        ("+CPMS: 0,100,0,100", "+CPMS: 0,100,0,100"),
        ('AT+CPIN="1234"', 'AT+CPIN="0000"'),
        ('+CUSD: 0,"Solde: 5.20 EUR",15', '+CUSD: 0,"xxxxx: 0.00 xxx",15'),
        ('+CNUM: "Jean","+33612345678",145', '+CNUM: "xxxx","+33600000001",145'),
        ('+CMTI: "SM",3', '+CMTI: "SM",3'),
        ('+COPS: 0,0,"Orange F",2', '+COPS: 0,0,"Orange F",2'),
        ("21.017.09.00.314", "21.017.09.00.314"),
        ("00" * 20 + "FF", "0" * 42),
        ('+CMT: "0041006E0061",27', '+CMT: "xxxxxxxxxxxx",27'),
        ('\x00+CPBR: 1,"0612345678",129,"3 Ana"', '\x00+CPBR: 1,"0610000001",129,"xxxxx"'),
        ('+CLIP: "' + "00300036" * 5 + '",129', '+CLIP: "' + "0" * 40 + '",129'),
        ('AT+CUSD=1,"*100#",15', 'AT+CUSD=1,"*100#",15'),
        ('AT+CUSD=1,"*144*500*9137#",15', 'AT+CUSD=1,"*144*500*0000#",15'),
        ('AT+CUSD=1,"AA180C3602",15', 'AT+CUSD=1,"AA180C3602",15'),
        ('AT+CUSD=1,"AA1A8D46A3AD6215",15', 'AT+CUSD=1,"xx0x0x00x0xx0000",15'),
    ],
)
def test_lines(line: str, expected: str) -> None:
    assert Masker().line(line) == expected


def test_a_ussd_text_is_masked_to_its_last_line() -> None:
    masker = Masker()
    lines = ['+CUSD: 1,"Solde 5', "de Jean", 'Fin",15', "+CSQ: 17,99"]
    assert [masker.line(line) for line in lines] == ['+CUSD: 1,"xxxxx 0', "xx xxxx", 'xxx",00', "+CSQ: 17,99"]


@pytest.mark.parametrize("first", ['+CUSD: 1,"Tapez "1" pour', '\x11+CUSD: 1,"Tapez 1', "+CUSD: 1,Tapez 1"])
def test_a_ussd_text_with_quotes_of_its_own_is_masked_to_its_end(first: str) -> None:
    masker = Masker()
    shown = [masker.line(line) for line in (first, 'dit "oui" à', "Ana Martin", '"Fin",15')]
    assert not {"Tapez", "pour", "oui", "Ana", "Martin", "Fin"} & set(re.findall(r"\w+", " ".join(shown)))
    assert masker.line("OK") == "OK"


def test_in_text_mode_nothing_that_could_be_a_text_is_shown() -> None:
    masker = Masker()
    masker.line("AT+CMGF=1")
    assert masker.line("Rendez-vous 18h") == "xxxxxx-xxxx 00x"
    assert masker.line("OK") == "OK"
    masker.line("AT+CMGF=0")
    assert masker.line("SIM800 R14") == "SIM800 R14"


@pytest.mark.parametrize(
    "header",
    [
        '+CMT: "+33612345678",,"26/11/24,10:00:00+04"',
        '+CMGR: "REC UNREAD","+33612345678",,"26/11/24,10:00:00+04"',
        '+CMGL: 1,"STO SENT","+33612345678",,',
        "+CMGF: 1",
    ],
)
@pytest.mark.parametrize("text", ["Bonjour Ana", "¿Qué tal Ana?", "+1 pour Ana", "ATTENTION Ana", "> Ana"])
def test_a_modem_that_fell_back_to_text_mode_shows_no_text(header: str, text: str) -> None:
    masker = Masker()
    masker.line(header)
    assert "Ana" not in masker.line(text)
    assert masker.line("+CSQ: 17,99") == "+CSQ: 17,99"
    assert "Ana" not in masker.line(text)
    masker.line("AT+CMGF=0")
    assert masker.line("SIM800 R14") == "SIM800 R14"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets_can_be_masked_and_stay_as_many(data: bytes) -> None:
    assert len(masked(Masker(), data)) == len(data)


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789ABCDEFabcdef", min_size=20, max_size=350))
def test_any_hex_can_be_masked_and_stays_as_long(line: str) -> None:
    assert len(Masker().line(line)) == len(line)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('AT^CPIN="1234"', 'AT^CPIN="0000"'),
        ('AT+CPIN2="1234"', 'AT+CPIN2="0000"'),
        ('AT+CMEE=1;+CPIN="1234"', 'AT+CMEE=1;+CPIN="0000"'),
        ('\x00AT+CPIN="1234"', '\x00AT+CPIN="0000"'),
        ("AT*PINCODE=1234", "AT*PINCODE=0000"),
        ("ATD**04*1234*5678*5678#", "ATD**04*0000*0000*0000#"),
        ('AT+CUSD=1,"**05*12345678*5678*5678#",15', 'AT+CUSD=1,"**05*00000001*0000*0000#",15'),
        ("+CPIN: SIM PIN", "+CPIN: SIM PIN"),
        ("AT+CPIN?", "AT+CPIN?"),
    ],
)
def test_a_pin_in_whatever_command(line: str, shown: str) -> None:
    assert Masker().line(line) == shown


def test_a_pin_is_known_again_where_its_command_is_not() -> None:
    masker = Masker()
    masker.line('AT+CPIN="9137"')
    assert masker.line('AT+CPI="9137"') == 'AT+CPI="0000"'
    assert masker.line("+CSQ: 17,99") == "+CSQ: 17,99"


def test_a_pdu_with_a_result_glued_to_it() -> None:
    shown = Masker().line(f"{DELIVER}OK")
    assert shown == f"{Masker().line(DELIVER)}OK"
    assert DELIVER[-10:] not in shown


@given(st.integers(2, 62), st.sampled_from([DELIVER, REPORT]))
def test_half_a_pdu_shows_nothing(cut: int, pdu: str) -> None:
    """Neither a number nor a text, wherever it begins or ends."""
    for half in (pdu[:cut], pdu[cut:]):
        assert not re.search("3316325|1632547|41E190|39605006", Masker().line(half)) or len(half) < 20


def test_a_header_that_claims_the_text_shows_nothing_of_it() -> None:
    whole = encode_submit(
        recipient="+33612345678",
        text="secret",
        alphabet=Alphabet.GSM7,
        concat=Concat(reference=7, total=2, sequence=1),
    ).pdu
    lying = whole.replace("050003070201", "7F0003070201")
    assert set(Masker().line(lying)) == {"0"}


def test_a_long_run_of_digits_is_an_iccid_or_a_pdu() -> None:
    assert Masker().line("+CCID: 89330123456789012345") == "+CCID: 89300000000000000001"
    pdu = "0791331609109300040B91331632547600000062113121000040" + "01" * 2
    assert "3316325476" not in Masker().line(pdu)
