"""The GSM 7-bit alphabet, its packing, and the tables of national languages."""

from __future__ import annotations

import pytest

from drivers.pdu import gsm7
from drivers.pdu.national import DEFAULT, EXTENSION, RESERVED, locking_table, single_shift_table

EVERY_CHARACTER = DEFAULT.replace("\x1b", "") + "".join(EXTENSION.values())


def test_every_character_of_the_alphabet_comes_back() -> None:
    assert len(EVERY_CHARACTER) == 127 + 10
    assert gsm7.decode(gsm7.encode(EVERY_CHARACTER)) == EVERY_CHARACTER


def test_a_character_of_the_extension_table_takes_two_septets() -> None:
    assert gsm7.encode("a€") == b"\x61\x1b\x65"
    assert [gsm7.cost(character) for character in "a€[\n"] == [1, 2, 2, 1]


def test_characters_outside_are_named_each_once_in_order() -> None:
    assert gsm7.outside("Où ? À l’hôtel, l’été") == "À’ô"
    assert gsm7.outside(EVERY_CHARACTER) == ""


def test_the_escape_is_no_character() -> None:
    assert gsm7.outside("\x1b") == "\x1b"


def test_a_character_outside_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="’"):
        gsm7.encode("l’été")


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 15, 16, 153, 160, 255])
def test_septets_come_back_from_their_octets(count: int) -> None:
    septets = bytes((7 * position + 3) % 128 for position in range(count))
    octets = gsm7.pack(septets)
    assert len(octets) == gsm7.packed_size(count)
    assert gsm7.unpack(octets, count) == septets


@pytest.mark.parametrize("size", range(1, 15))
def test_a_text_begins_at_a_septet_boundary_behind_any_header(size: int) -> None:
    header = bytes([size - 1, *range(0x80, 0x80 + size - 1)])
    octets = gsm7.pack(gsm7.encode("oui"), header)
    assert octets[:size] == header
    fill = 7 * gsm7.header_septets(size) - 8 * size
    assert 0 <= fill < 7
    assert octets[size] & ((1 << fill) - 1) == 0 if fill else True
    septets = gsm7.unpack(octets, gsm7.header_septets(size) + 3)
    assert gsm7.decode(septets[gsm7.header_septets(size) :]) == "oui"


@pytest.mark.parametrize("language", range(14))
def test_every_language_has_128_places_and_keeps_the_escape(language: int) -> None:
    table = locking_table(language)
    assert len(table) == 128
    assert table[0x1B] == "\x1b"
    assert table[0x0A] == "\n"
    assert table[0x0D] == "\r"
    assert table[0x20] == " "
    assert len(set(table.replace(RESERVED, ""))) == len(table.replace(RESERVED, ""))


@pytest.mark.parametrize("language", range(14))
def test_every_single_shift_has_the_characters_that_all_languages_share(language: int) -> None:
    shared = "\f^{}\\[~]|€"
    assert set(shared) <= set(single_shift_table(language).values())
    assert RESERVED not in single_shift_table(language).values()


def test_a_language_that_nobody_knows_is_the_default_one() -> None:
    assert locking_table(99) == DEFAULT
    assert single_shift_table(99) == EXTENSION


def test_all_combinations_of_tables_decode_all_septets() -> None:
    everything = bytes(range(128)) + bytes(code for pair in range(128) for code in (0x1B, pair))
    for locking in range(15):
        for single in range(15):
            text = gsm7.decode(everything, locking, single)
            assert "\x1b" not in text


def test_behind_an_escape_the_locking_table_shows_through() -> None:
    assert gsm7.decode(b"\x1b\x0b", locking=1, single=0) == "Ğ"
    assert gsm7.decode(b"\x1b\x65", locking=1, single=0) == "€"
    assert gsm7.decode(b"\x1b\x0b", locking=0, single=3) == "Ô"
