"""What the customer wrote beside the answer, in their own letters."""

from __future__ import annotations

import re

from gateway.surveys.answers.lexicon import NO_COMMENT, NUMBERS, PADDING, SCALE_WORDS
from gateway.surveys.answers.mask import without_scale
from gateway.surveys.answers.normalise import Reading, normalise
from gateway.surveys.answers.tokens import number
from gateway.surveys.answers.values import Flag

_TRIM = " \t\r\n\v\f\u00a0\u202f\u2009.,;:!?-–—=()/\"'*_«»“”’…+"
_ENUMERATOR = re.compile(r"\W*(?:q(?:uestion)? ?\d{1,2}|\d{1,2} ?\))\W*")
_PIECE = re.compile(r"\d+|[a-z]+")


def remainder(
    reading: Reading, start: int, end: int, value: int | None = None, scale: tuple[int, int] | None = None
) -> tuple[str, *tuple[Flag, ...]]:
    """The text without norm[start:end] and without what adds nothing, and NO_COMMENT where it says just that.

    `value` is the score that was cut out: the same number again adds nothing, nor does the scale before it.
    """
    first, last = reading.raw_slice(start, end)
    halves = [_half(reading.raw[:first], value, scale), _half(reading.raw[last:], value, None)]
    rest = " ".join(half for half in halves if half)
    if rest and not NO_COMMENT.isdisjoint(normalise(rest).forms):
        return rest, Flag.NO_COMMENT
    return (rest,)


def _half(raw: str, value: int | None, scale: tuple[int, int] | None) -> str:
    text = raw.strip(_TRIM)
    if not text or (scale is not None and _ENUMERATOR.fullmatch(normalise(raw).norm)):
        return ""
    norm = normalise(text).norm
    padding = PADDING
    if scale is not None:
        norm = without_scale(norm, *scale)
        padding = PADDING | SCALE_WORDS
    pieces = _PIECE.findall(norm)
    return "" if all(piece in padding or _number(piece) == value for piece in pieces) else text


def _number(piece: str) -> int:
    return number(piece) if piece[0].isdigit() else NUMBERS.get(piece, -1)
