"""Cutting a text into what each part of a long message can carry (TS 23.040 9.2.3.24.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drivers.pdu import gsm7, ucs2
from drivers.pdu.values import Alphabet, Segments

MOST_PARTS = 255
"""What one octet can count."""
_HEADER, _WIDE_HEADER = 6, 7
"""Octets of a header with an 8-bit or with a 16-bit reference."""


class TooManyParts(ValueError):
    """A text that needs more parts than allowed: it takes `parts`, where at most `limit` may be."""

    def __init__(self, parts: int, limit: int) -> None:
        super().__init__(f"the text takes {parts} parts, at most {limit} are allowed")
        self.parts = parts
        self.limit = limit


def segment(text: str, *, wide: bool = False, max_parts: int = MOST_PARTS) -> Segments:
    """Cut a text into as few parts as can be: one where it fits, else with room for a header in each.

    The text goes out in GSM 7-bit where every character is in its default tables, else in UCS-2. A part
    holds 160 septets or 70 UTF-16 code units alone, 153 or 67 with an 8-bit reference, 152 or 66 with a
    16-bit one (`wide`). A character that takes two septets or two code units is never cut. Sequences of
    several characters are: phones put the parts together before they draw them.

    Raises `TooManyParts`, and `ValueError` where the text holds half a surrogate pair.
    """
    header = _WIDE_HEADER if wide else _HEADER
    costly = gsm7.outside(text)
    if costly:
        alphabet, cost = Alphabet.UCS2, ucs2.cost
        alone, room = ucs2.MOST_UNITS, ucs2.MOST_UNITS - (header + 1) // 2
        ucs2.check(text)
    else:
        alphabet, cost = Alphabet.GSM7, gsm7.cost
        alone, room = gsm7.MOST_SEPTETS, gsm7.MOST_SEPTETS - gsm7.header_septets(header)
    units = sum(map(cost, text))
    parts = (text,) if units <= alone else tuple(_cut(text, cost, room))
    if len(parts) > max_parts:
        raise TooManyParts(len(parts), max_parts)
    return Segments(alphabet=alphabet, parts=parts, units=units, costly=costly)


def _cut(text: str, cost: Callable[[str], int], room: int) -> Iterator[str]:
    start = used = 0
    for at, character in enumerate(text):
        used += cost(character)
        if used > room:
            yield text[start:at]
            start, used = at, cost(character)
    yield text[start:]
