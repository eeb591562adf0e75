"""Our codec and those of python-gsmmodem-new and smspdudecoder read one another.

Where they differ, 3GPP decides: the models below say exactly how the others differ, and the tests behind them
which clause is against them. A difference that no model foretells fails.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from drivers.pdu import (
    Alphabet,
    Concat,
    Deliver,
    StatusReport,
    SubmitPdu,
    decode_pdu,
    encode_submit,
    gsm7,
    join_texts,
    segment,
)
from drivers.sim import codec
from tests.property.test_pdu_two_codecs import numbers, texts, zones

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    from gsmmodem import pdu as library
from smspdudecoder.codecs import GSM
from smspdudecoder.elements import Date, Number
from smspdudecoder.fields import SMSDeliver, SMSSubmit

three = settings(max_examples=60, deadline=None)

HEADER = 7
"""Septets that the header of a part takes with an 8-bit reference (TS 23.040 9.2.3.24)."""
near = st.builds(
    lambda since, zone: (datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=since)).astimezone(zone),
    st.integers(0, 67 * 365 * 86400),
    zones,
)
"""TP-SCTS has two digits for the year and says nothing of the century (TS 23.040 9.2.3.11): the library's is the
twentieth from 69 on."""
simple_texts = st.one_of(
    st.text("@abÇ€[^éù\n09", max_size=340),
    st.text("aé’êД", max_size=150),
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])),
)


def total_septets(text: str, *, part: bool) -> int:
    return len(gsm7.encode(text)) + (HEADER if part else 0)


def as_library_reads(text: str, alphabet: Alphabet, *, part: bool) -> str:
    """python-gsmmodem loses a last @ where the septets fill their octets, knows no form feed, and has ` for §."""
    if alphabet is not Alphabet.GSM7:
        return text
    lost = text.endswith("@") and total_septets(text, part=part) % 8 == 0
    return (text[:-1] if lost else text).replace("\f", "").replace("§", "`")


def as_decoder_reads(text: str, alphabet: Alphabet, *, part: bool) -> str:
    """smspdudecoder counts characters where TP-UDL counts septets: seven bits left over become an @."""
    if alphabet is Alphabet.GSM7 and total_septets(text, part=part) % 8 == 7:
        return text + "@" if len(gsm7.encode(text)) > len(text) else text
    return text


def whole(text: str) -> str:
    """Code units of UTF-16 that were taken for characters."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be")


# They read what we write.


@three
@given(
    recipient=numbers,
    text=texts,
    report=st.booleans(),
    message_class=st.sampled_from([None, 0]),
    validity=st.one_of(st.none(), st.timedeltas(timedelta(minutes=5), timedelta(weeks=63))),
    reference=st.integers(0, 255),
)
@example("+33612345678", "a" * 7 + "@", True, None, None, 0)
@example("+33612345678", "€" * 3 + "a", True, None, None, 0)
def test_both_read_what_the_gateway_writes(
    recipient: str,
    text: str,
    report: bool,
    message_class: int | None,
    validity: timedelta | None,
    reference: int,
) -> None:
    cut = segment(text)
    total = len(cut.parts)
    assume(total < 9)  # see test_a_header_is_no_text
    for sequence, part in enumerate(cut.parts, 1):
        concat = Concat(reference=reference, total=total, sequence=sequence) if total > 1 else None
        pdu = encode_submit(
            recipient=recipient,
            text=part,
            alphabet=cut.alphabet,
            concat=concat,
            report=report,
            message_class=message_class,
            validity=validity,
            reference=sequence,
        ).pdu
        ours = decode_pdu(pdu)
        assert isinstance(ours, SubmitPdu)
        assert ours.text == part
        read = library.decodeSmsPdu(pdu)
        assert (read["number"], read["reference"], read["protocol_id"]) == (recipient, sequence, 0)
        assert whole(read["text"]) == as_library_reads(part, cut.alphabet, part=total > 1)
        until = read.get("validity")
        assert (until.total_seconds() if until else None) == ours.validity_seconds
        if concat:
            (element,) = read["udh"]
            assert (element.reference, element.parts, element.number) == (reference, total, sequence)
        other = SMSSubmit.decode(StringIO(pdu))
        assert ("+" if recipient[0] == "+" else "") + other["recipient"]["number"] == recipient
        assert other["header"]["srr"] is report
        assert other["user_data"]["data"] == as_decoder_reads(part, cut.alphabet, part=total > 1)


@three
@given(sender=numbers, text=texts, at=near, reference=st.integers(0, 255))
def test_all_read_what_a_phone_writes(sender: str, text: str, at: datetime, reference: int) -> None:
    sent = codec.compose(text, sender=sender, stamp=codec.Stamp(at), reference=reference)
    assume(len(sent) < 9)
    for message in sent:
        pdu = "00" + message.encode().hex()
        ours = decode_pdu(pdu)
        assert isinstance(ours, Deliver)
        said = ours.text or ""
        read = library.decodeSmsPdu(pdu)
        assert (read["number"], read["time"]) == (sender, at)
        assert whole(read["text"]) == as_library_reads(said, ours.alphabet, part=ours.concat is not None)
        other = SMSDeliver.decode(StringIO(pdu))
        assert other["scts"] == at
        assert other["user_data"]["data"] == as_decoder_reads(
            said, ours.alphabet, part=ours.concat is not None
        )


@three
@given(st.integers(0, 255), numbers, near, near, st.integers(0, 255))
def test_the_library_reads_a_report_as_we_do(
    reference: int, recipient: str, submitted: datetime, discharged: datetime, status: int
) -> None:
    report = codec.Report(
        reference=reference,
        recipient=recipient,
        submitted=codec.Stamp(submitted),
        discharged=codec.Stamp(discharged),
        status=status,
    )
    pdu = "00" + report.encode().hex()
    ours, read = decode_pdu(pdu), library.decodeSmsPdu(pdu)
    assert isinstance(ours, StatusReport)
    assert (ours.reference, ours.recipient, ours.timestamp, ours.discharge, ours.status) == (
        *(read["reference"], read["number"], read["time"], read["discharge"], read["status"]),
    )


# We read what they write.


@three
@given(
    number=numbers,
    text=simple_texts,
    reference=st.integers(0, 255),
    report=st.booleans(),
    flash=st.booleans(),
    smsc=st.sampled_from([None, "+33609001390"]),
    validity=st.one_of(st.none(), st.timedeltas(timedelta(minutes=5), timedelta(days=440))),
)
def test_we_read_what_the_library_writes(
    number: str,
    text: str,
    reference: int,
    report: bool,
    flash: bool,
    smsc: str | None,
    validity: timedelta | None,
) -> None:
    written = library.encodeSmsSubmitPdu(
        number,
        text,
        reference=reference,
        validity=validity,
        smsc=smsc,
        requestStatusReport=report,
        sendFlash=flash,
    )
    parts: dict[int, str] = {}
    for pdu in written:
        read = decode_pdu(str(pdu))
        assert isinstance(read, SubmitPdu)
        assert (read.recipient, read.reference, read.report, read.smsc) == (number, reference, report, smsc)
        assert read.message_class == (0 if flash else None)
        assert (read.validity_seconds is None) == (validity is None)
        if validity is not None:
            assert read.validity_seconds <= validity.total_seconds()
        assert len(str(pdu)) == 2 * (pdu.tpduLength + 1)  # see test_a_length_without_the_service_centre
        parts[read.concat.sequence if read.concat else 1] = read.text or ""
        if read.alphabet is Alphabet.GSM7:  # see test_a_section_sign_is_no_backquote
            text = text.replace("`", "§")
    assert join_texts(parts, len(written)) == text


@three
@given(st.text("@abÇ€[^éù\n09", max_size=160), numbers, near)
def test_the_elements_of_the_decoder_are_ours(text: str, number: str, at: datetime) -> None:
    septets = gsm7.encode(text)
    assert GSM.encode(text) == gsm7.pack(septets).hex().upper()
    digits = number.lstrip("+")
    assert Number.decode(Number.encode(digits)) == digits
    stamp = bytes.fromhex(Date.encode(at))
    head = bytes.fromhex("00040B913316325476F80000")
    read = decode_pdu((head + stamp + b"\0").hex())
    assert isinstance(read, Deliver)
    assert (read.timestamp, read.timestamp and read.timestamp.utcoffset()) == (at, at.utcoffset())


# Where they differ: 3GPP decides.


def submit(text: str, **fields: object) -> str:
    cut = segment(text)
    return encode_submit(recipient="+33612345678", text=text, alphabet=cut.alphabet, **fields).pdu  # type: ignore[arg-type]


def test_the_last_character_may_be_an_at() -> None:
    """TS 23.040 9.2.3.16: TP-UDL counts the septets; @ is septet 0 (TS 23.038 6.2.1), and no padding."""
    pdu = submit("courriel@")[:-2] + "00"
    eight = submit("courrie@")
    assert decode_pdu(eight).text == "courrie@"  # type: ignore[union-attr]
    assert library.decodeSmsPdu(eight)["text"] == "courrie"
    assert decode_pdu(pdu).text == "courriel@"  # type: ignore[union-attr]


def test_a_section_sign_is_no_backquote() -> None:
    """TS 23.038 6.2.1: 0x5F is §, and the table has no backquote; the library has it there."""
    assert decode_pdu(submit("§")).text == "§"  # type: ignore[union-attr]
    assert library.decodeSmsPdu(submit("§"))["text"] == "`"
    assert decode_pdu(str(library.encodeSmsSubmitPdu("+33612345678", "`")[0])).text == "§"  # type: ignore[union-attr]
    assert decode_pdu(submit("`")).text == "`"  # type: ignore[union-attr]


def test_septets_are_counted_and_not_characters() -> None:
    """TS 23.040 9.2.3.16, TS 23.038 6.1.2.1.1: of 7 septets 7 bits are left over, whatever characters they make."""
    pdu = submit("€€€a")
    assert decode_pdu(pdu).text == "€€€a"  # type: ignore[union-attr]
    assert SMSSubmit.decode(StringIO(pdu))["user_data"]["data"] == "€€€a@"


def test_a_header_is_no_text() -> None:
    """TS 23.040 9.2.3.24: the header's octets are no septets, although one may look like the escape (0x1B)."""
    pdu = submit("Bonjour", concat=Concat(reference=0xB0, total=9, sequence=1))
    assert decode_pdu(pdu).text == "Bonjour"  # type: ignore[union-attr]
    assert SMSSubmit.decode(StringIO(pdu))["user_data"]["data"] != "Bonjour"


def test_a_form_feed_is_a_character() -> None:
    """TS 23.038 6.2.1.1: 0x0A of the extension table is FF."""
    assert decode_pdu(submit("page\f2")).text == "page\f2"  # type: ignore[union-attr]
    assert library.decodeSmsPdu(submit("page\f2"))["text"] == "page2"


def test_a_pair_of_code_units_is_one_character() -> None:
    """TS 23.038 6.2.3 with ISO/IEC 10646: what phones send above U+FFFF are surrogate pairs, one code unit each."""
    assert decode_pdu(submit("😀")).text == "😀"  # type: ignore[union-attr]
    assert library.decodeSmsPdu(submit("😀"))["text"] == "\ud83d\ude00"
    with pytest.raises(ValueError, match="range"):
        library.encodeSmsSubmitPdu("+33612345678", "😀")


@pytest.mark.parametrize(
    ("octet", "seconds", "told"),
    [
        (0, 5 * 60, {"validity-minutes": 0}),
        (143, 12 * 3600, {"validity-minutes": 715}),
        (144, 12 * 3600 + 30 * 60, {"validity-hours": 12}),
    ],
)
def test_the_validity_period(octet: int, seconds: int, told: dict[str, int]) -> None:
    """TS 23.040 9.2.3.12.1: (VP + 1) x 5 minutes; 12 hours + (VP - 143) x 30 minutes."""
    pdu = submit("x", validity=timedelta(seconds=seconds))
    ours = decode_pdu(pdu)
    assert isinstance(ours, SubmitPdu)
    assert ours.validity_seconds == seconds
    assert library.decodeSmsPdu(pdu)["validity"].total_seconds() == seconds
    read = SMSSubmit.decode(StringIO(pdu))
    assert read["vp"] == octet
    assert told.items() <= read.items()


def test_a_length_without_the_service_centre() -> None:
    """TS 27.005 3.5.1 and 4.3: AT+CMGS=<length> counts the TPDU, not the octets of the service centre before it."""
    (theirs,) = library.encodeSmsSubmitPdu("+33612345678", "x", smsc="+33609001390")
    ours = encode_submit(
        recipient="+33612345678", text="x", alphabet=Alphabet.GSM7, smsc="+33609001390", reference=0
    )
    assert theirs.tpduLength == ours.length + len("07913306091093F0") // 2 - 1


def test_a_name_has_as_many_characters_as_its_digits_hold() -> None:
    """TS 23.040 9.1.2.5: 13 semi-octets hold 7 septets; the four bits left of the last octet are no character."""
    pdu = "0004" + "0DD0" + gsm7.pack(gsm7.encode("Bricolo")).hex() + "0000" + "62113021000040" + "00"
    read = decode_pdu(pdu)
    assert isinstance(read, Deliver)
    assert read.sender == "Bricolo"
    assert library.decodeSmsPdu(pdu)["number"] == "Bricolo"
    assert SMSDeliver.decode(StringIO(pdu))["sender"]["number"] == "Bricolo@"
