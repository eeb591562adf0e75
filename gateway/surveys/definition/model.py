"""A survey as its file defines it: frozen values, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from gateway.surveys.answers import Option, Question, QuestionType
from gateway.surveys.answers.values import SCORES
from gateway.surveys.definition.expressions import Expression

Text = Mapping[str, str]
"""Language → text."""

END = "end"
"""The `goto` that ends a survey."""
CONTACT_FIELDS = ("prenom", "first_name", "nom", "last_name")
"""What a text may say of the person, without the file declaring it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """`[start]`: when a survey may begin."""

    delay: timedelta = timedelta(0)
    """After the event."""
    event_max_age: timedelta = timedelta(hours=72)
    quarantine_any: timedelta = timedelta(days=30)
    quarantine_same: timedelta = timedelta(days=90)
    on_conflict: str = "defer"
    """With another survey open: `defer` waits, `refuse` does not."""
    conflict_defer_max: timedelta = timedelta(hours=24)
    require_vars: tuple[str, ...] = ()
    allow_sunday: bool = False
    keywords: tuple[str, ...] = ()
    """Messages that start this survey: just such a word, from somebody with no open survey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`[limits]`: how long, how often."""

    question_ttl: timedelta = timedelta(hours=48)
    session_ttl: timedelta = timedelta(days=7)
    late_window: timedelta = timedelta(hours=72)
    """0: late answers do not count."""
    reask_max: int = 1
    reask_total: int = 2
    correction_window: timedelta = timedelta(minutes=10)
    continuation_window: timedelta = timedelta(seconds=20)
    settle: timedelta = timedelta(seconds=6)
    """The next text waits so long for what the customer may add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """`[reminder]`: once more, for who has not answered."""

    after: timedelta
    max: int = 1
    text: Text | None = None
    """None: the first question's."""
    remind_partial: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """Another text for a question, where a condition holds."""

    when: Expression
    text: Text


@dataclass(frozen=True, slots=True)
class Jump:
    """Where to go on after an answer. `when` None: always."""

    goto: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice, in every language."""

    key: str
    label: Text
    aliases: tuple[str, ...] = ()


class OnInvalid(StrEnum):
    """What happens when no re-ask is left."""

    CLOSE = "close"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One `[[question]]`."""

    id: str
    type: QuestionType
    text: Text
    min: int | None = None
    max: int | None = None
    variants: tuple[Variant, ...] = ()
    reask: Text | None = None
    labels: Mapping[int, Text] = field(default_factory=dict)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: tuple[Choice, ...] = ()
    required: bool = True
    on_invalid: OnInvalid = OnInvalid.CLOSE
    ttl: timedelta | None = None
    prefill_from: tuple[str, ...] = ()
    skip_if: Expression | None = None
    next: tuple[Jump, ...] = ()

    @property
    def is_score(self) -> bool:
        """A number is asked for."""
        return self.type in SCORES

    def question(self, language: str, fallback: str, sent: str = "") -> Question:
        """What the answer parser needs to know; `sent` is the text as it went out."""
        return Question(
            type=self.type,
            min=self.min,
            max=self.max,
            labels={value: pick(label, language, fallback) for value, label in self.labels.items()},
            codes=self.codes,
            options=tuple(
                Option(option.key, pick(option.label, language, fallback), option.aliases)
                for option in self.options
            ),
            text=sent,
        )

    def label(self, key: str, language: str, fallback: str) -> str:
        """The label of an option; the key itself where there is none such."""
        return next((pick(each.label, language, fallback) for each in self.options if each.key == key), key)


@dataclass(frozen=True, slots=True)
class Closing:
    """What is said at the end, where a condition holds."""

    text: Text
    when: Expression | None = None
    requires_consent: str | None = None
    """A category that the person must have agreed to ("commercial")."""


class AlertOn(StrEnum):
    """Occasions of an alert that are no condition."""

    NEGATIVE_WORDS = "negative_words"
    INVALID = "invalid"
    PRIVACY = "privacy"
    WRONG_NUMBER = "wrong_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """One `[[alert]]`: who is told of what."""

    id: str
    title: str
    when: Expression | None = None
    on: AlertOn | None = None
    severity: str = "normal"
    to: tuple[str, ...] = ()
    sla: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A whole survey file."""

    id: str
    title: str
    brand: Text
    questions: tuple[Item, ...]
    version: int | None = None
    """As written; None: the store counts the contents."""
    default_lang: str = "fr"
    stop_notice: bool = True
    """False: the author takes it on that the first text does not mention STOP."""
    start: Start = field(default_factory=Start)
    limits: Limits = field(default_factory=Limits)
    reminder: Reminder | None = None
    closings: tuple[Closing, ...] = ()
    closing_invalid: Text | None = None
    closing_late: Text | None = None
    alerts: tuple[AlertRule, ...] = ()
    sha256: str = ""
    """Of the file's content."""

    def item(self, question: str) -> Item:
        """A question by its id. Raises KeyError."""
        for item in self.questions:
            if item.id == question:
                return item
        raise KeyError(question)

    def place(self, question: str) -> int:
        """The place of a question in the file, from 0. Raises KeyError."""
        for place, item in enumerate(self.questions):
            if item.id == question:
                return place
        raise KeyError(question)

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], Text]]:
        """Every text that is sent, with its place in the file."""
        for place, item in enumerate(self.questions):
            yield ("question", place, "text"), item.text
            for number, variant in enumerate(item.variants):
                yield ("question", place, "variants", number, "text"), variant.text
            if item.reask is not None:
                yield ("question", place, "reask"), item.reask
        if self.reminder is not None and self.reminder.text is not None:
            yield ("reminder", "text"), self.reminder.text
        for place, closing in enumerate(self.closings):
            yield ("closing", place, "text"), closing.text
        if self.closing_invalid is not None:
            yield ("closing_invalid", "text"), self.closing_invalid
        if self.closing_late is not None:
            yield ("closing_late", "text"), self.closing_late

    def languages(self) -> tuple[str, ...]:
        """Every language that some text has, the default first."""
        found = {language for _, text in self.texts() for language in text} | {*self.brand}
        return (self.default_lang, *sorted(found - {self.default_lang}))

    def language(self, wanted: str | None) -> str:
        """The language to speak with somebody: theirs, where every text has it."""
        complete = all(wanted in text for _, text in self.texts())
        return wanted if wanted is not None and complete else self.default_lang


def pick(text: Text, language: str, fallback: str) -> str:
    """A text in a language, else in the survey's default one, else in any."""
    return text.get(language) or text.get(fallback) or next(iter(text.values()), "")
