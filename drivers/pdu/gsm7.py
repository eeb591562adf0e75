"""The GSM 7-bit alphabet: characters to septets, septets to octets, and back (TS 23.038 6.1.2.1, 6.2.1).

A *septet* is a number below 128; here it travels as one byte of a `bytes`. A *packed* octet string holds
eight septets in seven octets, the first septet in the lowest bits. Packing is done on the whole message at
once, as one large integer: eight rounds of mask and shift open a gap of one bit above every septet.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache

from drivers.pdu.national import DEFAULT, EXTENSION, locking_table, single_shift_table

ESCAPE = 0x1B
MOST_SEPTETS = 160
"""Septets in the 140 octets of a message without a header."""

_SLOTS = 256
"""Septets that `pack` and `unpack` handle at once: one more than TP-UDL can announce."""

_ESCAPED = re.compile(b"\x1b(.?)", re.DOTALL)
_ENCODING = {DEFAULT[code]: chr(code) for code in range(128) if code != ESCAPE}
_ENCODING |= {character: f"\x1b{chr(code)}" for code, character in EXTENSION.items()}
_TRANSLATION = str.maketrans(_ENCODING)


def _rounds() -> tuple[tuple[int, int, int], ...]:
    """For blocks of 256, 128 … 2 septets: half a block, and masks of their lower and upper halves."""
    rounds = []
    half = _SLOTS // 2
    while half:
        lower = sum((1 << 7 * half) - 1 << block for block in range(0, 8 * _SLOTS, 16 * half))
        rounds.append((half, lower, lower << 7 * half))
        half //= 2
    return tuple(rounds)


_ROUNDS = _rounds()


def unpack(octets: bytes, count: int) -> bytes:
    """The first `count` septets (at most 256) of packed octets.

    In each round the upper half of every block moves up by a bit for each septet in the lower half: from
    where 7-bit neighbours end to where 8-bit neighbours do. After the last one, a septet fills a byte.
    """
    septets = int.from_bytes(octets, "little") & ((1 << 7 * count) - 1)
    for half, lower, upper in _ROUNDS:
        septets = (septets & lower) | (septets & upper) << half
    return septets.to_bytes(_SLOTS, "little")[:count]


def pack(septets: bytes, header: bytes = b"") -> bytes:
    """Octets that hold a header and, from the next septet boundary on, the septets (at most 256).

    The fill bits between the two (TS 23.040 9.2.3.24) are 0, as are those behind the last septet.
    """
    packed = int.from_bytes(septets, "little")
    for half, lower, upper in reversed(_ROUNDS):
        packed = (packed & lower) | (packed >> half & upper)
    before = header_septets(len(header))
    packed = packed << 7 * before | int.from_bytes(header, "little")
    return packed.to_bytes(packed_size(before + len(septets)), "little")


def packed_size(septets: int) -> int:
    """How many octets so many septets fill."""
    return (7 * septets + 7) // 8


def header_septets(octets: int) -> int:
    """How many septets a user data header of so many octets takes, fill bits included."""
    return (8 * octets + 6) // 7


def outside(text: str) -> str:
    """The characters of a text that the alphabet lacks, each once, in order; "" where there are none."""
    if not set(text).difference(_ENCODING):
        return ""
    return "".join(dict.fromkeys(character for character in text if character not in _ENCODING))


def cost(character: str) -> int:
    """How many septets a character of the alphabet takes: two where it stands in the extension table."""
    return len(_ENCODING[character])


def encode(text: str) -> bytes:
    """The septets of a text, two for a character of the extension table.

    Raises `ValueError` where a character is not in the alphabet.
    """
    if strangers := outside(text):
        raise ValueError(f"not in the GSM 7-bit alphabet: {strangers!r}")
    return text.translate(_TRANSLATION).encode("ascii")


def decode(septets: bytes, locking: int = 0, single: int = 0) -> str:
    """The text of septets, with the national tables of these language identifiers (0: the default ones)."""
    alphabet, shifted = _tables(locking, single)
    if ESCAPE not in septets:
        return codecs.charmap_decode(septets, "strict", alphabet)[0]
    pieces = enumerate(_ESCAPED.split(septets))
    return "".join(
        shifted[piece] if at % 2 else codecs.charmap_decode(piece, "strict", alphabet)[0]
        for at, piece in pieces
    )


@lru_cache(maxsize=256)
def _tables(locking: int, single: int) -> tuple[str, Mapping[bytes, str]]:
    """The 128 characters of the alphabet in force, and what each septet means behind an escape.

    Behind an escape, a code without a symbol of its own shows the character of the main table; a second
    escape, or the end of the text, leaves a space (TS 23.038 6.2.1.1 notes 1 and 3).
    """
    alphabet = locking_table(locking)
    extension = single_shift_table(single)
    shifted = {bytes([code]): extension.get(code, alphabet[code]) for code in range(128)}
    shifted[b""] = shifted[b"\x1b"] = " "
    return alphabet, shifted
