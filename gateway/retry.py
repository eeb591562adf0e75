"""What becomes of a message after an attempt failed: a pure decision from the verdict and the history.

The verdict of a code comes from the driver (`drivers.errors.Verdict`); how often, how long and where to try
again is decided here alone (MODEMS part 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from drivers.errors import Verdict

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=10)
ALONE_DELAY = timedelta(minutes=5)
"""Where another SIM was asked for and there is none: the same one again, after long."""
TRIES_ON_ONE_SIM = 4
DOUBTFUL_TRIES = 2
TRIES_IN_ALL = 10


class Step(StrEnum):
    """What to do with the message."""

    AGAIN = "again"
    """The same SIM may try again after the delay; others may, too."""
    ELSEWHERE = "elsewhere"
    """Another SIM, at once; this one is excluded for this message."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The message's next step."""

    step: Step
    delay: timedelta = timedelta(0)


def backoff(tries: int) -> timedelta:
    """15 s, 30 s, 1 min … at most 10 min, after `tries` failures (1 is the first)."""
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << min(tries - 1, 10)))


def decide(sim: str, verdict: Verdict, earlier: Sequence[str], *, others: bool) -> Decision:
    """What follows a refusal with `verdict` on `sim`.

    `earlier` has the SIM of each refusal of this message before; `others`: another SIM may still carry it.
    """
    tries_here = 1 + sum(other == sim for other in earlier)
    if verdict is Verdict.PERMANENT or len(earlier) + 1 >= TRIES_IN_ALL:
        return Decision(step=Step.FAIL)
    if verdict is Verdict.LATER and tries_here < TRIES_ON_ONE_SIM:
        return Decision(step=Step.AGAIN, delay=backoff(tries_here))
    if verdict is Verdict.DOUBTFUL and tries_here < DOUBTFUL_TRIES:
        return Decision(step=Step.AGAIN, delay=backoff(tries_here))
    if others:
        return Decision(step=Step.ELSEWHERE)
    if tries_here < TRIES_ON_ONE_SIM:
        return Decision(step=Step.AGAIN, delay=max(ALONE_DELAY, backoff(tries_here)))
    return Decision(step=Step.FAIL)


class Breaker:
    """Takes a modem out after several failures in a row, longer each time, and lets a probe bring it back.

    Failures count by distinct recipient: one number that nobody reaches must not cost a modem. Owner: the
    worker thread of the modem.
    """

    THRESHOLD = 3
    SHORTEST = 30.0
    LONGEST = 600.0

    def __init__(self) -> None:
        self._failed: set[str] = set()
        self._trips = 0

    def success(self) -> None:
        """The network accepted something: all is forgiven."""
        self._failed.clear()
        self._trips = 0

    def failure(self, number: str | None, *, sick: bool = False) -> float | None:
        """Count a failure with the message to `number`, or (None) one that is the modem's own.

        The seconds to stay out when it is one too many, else None.
        """
        self._failed.add(number or f"own fault {len(self._failed)}")
        if not sick and len(self._failed) < self.THRESHOLD:
            return None
        return self.trip()

    def trip(self) -> float:
        """Out now: the seconds to wait before the next probe (30 s, doubling, at most 10 min)."""
        self._failed.clear()
        self._trips += 1
        return float(min(self.LONGEST, self.SHORTEST * (1 << min(self._trips - 1, 10))))
