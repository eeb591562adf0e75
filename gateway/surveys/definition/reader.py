"""A table of a survey file, read key by key; every mistake is noted and reading goes on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from gateway.surveys.definition.expressions import Expression
from gateway.surveys.definition.grammar import ExpressionError, parse_expression
from gateway.surveys.definition.model import Text
from gateway.surveys.definition.positions import line_of
from gateway.surveys.definition.problems import Path, Problem

T = TypeVar("T")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
_LANGUAGE = re.compile(r"[a-z]{2}")
LONGEST = timedelta(days=3660)
_MISSING = object()
_ELSEWHERE = {"option": "options stand inside their question: [[question.option]]"}
"""Keys that are known at another place → what to write."""


@dataclass
class Notes:
    """What was found wrong so far."""

    lines: dict[Path, int]
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, where: Path, what: str, *, warning: bool = False) -> None:
        """Note a problem at the line of its key, or of what stands around it; W… is always a warning."""
        if (
            where
            and where not in self.lines
            and where[:-1] in self.lines
            and _LANGUAGE.fullmatch(str(where[-1]))
        ):
            where = where[:-1]  # the text is one string, no table of languages
        line = line_of(where, self.lines)
        if line is None and code.startswith("E"):
            line = 1  # what is missing from the file as a whole is written at its top
        self.problems.append(Problem(code, where, what, line, warning=warning or code.startswith("W")))


class Table:
    """One table: each key is taken once; what is left over is unknown (E01)."""

    def __init__(self, notes: Notes, where: Path, found: Mapping[str, Any], language: str) -> None:
        self.notes, self.where, self.found, self.language = notes, where, dict(found), language
        self.given = frozenset(found)
        self.known: list[str] = []

    def wrong(self, code: str, key: str | None, what: str) -> None:
        """Note a problem with a key of this table, or with the table."""
        self.notes.add(code, self.where if key is None else (*self.where, key), what)

    def take(self, key: str) -> Any:
        """The raw value of a key; `_MISSING` where it is not there."""
        self.known.append(key)
        return self.found.pop(key, _MISSING)

    def has(self, key: str) -> bool:
        """Whether the key is still there."""
        return key in self.found

    def _typed(self, key: str, kind: type[T], words: str, default: T | None) -> T | None:
        value = self.take(key)
        if value is _MISSING:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.wrong("E18", key, f"{words} is expected")
            return default
        return value

    def string(self, key: str, default: str | None = None) -> str | None:
        """A text that is the same in every language."""
        return self._typed(key, str, "a text in quotes", default)

    def needed(self, key: str) -> str:
        """A text that must be there and must not be empty."""
        there = self.has(key)
        value = self.string(key)
        if not there:
            self.wrong("E18", None, f'{key} is missing: add {key} = "…"')
        elif value is not None and not value.strip():
            self.wrong("E18", key, "must not be empty")
        return value or ""

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        value = self._typed(key, int, "a whole number without quotes", default)
        if value is None or low <= value <= high:
            return default if value is None else value
        self.wrong("E18", key, f"{value} is not between {low} and {high}")
        return default

    def optional_integer(self, key: str) -> int | None:
        """A whole number, or None."""
        return self._typed(key, int, "a whole number without quotes", None)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._typed(key, bool, "true or false without quotes", default)
        return default if value is None else value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        value = self.string(key, default)
        if value is not None and value not in allowed:
            self.wrong("E18", key, f"{value!r} is none of {', '.join(allowed)}")
            return default
        return default if value is None else value

    def duration(self, key: str, default: timedelta, *, positive: bool = False) -> timedelta:
        """`"90s"`, `"15m"`, `"8h"`, `"30d"`."""
        value = self.take(key)
        if value is _MISSING:
            return default
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        length = timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else None
        if length is None or length > LONGEST:
            self.wrong("E08", key, f'{value!r} is no duration: write "90s", "15m", "8h" or "30d"')
        elif positive and not length:
            self.wrong("E08", key, 'must be longer than "0s"')
        else:
            return length
        return default

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.take(key)
        if value is _MISSING:
            return ()
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.wrong("E18", key, 'a list of texts is expected, such as ["a", "b"]')
        return ()

    def text(self, key: str, *, needed: bool = False, empty: bool = False) -> Text | None:
        """A text, or a table language → text."""
        value = self.take(key)
        if value is _MISSING:
            if needed:
                self.wrong("E07", None, f'{key} is missing: add {key} = "…"')
            return None
        return self.as_text(key, value, empty=empty)

    def as_text(self, key: str, value: Any, *, empty: bool = False) -> Text | None:
        """A raw value as a text of one or more languages."""
        texts = {self.language: value} if isinstance(value, str) else value
        if not isinstance(texts, dict) or not all(isinstance(each, str) for each in texts.values()):
            self.wrong("E18", key, 'a text is expected, or a table such as { fr = "…", en = "…" }')
            return None
        for strange in (language for language in texts if not _LANGUAGE.fullmatch(language)):
            self.notes.add(
                "E01", (*self.where, key, strange), "a language is two small letters, such as fr or en"
            )
        if self.language not in texts:
            self.wrong("E07", key, f"there is no text in {self.language}, the default language")
        for language, text in texts.items():
            if not empty and not text.strip():
                place = (*self.where, key) if isinstance(value, str) else (*self.where, key, language)
                self.notes.add("E07", place, "must not be empty")
        return {language: text for language, text in texts.items() if _LANGUAGE.fullmatch(language)}

    def expression(self, key: str) -> Expression | None:
        """A condition."""
        text = self.string(key)
        if text is None:
            return None
        try:
            return parse_expression(text)
        except ExpressionError as error:
            self.wrong("E18", key, f"{text!r} is no condition: {error}")
            return None

    def table(self, key: str) -> Table:
        """A table inside this one; empty where it is not there."""
        value = self.take(key)
        if value is _MISSING:
            value = {}
        elif not isinstance(value, dict):
            self.wrong("E18", key, f"a table is expected: [{key}]")
            value = {}
        return Table(self.notes, (*self.where, key), value, self.language)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of a list: `[[key]]`, or a list of tables in braces."""
        value = self.take(key)
        if value is _MISSING:
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(
                "E18", key, f"a list of tables is expected: [[{'.'.join(map(str, (*self.where, key)))}]]"
            )
            return
        for place, item in enumerate(value):
            yield Table(self.notes, (*self.where, key, place), item, self.language)

    def read(self, reader: Callable[[Table], T]) -> T:
        """What `reader` makes of this table, with every key that it did not take noted as unknown."""
        made = reader(self)
        self.done()
        return made

    def done(self) -> None:
        """Note the keys that nobody took."""
        for key in self.found:
            near = difflib.get_close_matches(key, self.known, 1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(self.known)}"
            hint = _ELSEWHERE.get(key, hint)
            self.wrong("E01", key, f"unknown key; {hint}")
