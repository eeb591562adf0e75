"""From octets to lines and prompts, whatever the modem ends its lines with."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

LINE_BOUND: Final = 4096
"""Octets of one line. The longest legal ones are a PDU (352 digits) and a list of operators (about 1 KiB);
four times that is a modem that lost its line ends, or no modem."""

_IGNORED: Final = bytes((0x00, 0x11, 0x13, 0x1B))
"""NUL (MODEMS F18), XON and XOFF (F128), and an echoed ESC. None of them is part of an answer in PDU mode."""
_END: Final = re.compile(rb"[\r\n\x1a]")
"""CR, LF, any mix of them (MODEMS F01 to F03), and the Ctrl-Z that ends an echoed PDU (F36)."""
_BLANK: Final = b" \t\r\n\x1a"
_PROMPT: Final = 0x3E


class Mark(Enum):
    """What can stand between lines."""

    PROMPT = "prompt"
    """`>` where a line would begin: the modem waits for a body. Nothing ends it (F34, F35)."""
    OVERFLOW = "overflow"
    """A line longer than LINE_BOUND was thrown away."""


class LineBuffer:
    """Collects octets and gives lines: the same octets, however they are cut, give the same lines."""

    def __init__(self, bound: int = LINE_BOUND) -> None:
        self._bound = bound
        self._data = bytearray()
        self._at = 0
        self._overlong = False

    @property
    def held(self) -> int:
        """Octets that wait for the end of their line."""
        return len(self._data) - self._at

    def feed(self, data: bytes) -> None:
        """Add octets as they were read."""
        if self._at:
            del self._data[: self._at]
            self._at = 0
        self._data += data.translate(None, _IGNORED)

    def take(self, *, prompt: bool) -> str | Mark | None:
        """The next complete line, trimmed and never empty; None when more octets are needed.

        `prompt` says whether a prompt is awaited: only then is `>` at the start of a line one. Octets that
        are not ASCII become the characters of the same number (Latin-1), so nothing is lost or raised.
        """
        while True:
            self._skip_blanks()
            if (
                prompt
                and not self._overlong
                and self._at < len(self._data)
                and self._data[self._at] == _PROMPT
            ):
                self._at += 1
                return Mark.PROMPT
            end = _END.search(self._data, self._at)
            if end is None:
                self._bound_rest()
                return None
            line = bytes(self._data[self._at : end.start()])
            self._at = end.end()
            if self._overlong or len(line) > self._bound:
                self._overlong = False
                return Mark.OVERFLOW
            return line.rstrip(_BLANK).decode("latin-1")

    def _skip_blanks(self) -> None:
        if self._overlong:
            return
        data, at = self._data, self._at
        while at < len(data) and data[at] in _BLANK:
            at += 1
        self._at = at

    def _bound_rest(self) -> None:
        """Keep no more than a line may have; the rest of an overlong one is dropped as it comes."""
        if self._overlong or len(self._data) - self._at > self._bound:
            self._overlong = True
            self._data.clear()
            self._at = 0
