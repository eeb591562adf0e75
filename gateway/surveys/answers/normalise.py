"""A text as the rules see it: lower case, plain letters, with the way back to what the customer typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from gateway.surveys.answers.lexicon import POLITENESS

MAX_CHARS = 2000
"""Longer texts are cut before they are read; what is stored is never cut."""
MAX_NORM = 2 * MAX_CHARS
"""Some characters unfold to many (one Arabic ligature to 18): the rules look at no more than this."""

MAX_POLITE = 5
"""How many polite words are taken off one by one; more only all together."""

_DROPPED = frozenset("\ufe0e\ufe0f\u20e3\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
"""Variation selectors, the keycap, soft hyphen, zero-width characters, marks of writing direction."""
_AS = (
    dict.fromkeys("‘’‚‛ʼʹʻ′´`", "'")
    | dict.fromkeys("‐‑‒–—―−⁻﹣－", "-")
    | dict.fromkeys("⭐🌟★", "★")
    | {"🔟": "10", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "…": "...", "º": "°", "ª": "ª"}
)
_WORD = re.compile(r"[a-z0-9]+")
_SAME_LETTERS = re.compile(r"([^\W\d_])\1{2,}")
_TYPED_TEN = re.compile(r"(?<![a-z0-9])(?:1o|l0|i0)(?![a-z0-9])")
_CLOSING = re.compile(r"[\s?!.:;,…»”\"')\]]*")


class Word(NamedTuple):
    """A maximal run of letters and digits, with its place in `Reading.norm`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and its normal form."""

    raw: str
    norm: str
    origin: tuple[int, ...]
    """For each character of `norm`, and for its end, the index in `raw` that it comes from."""
    words: tuple[Word, ...]
    flat: str
    """The words, joined by one blank."""
    forms: frozenset[str]
    """`flat` as it stands, and without the politeness at its beginning and end, or a part of it."""

    def raw_slice(self, start: int, end: int) -> tuple[int, int]:
        """The piece of `raw` that norm[start:end] stands for, with the marks on its last character."""
        return self.origin[start], self.origin[end]


def _digit(char: str) -> str:
    """Digits of other scripts are digits too."""
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    """One character in its normal form; "" for those that nobody sees."""
    if char in _DROPPED:
        return ""
    if char in _AS:
        return _AS[char]
    if char.isspace():
        return " "
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", char).casefold())
    return (
        "".join(_digit(c) for c in plain if not unicodedata.combining(c))
        .replace("œ", "oe")
        .replace("æ", "ae")
    )


_ASCII = {place: _fold(chr(place)) for place in range(128)}
"""Each of these is one character in its normal form, too: most replies need no more than this table."""


def _unfold(raw: str) -> tuple[list[str], list[int]]:
    if raw.isascii():
        return list(raw.translate(_ASCII)), list(range(len(raw)))
    chars: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(raw):
        folded = _half(chars) if char == "½" else _fold(char)
        chars.extend(folded)
        origin.extend([place] * len(folded))
        if len(chars) > MAX_NORM:
            break
    return chars, origin


def _half(before: list[str]) -> str:
    """What ½ adds to the characters before it: "8½" and "8 ½" are 8,5."""
    last = next((char for char in reversed(before[-3:]) if char != " "), "")
    return ",5" if last.isdigit() else "0,5"


def _squeeze(norm: str, origin: list[int]) -> tuple[str, list[int]]:
    """Runs of three and more identical letters become one: "dixxx" is "dix"."""
    kept = [
        place for match in _SAME_LETTERS.finditer(norm) for place in range(match.start() + 1, match.end())
    ]
    if not kept:
        return norm, origin
    gone = frozenset(kept)
    left = [place for place in range(len(norm)) if place not in gone]
    return "".join(norm[place] for place in left), [origin[place] for place in left]


def normalise(raw: str) -> Reading:
    """Read a text of any length and content; what is beyond MAX_CHARS is left out."""
    raw = raw[:MAX_CHARS]
    chars, origin = _unfold(raw)
    norm, origin = _squeeze("".join(chars), origin)
    norm = _TYPED_TEN.sub("10", norm)
    words = tuple(Word(match.group(), *match.span()) for match in _WORD.finditer(norm))
    texts = [word.text for word in words]
    return Reading(raw, norm, (*origin, len(raw)), words, " ".join(texts), forms(texts))


def forms(words: Sequence[str]) -> frozenset[str]:
    """A word sequence with any part of the politeness around it taken off, each joined by blanks.

    Any part: "who are you please" is "who are you", although "you" alone is politeness.
    """
    lead = next((place for place, word in enumerate(words) if word not in POLITENESS), len(words))
    tail = next((place for place, word in enumerate(reversed(words)) if word not in POLITENESS), len(words))
    firsts = {*range(min(lead, MAX_POLITE) + 1), lead}
    lasts = {*range(min(tail, MAX_POLITE) + 1), tail}
    return frozenset(" ".join(words[first : len(words) - last]) for first in firsts for last in lasts)


@lru_cache(maxsize=1024)
def flatten(text: str) -> str:
    """The flat form of a short text of our own: a label, a code, a question."""
    return normalise(text).flat


_INFLECTION = re.compile(r"(?<=[a-z]{4})(?:es|e|s|x)\b")


@lru_cache(maxsize=4096)
def uninflected(flat: str) -> str:
    """A flat text without the marks of gender and number: who is "très satisfaite" is "très satisfait"."""
    return _INFLECTION.sub("", flat)


def uninflected_forms(reading: Reading) -> frozenset[str]:
    """The forms of a text without the marks of gender and number."""
    return frozenset(map(uninflected, reading.forms))


@lru_cache(maxsize=1024)
def _long_flat(question: str) -> str:
    """The flat form of a question that is long enough to be recognised when quoted, else ""."""
    flat = flatten(question)
    return flat if len(flat.replace(" ", "")) >= 20 else ""


def without_echo(reading: Reading, question: str) -> Reading:
    """The text without a quotation of the whole question, whatever the punctuation between its words."""
    quoted = _long_flat(question) if question else ""
    place = f" {reading.flat} ".find(f" {quoted} ") if quoted else -1
    if place < 0:
        return reading
    first = reading.flat[:place].count(" ")
    last = first + quoted.count(" ")
    start, _ = reading.raw_slice(reading.words[first].start, reading.words[first].end)
    _, end = reading.raw_slice(reading.words[last].start, reading.words[last].end)
    closing = _CLOSING.match(reading.raw, end)
    end = closing.end() if closing else end
    return normalise(f"{reading.raw[:start].rstrip()} {reading.raw[end:]}".strip())


def is_pleasantry(text: str) -> bool:
    """Nothing but thanks, greetings or emoji. Words in letters that we cannot read are for somebody who can."""
    reading = normalise(text)
    unread = any(char.isalpha() and not "a" <= char <= "z" for char in reading.norm)
    return not unread and all(word.text in POLITENESS for word in reading.words)


def has_letters(reading: Reading) -> bool:
    """Whether the text has a letter or digit of any script."""
    return any(char.isalnum() for char in reading.norm)


def is_blank(reading: Reading) -> bool:
    """Whether the text is nothing but white space and punctuation: no letter, no emoji."""
    return not has_letters(reading) and not any(_is_symbol(char) for char in reading.norm)


def _is_symbol(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk", "Cs", "Co") and char not in "^`´¨°¦|"
