"""What a question asks and what a reply means, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class QuestionType(StrEnum):
    """The kinds of question a survey may ask."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    SCALE = "scale"
    YESNO = "yesno"
    CHOICE = "choice"
    TEXT = "text"


BOUNDS = {QuestionType.NPS: (0, 10), QuestionType.CSAT: (1, 5), QuestionType.CES: (1, 7)}
"""The scales whose bounds their name fixes; a `scale` brings its own."""

SCORES = frozenset({*BOUNDS, QuestionType.SCALE})

DIGIT_KEYS = "123456789"
LETTER_KEYS = "ABCDEFGHI"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice: its key ("1" to "9", or "A" to "I"), its label, other words for it."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, as far as understanding a reply needs it.

    Raises ValueError, naming the field, for a question that nobody could answer.
    """

    type: QuestionType
    min: int | None = None
    max: int | None = None
    """Bounds of a `scale`; the other scores have their own and ignore nothing: other bounds are refused."""
    labels: Mapping[int, str] = field(default_factory=dict)
    """Of a score: value → words that, alone, mean it."""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a yes/no question: "yes" and "no" → words or digits that, alone, mean it."""
    options: tuple[Option, ...] = ()
    text: str = ""
    """The question as it was sent, so that a reply which quotes it can be read without the quotation."""

    def __post_init__(self) -> None:
        if self.type in SCORES:
            self._check_bounds()
        if self.type is QuestionType.CHOICE:
            self._check_options()
        strange = sorted(set(self.codes) - {"yes", "no"})
        if strange:
            raise ValueError(f"codes: {strange[0]!r} is neither 'yes' nor 'no'")

    def _check_bounds(self) -> None:
        fixed = BOUNDS.get(self.type)
        if fixed and (self.min, self.max) not in ((None, None), fixed):
            raise ValueError(f"min, max: a {self.type} question always goes from {fixed[0]} to {fixed[1]}")
        if fixed is None and (self.min is None or self.max is None):
            raise ValueError("min, max: a scale needs both")
        low, high = self.bounds
        if not 0 <= low < high <= 100:
            raise ValueError(f"min, max: 0 <= min < max <= 100 does not hold for {low} and {high}")
        for value in self.labels:
            if not low <= value <= high:
                raise ValueError(f"labels: {value} is outside {low} to {high}")

    def _check_options(self) -> None:
        keys = "".join(option.key for option in self.options)
        if not 2 <= len(self.options) <= 9:
            raise ValueError(f"options: a choice has 2 to 9 options, not {len(self.options)}")
        if keys not in (DIGIT_KEYS[: len(keys)], LETTER_KEYS[: len(keys)]) or len(keys) != len(self.options):
            given = ", ".join(option.key for option in self.options)
            raise ValueError(f"options: the keys are 1, 2, 3… or A, B, C…, in order, not {given}")

    @property
    def bounds(self) -> tuple[int, int]:
        """The lowest and the highest score. Meaningful for scores only."""
        fixed = BOUNDS.get(self.type)
        return fixed if fixed else (self.min or 0, self.max or 0)


class Outcome(StrEnum):
    """What a reply is."""

    ANSWER = "answer"
    INVALID = "invalid"
    REFUSED = "refused"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    REACTION = "reaction"
    AUTO_REPLY = "auto_reply"


class Reason(StrEnum):
    """Why a reply is invalid."""

    EMPTY = "empty"
    NO_NUMBER = "no_number"
    OUT_OF_RANGE = "out_of_range"
    OTHER_SCALE = "other_scale"
    NOT_INTEGER = "not_integer"
    AMBIGUOUS = "ambiguous"
    NO_YES_NO = "no_yes_no"
    NO_MATCH = "no_match"


class Scope(StrEnum):
    """What an opt-out stops."""

    ALL = "all"
    COMMERCIAL = "commercial"
    SURVEY = "survey"


class Flag(StrEnum):
    """What else a reply says; a result lists its flags in this order."""

    INFERRED = "inferred"
    CORRECTED = "corrected"
    LABEL = "label"
    NO_COMMENT = "no_comment"
    NEGATIVE_WORDS = "negative_words"
    OPTOUT_SUSPECTED = "optout_suspected"
    PRIVACY_REQUEST = "privacy_request"
    WRONG_NUMBER = "wrong_number"


_FLAG_ORDER = {flag: place for place, flag in enumerate(Flag)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A reply, understood. `value` is a score, "yes" or "no", an option's key, or a text."""

    outcome: Outcome
    value: int | str | None = None
    remainder: str | None = None
    """What the customer wrote beside the answer, "" for nothing; None where that makes no sense."""
    reason: Reason | None = None
    scope: Scope | None = None
    flags: tuple[Flag, ...] = ()

    def flagged(self, *more: Flag) -> Result:
        """The same result with more flags; each stands once, in the order of `Flag`."""
        flags = tuple(sorted({*self.flags, *more}, key=_FLAG_ORDER.__getitem__))
        return Result(
            outcome=self.outcome,
            value=self.value,
            remainder=self.remainder,
            reason=self.reason,
            scope=self.scope,
            flags=flags,
        )

    def as_dict(self) -> dict[str, object]:
        """The JSON form, every field present."""
        return {
            "outcome": str(self.outcome),
            "value": self.value,
            "remainder": self.remainder,
            "reason": None if self.reason is None else str(self.reason),
            "scope": None if self.scope is None else str(self.scope),
            "flags": [str(flag) for flag in self.flags],
        }


def answer(value: int | str | None, remainder: str | None = "", *flags: Flag) -> Result:
    """A reply that answers the question."""
    return Result(outcome=Outcome.ANSWER, value=value, remainder=remainder).flagged(*flags)


def invalid(reason: Reason) -> Result:
    """A reply that answers nothing, and why."""
    return Result(outcome=Outcome.INVALID, reason=reason)
