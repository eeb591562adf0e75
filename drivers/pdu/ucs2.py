"""UCS-2 text, which phones write as UTF-16BE (TS 23.038 6.2.3, MODEMS F136)."""

from __future__ import annotations

import re

MOST_UNITS = 70
"""UTF-16 code units in the 140 octets of a message without a header."""

_LONE = re.compile("[\ud800-\udfff]")


def cost(character: str) -> int:
    """How many UTF-16 code units a character takes: two outside the basic plane."""
    return 2 if character > "\uffff" else 1


def check(text: str) -> None:
    """Raise `ValueError` where a text holds a lone surrogate: half a character, which no phone could show."""
    if lone := _LONE.search(text):
        raise ValueError(f"half a character (U+{ord(lone[0]):04X}) at position {lone.start()} of the text")


def encode(text: str) -> bytes:
    """The octets of a text. Raises `ValueError` as `check` does."""
    check(text)
    return text.encode("utf-16-be")


def decode(octets: bytes) -> str:
    """The text of octets; half a surrogate pair, cut off by the end of a part, is kept for `join_texts`.

    An odd octet at the end is no character and is left out.
    """
    return octets[: len(octets) & ~1].decode("utf-16-be", "surrogatepass")


def whole(text: str) -> str:
    """The text with the halves of surrogate pairs put together, and U+FFFD for a half without its other."""
    if _LONE.search(text) is None:
        return text
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
