"""Texts on their way: cut into parts, written into PDUs, joined again."""

from __future__ import annotations

import pytest

from drivers.pdu import (
    Alphabet,
    Concat,
    Deliver,
    SubmitPdu,
    TooManyParts,
    decode_pdu,
    encode_submit,
    join_texts,
    segment,
)

SMILE = "😀"


@pytest.mark.parametrize(
    ("text", "wide", "lengths"),
    [
        ("", False, [0]),
        ("a" * 160, False, [160]),
        ("a" * 161, False, [153, 8]),
        ("a" * 306, False, [153, 153]),
        ("a" * 307, False, [153, 153, 1]),
        ("a" * 161, True, [152, 9]),
        ("€" * 80, False, [80]),
        ("€" * 81, False, [76, 5]),
        ("a" * 159 + "€", False, [153, 7]),
        ("é" * 69 + "ê", False, [70]),
        ("é" * 70 + "ê", False, [67, 4]),
        ("é" * 70 + "ê", True, [66, 5]),
        (SMILE * 35, False, [35]),
        (SMILE * 36, False, [33, 3]),
        (SMILE * 36, True, [33, 3]),
    ],
)
def test_a_text_is_cut_where_the_part_is_full(text: str, wide: bool, lengths: list[int]) -> None:
    segments = segment(text, wide=wide)
    assert [len(part) for part in segments.parts] == lengths
    assert "".join(segments.parts) == text


def test_an_escape_pair_is_never_split() -> None:
    segments = segment("a" * 152 + "€" + "a" * 20)
    assert segments.parts == ("a" * 152, "€" + "a" * 20)
    assert segments.units == 152 + 2 + 20


def test_a_surrogate_pair_is_never_split() -> None:
    segments = segment("é" * 66 + SMILE + "é" * 20)
    assert segments.alphabet is Alphabet.UCS2
    assert segments.parts == ("é" * 66, SMILE + "é" * 20)
    assert segments.units == 66 + 2 + 20


def test_what_forces_ucs2_is_named() -> None:
    segments = segment("Merci d’avoir répondu ! ’ê’")
    assert (segments.alphabet, segments.costly) == (Alphabet.UCS2, "’ê")
    assert segment("Merci d'avoir répondu !").costly == ""


def test_nothing_is_normalised() -> None:
    decomposed = "e\u0301te\u0301"
    assert segment(decomposed).alphabet is Alphabet.UCS2
    encoded = encode_submit(recipient="+33612345678", text=decomposed, alphabet=Alphabet.UCS2)
    decoded = decode_pdu(encoded.pdu)
    assert isinstance(decoded, SubmitPdu)
    assert decoded.text == decomposed


def test_too_many_parts_are_counted() -> None:
    assert len(segment("a" * 153 * 3, max_parts=3).parts) == 3
    with pytest.raises(TooManyParts, match="takes 4 parts, at most 3") as caught:
        segment("a" * (153 * 3 + 1), max_parts=3)
    assert (caught.value.parts, caught.value.limit) == (4, 3)
    with pytest.raises(TooManyParts):
        segment("a" * (153 * 255 + 1))


@pytest.mark.parametrize("text", ["\ud83d", "oui \ude00", "\ude00\ud83d"])
def test_half_a_character_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="half a character"):
        segment(text)
    with pytest.raises(ValueError, match="half a character"):
        encode_submit(recipient="1", text=text, alphabet=Alphabet.UCS2)


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("a" * 161, Alphabet.GSM7),
        ("€" * 80 + "a", Alphabet.GSM7),
        ("é" * 71, Alphabet.UCS2),
        (SMILE * 36, Alphabet.UCS2),
    ],
)
def test_a_text_that_does_not_fit_is_refused(text: str, alphabet: Alphabet) -> None:
    with pytest.raises(ValueError, match="segment it first"):
        encode_submit(recipient="1", text=text, alphabet=alphabet)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(
    "text", ["a" * 400, "€" * 200, "ê" * 200, SMILE * 100], ids=["gsm7", "escapes", "ucs2", "pairs"]
)
def test_every_part_fits_its_pdu(text: str, wide: bool) -> None:
    segments = segment(text, wide=wide)
    total = len(segments.parts)
    parts = {}
    for sequence, part in enumerate(segments.parts, 1):
        concat = Concat(reference=7, total=total, sequence=sequence, wide=wide)
        encoded = encode_submit(
            recipient="+33612345678", text=part, alphabet=segments.alphabet, concat=concat
        )
        decoded = decode_pdu(encoded.pdu)
        assert isinstance(decoded, SubmitPdu)
        assert decoded.concat == concat
        parts[sequence] = decoded.text or ""
    assert join_texts(parts, total) == text


@pytest.mark.parametrize("number", [{"reference": 256}, {"reference": -1}, {"pid": 256}, {"pid": -1}])
def test_a_number_that_is_no_octet_is_refused(number: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="is 0 to 255"):
        encode_submit(recipient="1", text="", alphabet=Alphabet.GSM7, **number)


def test_duplicates_are_never_rejected_and_a_report_is_asked_for_by_default() -> None:
    decoded = decode_pdu(encode_submit(recipient="1", text="oui", alphabet=Alphabet.GSM7).pdu)
    assert isinstance(decoded, SubmitPdu)
    assert decoded.report
    assert not decoded.reject_duplicates


def test_parts_are_joined_in_order_and_gaps_are_shown() -> None:
    assert join_texts({2: "b", 1: "a", 3: "c"}, 3) == "abc"
    assert join_texts({1: "a", 3: "c"}, 3) == "a[…]c"
    assert join_texts({1: "a", 4: "d"}, 5) == "a[…]d[…]"
    assert join_texts({}, 2) == "[…]"
    assert join_texts({1: "a", 9: "z"}, 1) == "a"


def test_a_pair_that_was_cut_comes_out_whole() -> None:
    high, low = "\ud83d", "\ude00"
    assert join_texts({1: "oui " + high, 2: low + "!"}, 2) == f"oui {SMILE}!"
    assert join_texts({1: "oui " + high, 3: "!"}, 3) == "oui \ufffd[…]!"
    assert join_texts({1: "a" + low, 2: high + "b"}, 2) == "a\ufffd\ufffdb"
    assert join_texts({1: high}, 1) == "\ufffd"


def test_a_pair_that_was_cut_across_two_pdus_comes_out_whole() -> None:
    head = "07913306091093F0440B913316325476F8000862113121000040"
    parts = {}
    for pdu in (head + "08" + "050003CC0201" + "D83D", head + "0A" + "050003CC0202" + "DE000021"):
        decoded = decode_pdu(pdu)
        assert isinstance(decoded, Deliver)
        assert decoded.concat is not None
        parts[decoded.concat.sequence] = decoded.text or ""
    assert join_texts(parts, 2) == SMILE + "!"
