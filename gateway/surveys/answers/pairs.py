"""Numbers that belong together: 8,5 · 9/10 · 8 ou 9 · 8 9. What is left over is a plain mention."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.surveys.answers.lexicon import ALTERNATIVES, AND, AND_ALSO, ARTICLE_NUMBERS, POINTS
from gateway.surveys.answers.tokens import Line
from gateway.surveys.answers.values import Reason

FRACTION = 4
"""The rank of a score that brings its scale: 9/10, 4 étoiles."""

_OTHER_SCALES = (5, 7, 10, 20, 100)
_NEIGHBOUR_MARKS = frozenset(",;+.")


@dataclass(frozen=True, slots=True)
class Mention:
    """A number that the text names, from token `first` to token `last`."""

    value: int
    first: int
    last: int
    rank: int = 0
    """FRACTION where it is certain already; 0: to be found out."""
    undecided: bool = False
    """One of a pair that contradicts itself: no candidate, but what a correction may correct."""


def out_of(line: Line, place: int) -> tuple[int | None, int]:
    """What a number right before `place` is out of, and its token; None where it stands alone."""
    token = line.at(place)
    if token is None:
        return None, place
    if token.text == "out" and line.word(place + 1) == "of":
        place += 1
    elif token.text not in ("/", "sur", "outta", "outof"):
        return None, place
    return line.value(place + 1), place + 1


class Scan:
    """One pass over a line, left to right; pairs consume their tokens."""

    def __init__(self, line: Line, low: int, high: int) -> None:
        self.line, self.low, self.high = line, low, high
        self.mentions: list[Mention] = []
        self.remembered: set[Reason] = set()
        place = 0
        while place < len(line.tokens):
            place = self._number(place) if line.value(place) is not None else place + 1

    def _number(self, place: int) -> int:
        """Take the number at `place` with all that belongs to it; the place behind it."""
        return (
            self._decimal(place)
            or self._fraction(place)
            or self._alternative(place)
            or self._neighbours(place)
            or self._plain(place, place)
        )

    def _fits(self, value: int | None) -> bool:
        return value is not None and self.low <= value <= self.high

    def _plain(self, first: int, last: int) -> int:
        self.mentions.append(Mention(self.line.value(first) or 0, first, last))
        return last + 1

    # --- 8,5 · 8 virgule 5 · 8 et demi ----------------------------------------------------------------------

    def _decimal(self, place: int) -> int:
        last, decimals = self._decimals(place)
        if last == place:
            return 0
        denominator, end = out_of(self.line, last + 1)
        whole = self.line.value(place) or 0
        if denominator is not None and denominator != self.high:
            self.remembered.add(Reason.OTHER_SCALE)
        elif decimals.strip("0") or decimals == "000":
            self.remembered.add(Reason.NOT_INTEGER)
        elif denominator is None:
            return self._plain(place, last)
        else:
            self._certain(whole, place, end)
        return end + 1 if denominator is not None else last + 1

    def _decimals(self, place: int) -> tuple[int, str]:
        """The last token of a decimal number that begins at `place`, and its decimals."""
        last, decimals = place, ""
        while self._decimal_mark(last + 1):
            decimals += self.line.tokens[last + 2].text
            last += 2
        if last > place:
            return last, decimals
        if self.line.word(place + 1) in ("virgule", "point") and self.line.value(place + 2) is not None:
            return place + 2, str(self.line.value(place + 2))
        after = [self.line.word(place + 1), self.line.word(place + 2), self.line.word(place + 3)]
        if after[0] == "et" and after[1] in ("demi", "demie"):
            return place + 2, "5"
        return (place + 3, "5") if after == ["and", "a", "half"] else (place, "")

    def _decimal_mark(self, place: int) -> bool:
        """A point or comma with digits right behind, and right before ("8 ,5" is forgiven)."""
        mark, behind, before = self.line.at(place), self.line.at(place + 1), self.line.at(place - 1)
        if mark is None or behind is None or before is None or not (behind.is_digits and before.is_digits):
            return False
        return self.line.touching(place + 1) and (
            mark.text == "," or (mark.text == "." and self.line.touching(place))
        )

    # --- 9/10 · 9 sur 10 ------------------------------------------------------------------------------------

    def _fraction(self, place: int) -> int:
        points = self.line.word(place + 1) in POINTS
        denominator, end = out_of(self.line, place + 1 + points)
        if denominator is None:
            return 0
        value = self.line.value(place) or 0
        if denominator == self.high:
            self._certain(value, place, end)
        elif denominator == value + 1 and self._fits(value) and self._fits(denominator):
            self.remembered.add(Reason.AMBIGUOUS)
        elif denominator in _OTHER_SCALES:
            if value <= denominator:
                self.remembered.add(Reason.OTHER_SCALE)
        elif self._fits(value) and self._fits(denominator):
            self.remembered.add(Reason.AMBIGUOUS)
        return end + 1

    def _certain(self, value: int, first: int, last: int) -> None:
        if self._fits(value):
            self.mentions.append(Mention(value, first, last, FRACTION))
        else:
            self.remembered.add(Reason.OUT_OF_RANGE)

    # --- 8 ou 9 · 8-9 · 8 9 ---------------------------------------------------------------------------------

    def _differ(self, place: int, other: int) -> bool:
        values = self.line.value(place), self.line.value(other)
        return self._fits(values[0]) and self._fits(values[1]) and values[0] != values[1]

    def _alternative(self, place: int) -> int:
        joint = self.line.at(place + 1)
        if joint is None or joint.text not in ALTERNATIVES or self.line.tokens[place].text in ARTICLE_NUMBERS:
            return 0
        other = place + 2
        while other < place + 5 and (token := self.line.at(other)) is not None and token.text in AND_ALSO:
            other += 1
        if not self._differ(place, other):
            return 0
        if joint.text in AND and self.line.counts_something(other, self.line.value(other) or 0):
            return 0  # "9 et 2 colis abîmés"
        denominator, end = out_of(self.line, other + 1)
        return self._undecided(place, other, end if denominator is not None else other)

    def _neighbours(self, place: int) -> int:
        mark = self.line.at(place + 1)
        other = place + 2 if mark is not None and mark.text in _NEIGHBOUR_MARKS else place + 1
        token = self.line.at(other)
        if token is None or not token.is_digits or not self.line.tokens[place].is_digits:
            return 0
        if not self._differ(place, other) or self.line.is_negated(place):
            return 0
        if self.line.counts_something(other, token.value or 0) or self._begins_pair(other):
            return 0
        return self._undecided(place, other, other)

    def _begins_pair(self, place: int) -> bool:
        return out_of(self.line, place + 1)[0] is not None or self._decimals(place)[0] > place

    def _undecided(self, place: int, other: int, end: int) -> int:
        self.remembered.add(Reason.AMBIGUOUS)
        for first in (place, other):
            self.mentions.append(Mention(self.line.value(first) or 0, first, first, undecided=True))
        return end + 1
