"""On which line of a TOML file each key stands: the standard reader does not say, and people want to know.

A reader of headers and keys only; what it does not understand has no line, and nothing depends on it.
"""

from __future__ import annotations

import re

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_PATH = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_PATH})\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"\s*({_PATH})\s*=(.*)$")
_INLINE = re.compile(rf"[{{,]\s*({_PATH})\s*=")


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Every table and key of `text` with the line, from 1, where it is first named."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if header := _HEADER.match(line):
            table = _keys(header[1])
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            key = table + _keys(assignment[1])
            lines.setdefault(key, number)
            for inner in _INLINE.finditer(assignment[2]):
                lines.setdefault(key + _keys(inner[1]), number)
            closing = _left_open(assignment[2])
    return lines


def _keys(path: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, path))


def _left_open(value: str) -> str:
    """The quotes that end a text of several lines which begins here; "" where none does."""
    for quotes in ('"""', "'''"):
        if value.lstrip().startswith(quotes) and value.count(quotes) == 1:
            return quotes
    return ""
