"""Questions with options: a key, an ordinal, or the words of one option."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from gateway.surveys.answers.lexicon import (
    ARTICLE_NUMBERS,
    ARTICLES,
    CHOICE_AND,
    CHOICE_LEAD,
    CHOICE_NEGATIONS,
    CHOICE_NOUNS,
    CORRECTIONS,
    COUNT_PLURALS,
    FOLLOW_OK,
    ORDINALS,
    POLITENESS,
    STARS,
    UNITS,
)
from gateway.surveys.answers.mask import mask
from gateway.surveys.answers.normalise import Reading, flatten, has_letters, uninflected, uninflected_forms
from gateway.surveys.answers.remainder import remainder
from gateway.surveys.answers.tokens import Line, Token
from gateway.surveys.answers.values import Flag, Option, Question, Reason, Result, answer, invalid

_TAKES_BACK = tuple(phrase for phrase in CORRECTIONS if len(phrase) == 1)


def read_choice(question: Question, reading: Reading) -> Result:
    """The key of the option that a reply chooses, or why it chooses none."""
    named = _named(question, reading)
    if len(named) == 1:
        return answer(named[0].key)
    if named:
        return invalid(Reason.AMBIGUOUS)
    if not reading.words:
        return invalid(Reason.NO_MATCH if has_letters(reading) else Reason.EMPTY)
    chosen = _Keys(question, reading)
    return chosen.result() or _by_words(question, reading) or chosen.failure()


def _named(question: Question, reading: Reading) -> list[Option]:
    """The options whose label or alias is all that the text says; "les retards" says "retard"."""
    exact = [option for option in question.options if not reading.forms.isdisjoint(_names(option))]
    if exact:
        return exact
    said = uninflected_forms(reading)
    return [option for option in question.options if not said.isdisjoint(map(uninflected, _names(option)))]


@lru_cache(maxsize=512)
def _names(option: Option) -> frozenset[str]:
    """The label and the aliases in their flat form."""
    return frozenset(flat for name in (option.label, *option.aliases) if (flat := flatten(name)))


class _Keys:
    """One reading of one reply: the key or the ordinal that stands behind nothing but lead words."""

    def __init__(self, question: Question, reading: Reading) -> None:
        self.question, self.reading = question, reading
        self.keys = {option.key: option for option in question.options}
        self.digits = "1" in self.keys
        self.line = Line(reading.norm)

    def result(self) -> Result | None:
        """The option, `ambiguous` for several, None where no key leads the text."""
        place = self._start()
        key = self._key(place)
        if key is None:
            return self._ordinal(place)
        end = place + 1
        other, other_place = self._next_key(end)
        if other is not None and other != key:
            return invalid(Reason.AMBIGUOUS)
        corrected, corrected_place = self._corrected(end)
        if corrected is not None and corrected != key:
            return self._answer(corrected, corrected_place, Flag.CORRECTED)
        return self._answer(key, other_place if other == key else place)

    def failure(self) -> Result:
        """Why nothing was chosen."""
        line = Line(mask(self.reading.norm, 1, 100).text if self.digits else self.reading.norm)
        for place, token in enumerate(line.tokens):
            said = token.value is not None and not line.is_article(place)
            if (
                said
                and not line.counts_something(place, token.value or 0)
                and str(token.value) not in self.keys
            ):
                return invalid(Reason.OUT_OF_RANGE)
        return invalid(Reason.NO_MATCH)

    def _start(self) -> int:
        place = 0
        while place < len(self.line.tokens):
            token = self.line.tokens[place]
            if token.is_digits or (token.is_word and (self._key(place) or token.text not in CHOICE_LEAD)):
                break
            place += 1
        return place

    def _key(self, place: int) -> str | None:
        """The key that the token at `place` is."""
        token = self.line.at(place)
        if token is None:
            return None
        key = self._digit_key(token, place) if self.digits else self._letter_key(token, place)
        return key if key in self.keys else None

    def _digit_key(self, token: Token, place: int) -> str | None:
        if token.value is None or self.line.word(place + 1) in UNITS | STARS:
            return None
        if not token.is_digits:
            behind = self.line.at(place + 1)
            alone = behind is None or behind.is_mark or behind.text in POLITENESS
            if (token.text in ARTICLE_NUMBERS and not alone) or self.line.word(place + 1) in COUNT_PLURALS:
                return None
        return str(token.value)

    def _letter_key(self, token: Token, place: int) -> str | None:
        """A letter; a small one that is a word too ("a mon avis", "d'accord") only where it ends the text."""
        if len(token.text) != 1 or not token.is_word:
            return None
        start, _ = self.reading.raw_slice(token.start, token.end)
        typed = self.reading.raw[start]
        behind = self.line.at(place + 1)
        if unicodedata.normalize("NFD", typed) != typed or (behind is not None and behind.text == "'"):
            return None
        is_also_a_word = (
            typed in "acdi" and behind is not None and behind.is_word and behind.text not in POLITENESS
        )
        joined = behind is not None and behind.text in CHOICE_AND
        return None if is_also_a_word and not joined else token.text.upper()

    def _next_key(self, place: int) -> tuple[str | None, int]:
        """Another key right behind, or behind "et", "ou"; marks do not count."""
        place = self._skip_marks(place)
        if self.line.word(place) in CHOICE_AND:
            place = self._skip_marks(place + 1)
            if self.line.word(place) in ARTICLES and self._key(place) is None:
                place += 1
        return self._key(place), place

    def _corrected(self, place: int) -> tuple[str | None, int]:
        """A key behind "pardon", "non", "plutôt"."""
        place = self._skip_marks(place)
        if (self.line.word(place),) not in _TAKES_BACK:
            return None, place
        place = self._skip_marks(place + 1)
        while self.line.word(place) in ("la", "le", "the", "plutot") and self._key(place) is None:
            place += 1
        return self._key(place), place

    def _skip_marks(self, place: int) -> int:
        while (token := self.line.at(place)) is not None and token.is_mark:
            place += 1
        return place

    def _ordinal(self, place: int) -> Result | None:
        """'La deuxième', '2eme choix'."""
        token, suffix = self.line.at(place), self.line.word(place + 1)
        if token is None:
            return None
        rank, last = ORDINALS.get(token.text), place
        if (
            token.is_digits
            and re.fullmatch("er|ere|e|eme|ieme|st|nd|nde|rd|th", suffix)
            and self.line.touching(place + 1)
        ):
            rank, last = token.value, place + 1
        if rank is None or not self._may_end(last + 1):
            return None
        last += self.line.word(last + 1) in CHOICE_NOUNS
        if rank > len(self.question.options) or rank < 1:
            return invalid(Reason.OUT_OF_RANGE)
        return self._answer(self.question.options[rank - 1].key, last, Flag.INFERRED)

    def _may_end(self, place: int) -> bool:
        """Whether an ordinal may be the answer: 'la première', 'le premier choix', not 'premier achat'."""
        token = self.line.at(place)
        return token is None or token.is_mark or token.text in POLITENESS | FOLLOW_OK | CHOICE_NOUNS

    def _answer(self, key: str, last: int, *flags: Flag) -> Result:
        end = self.line.tokens[last].end
        rest, *more = remainder(self.reading, 0, end)
        return answer(key, rest, *flags, *more)


def _by_words(question: Question, reading: Reading) -> Result | None:
    """The one option whose label or alias the text contains; `ambiguous` for several, or if negated."""
    hits = _hits(question, reading)
    if not hits:
        return None
    options = {key for key, _, _ in hits}
    words = [word.text for word in reading.words]
    if len(options) > 1 or any(_is_negated(words, first) for _, first, _ in hits):
        return invalid(Reason.AMBIGUOUS)
    return answer(options.pop(), reading.raw.strip(), Flag.INFERRED)


def _hits(question: Question, reading: Reading) -> list[tuple[str, int, int]]:
    """(key, first word, end) of each name found, without those inside a longer name of another option."""
    words = [uninflected(word.text) for word in reading.words]
    found = []
    for option in question.options:
        for name in map(uninflected, _names(option)):
            size = name.count(" ") + 1
            found += [
                (option.key, first, first + size)
                for first in range(len(words) - size + 1)
                if words[first] == name.split(" ", 1)[0] and " ".join(words[first : first + size]) == name
            ]
    return [hit for hit in found if not any(_inside(hit, other) for other in found)]


def _inside(hit: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return (
        other[2] - other[1] > hit[2] - hit[1]
        and other[1] <= hit[1]
        and hit[2] <= other[2]
        and hit[0] != other[0]
    )


def _is_negated(words: list[str], place: int) -> bool:
    before = words[max(0, place - 2) : place]
    if before and before[-1] in CHOICE_NEGATIONS:
        return True
    return len(before) == 2 and before[-1] in ARTICLES and before[0] in CHOICE_NEGATIONS
