"""The simulator's codec against octets worked out by hand from TS 23.038 and TS 23.040."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.sim.codec import Address, CodecError, Deliver, Report, Stamp, Submit, compose, septets
from drivers.sim.codec.address import decode_smsc, encode_smsc
from drivers.sim.codec.coding import alphabet_of, class_of, concat_of, elements
from drivers.sim.codec.reader import Reader, from_hex
from drivers.sim.codec.stamp import enhanced_validity, relative_validity

NOON = Stamp(datetime(2026, 11, 24, 12, 0, 0, tzinfo=timezone(timedelta(hours=1))))
GSM7_CHARS = "".join(char for char in septets.DEFAULT if char != "\x1b") + "^{}\\[~]|€"


def test_seven_bits_pack_from_the_right():
    # "hellohello" is the worked example of every text on the subject: E8 32 9B FD 46 97 D9 EC 37
    codes = septets.encode("hellohello")
    assert codes is not None
    assert septets.pack(codes).hex().upper() == "E8329BFD4697D9EC37"


@pytest.mark.parametrize("length", [7, 8, 15, 16, 23, 160])
def test_a_trailing_at_sign_is_neither_lost_nor_invented(length):
    text = "a" * (length - 1) + "@"
    codes = septets.encode(text)
    assert codes is not None
    assert septets.decode(septets.unpack(septets.pack(codes), length)) == text
    assert septets.decode(septets.unpack(septets.pack(codes[:-1]), length - 1)) == text[:-1]


def test_an_escape_before_an_unknown_code_shows_the_plain_character():
    assert septets.decode([0x1B, ord("A")]) == "A"
    assert septets.decode([0x1B, 0x65]) == "€"


@pytest.mark.parametrize(
    ("table", "codes", "shown"),
    [({"shift": 1}, [0x1B, 0x53], "Ş"), ({"shift": 2}, [0x1B, 0x61], "á"), ({"locking": 3}, [0x7B], "ã")],
)
def test_national_tables(table, codes, shown):
    assert septets.decode(codes, **table) == shown


@given(st.text(GSM7_CHARS, max_size=200), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_septets_survive_packing(text, fill):
    codes = septets.encode(text)
    assert codes is not None
    assert septets.decode(septets.unpack(septets.pack(codes, fill), len(codes), fill)) == text


def test_what_the_alphabet_lacks_has_no_septets():
    assert septets.encode("ê") is None


# ---- addresses


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("+33612345678", "0B913316325476F8"),
        ("0612345678", "0A816021436587"),
        ("36180", "05816381F0"),
        ("Bricolo", "0DD042797AFC66BF01"),
    ],
)
def test_addresses(text, octets):
    assert Address.of(text).encode().hex().upper() == octets
    assert Address.decode(Reader(bytes.fromhex(octets)), "oa").text == text


def test_a_name_of_seven_characters_has_thirteen_useful_semi_octets():
    assert Address.of("Bricolo").encode()[0] == 13


def test_the_service_centre_counts_octets_not_digits():
    assert encode_smsc("+33609001390").hex().upper() == "07913306091093F0"
    assert encode_smsc("") == b"\0"
    assert decode_smsc(Reader(bytes.fromhex("07913306091093F0"))) == "+33609001390"
    assert decode_smsc(Reader(b"\0")) == ""


# ---- time


def test_a_stamp_swaps_its_digits_and_counts_quarters_of_an_hour():
    assert NOON.encode().hex() == "62114221000040"
    west = Stamp(datetime(2026, 1, 31, 23, 59, 59, tzinfo=timezone(-timedelta(hours=3, minutes=30))))
    assert west.encode().hex() == "62101332959549"
    assert Stamp.decode(west.encode()) == west
    assert west.text_mode() == "26/01/31,23:59:59-14"


def test_an_impossible_stamp_is_refused():
    with pytest.raises(CodecError, match="time stamp"):
        Stamp.decode(bytes.fromhex("62311321959540"))


@pytest.mark.parametrize(
    ("octet", "period"),
    [
        (0, timedelta(minutes=5)),
        (143, timedelta(hours=12)),
        (144, timedelta(hours=12, minutes=30)),
        (167, timedelta(hours=24)),
        (168, timedelta(days=2)),
        (196, timedelta(days=30)),
        (197, timedelta(weeks=5)),
        (255, timedelta(weeks=63)),
    ],
)
def test_relative_validity(octet, period):
    assert relative_validity(octet) == period


def test_enhanced_validity():
    assert enhanced_validity(bytes.fromhex("021E0000000000")) == timedelta(seconds=30)
    assert enhanced_validity(bytes.fromhex("03215400000000")) == timedelta(hours=12, minutes=45)
    assert enhanced_validity(bytes(7)) is None


# ---- PDUs


def test_a_submission_is_read_field_by_field():
    submit = Submit.decode(bytes.fromhex("31070B913316325476F80000A70AE8329BFD4697D9EC37"))
    assert submit.recipient == "+33612345678"
    assert submit.text == "hellohello"
    assert submit.reference == 7
    assert submit.report
    assert submit.validity == timedelta(hours=24)
    assert submit.concat is None


def test_a_part_knows_its_place():
    # header 05 00 03 2A 02 01, then one fill bit and the septets of "ab"
    submit = Submit.decode(bytes.fromhex("41000B913316325476F8000009" + "0500032A0201" + "C262"))
    assert submit.concat is not None
    assert (submit.concat.reference, submit.concat.total, submit.concat.sequence) == (0x2A, 2, 1)
    assert submit.text == "ab"


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("", "first octet"),
        ("00", "message type"),
        ("11000B9133163254", "destination"),
        ("11001F91", "digits"),
        ("11000B913316325476F80000A70AE832", "septets announced"),
        ("11000B913316325476F80008A7040041", "octets announced"),
        ("11000B913316325476F80008A703004100", "odd number"),
        ("51000B913316325476F80000A705FF00", "longer than the user data"),
    ],
)
def test_a_wrong_submission_names_the_field(octets, why):
    with pytest.raises(CodecError, match=why):
        Submit.decode(bytes.fromhex(octets))


def test_text_mode_stores_what_it_reads():
    submit = Submit(recipient="+33612345678", text="Ça va ?", report=True)
    again = Submit.decode(submit.encode())
    assert (again.recipient, again.text, again.report) == ("+33612345678", "Ça va ?", True)


def test_a_delivery_octet_by_octet():
    deliver = Deliver(sender="+33612345678", stamp=NOON, text="9")
    assert deliver.encode().hex().upper() == "040B913316325476F80000621142210000400139"


def test_a_report_octet_by_octet():
    report = Report(reference=5, recipient="+33612345678", submitted=NOON, discharged=NOON, status=0x46)
    assert report.encode().hex().upper() == "06050B913316325476F8" + "62114221000040" * 2 + "46"
    assert Report.decode(report.encode()) == report


@pytest.mark.parametrize(
    ("dcs", "alphabet", "message_class"),
    [
        (0x00, "gsm7", None),
        (0x08, "ucs2", None),
        (0x04, "8bit", None),
        (0x10, "gsm7", 0),
        (0x11, "gsm7", 1),
        (0x18, "ucs2", 0),
        (0xC8, "gsm7", None),
        (0xE0, "ucs2", None),
        (0xF0, "gsm7", 0),
        (0xF5, "8bit", 1),
    ],
)
def test_coding_schemes(dcs, alphabet, message_class):
    assert alphabet_of(dcs) == alphabet
    assert class_of(dcs) == message_class


def test_an_impossible_place_is_no_place():
    assert concat_of(elements(bytes((0, 3, 1, 2, 3)))) is None
    assert concat_of(elements(bytes((0, 3, 1, 2, 0)))) is None
    wide = concat_of(elements(bytes((8, 4, 1, 2, 3, 1))))
    assert wide is not None
    assert (wide.reference, wide.wide) == (0x0102, True)


def test_an_element_that_is_cut_short_is_refused():
    with pytest.raises(CodecError, match="element"):
        elements(bytes((0, 3, 1)))


# ---- cutting


@pytest.mark.parametrize(
    ("text", "wide", "sizes"),
    [
        ("a" * 160, False, [160]),
        ("a" * 161, False, [153, 8]),
        ("a" * 161, True, [152, 9]),
        ("é" * 70 + "ê", False, [67, 4]),
        ("ê" * 71, True, [66, 5]),
        ("a" * 152 + "€" + "b" * 10, False, [152, 11]),
    ],
)
def test_parts_have_the_sizes_of_the_standard(text, wide, sizes):
    parts = compose(text, sender="+33612345678", stamp=NOON, wide=wide)
    assert [len(part.text or "") for part in parts] == sizes
    assert all(len(part.encode()) <= 19 + 140 for part in parts)


def test_a_pair_is_never_cut():
    parts = compose("ê" * 66 + "😀" + "b" * 10, sender="+33612345678", stamp=NOON)
    assert [part.text for part in parts] == ["ê" * 66, "😀" + "b" * 10]


@given(st.text(max_size=400), st.booleans())
@settings(max_examples=60, deadline=None)
def test_parts_join_to_the_text(text, wide):
    parts = compose(text, sender="+33612345678", stamp=NOON, wide=wide, reference=200)
    back = [Deliver.decode(part.encode()) for part in parts]
    assert "".join(part.text or "" for part in back) == text


def test_too_long_a_text_is_refused():
    with pytest.raises(CodecError, match="at most 255"):
        compose("a" * 153 * 256, sender="+33612345678", stamp=NOON)


def test_hex_may_have_spaces_and_nothing_else():
    assert from_hex("0A 0b\r\n") == b"\x0a\x0b"
    with pytest.raises(CodecError, match="not hex"):
        from_hex("0G")


def test_dates_need_no_zone_to_be_written():
    assert Stamp(datetime(2026, 1, 1, tzinfo=UTC)).encode().hex() == "62101000000000"
