"""A masked text as numbers, words and marks, and the questions that the score rules ask about them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from gateway.surveys.answers.lexicon import (
    ARTICLE_NUMBERS,
    ARTICLES,
    COUNT_ADJECTIVES,
    COUNT_NOUNS,
    COUNT_PLURALS,
    ELIDED_J,
    IT,
    MARKER,
    NEGATIONS,
    NUMBERS,
    PADDING,
    POLITENESS,
    STARS,
    UNITS,
)
from gateway.surveys.answers.mask import GAP

_TOKEN = re.compile(r"\d+|[a-z]+|[^\sa-z\d]")
_TENS = {"sept": 17, "huit": 18, "neuf": 19}
HUGE = 10**6
"""What a number of seven digits and more counts as: no scale is that long."""


@dataclass(frozen=True, slots=True)
class Token:
    """A number, a word, or a single mark."""

    text: str
    start: int
    end: int
    value: int | None = None
    """Of a number, in digits or in words."""

    @property
    def is_digits(self) -> bool:
        """A number written in digits."""
        return self.value is not None and self.text[0].isdigit()

    @property
    def is_word(self) -> bool:
        """A word, number words included."""
        return self.text[0].isalpha() and self.text.isascii()

    @property
    def is_mark(self) -> bool:
        """Punctuation or a symbol; the apostrophe is part of words."""
        return not self.is_word and self.value is None and self.text not in ("'", GAP)

    @property
    def is_said(self) -> bool:
        """A word or a number."""
        return self.is_word or self.value is not None


def number(digits: str) -> int:
    """The value of a run of digits of any length."""
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= 6 else HUGE


def tokenise(text: str) -> list[Token]:
    """The tokens of a text in its normal form. "dix-sept" is one number."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        value = number(word) if word[0].isdigit() else NUMBERS.get(word)
        tokens.append(Token(word, match.start(), match.end(), value))
        _join_tens(tokens)
    return tokens


def _join_tens(tokens: list[Token]) -> None:
    """Fold "dix sept" and "dix-sept" into one token."""
    last = tokens[-1].text
    if last not in _TENS:
        return
    hyphen = 1 if len(tokens) > 1 and tokens[-2].text == "-" else 0
    if len(tokens) < 2 + hyphen or tokens[-2 - hyphen].text != "dix":
        return
    first = tokens[-2 - hyphen]
    tokens[-2 - hyphen :] = [Token("dix " + last, first.start, tokens[-1].end, _TENS[last])]


class Line:
    """The tokens of one text, with what stands before and behind each."""

    def __init__(self, text: str) -> None:
        self.tokens = tokenise(text)
        said = [place for place, token in enumerate(self.tokens) if token.is_said]
        self.lead = next(
            (place for place in said if self.tokens[place].text not in PADDING), len(self.tokens)
        )
        """The first word or number that is more than politeness, filler or marker."""
        self.tail = next((place for place in reversed(said) if self.tokens[place].text not in POLITENESS), -1)
        """The last word or number that is more than politeness."""

    def at(self, place: int) -> Token | None:
        """The token at a place, None outside."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def word(self, place: int) -> str:
        """The word at a place; "" for a mark, digits or nothing."""
        token = self.at(place)
        return token.text if token and token.is_word else ""

    def value(self, place: int) -> int | None:
        """The number at a place."""
        token = self.at(place)
        return token.value if token else None

    def touching(self, place: int) -> bool:
        """Whether a token begins where the one before it ends."""
        return place > 0 and self.tokens[place].start == self.tokens[place - 1].end

    def words_between(self, first: int, last: int) -> list[str]:
        """The words between two places."""
        return [token.text for token in self.tokens[first + 1 : last] if token.is_word]

    def before(self, place: int) -> int:
        """The place of the word before, apostrophes skipped; -1 where a mark, a gap or nothing stands there."""
        place -= 1
        while place >= 0 and self.tokens[place].text == "'":
            place -= 1
        return place if place >= 0 and self.tokens[place].is_said else -1

    def preceded_by(self, place: int, words: Collection[str]) -> bool:
        """Whether one of the words stands before, perhaps with an article between."""
        place = self.before(place)
        if place >= 0 and self.tokens[place].text in words:
            return True
        if place >= 0 and self.tokens[place].text in ARTICLES:
            place = self.before(place)
            return place >= 0 and self.tokens[place].text in words
        return False

    def is_negated(self, place: int) -> bool:
        """Whether "pas", "not", "jamais" takes a number back: "pas un 9", "je peux pas mettre 0"."""
        if self.preceded_by(place, NEGATIONS):
            return True
        place = self.before(place)
        while place >= 0 and self.tokens[place].text in ARTICLES | IT:
            place = self.before(place)
        return place >= 0 and self.tokens[place].text in MARKER and self.preceded_by(place, NEGATIONS)

    def preceded_by_phrase(self, place: int, phrases: Iterable[Sequence[str]]) -> bool:
        """Whether one of the phrases stands right before, perhaps with an article between."""
        words = [token.text for token in self.tokens[max(0, place - 8) : place] if token.text != "'"]
        endings = [words, words[:-1]] if words and words[-1] in ARTICLES else [words]
        return any(tuple(ending[-len(phrase) :]) == tuple(phrase) for ending in endings for phrase in phrases)

    def counts_something(self, place: int, value: int) -> bool:
        """Whether the number at `place` counts the word behind: 3 jours, 2 gros problèmes, 0 souci."""
        for behind in range(place + 1, place + 4):
            word = self.word(behind)
            if self._is_unit(behind, value):
                return True
            if word in COUNT_PLURALS or (word in COUNT_NOUNS and value in (0, 1)):
                return True
            if word not in COUNT_ADJECTIVES:
                return False
        return False

    def _is_unit(self, place: int, value: int) -> bool:
        word = self.word(place)
        if word not in UNITS:
            return False
        token = self.at(place + 1)
        if len(word) == 1 and token is not None and token.text == "'":
            return False  # "9 j'ai adoré"
        if word == "j" and token is not None and token.text in ELIDED_J:
            return False  # "9 j ai adore"
        return word != "an" or value in (0, 1)  # "1 an", but "9 an excellent service"

    def has_star(self, place: int) -> bool:
        """Whether "étoiles", "stars" or ★ follows."""
        token = self.at(place + 1)
        return token is not None and token.text in STARS

    def is_article(self, place: int) -> bool:
        """Whether the number is "un", "une" or "one" with a word or number right behind."""
        if self.tokens[place].text not in ARTICLE_NUMBERS:
            return False
        token = self.at(place + 1)
        return token is not None and token.is_said

    def is_in_a_name(self, place: int) -> bool:
        """Whether the digits are glued to a single letter: A4, 4G, V10."""
        before, behind = self.at(place - 1), self.at(place + 1)
        glued_before = (
            before is not None and self.touching(place) and before.is_word and len(before.text) == 1
        )
        glued_behind = (
            behind is not None and self.touching(place + 1) and behind.is_word and len(behind.text) == 1
        )
        return glued_before or glued_behind
