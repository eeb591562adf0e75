"""A report as frozen values: what every form of it shows, worked out once."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.surveys.metrics import Interval, Quantiles, Rate, Reliability, ResponseRates
from gateway.surveys.report.model_care import Alerts, Attention, SimTraffic, Words

AMBITION = 45
"""Percent of the people reached who answer: what a survey right after the event hopes for."""
COVERAGE = 80
"""Percent of submissions with a final report; with fewer, the cautious rates are shown too."""
OPT_OUT_ALARM = 2
"""Percent of the people reached: more objections than this, and something is wrong with the survey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """From the wish to ask to the last answer; each step is a part of the one before."""

    created: int
    allowed: int
    submitted: int
    delivered: int
    responded: int
    complete: int

    def steps(self) -> tuple[tuple[str, int], ...]:
        """Names and counts, in order."""
        return (
            ("created", self.created),
            ("allowed", self.allowed),
            ("submitted", self.submitted),
            ("delivered", self.delivered),
            ("replied", self.responded),
            ("complete", self.complete),
        )


@dataclass(frozen=True, slots=True)
class NamedRate:
    """A rate of the table; `key` is its name in JSON."""

    key: str
    label: str
    rate: Rate
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a distribution."""

    value: str
    label: str
    count: int
    mood: str
    """good, fair, bad, or plain where a value is neither."""


@dataclass(frozen=True, slots=True)
class Before:
    """The same score over the period of the same length just before."""

    value: float | None
    n: int
    differs: bool | None
    """Whether chance alone does not explain the difference; known for NPS only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A question that is no open one, and how it was answered."""

    question: str
    type: str
    text: str
    formula: str
    """What the value is, in words: scale, direction, formula."""
    n: int
    reliability: Reliability
    value: float | None
    """None where there is none: too few answers, or a choice."""
    interval: Interval | None
    signed: bool
    """A score from -100 to 100 and no percentage (NPS)."""
    mean: float | None
    bars: tuple[Bar, ...]
    refused: int
    unparsed: int
    late: int
    before: Before | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The people who were asked in a week that begins on a Monday, in the gateway's zone."""

    begins: str
    delivered: int
    responded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The people of one SIM, language, week or value of a variable."""

    name: str
    submitted: int
    delivered: int
    responded: int
    complete: int
    opted_out: int
    scores: tuple[Score, ...]

    @property
    def response(self) -> Rate:
        """Of those reached."""
        return Rate(self.responded, self.delivered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The report, group by group."""

    by: str
    groups: tuple[Group, ...]
    left_out: int
    """Groups beyond those, the smallest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How fast people answer, in seconds from delivery."""

    first_answer: Quantiles
    within_15_min: Rate
    clamped: int
    """Answers that seem older than their question (clocks differ): counted as 0 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything about one survey in one period."""

    survey: str
    title: str
    versions: tuple[int, ...]
    since: str | None
    until: str | None
    zone: str
    last_invited: str | None
    """In the gateway's zone. There is no time of its making: the same data gives the same report."""
    funnel: Funnel
    failed: int
    unreported: int
    late: int
    opted_out: int
    open: int
    scheduled: int
    refused: tuple[tuple[str, int], ...]
    """Why people were not asked, most frequent first."""
    dispositions: tuple[tuple[str, int], ...]
    aapor: ResponseRates
    coverage: Rate
    rates: tuple[NamedRate, ...]
    timing: Timing
    hours: tuple[int, ...]
    """First answers in time by the hour of the day, 0 to 23, in the gateway's zone."""
    weeks: tuple[Week, ...]
    scores: tuple[Score, ...]
    stopped_at: tuple[tuple[str, int], ...]
    """Questions at which people who had begun left off."""
    verbatims: tuple[Words, ...]
    alerts: Alerts
    attention: Attention
    sims: tuple[SimTraffic, ...]
    breakdown: Breakdown | None
    with_late: bool
    """Whether the scores hold late answers too."""
    quality: tuple[NamedRate, ...]
    duplicates: int
    incomplete: int
    """Messages with a part that never came."""

    @property
    def response(self) -> Rate:
        """The response rate: what the ambition is about."""
        return Rate(self.funnel.responded, self.funnel.delivered)
