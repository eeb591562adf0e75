"""Numbers that are no scores: telephones, dates, times, prices, references, the scale itself.

Each is replaced by a gap of the same length, so that every place in the text stays where it was, and the words
on its two sides stay apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gateway.surveys.answers.lexicon import ARTICLE_NUMBERS, MONTHS, NUMBERS
from gateway.surveys.answers.values import Reason

_NUMBER = "|".join(sorted(NUMBERS, key=len, reverse=True))
_SURE_NUMBER = "|".join(sorted(NUMBERS.keys() - ARTICLE_NUMBERS, key=len, reverse=True))
_DOMAINS = "com|fr|net|org|eu|uk|info|shop|example"  # none that is a word behind a full stop ("10.de")

_NOT_SCORES = tuple(
    re.compile(pattern)
    for pattern in (
        # addresses of pages and mailboxes ("www" has become "w")
        rf"\b(?:https?://|w\.)\S+|\b[a-z0-9._-]{{1,64}}@\S+|\b(?=\d*[a-z])[a-z0-9-]{{2,40}}\.(?:{_DOMAINS})\b(?:/\S*)?",
        # telephones: French ones first, so that a score beside one is left alone
        r"(?<![\d+])(?:(?:\+|00)33 ?(?:\(0\) ?)?|0)[1-9](?:[ .\-/]?\d\d){4}(?!\d)",
        r"(?:\+|\b00)?\d{9,}",
        r"(?:\+|\b00)?\d(?:[ .\-()]{0,2}\d){8,}",
        # dates and opening hours
        r"\b\d{1,2}([/.\-])\d{1,2}\1(?:\d{4}|\d{2})\b|\b\d{4}-\d{2}-\d{2}\b",
        rf"\b\d{{1,2}}(?:er|st|nd|rd|th)? (?:of )?(?:{MONTHS})\b(?: \d{{4}}\b)?",
        r"\b24 ?h?(?:eures)? ?(?:/|sur) ?24\b|\b24 ?/ ?7\b|\b[5-7] ?j(?:ours)? ?(?:/|sur) ?7j?\b",
        r"\b\d{1,2}h[0-5]\d\b|\b\d{1,2} h [0-5]\d\b|\b\d{1,2} ?h\b|\b\d{1,2}:[0-5]\d\b",
        # prices
        r"[€$£] ?\d{1,9}(?:[.,]\d{1,2})?"
        r"|(?:\b\d{1,3}(?: \d{3}){1,3}|\d{1,9})(?:[.,]\d{1,2})? ?[€$£](?:\d{1,2}\b)?",
        # ordinals, D+2, x2, references
        r"\b\d+(?:ers?|eres?|emes?|iemes?|e|nd|nde|rd|th|st)\b",
        r"\b[jhd] ?\+ ?\d+\b|\bx ?\d+\b",
        r"\b(?:commande|cmd|numero|num|ref|reference|dossier|facture|order|colis)s?"
        r"(?: ?(?:n ?°|no\b|num\b|numero\b|number\b|#|:|est\b|is\b)){0,2} ?[:#-]? ?"
        r"(?:[a-z]{1,4}[ -]?)?\d{3,}",
        r"\bn ?° ?\d+|# ?\d+",
    )
)
_PERCENT = re.compile(r"\d+(?:[.,]\d+)? ?(?:%|pour ?cent\b|percent\b)")
_ENUMERATOR = re.compile(
    rf"[^\w+-]*(?:q(?:uestion)? ?\d{{1,2}}\b ?[:).=-]*|\d{{1,2}} ?\))(?=\s*(?:\d|(?:{_SURE_NUMBER})\b))"
)
_NEGATIVE = re.compile(rf"\s*(?:-\d+|(?:moins|minus) (?:\d+|(?:{_NUMBER})\b))")
_ENDS_IN_NUMBER = re.compile(rf"(?:\d|\b(?:{_NUMBER}))(?: ?(?:etoiles?|stars?|points?|pts?))?\s*$")


class Masked(NamedTuple):
    """A text without the numbers that are no scores, and what they were."""

    text: str
    remembered: frozenset[Reason]


GAP = "\0"


def _blank(match: re.Match[str]) -> str:
    return GAP.ljust(match.end() - match.start())


def _spelt(value: int) -> str:
    """A number in digits or in words, as a pattern."""
    return "|".join([str(value), *(word for word, number in NUMBERS.items() if number == value)])


@lru_cache(maxsize=256)
def _scale(low: int, high: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Mentions of the scale: 'de 0 à 10', and 'sur 10' where no numerator stands before."""
    on = r"(?:sur|on) (?:une|a)? ?(?:echelle|scale) (?:de|of|from|allant de) ?"
    lows = _spelt(low) if low else f"{_spelt(0)}|1"
    span = (
        rf"\b(?:{on}|de |entre |from |between )(?:{lows}) ?(?:a|-|et|to|and) ?(?:{_spelt(high)})(?![\w%])"
        rf"|(?<![\w/.,])(?:{_spelt(low)}) ?(?:a|-|et|to|and) ?(?:{_spelt(high)})(?![\w%])(?! ?[/])"
        rf"|\b{on}(?:{_spelt(high)})(?!\w)"
    )
    out_of = rf"(?:\bnotes? )?(?:/|\bsur\b|\bout ?of\b|\boutta\b) ?(?:{_spelt(high)})(?!\w)"
    return re.compile(span), re.compile(out_of)


def _blank_unless_fraction(match: re.Match[str]) -> str:
    start = match.start()
    if _ENDS_IN_NUMBER.search(match.string, max(0, start - 18), start):
        return match.group()
    return _blank(match)


def without_scale(text: str, low: int, high: int) -> str:
    """The text with the mentions of the scale blanked."""
    span, out_of = _scale(low, high)
    return out_of.sub(_blank_unless_fraction, span.sub(_blank, text))


def without_enumerator(text: str) -> str:
    """The text with a leading '1)' or 'Q1:' blanked, where a number follows."""
    return _ENUMERATOR.sub(_blank, text, count=1) if _ENUMERATOR.match(text) else text


def mask(norm: str, low: int, high: int) -> Masked:
    """The normal form of a reply to a low..high question, with all that is no score blanked."""
    remembered: set[Reason] = set()
    text = norm
    for pattern in _NOT_SCORES:
        text = pattern.sub(_blank, text)
    if _PERCENT.search(text):
        remembered.add(Reason.OTHER_SCALE)
        text = _PERCENT.sub(_blank, text)
    text = without_enumerator(without_scale(text, low, high))
    negative = _NEGATIVE.match(text)
    if negative:
        remembered.add(Reason.OUT_OF_RANGE)
        text = _blank(negative) + text[negative.end() :]
    return Masked(text, frozenset(remembered))
