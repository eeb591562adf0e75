"""The 7-bit alphabet: characters, septets, and their packing (TS 23.038 6.1.2, 6.2.1).

Septets are plain lists of integers 0 to 127 here, so that lengths are always counted in septets and never in
octets: a text of seven, fifteen or twenty-three septets is where the two disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drivers.sim.codec.national import LOCKING, SHIFT

ESCAPE = 0x1B

DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

_TO_SEPTETS: dict[str, tuple[int, ...]] = {
    **{char: (ESCAPE, code) for code, char in EXTENSION.items()},
    **{char: (code,) for code, char in enumerate(DEFAULT) if code != ESCAPE},
}


def encode(text: str) -> list[int] | None:
    """The septets of `text` in the default alphabet, or None where a character is not in it."""
    septets: list[int] = []
    for char in text:
        codes = _TO_SEPTETS.get(char)
        if codes is None:
            return None
        septets.extend(codes)
    return septets


def decode(septets: Iterable[int], *, locking: int = 0, shift: int = 0) -> str:
    """Characters of `septets`, by the national tables that the header named (0: the default ones).

    An escape before a code that the extension table lacks shows the character of the main table (6.2.1.1).
    """
    base = LOCKING.get(locking, DEFAULT) if locking else DEFAULT
    extension = {**EXTENSION, **SHIFT.get(shift, {})} if shift else EXTENSION
    text: list[str] = []
    escaped = False
    for code in septets:
        if escaped:
            text.append(extension.get(code, base[code] if code != ESCAPE else " "))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            text.append(base[code])
    return "".join(text)


def pack(septets: Sequence[int], fill: int = 0) -> bytes:
    """Septets into octets, least significant bit first, after `fill` zero bits (TS 23.038 6.1.2.1)."""
    number = 0
    for place, septet in enumerate(septets):
        number |= septet << (fill + 7 * place)
    return number.to_bytes((fill + 7 * len(septets) + 7) // 8, "little")


def unpack(data: bytes, count: int, fill: int = 0) -> list[int]:
    """`count` septets out of octets; fewer where the octets end early."""
    number = int.from_bytes(data, "little") >> fill
    room = (8 * len(data) - fill) // 7
    return [number >> 7 * place & 0x7F for place in range(min(count, room))]
