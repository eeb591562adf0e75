from __future__ import annotations

import pytest

from gateway.numbers import InvalidNumber, mask, normalise, same, sender, tail


@pytest.mark.parametrize(
    "written",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "+33612345678",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "00 33 6 12 34 56 78",
        "33612345678",
        "612345678",
        "\u202a+33\u00a06\u00a012\u00a034\u00a056\u00a078\u202c",
        "06\u201112\u201134\u201156\u201178",
        "\uff0b33612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "  0612345678\n",
    ],
)
def test_every_spelling_of_a_number_is_one_number(written: str) -> None:
    assert normalise(written, "FR") == "+33612345678"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0692 12 34 56", "+262692123456"),
        ("0693123456", "+262693123456"),
        ("0639123456", "+262639123456"),
        ("0690123456", "+590690123456"),
        ("0691 123456", "+590691123456"),
        ("0694123456", "+594694123456"),
        ("0696123456", "+596696123456"),
        ("0697123456", "+596697123456"),
        ("0262123456", "+262262123456"),
        ("0590123456", "+590590123456"),
        ("0596123456", "+596596123456"),
        ("0508411234", "+508411234"),
        ("+33692123456", "+262692123456"),
        ("0033692123456", "+262692123456"),
        ("+262692123456", "+262692123456"),
    ],
)
def test_overseas_numbers_get_their_own_country_code(written: str, number: str) -> None:
    assert normalise(written, "FR") == number


def test_mainland_numbers_that_look_alike_stay() -> None:
    assert normalise("0698123456", "FR") == "+33698123456"
    assert normalise("0638123456", "FR") == "+33638123456"
    assert normalise("0700123456", "FR") == "+33700123456"


def test_a_shared_mobile_range_is_read_by_its_finer_ranges() -> None:
    assert normalise("0709312345", "FR") == "+594709312345"
    assert normalise("0709012345", "FR") == "+590709012345"
    assert normalise("0706123456", "FR") == "+33706123456"


@pytest.mark.parametrize("region", ["RE", "GP", "MQ", "GF", "YT"])
def test_mainland_mobiles_written_overseas(region: str) -> None:
    assert normalise("0612345678", region) == "+33612345678"
    assert normalise("0692123456", region) == "+262692123456"


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("07911 123456", "GB", "+447911123456"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("312345", "FR", None),
        ("+376312345", "FR", "+376312345"),
        ("00447911123456", "FR", "+447911123456"),
        ("06 12 34", "FR", None),
    ],
)
def test_other_countries(written: str, region: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(InvalidNumber):
            normalise(written, region)
    else:
        assert normalise(written, region) == number


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", "no digits"),
        ("Bricolo", "no digits"),
        ("+", "no digits"),
        ("36200", "short code"),
        ("112", "short code"),
        ("06 12 34 5", "too few digits"),
        ("06123456789", "too many digits"),
        ("0612345678 / 0698765432", "too many digits"),
        ("06ABCDEFGH", "no phone number has"),
        ("0612345678 ext 5", "no phone number has"),
        ("0612345678;0698765432", "no phone number has"),
        ("06+12345678", "no phone number has"),
        ("++33612345678", "no phone number has"),
        ("+999612345678", "country code"),
        ("+1", "too short"),
        ("0612345678\x00", "no phone number has"),
        ("5" * 400, "too many digits"),
    ],
)
def test_what_nobody_can_be_reached_at_is_refused_with_a_sentence(written: str, says: str) -> None:
    with pytest.raises(InvalidNumber, match=says):
        normalise(written, "FR")


def test_a_number_without_its_area_code() -> None:
    with pytest.raises(InvalidNumber, match="area code"):
        normalise("5550123", "US")


@pytest.mark.parametrize(
    ("text", "is_name", "kept"),
    [
        ("+33612345678", False, ("+33612345678", False)),
        ("0612345678", False, ("+33612345678", False)),
        ("33612345678", False, ("+33612345678", False)),
        ("0692123456", False, ("+262692123456", False)),
        ("Bricolo", True, ("Bricolo", True)),
        ("+33612345678", True, ("+33612345678", True)),
        ("36200", False, ("36200", True)),
        ("+36200", False, ("+36200", True)),
        ("*123#", False, ("*123#", True)),
        ("", False, ("", True)),
        ("0800123456", False, ("+33800123456", True)),
        ("+33892123456", False, ("+33892123456", True)),
        ("+447911123456", False, ("+447911123456", False)),
    ],
)
def test_senders(text: str, is_name: bool, kept: tuple[str, bool]) -> None:
    assert sender(text, "FR", is_name) == kept


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("+33612345678", "0612345678", True),
        ("+33612345678", "33612345678", True),
        ("+33612345678", "+33612345679", False),
        ("+33612345678", "+33712345678", False),
        ("312345", "+376312345", True),
        ("36200", "36200", True),
        ("36200", "+33600036200", False),
        ("", "", False),
        ("", "+33612345678", False),
    ],
)
def test_same_line(one: str, other: str, is_same: bool) -> None:
    assert same(one, other) is is_same
    assert same(other, one) is is_same


def test_tail() -> None:
    assert tail("+33612345678") == tail("06 12 34 56 78") == "612345678"


def test_a_log_never_holds_a_whole_number() -> None:
    assert mask("+33612345678") == "+33612…78"
    assert mask("0612345678") == "0612…78"
    assert mask("1234567") == "1…67"
    assert mask("36200") == "36200"
    assert mask("INFO-CONSO") == "INFO-CONSO"
    assert mask("") == ""
