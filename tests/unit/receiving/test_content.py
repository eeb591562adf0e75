from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers import Concat, Deliver
from gateway.receiving.content import body, fingerprint, part_text, raw_fingerprint, storable

MESSAGE = Deliver(
    smsc="+33609001390",
    sender="+33612345678",
    text="9",
    timestamp=datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
    concat=Concat(reference=1, total=2, sequence=1),
    headers=((0, b"\x01\x02\x01"),),
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\x00b", "a\ufffdb"), ("\ud83d", "\ufffd"), ("😀\x1b[2J", "😀\x1b[2J"), ("", "")],
)
def test_what_sqlite_cannot_hold_is_replaced(text: str, kept: str) -> None:
    assert storable(text) == kept
    (read,) = sqlite3.connect(":memory:").execute("SELECT ?", (storable(text),)).fetchone()
    assert read == kept


@pytest.mark.parametrize("text", ["9", "merci \ud83d", "\ude00", "a\x00b", "né\n"])
def test_a_part_is_kept_exactly_even_half_a_character(text: str) -> None:
    kept = part_text(replace(MESSAGE, text=text))
    assert kept.isascii()
    assert json.loads(kept) == text


def test_the_text_of_all_parts() -> None:
    parts = {2: '"\\ude00 b"', 1: '"a \\ud83d"'}
    assert body(parts, 2) == "a 😀 b"
    assert body(parts, 4) == "a 😀 b[…]"
    assert body({3: '"c"'}, 3) == "[…]c"


def test_data_is_hex_behind_a_mark() -> None:
    data = part_text(replace(MESSAGE, text=None, data=b"\x0a\x1b"))
    assert body({1: data}, 1) == "8bit:0A1B"
    assert body({1: data, 2: data}, 2) == "8bit:0A1B0A1B"
    assert body({1: data, 3: data}, 3) == "8bit:0A1B[…]0A1B"
    assert body({1: '"a "', 2: data, 3: data, 4: '" b"'}, 4) == "a 8bit:0A1B0A1B b"


@pytest.mark.parametrize(
    "same",
    [replace(MESSAGE, smsc="+33689004000"), replace(MESSAGE, smsc=None)],
)
def test_the_same_message_delivered_again(same: Deliver) -> None:
    assert fingerprint(same) == fingerprint(MESSAGE)


@pytest.mark.parametrize(
    "other",
    [
        replace(MESSAGE, sender="+33612345679"),
        replace(MESSAGE, text="8"),
        replace(MESSAGE, text=None, data=b"9"),
        replace(MESSAGE, timestamp=datetime(2026, 11, 24, 10, 0, 1, tzinfo=UTC)),
        replace(MESSAGE, timestamp=None),
        replace(MESSAGE, headers=((0, b"\x01\x02\x02"),)),
        replace(MESSAGE, headers=()),
        replace(MESSAGE, pid=0x41),
    ],
)
def test_another_message(other: Deliver) -> None:
    assert fingerprint(other) != fingerprint(MESSAGE)


def test_half_characters_have_fingerprints_too() -> None:
    assert fingerprint(replace(MESSAGE, text="\ud83d")) != fingerprint(replace(MESSAGE, text="\ude00"))
    assert raw_fingerprint("00") != raw_fingerprint("0")
