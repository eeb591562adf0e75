"""Does a reply ask us to stop? Keywords, phrases, a leading STOP, a trailing STOP; else perhaps a suspicion.

There is no edit distance: "top", "shop", "step" are ordinary words, and a customer who writes them keeps
getting messages. Where a text can be read both ways it is *suspected*, and a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway.surveys.answers.control import is_wrong_number
from gateway.surveys.answers.lexicon import (
    COMPLEMENT,
    FIXED_STOP,
    LEADING_ARRET,
    LEADING_STOP,
    OPT_OUT_NOISE,
    POLITENESS,
    SCOPES,
    STRONG_OPT_OUT,
    SUSPECT_STOP,
    SUSPECT_WHOLE,
    TRAILING_ARRET,
    TRAILING_STOP,
    WEAK_OPT_OUT,
)
from gateway.surveys.answers.normalise import Reading, Word
from gateway.surveys.answers.patterns import KEEP_ME, NOT_RECEIVED, OPT_OUT
from gateway.surveys.answers.values import Scope

_SCOPE_OF = {word: Scope(scope) for scope, words in SCOPES.items() for word in words}
_SHORT_CODE = re.compile(r"\d{5}")
_STUCK_TOGETHER = re.compile(r"stop\d{5}")
"""STOP36111, as advertisements print it."""
_FIXED = re.compile("|".join(rf"\b{phrase}\b" for phrase in sorted(FIXED_STOP)))
_NO_PUNCTUATION = frozenset(" '\"«»“”„‹›")
_DASH = re.compile(r"(?<= )-|-(?= )")

Answers = Callable[[str], int | str | None]
"""What a piece of text answers to the pending question; None for nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a reply objects, to what, and what it answers besides."""

    out: bool = False
    suspected: bool = False
    scope: Scope = Scope.ALL
    value: int | str | None = None


_NOTHING = Verdict()
_SUSPECTED = Verdict(suspected=True)
_OUT = Verdict(out=True)


def judge(reading: Reading, answers: Answers, strict: bool) -> Verdict:
    """The verdict on a whole reply. With `strict`, and for a wrong number, a suspicion is enough."""
    verdict = _judge(reading, answers)
    if verdict.suspected and strict:
        return Verdict(out=True, value=answers(reading.raw))
    if verdict.suspected and is_wrong_number(reading):
        return _OUT
    return verdict


def _judge(reading: Reading, answers: Answers) -> Verdict:
    if not reading.words:
        return _NOTHING
    words = _spelt_out(reading.words)
    scope = _keywords_only([word.text for word in words])
    if scope is not None:
        return Verdict(out=True, scope=scope)
    if KEEP_ME.search(reading.flat):
        return _SUSPECTED
    if OPT_OUT.search(reading.flat) or OPT_OUT.search(_unthanked(words)):
        return _SUSPECTED if NOT_RECEIVED.search(reading.flat) else _OUT
    return _by_place(reading, _without_fixed(reading.flat, words), answers)


def _unthanked(words: list[Word]) -> str:
    """The flat text without the politeness at its end."""
    end = next((place for place in range(len(words), 0, -1) if words[place - 1].text not in POLITENESS), 0)
    return " ".join(word.text for word in words[:end])


def _spelt_out(words: tuple[Word, ...]) -> list[Word]:
    """The words, with s.t.o.p. and opt-out as the one word that they spell."""
    found: list[Word] = []
    for word in words:
        found.append(word)
        for spelt in (("s", "t", "o", "p"), ("opt", "out")):
            if tuple(w.text for w in found[-len(spelt) :]) == spelt:
                start = found[-len(spelt)].start
                found[-len(spelt) :] = [Word("".join(spelt), start, word.end)]
    return found


def _keywords_only(words: list[str]) -> Scope | None:
    """The scope of a text of keywords alone; None where anything else is said."""
    left = [word for word in words if word not in OPT_OUT_NOISE]
    others = [word for word in left if word not in STRONG_OPT_OUT and not _STUCK_TOGETHER.fullmatch(word)]
    if len(others) < len(left) and all(word in _SCOPE_OF or _SHORT_CODE.fullmatch(word) for word in others):
        return next((_SCOPE_OF[word] for word in others if word in _SCOPE_OF), Scope.ALL)
    plain = [word for word in words if word not in POLITENESS]
    return Scope.ALL if len(plain) == 1 and plain[0] in WEAK_OPT_OUT else None


def _without_fixed(flat: str, words: list[Word]) -> list[Word]:
    """The words, but those of "non-stop", "bus stop" and the like, which stop nothing."""
    if not _FIXED.search(flat):
        return words
    blanked = _FIXED.sub(
        lambda match: re.sub(r"\w", "_", match.group()), " ".join(word.text for word in words)
    )
    return [word for word, text in zip(words, blanked.split(" "), strict=True) if "_" not in text]


def _by_place(reading: Reading, words: list[Word], answers: Answers) -> Verdict:
    """STOP at the beginning, at the end, or anywhere else."""
    verdict = _leading(reading, words, answers) or _trailing(reading, words, answers)
    if verdict is not None:
        return verdict
    texts = [word.text for word in words]
    ends_in_no_more = any(form.endswith("veux plus") for form in reading.forms)
    if ends_in_no_more or not SUSPECT_STOP.isdisjoint(texts) or not SUSPECT_WHOLE.isdisjoint(reading.forms):
        return _SUSPECTED
    return _NOTHING


def _leading(reading: Reading, words: list[Word], answers: Answers) -> Verdict | None:
    """'STOP, ça suffit' stops us; 'stop au bruit le matin' may mean the noise."""
    place = next((place for place, word in enumerate(words) if word.text not in POLITENESS), None)
    if place is None or words[place].text not in LEADING_STOP | LEADING_ARRET:
        return None
    stop = words[place]
    after = words[place + 1] if place + 1 < len(words) else None
    broken = _is_broken(reading, stop.end, after.start if after else len(reading.norm))
    if stop.text in LEADING_ARRET:
        return _out_with(reading, stop, answers) if broken else None
    if broken or after is None or after.text not in COMPLEMENT:
        return _out_with(reading, stop, answers)
    return _SUSPECTED


def _trailing(reading: Reading, words: list[Word], answers: Answers) -> Verdict | None:
    """'Service nul, stop' stops us, and so do '9 stop', '9 arrêtez'; 'j'ai raté mon stop' may not."""
    place = next(
        (place for place in reversed(range(len(words))) if words[place].text not in POLITENESS), None
    )
    if place is None or words[place].text not in TRAILING_STOP | TRAILING_ARRET:
        return None
    stop = words[place]
    before = words[place - 1].end if place else 0
    broken = _is_broken(reading, before, stop.start)
    value = answers(reading.raw[: reading.origin[stop.start]])
    if stop.text in TRAILING_STOP:
        return Verdict(out=True, value=value) if broken or value is not None else _SUSPECTED
    if value is not None:
        return Verdict(out=True, value=value)
    return _SUSPECTED if broken else None


def _out_with(reading: Reading, stop: Word, answers: Answers) -> Verdict:
    start, end = reading.raw_slice(stop.start, stop.end)
    return Verdict(out=True, value=answers(f"{reading.raw[:start]} {reading.raw[end:]}"))


def _is_broken(reading: Reading, start: int, end: int) -> bool:
    """Whether punctuation, a symbol or a line break parts two words. A hyphen inside a word does not."""
    between = reading.norm[start:end]
    marks = [char for char in between.replace("-", " ") if char not in _NO_PUNCTUATION]
    first, last = reading.raw_slice(start, end)
    return (
        bool(marks)
        or bool(_DASH.search(between))
        or "\n" in reading.raw[first:last]
        or ("\r" in reading.raw[first:last])
    )
