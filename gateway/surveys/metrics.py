"""The arithmetic of survey reports: shares, intervals, scores, quantiles. Pure; every formula is in docs/report.md.

Counts go in, frozen values come out. Nothing divided by nothing is None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

Z = 1.959964
"""Of the normal distribution, for 95 %."""
FEWEST = 5
"""With fewer answers no score is shown: it would be noise, and might point at a person."""
SMALL = 30
"""With fewer answers a score is shown with a warning."""


class Reliability(StrEnum):
    """How much a figure can bear."""

    HIDDEN = "hidden"
    """n < 5: counts only."""
    SMALL = "small"
    """5 <= n < 30: shown with its interval and a warning."""
    SOUND = "sound"

    @staticmethod
    def of(n: int) -> Reliability:
        """The reliability of a score from n answers."""
        if n < FEWEST:
            return Reliability.HIDDEN
        return Reliability.SMALL if n < SMALL else Reliability.SOUND


@dataclass(frozen=True, slots=True)
class Interval:
    """95 % confidence, in the unit of the value that it surrounds."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of whole things, with both of its numbers."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        """Raises ValueError for counts that cannot be."""
        if self.numerator < 0 or self.denominator < 0:
            raise ValueError(f"{self.numerator} of {self.denominator}: counts are not negative")

    @property
    def percent(self) -> float | None:
        """0 to 100; None where there is nothing to divide by."""
        return 100 * self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's, in percent; None where it does not exist (nothing asked, or not a share of it)."""
        if not self.denominator or self.numerator > self.denominator:
            return None
        return wilson(self.numerator, self.denominator)


def wilson(count: int, n: int, z: float = Z) -> Interval:
    """The Wilson score interval of a share, in percent. Raises ValueError unless 0 <= count <= n and n > 0."""
    if not 0 <= count <= n or n == 0:
        raise ValueError(f"{count} of {n} is no share")
    p = count / n
    base = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / base
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / base
    low = 100 * max(0.0, centre - half) if count else 0.0  # exact by the formula, not by its floats
    high = 100 * min(1.0, centre + half) if count < n else 100.0
    return Interval(low, high)


@dataclass(frozen=True, slots=True)
class Nps:
    """Net promoter score: promoters 9-10, passives 7-8, detractors 0-6; from -100 to 100, not a percentage."""

    promoters: int
    passives: int
    detractors: int

    @staticmethod
    def of(counts: Mapping[int, int]) -> Nps:
        """From the count of each note. Raises ValueError for a note outside 0-10."""
        strange = [note for note in counts if not 0 <= note <= 10]
        if strange:
            raise ValueError(f"NPS notes are 0 to 10, not {strange[0]}")
        groups = [0, 0, 0]
        for note, count in counts.items():
            groups[0 if note >= 9 else 1 if note >= 7 else 2] += count
        return Nps(*groups)

    @property
    def n(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> float | None:
        """100 (P - D) / n: the raw score, which is what is printed."""
        return 100 * (self.promoters - self.detractors) / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Adjusted Wald (Rocks 2016): three answers are added, a quarter of them on each side."""
        if not self.n:
            return None
        delta, error = self._adjusted()
        return Interval(max(-100.0, 100 * (delta - Z * error)), min(100.0, 100 * (delta + Z * error)))

    def differs_from(self, other: Nps) -> bool | None:
        """Whether two periods differ more than chance would have it; None where one of them is empty."""
        if self.value is None or other.value is None:
            return None
        error = sqrt(self._adjusted()[1] ** 2 + other._adjusted()[1] ** 2)
        return abs(self.value - other.value) / 100 > 1.96 * error

    def _adjusted(self) -> tuple[float, float]:
        n = self.n + 3
        p, d = (self.promoters + 0.75) / n, (self.detractors + 0.75) / n
        delta = p - d
        return delta, sqrt((p + d - delta * delta) / n)


@dataclass(frozen=True, slots=True)
class TopBox:
    """Scores of a scale: the share of the best notes (Wilson), and the mean."""

    share: Rate
    mean: float | None

    @staticmethod
    def of(counts: Mapping[int, int], best: Iterable[int]) -> TopBox:
        """From the count of each note; `best` are the notes that count as good."""
        n = sum(counts.values())
        total = sum(note * count for note, count in counts.items())
        return TopBox(Rate(sum(counts.get(note, 0) for note in best), n), total / n if n else None)


CSAT_BEST = (4, 5)
CES_BEST = (5, 6, 7)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Of durations, in seconds; None where there are none."""

    n: int
    p25: float | None
    median: float | None
    p75: float | None


def quantiles(counts: Mapping[int, int]) -> Quantiles:
    """Quartiles of values given with how often each occurs; between two values, the point between them."""
    ordered = sorted((value, count) for value, count in counts.items() if count > 0)
    n = sum(count for _, count in ordered)
    if not n:
        return Quantiles(0, None, None, None)
    p25, middle, p75 = (_at(ordered, share * (n - 1)) for share in (0.25, 0.5, 0.75))
    return Quantiles(n, p25, middle, p75)


def _at(ordered: list[tuple[int, int]], position: float) -> float:
    below = int(position)
    low, high = _nth(ordered, below), _nth(ordered, below + 1)
    return low + (high - low) * (position - below)


def _nth(ordered: list[tuple[int, int]], place: int) -> int:
    """The value at a place, from 0, as if all were written out; the last one beyond the end."""
    for value, count in ordered:
        if place < count:
            return value
        place -= count
    return ordered[-1][0]


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """AAPOR's RR1 and RR2: stricter than the plain response rate, since all who were asked are counted."""

    rr1: Rate
    rr2: Rate

    @staticmethod
    def of(dispositions: Mapping[str, int]) -> ResponseRates:
        """From the count of each final disposition; wrong persons, late answers and unsent ones are left out."""
        interviews, partial = dispositions.get("complete", 0), dispositions.get("partial", 0)
        families = ("breakoff", "refusal", "noncontact", "unknown", "undelivered")
        asked = interviews + partial + sum(dispositions.get(name, 0) for name in families)
        return ResponseRates(Rate(interviews, asked), Rate(interviews + partial, asked))
