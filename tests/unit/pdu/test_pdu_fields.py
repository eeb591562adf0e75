"""Addresses, time stamps, validity, coding schemes and headers, each for itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from drivers.pdu import Alphabet, Concat, PduError
from drivers.pdu.address import Address, encode_address, encode_smsc, read_address, read_smsc
from drivers.pdu.dcs import CODINGS, encode_dcs
from drivers.pdu.reader import Reader
from drivers.pdu.timestamp import read_timestamp
from drivers.pdu.udh import encode_header, read_header
from drivers.pdu.validity import RELATIVE, encode_validity


def address(digits: str) -> Address:
    return read_address(Reader(bytes.fromhex(digits)), "oa")


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("0B913316325476F8", "+33612345678"),
        ("0A813160214365", "1306123456"),
        ("0081", ""),
        ("0091", ""),
        ("0391F1FF", "+1"),
        ("0491FFFF", ""),
        ("0681BADCFE", "*#abc"),
    ],
)
def test_a_number_is_read_from_semi_octets(digits: str, number: str) -> None:
    assert address(digits) == Address(number)


@pytest.mark.parametrize("kind", ["81", "A1", "91", "B1", "C1", "E1", "F1", "80", "FF"])
def test_any_type_of_number_but_a_name_has_digits(kind: str) -> None:
    assert address(f"04{kind}1032").number.removeprefix("+") == "0123"


@pytest.mark.parametrize("number", ["+33612345678", "0612345678", "38200", "*100#", "+1", "1" * 20])
def test_a_number_comes_back(number: str) -> None:
    assert read_address(Reader(encode_address(number)), "da") == Address(number)
    assert read_smsc(Reader(encode_smsc(number))) == number


@pytest.mark.parametrize("number", ["", "+", "06 12", "06.12", "Bricolo", "+33+6", "+*1", "1a", "٠١٢", "1\n"])
def test_what_cannot_be_dialled_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="not a telephone number"):
        encode_address(number)


def test_a_number_of_21_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 20 digits, this one 21"):
        encode_address("+" + "1" * 21)


def test_no_service_centre_is_one_octet() -> None:
    assert encode_smsc("") == b"\0"
    assert read_smsc(Reader(b"\0")) is None


def timestamp(digits: str) -> datetime | None:
    return read_timestamp(Reader(bytes.fromhex(digits)), "scts")


def test_a_zone_is_kept() -> None:
    at = timestamp("62113121000040")
    assert at == datetime(2026, 11, 13, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    assert at is not None
    assert at.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("octet", "quarters"), [("00", 0), ("08", 0), ("40", 4), ("22", 22), ("29", -12), ("97", 79), ("9F", -79)]
)
def test_a_zone_counts_quarters_of_an_hour_with_a_sign(octet: str, quarters: int) -> None:
    at = timestamp(f"621131210000{octet}")
    assert at is not None
    assert at.utcoffset() == timedelta(minutes=15 * quarters)


@pytest.mark.parametrize(
    "digits",
    [
        "62003121000000",
        "62110021000000",
        "62111321000000",
        "62113142000000",
        "62113121060000",
        "62203092000000",
    ],
)
def test_an_impossible_time_is_none(digits: str) -> None:
    assert timestamp(digits) is None


def test_two_digits_of_a_year_are_1990_to_2089() -> None:
    assert timestamp("98101000000000") == datetime(2089, 1, 1, tzinfo=UTC)
    assert timestamp("09101000000000") == datetime(1990, 1, 1, tzinfo=UTC)


def test_each_validity_is_longer_than_the_one_before() -> None:
    assert all(earlier < later for earlier, later in pairwise(RELATIVE))
    assert [RELATIVE[value] for value in (0, 143, 144, 167, 168, 196, 197, 255)] == [
        timedelta(minutes=5),
        timedelta(hours=12),
        timedelta(hours=12, minutes=30),
        timedelta(days=1),
        timedelta(days=2),
        timedelta(days=30),
        timedelta(weeks=5),
        timedelta(weeks=63),
    ]


def test_a_validity_is_rounded_down() -> None:
    second = timedelta(seconds=1)
    assert [encode_validity(validity) for validity in RELATIVE] == list(range(256))
    assert [encode_validity(validity + second) for validity in RELATIVE] == list(range(256))
    assert [encode_validity(validity - second) for validity in RELATIVE] == [0, *range(255)]


def test_a_validity_out_of_range_is_the_nearest_one() -> None:
    assert encode_validity(timedelta(0)) == 0
    assert encode_validity(timedelta(days=-1)) == 0
    assert encode_validity(timedelta(days=10_000)) == 255


@pytest.mark.parametrize("alphabet", [Alphabet.GSM7, Alphabet.UCS2])
@pytest.mark.parametrize("message_class", [None, 0, 1, 2, 3])
def test_a_coding_comes_back(alphabet: Alphabet, message_class: int | None) -> None:
    coding = CODINGS[encode_dcs(alphabet, message_class)]
    assert (coding.alphabet, coding.message_class) == (alphabet, message_class)
    assert not coding.compressed
    assert not coding.waiting_indicator


def test_a_coding_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="not as 8bit"):
        encode_dcs(Alphabet.OCTETS, None)
    with pytest.raises(ValueError, match="not 4"):
        encode_dcs(Alphabet.GSM7, 4)


def test_the_message_waiting_groups_are_notices() -> None:
    assert [dcs for dcs in range(256) if CODINGS[dcs].waiting_indicator] == list(range(0xC0, 0xF0))


@pytest.mark.parametrize(
    "concat",
    [
        Concat(reference=0, total=1, sequence=1),
        Concat(reference=255, total=255, sequence=255),
        Concat(reference=0xFFFF, total=2, sequence=1, wide=True),
        Concat(reference=0, total=2, sequence=2, wide=True),
    ],
)
def test_a_reference_comes_back(concat: Concat) -> None:
    header = encode_header(concat)
    assert header[0] == len(header) - 1
    assert read_header(header[1:]).concat == concat


@pytest.mark.parametrize(
    "concat",
    [
        Concat(reference=256, total=2, sequence=1),
        Concat(reference=-1, total=2, sequence=1),
        Concat(reference=0x10000, total=2, sequence=1, wide=True),
        Concat(reference=0, total=2, sequence=0),
        Concat(reference=0, total=2, sequence=3),
        Concat(reference=0, total=256, sequence=1),
    ],
)
def test_a_reference_that_does_not_fit_is_refused(concat: Concat) -> None:
    with pytest.raises(ValueError, match=r"reference|parts are numbered"):
        encode_header(concat)


def test_all_elements_are_kept_also_those_that_nobody_reads() -> None:
    header = read_header(bytes.fromhex("0102C803" + "7000" + "0003010201"))
    assert header.elements == ((0x01, b"\xc8\x03"), (0x70, b""), (0x00, b"\x01\x02\x01"))
    assert header.waiting_indicator
    assert header.concat == Concat(reference=1, total=2, sequence=1)


@pytest.mark.parametrize(
    ("digits", "ports"), [("0402F0F1", (0xF0, 0xF1)), ("05040B8423F0", (2948, 9200)), ("05030B8423", None)]
)
def test_ports_are_destination_and_source(digits: str, ports: tuple[int, int] | None) -> None:
    assert read_header(bytes.fromhex(digits)).ports == ports


@pytest.mark.parametrize("digits", ["00", "0003", "00030102", "0003010201FF", "24020103" + "25"])
def test_elements_that_do_not_fill_the_header_are_no_header(digits: str) -> None:
    assert read_header(bytes.fromhex(digits)) == read_header(b"")


def test_an_error_says_where() -> None:
    reader = Reader(b"\x01\x02\x03", "deliver.")
    reader.octet("pid")
    with pytest.raises(PduError) as caught:
        reader.take(5, "scts")
    assert str(caught.value) == "deliver.scts at octet 1: underflow, 5 octets announced, 2 left"
    assert (caught.value.field, caught.value.octet) == ("deliver.scts", 1)
    assert isinstance(caught.value, ValueError)
