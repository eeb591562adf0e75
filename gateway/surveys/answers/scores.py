"""Score questions: which number of a reply is the score, if any.

Every number must earn its place: what counts, dates or hedges something is dropped, what is left is ranked by
the words before it, and where two scores stay possible the customer is asked again.
"""

from __future__ import annotations

import re

from gateway.surveys.answers.lexicon import (
    CORRECTIONS,
    FILLER,
    FOLLOW_OK,
    HEDGES,
    MARKER,
    PREPOSITIONS,
    REJECTED,
)
from gateway.surveys.answers.mask import mask
from gateway.surveys.answers.normalise import Reading, flatten, is_blank, uninflected, uninflected_forms
from gateway.surveys.answers.pairs import FRACTION, Mention, Scan, out_of
from gateway.surveys.answers.remainder import remainder
from gateway.surveys.answers.tokens import Line
from gateway.surveys.answers.values import Flag, Question, Reason, Result, answer, invalid

_STARS = re.compile("★+")
_ONLY_STARS = re.compile(r"(?:★{1,5}|\*{1,5})")
_MARKED, _LED, _BARE = 3, 2, 1
"""Ranks: behind "je mets", behind politeness only, anywhere else."""
_PRIORITY = (Reason.AMBIGUOUS, Reason.NOT_INTEGER, Reason.OTHER_SCALE, Reason.OUT_OF_RANGE)


def read_score(question: Question, reading: Reading) -> Result:
    """The score that a reply gives, or why it gives none."""
    labelled = _labelled(question, reading)
    if labelled is not None:
        return labelled
    if question.bounds == (1, 5):
        starred = _stars(reading)
        if starred is not None:
            return starred
    if not reading.words:
        return invalid(Reason.EMPTY if is_blank(reading) else Reason.NO_NUMBER)
    return _Score(reading, *question.bounds).result()


def _labelled(question: Question, reading: Reading) -> Result | None:
    """A label of the scale alone, in whatever gender and number."""
    if not question.labels or not reading.words:
        return None
    labels = {value: flatten(label) for value, label in question.labels.items()}
    exact = next((value for value, label in labels.items() if label in reading.forms), None)
    if exact is not None:
        return answer(exact, "", Flag.LABEL)
    said = uninflected_forms(reading)
    found = [value for value, label in labels.items() if uninflected(label) in said]
    return answer(found[0], "", Flag.LABEL) if len(found) == 1 else None


def _stars(reading: Reading) -> Result | None:
    """★★★★ alone, or one run of stars in a text without digits."""
    compact = reading.norm.replace(" ", "")
    if _ONLY_STARS.fullmatch(compact):
        return answer(len(compact), "", Flag.INFERRED)
    runs = list(_STARS.finditer(reading.norm))
    if len(runs) != 1 or len(runs[0].group()) > 5 or any(char.isdigit() for char in reading.norm):
        return None
    return answer(len(runs[0].group()), *remainder(reading, *runs[0].span()), Flag.INFERRED)


class _Score:
    """One reading of one reply."""

    def __init__(self, reading: Reading, low: int, high: int) -> None:
        self.reading, self.low, self.high = reading, low, high
        masked = mask(reading.norm, low, high)
        self.line = Line(masked.text)
        scan = Scan(self.line, low, high)
        self.remembered = {*masked.remembered, *scan.remembered}
        self.mentions = [kept for mention in scan.mentions if (kept := self._keep(mention))]

    def result(self) -> Result:
        """The decision."""
        if self._shared_out():
            return invalid(Reason.AMBIGUOUS)
        corrected = self._correction()
        if corrected is not None:
            return corrected
        candidates = [(rank, mention) for mention in self.mentions if (rank := self._rank(mention))]
        if not candidates:
            return invalid(next((why for why in _PRIORITY if why in self.remembered), Reason.NO_NUMBER))
        top = max(rank for rank, _ in candidates)
        best = [mention for rank, mention in candidates if rank == top]
        unsure = Reason.AMBIGUOUS in self.remembered and top < _MARKED
        if unsure or len({mention.value for mention in best}) > 1:
            return invalid(Reason.AMBIGUOUS)
        flags = (Flag.INFERRED,) if top == _BARE else ()
        return self._answer(best[0].value, best[0].first, best[0].last, *flags)

    def _answer(self, value: int, first: int, last: int, *flags: Flag) -> Result:
        start, end = self.line.tokens[first].start, self.line.tokens[last].end
        rest, *more = remainder(self.reading, start, end, value, (self.low, self.high))
        return answer(value, rest, *flags, *more)

    def _keep(self, mention: Mention) -> Mention | None:
        """The mention, unless its surroundings say that it is no score; remembers why where that helps."""
        line, value = self.line, mention.value
        if mention.rank == FRACTION or mention.undecided:
            return mention
        if line.has_star(mention.last):
            return self._starred(mention)
        if line.is_article(mention.last) or line.is_in_a_name(mention.first):
            return None
        if line.counts_something(mention.last, value):
            return None
        if self._is_denominator(mention.first) or line.is_negated(mention.first):
            return None
        if line.preceded_by_phrase(mention.first, REJECTED):
            return None
        if line.preceded_by_phrase(mention.first, HEDGES):
            self.remembered.add(Reason.AMBIGUOUS)
            return None
        if not self.low <= value <= self.high:
            self.remembered.add(Reason.OUT_OF_RANGE)
            return None
        return mention

    def _starred(self, mention: Mention) -> Mention | None:
        if (self.low, self.high) != (1, 5):
            self.remembered.add(Reason.OTHER_SCALE)
            return None
        if not self.low <= mention.value <= self.high:
            self.remembered.add(Reason.OUT_OF_RANGE)
            return None
        denominator, end = out_of(self.line, mention.last + 2)
        last = end if denominator == self.high else mention.last + 1
        return Mention(mention.value, mention.first, last, FRACTION)

    def _is_denominator(self, place: int) -> bool:
        before = self.line.at(place - 1)
        if before is None:
            return False
        out_of = before.text == "of" and self.line.word(place - 2) == "out"
        return before.text in ("/", "sur", "outta") or out_of

    def _rank(self, mention: Mention) -> int:
        """How much the words around speak for a number: 0 for not at all."""
        if mention.rank or mention.undecided:
            return mention.rank
        rank = self._rank_before(mention.first)
        if not self.line.tokens[mention.first].is_digits:
            return rank if rank >= _LED and self._may_follow(mention.last) else 0
        return rank if rank >= _LED or self._stands_out(mention) else 0

    def _rank_before(self, place: int) -> int:
        words = 0
        for token in reversed(self.line.tokens[:place]):
            if token.text in MARKER:
                return _MARKED
            if token.is_said:
                words += 1
                if token.text not in FILLER or words == 5:
                    break
        return _LED if place <= self.line.lead else _BARE

    def _may_follow(self, place: int) -> bool:
        token = self.line.at(place + 1)
        return token is None or not token.is_word or token.value is not None or token.text in FOLLOW_OK

    def _stands_out(self, mention: Mention) -> bool:
        """Behind other words a number must end the message or follow punctuation, and no preposition."""
        before = self.line.at(mention.first - 1)
        if before is not None and before.is_mark:
            return True
        before_word = self.line.before(mention.first)
        if before_word >= 0 and self.line.tokens[before_word].text in PREPOSITIONS:
            return False
        return mention.last >= self.line.tail

    def _shared_out(self) -> bool:
        """'4 pour la livraison et 9 pour le produit'."""
        values = {m.value for m in self.mentions if self.line.word(m.last + 1) in ("pour", "for")}
        return len(values) > 1

    def _correction(self) -> Result | None:
        """'8, pardon 9': the last number, where words of correction stand between the last two."""
        if len(self.mentions) < 2 or self.mentions[-1].undecided:
            return None
        wrong, right = self.mentions[-2:]
        between = self.line.words_between(wrong.last, right.first)
        if (wrong.value == right.value and not wrong.undecided) or len(between) > 4:
            return None
        if not any(_contains(between, phrase) for phrase in CORRECTIONS):
            return None
        if between[-1] in PREPOSITIONS and right.last < self.line.tail:
            return None  # "9 mais non le 5 à la caisse": something else has the number 5
        if wrong.undecided:
            wrong = self.mentions[-3]
        return self._answer(right.value, wrong.first, right.last, Flag.CORRECTED)


def _contains(words: list[str], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(tuple(words[place : place + size]) == phrase for place in range(len(words) - size + 1))
