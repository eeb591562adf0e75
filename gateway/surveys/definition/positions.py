"""On which line of a TOML text each key and each item of a list stands: the standard reader does not say.

It is only asked about texts that `tomllib` has read, so it skips over values and checks nothing.
"""

from __future__ import annotations

import re

from gateway.surveys.definition.problems import Path

_KEY = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(
    r"\"\"\"(?:[^\\]|\\.)*?\"{3,5}|'''.*?'{3,5}|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^,\]}#\n]+", re.DOTALL
)


def positions(text: str) -> dict[Path, int]:
    """Path → line, counted from 1. Items of `[[tables]]` and of lists are numbered from 0."""
    return _Walk(text).lines


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """The line of a path, or of the nearest thing around it that has one."""
    for length in range(len(path), 0, -1):
        for found in (path[:length], (*path[:length], 0)):  # of `[[tables]]` the first has the line
            if found in lines:
                return lines[found]
    return None


class _Walk:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.table: Path = ()
        self.line, self.counted = 1, 0
        while self._skip(_BLANK) < len(text):
            before = self.place
            if text[self.place] == "[":
                self._header()
            else:
                self._assignment(self.table)
            if self.place == before:
                break  # not TOML after all

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.place)
        self.place = found.end() if found else self.place
        return self.place

    def _peek(self) -> str:
        return self.text[self.place : self.place + 1]

    def _note(self, path: Path) -> None:
        self.line += self.text.count("\n", self.counted, self.place)
        self.counted = self.place
        self.lines.setdefault(path, self.line)

    def _keys(self) -> tuple[str, ...]:
        keys: list[str] = []
        while (found := _KEY.match(self.text, self.place)) is not None:
            keys.append(found.group().strip("\"'"))
            self.place = found.end()
            self._skip(_SPACE)
            if self._peek() != ".":
                break
            self.place += 1
            self._skip(_SPACE)
        return tuple(keys)

    def _header(self) -> None:
        start = self.place
        double = self.text.startswith("[[", self.place)
        self.place += 1 + double
        self._skip(_SPACE)
        keys = self._keys()
        self._skip(_SPACE)
        self.place += 1 + double
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            path = (*path, self.counts[path] - 1) if path in self.counts else path
        path = (*path, *keys[-1:])
        if double:
            self.counts[path] = self.counts.get(path, 0) + 1
            path = (*path, self.counts[path] - 1)
        self.table = path
        end, self.place = self.place, start
        self._note(path)
        self.place = end

    def _assignment(self, table: Path) -> None:
        start = self.place
        path = (*table, *self._keys())
        end, self.place = self.place, start
        self._note(path)
        self.place = end
        self._skip(_SPACE)
        if self._peek() == "=":
            self.place += 1
            self._skip(_SPACE)
            self._value(path)

    def _value(self, path: Path) -> None:
        opening = self._peek()
        if opening not in ("[", "{"):
            self._skip(_SCALAR)
            return
        self.place += 1
        number = 0
        while self._skip(_BLANK) < len(self.text) and self._peek() not in ("]", "}"):
            before = self.place
            if opening == "[":
                self._note((*path, number))
                self._value((*path, number))
                number += 1
            else:
                self._assignment(path)
            self._skip(_BLANK)
            self.place += self._peek() == ","
            if self.place == before:
                return
        self.place += 1
