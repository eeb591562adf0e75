"""Steps at which a test can make the daemon die, and other bad days that only tests bring about.

A step is a line `failpoints.reach(Step.…)` in the code that it names. In production it is a call that looks at
one empty name; nothing else of this module runs.

**Arming takes two deliberate switches of two kinds.** The environment variable SMSGW_FAILPOINTS says what is to
happen, and is read once, at the start of `smsgw run`; it counts only in an interpreter that was started with
`-X smsgw-failpoints`. No environment variable, no configuration file and no option of `smsgw` can add that: the
installed command and the systemd unit start Python without it. An operator would have to write
`python -X smsgw-failpoints -m gateway run` and set the variable. Where only the variable is set, a warning says
that it has no effect.

    SMSGW_FAILPOINTS="intent_committed:3"       the third time that this step is reached, the process dies as by
                                                kill -9
    SMSGW_FAILPOINTS="commit:7:full:4"          the 7th to the 10th commit find no room on the disk
    SMSGW_FAILPOINTS="commit:1:slow:0.2"        from the first on, each commit takes 0.2 s longer
    SMSGW_FAILPOINTS="clock:/run/offset"        the calendar is off by the seconds that this file holds

Several are parted by spaces. The store itself raises what SQLite raises where there is no room.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from gateway.clock import Clock
from gateway.log import say

VARIABLE: Final = "SMSGW_FAILPOINTS"
OPTION: Final = "smsgw-failpoints"

log = logging.getLogger(__name__)


class Step(StrEnum):
    """Every step. Each is reached in one or more places; the crash campaign finds them here."""

    # Any write.
    COMMIT = "commit"
    """A transaction is about to be committed; here a disk can be full or slow."""
    COMMITTED = "committed"
    # Sending.
    ADMITTED = "admitted"
    CHOSEN = "chosen"
    """The dispatcher has chosen a message for a modem."""
    OFFERED = "offered"
    """The worker has taken it over; nothing is written yet."""
    INTENT_WRITTEN = "intent_written"
    INTENT_COMMITTED = "intent_committed"
    PROMPT_SEEN = "prompt_seen"
    BODY_WRITTEN = "body_written"
    CMGS_SEEN = "cmgs_seen"
    OUTCOME_WRITTEN = "outcome_written"
    """About to be committed, alone or with the intent of the next part."""
    OUTCOME_COMMITTED = "outcome_committed"
    # Receiving.
    READ = "read"
    RECEIVED_WRITTEN = "received_written"
    RECEIVED_COMMITTED = "received_committed"
    BEFORE_DELETE = "before_delete"
    AFTER_DELETE = "after_delete"
    # Status reports.
    REPORT_STORED = "report_stored"
    REPORT_MATCHED = "report_matched"
    # Surveys.
    ANSWER_WRITTEN = "answer_written"
    """With its session and the next question; `received_committed` follows."""
    TEXT_QUEUED = "text_queued"
    """A question, or thanks."""
    INVITATION_WRITTEN = "invitation_written"
    INVITATION_COMMITTED = "invitation_committed"
    NEWS_WRITTEN = "news_written"
    """A session has been told what became of its text."""
    # The start.
    RECOVERY_WRITTEN = "recovery_written"
    RECOVERY_COMMITTED = "recovery_committed"


@dataclass(frozen=True, slots=True)
class Mishap:
    """What happens at a step: from the `first` time on, `count` times."""

    step: Step
    first: int
    what: str = "die"
    """die, full or slow."""
    count: float = 1
    seconds: float = 0.0


class Plan:
    """Counts the steps and lets things happen. Any thread may call it."""

    def __init__(self, mishaps: list[Mishap]) -> None:
        self._mishaps = mishaps
        self._times: dict[Step, int] = {}
        self._lock = threading.Lock()

    def reach(self, step: Step) -> bool:
        """The step is reached: True where there is to be no room for it."""
        with self._lock:
            times = self._times[step] = self._times.get(step, 0) + 1
        struck = [
            each for each in self._mishaps if each.step is step and 0 <= times - each.first < each.count
        ]
        for mishap in struck:
            if mishap.what == "die":
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()  # the signal comes before another line is run
            if mishap.seconds:
                threading.Event().wait(mishap.seconds)
        return any(mishap.what == "full" for mishap in struck)


_plan: Plan | None = None


def reach(step: Step) -> bool:
    """The code has come to this step. False, save where a test wants that there is no room for it."""
    return False if _plan is None else _plan.reach(step)


def arm(environ: Mapping[str, str], clock: Clock) -> Clock:
    """Read the two switches, once; the clock to use. Raises ValueError where the variable cannot be read."""
    global _plan
    wanted = environ.get(VARIABLE)
    if wanted is None:
        return clock
    if OPTION not in sys._xoptions:
        say(log, "failpoints_ignored", logging.WARNING, why=f"{VARIABLE} has no effect outside of tests")
        return clock
    mishaps = []
    for text in wanted.split():
        if text.startswith("clock:"):
            clock = ShiftedClock(clock, Path(text.removeprefix("clock:")))
        else:
            mishaps.append(read(text))
    _plan = Plan(mishaps) if mishaps else None
    say(log, "failpoints_armed", logging.WARNING, what=wanted)
    return clock


def read(text: str) -> Mishap:
    """`STEP:TIMES[:WHAT[:HOW MUCH]]` as a mishap. Raises ValueError."""
    name, first, *more = text.split(":")
    what, amount = (*more, "die", "")[0], (*more, "", "")[1]
    match what:
        case "die":
            return Mishap(Step(name), int(first))
        case "full":
            return Mishap(Step(name), int(first), what, count=int(amount or 1))
        case "slow":
            return Mishap(Step(name), int(first), what, count=float("inf"), seconds=float(amount))
    raise ValueError(f"{text!r}: what is to happen is die, full or slow")


class ShiftedClock:
    """A clock whose calendar is off by as many seconds as a file says, and jumps when the file changes."""

    def __init__(self, clock: Clock, file: Path) -> None:
        self._clock = clock
        self._file = file

    def now(self) -> datetime:
        """The calendar time, as somebody has set it."""
        return self._clock.now() + timedelta(seconds=float(self._file.read_text() or 0))

    def tick(self) -> float:
        """Monotonic seconds, which nobody can set."""
        return self._clock.tick()
