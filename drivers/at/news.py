"""Unsolicited codes that go on over several lines: a PDU behind its header, a USSD text with line breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from drivers.at.events import Torn, Unsolicited
from drivers.at.grammar import fields, is_hex, number, value
from drivers.at.urc import Kind, Urc, UrcTable

PDU_WAIT: Final = 2.0
"""Seconds that a header waits for its PDU (MODEMS F30)."""
TEXT_WAIT: Final = 15.0
"""Seconds that a USSD text waits for its end (F132)."""
TEXT_BOUND: Final = 4096
"""Characters of a USSD text: 182 of them, as UCS-2 in hex, are 728."""
_HEADERS: Final = 8
"""Headers that wait at a time. Two have been seen; more of them is a modem talking nonsense."""
_SHORTEST: Final = 20
"""Hex digits of the shortest PDU a network sends (an SMS-DELIVER without text has 34)."""
_ENDED: Final = re.compile(r'"[^\S\n]*(,\s*[0-9]+)?\s*\Z')


@dataclass(frozen=True, slots=True)
class _Header:
    row: Urc
    line: str
    length: int
    """Octets of the TPDU as announced; 0 where it does not say."""
    deadline: float


class NewsDesk:
    """Puts the lines of one code together, whatever else comes in between."""

    def __init__(self, table: UrcTable) -> None:
        self.find = table.find
        self._headers: list[_Header] = []
        self._text: str | None = None
        self._text_deadline = 0.0

    def post(self, row: Urc, line: str, now: float) -> list[Unsolicited | Torn]:
        """A line that begins a code. Empty while more of it has to come."""
        if row.lines:
            return self._open(row, line, now)
        if row.kind is Kind.USSD and not _complete(line):
            told = self.end_text()
            self._text, self._text_deadline = line, now + TEXT_WAIT
            return told
        return [Unsolicited(row.kind, line)]

    def claim_pdu(self, line: str, *, reading: int | None = None) -> Unsolicited | None:
        """The code that this line of hex completes, if a header waits for it.

        `reading`: octets of the TPDU that is being read and comes next, as announced; 0 where nothing said how many,
        None where none is awaited.
        """
        if not self._headers or not is_hex(line):
            return None
        header = self._header_for(line, reading)
        if header is None:
            return None
        self._headers.remove(header)
        return Unsolicited(header.row.kind, header.line, line.upper())

    @property
    def in_text(self) -> bool:
        """Whether a USSD text is unfinished: then lines that are nothing else belong to it."""
        return self._text is not None

    def add_text(self, line: str) -> list[Unsolicited | Torn]:
        """The next line of an unfinished USSD text."""
        self._text = f"{self._text}\n{line}"
        return self.end_text() if _complete(self._text) or len(self._text) > TEXT_BOUND else []

    def end_text(self) -> list[Unsolicited | Torn]:
        """The unfinished USSD text, as far as it came."""
        text, self._text = self._text, None
        return [] if text is None else [Unsolicited(Kind.USSD, text[:TEXT_BOUND])]

    def deadline(self) -> float | None:
        """When something that waits is given up."""
        waits = [header.deadline for header in self._headers]
        if self._text is not None:
            waits.append(self._text_deadline)
        return min(waits) if waits else None

    def expire(self, now: float) -> list[Unsolicited | Torn]:
        """Give up what has waited too long."""
        late = [header for header in self._headers if header.deadline <= now]
        for header in late:
            self._headers.remove(header)
        told: list[Unsolicited | Torn] = [Torn(header.line) for header in late]
        return [*told, *self.end_text()] if self._text is not None and self._text_deadline <= now else told

    def _open(self, row: Urc, line: str, now: float) -> list[Unsolicited | Torn]:
        """Length is the last field: `+CDS: 25`, `+CDS: ,25`, `+CMT: "name",25` (F30)."""
        length = number(fields(value(line))[-1]) or 0
        self._headers.append(_Header(row, line, length, now + PDU_WAIT))
        return [Torn(self._headers.pop(0).line)] if len(self._headers) > _HEADERS else []

    def _header_for(self, line: str, reading: int | None) -> _Header | None:
        """The header whose length fits; else the newest, if digits may have been lost on the way (F20).

        Not where digits were lost, but the message that is being read: what fits that one, and what is longer than
        announced.
        """
        for header in reversed(self._headers):
            if len(line) == _digits(header.length, line):
                return header
        newest = self._headers[-1]
        if reading is not None and (
            len(line) in (2 * reading, _digits(reading, line)) or len(line) > _digits(newest.length, line)
        ):
            return None
        return newest if len(line) >= max(_SHORTEST, newest.length) else None


def _digits(length: int, line: str) -> int:
    """Digits of a PDU of which a header says so: it does not count the service centre (TS 27.005 3.1)."""
    return 2 * (1 + int(line[:2], 16) + length)


def _complete(text: str) -> bool:
    """Whether a USSD text has ended: no quote at all, or a closing one (F132).

    A quote at the end of a line without a coding scheme behind it closes the text only where it makes pairs.
    """
    if '"' not in text:
        return True
    ended = _ENDED.search(text)
    return ended is not None and text.count('"') > 1 and (ended[1] is not None or text.count('"') % 2 == 0)
