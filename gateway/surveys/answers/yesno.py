"""Yes/no questions."""

from __future__ import annotations

import re

from gateway.surveys.answers.lexicon import (
    CORRECTIONS,
    JOINING,
    MAYBE,
    NO,
    NO_SYMBOLS,
    POLITENESS,
    WEAK_YES,
    YES,
    YES_SYMBOLS,
    YESNO_LEAD,
)
from gateway.surveys.answers.normalise import Reading, flatten, has_letters
from gateway.surveys.answers.remainder import remainder
from gateway.surveys.answers.values import Flag, Question, Reason, Result, answer, invalid

_LONGEST = max(len(phrase.split()) for phrase in YES | NO | MAYBE)
_SAID = re.compile(r"\b(?:pense que|crois que|que|dirais|is|say|est|reponse|rep) (oui|non|yes|no)\b")
_MAYBE = re.compile("|".join(rf"\b{phrase}\b" for phrase in sorted(MAYBE)))
_INITIALS = {"o": "yes", "y": "yes", "n": "no"}
_HALF_HEARTED = frozenset({("enfin",), ("non",)})
_SLIPS = tuple(phrase for phrase in CORRECTIONS if phrase not in _HALF_HEARTED)
"""Words that take the first answer back: "oui pardon non". "Oui enfin non" stays ambiguous."""


def read_yesno(question: Question, reading: Reading) -> Result:
    """Yes, no, or why it is neither."""
    for value, codes in question.codes.items():
        if reading.words and any(flatten(code) in reading.forms for code in codes):
            return answer(value)
    if not reading.words:
        return _symbols(reading)
    for form in reading.forms:
        if form in _INITIALS:
            return answer(_INITIALS[form])
    return _Phrases(reading).result()


def _symbols(reading: Reading) -> Result:
    symbols = set(reading.norm)
    yes, no = symbols & YES_SYMBOLS, symbols & NO_SYMBOLS
    if yes and no:
        return invalid(Reason.AMBIGUOUS)
    if yes or no:
        return answer("yes" if yes else "no", "", Flag.INFERRED)
    return invalid(Reason.NO_YES_NO if has_letters(reading) else Reason.EMPTY)


class _Phrases:
    """One reading of one reply, word by word."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words = [word.text for word in reading.words]

    def result(self) -> Result:
        """The decision."""
        place = self._start()
        if self._longest(place, MAYBE):
            return invalid(Reason.AMBIGUOUS)
        polarity, size = self._polarity(place)
        if polarity:
            return self._decided(polarity, place + size)
        said = _SAID.search(self.reading.flat)
        if said:
            return self._said(said)
        return invalid(Reason.AMBIGUOUS if _MAYBE.search(self.reading.flat) else Reason.NO_YES_NO)

    def _start(self) -> int:
        """The first place where a phrase begins, behind nothing but politeness and hesitation."""
        place = 0
        while place < len(self.words):
            if self._longest(place, MAYBE) or self._polarity(place)[1] or self.words[place] not in YESNO_LEAD:
                return place
            place += 1
        return place

    def _longest(self, place: int, phrases: frozenset[str]) -> int:
        """How many words the longest phrase that begins at `place` has; 0 for none."""
        sizes = range(min(_LONGEST, len(self.words) - place), 0, -1)
        return next((size for size in sizes if " ".join(self.words[place : place + size]) in phrases), 0)

    def _polarity(self, place: int) -> tuple[str, int]:
        yes, no = self._longest(place, YES), self._longest(place, NO)
        if not yes and not no:
            return "", 0
        return ("yes", yes) if yes > no else ("no", no)

    def _decided(self, polarity: str, end: int) -> Result:
        """A polarity phrase ends before words[end]: take in its repetitions, look for its opposite."""
        firm = self.words[end - 1] not in WEAK_YES
        while (again := self._polarity(end))[0] == polarity:
            end += again[1]
            firm = firm or self.words[end - 1] not in WEAK_YES
        if self._contradicted(polarity, end):
            return invalid(Reason.AMBIGUOUS)
        taken_back = self._taken_back(polarity, end)
        if taken_back:
            return self._answer("no" if polarity == "yes" else "yes", 0, taken_back, Flag.CORRECTED)
        return self._answer(polarity, 0, end, *(() if firm else (Flag.INFERRED,)))

    def _contradicted(self, polarity: str, end: int) -> bool:
        """Whether the opposite is all that follows, or follows "et", "ou", "mais", "enfin"."""
        joined = end < len(self.words) and (self.words[end] in JOINING or self.words[end] == "enfin")
        other, size = self._polarity(end + joined)
        if not size or other == polarity:
            return False
        return joined or all(word in POLITENESS for word in self.words[end + size :])

    def _taken_back(self, polarity: str, end: int) -> int:
        """The end of an opposite that follows "pardon" or the like; 0 for none."""
        for phrase in _SLIPS:
            behind = end + len(phrase)
            if tuple(self.words[end:behind]) == phrase:
                other, size = self._polarity(behind)
                return behind + size if size and other != polarity else 0
        return 0

    def _said(self, said: re.Match[str]) -> Result:
        """'Je dirais oui': the phrase is found by its place among the words of the flat text."""
        first = self.reading.flat[: said.start()].count(" ")
        end = first + said.group().count(" ") + 1
        return self._answer("yes" if said.group(1) in YES else "no", first, end, Flag.INFERRED)

    def _answer(self, value: str, first: int, end: int, *flags: Flag) -> Result:
        """The answer in words[first:end]; behind lead words alone it begins with them."""
        words = self.reading.words
        rest, *more = remainder(self.reading, words[first].start, words[end - 1].end)
        return answer(value, rest, *flags, *more)
