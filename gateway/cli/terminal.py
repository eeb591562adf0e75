"""What may reach a terminal: texts come from strangers' phones, and terminals obey what they read."""

from __future__ import annotations

import re
import unicodedata

_HOSTILE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def plain(text: str) -> str:
    """`text` with control and direction characters (escape sequences begin with one) written out: `\\x1b`."""
    return _HOSTILE.sub(lambda found: _written(found[0]), text)


def escaped_json(text: str) -> str:
    """JSON in which such characters are \\u escapes; they can only stand inside its strings."""
    return _HOSTILE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """`plain`, with line ends and tabs written out too, for a cell of a table."""
    return plain(text).replace("\n", "⏎").replace("\t", " ")


def _written(character: str) -> str:
    if character == "\r":
        return "\\r"
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def width(text: str) -> int:
    """How many columns `text` takes: wide characters two, combining ones none."""
    return sum(
        0
        if unicodedata.combining(c) or c in "\u200d\ufe0f"
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def clip(text: str, columns: int) -> str:
    """`text` in at most `columns` columns, with an ellipsis where something was left out."""
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return text + "…"
