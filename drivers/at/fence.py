"""The fence: make sure that the next answer belongs to the next command.

After a missed deadline the answer may still come, and would be taken for that of the next command. So no
command starts. ESC closes a prompt that may be open; then probes are written whose answers cannot be
mistaken, each time another one. A modem answers in order: once the newest probe has answered, everything
older has answered too, or never will. (MODEMS part 1.L: what others do instead, and what it costs them.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from drivers.at.grammar import Result

ESC: Final = b"\x1b"


@dataclass(frozen=True, slots=True)
class Probe:
    """A harmless command and what its answer must hold; "" accepts any OK, to wake a modem up."""

    command: str
    answer: str
    escape: bool = False
    """Close an open prompt first."""


GENERIC: Final = (
    Probe("AT+CMEE=?", "+CMEE:"),
    Probe("AT+CMGF=?", "+CMGF:"),
    Probe("AT+CSMS=?", "+CSMS:"),
    Probe("AT+CNMI=?", "+CNMI:"),
)
"""For a modem that is not known yet: nothing else in this gateway asks these, so only they answer so."""


def choose(known: Iterable[Probe], *, avoid: str, turn: int) -> tuple[Probe, Probe]:
    """Two different probes: what is known of the modem first, none that `avoid`, the stale command, was.

    `turn` moves on by one with each fence: an answer that the last one no longer waited for is not taken for
    this one's.
    """
    probes = [probe for probe in (*known, *GENERIC) if not avoid.startswith(probe.command)]
    first = 2 * turn % len(probes)
    return probes[first], probes[(first + 1) % len(probes)]


class Fence:
    """One attempt after the other, each with a deadline, until a probe is answered."""

    def __init__(self, probes: Sequence[Probe], *, wait: float, settle: float) -> None:
        """`wait` seconds for each probe; `settle` for what an ESC brings up (F39)."""
        self._todo = list(probes)
        self._wait = wait
        self._settle = settle
        self._probe: Probe | None = None
        self._escaping = False
        self._answered = False
        self.deadline = 0.0
        self.passed = False
        self.failed = False

    def begin(self, now: float) -> bytes:
        """What to write first."""
        return self._next(now)

    def line(self, line: str, result: Result | None, now: float) -> bytes:
        """A line that is no news. Returns what to write, mostly nothing."""
        if self._escaping:
            return self._ask(now) if result else b""
        probe = self._probe
        if probe is None:
            return b""
        if result is None:
            self._answered |= bool(probe.answer) and probe.answer in line
            return b""
        if self._answered or (result.ok and not probe.answer):
            self.passed = True
            return b""
        # An error may be the answer to this probe or to the past. Ask the next one: it tells either way.
        return b"" if result.ok or not self._todo else self._next(now)

    def expire(self, now: float) -> bytes:
        """The deadline passed: go on, or give up."""
        if self._escaping:
            return self._ask(now)
        return self._next(now)

    def _next(self, now: float) -> bytes:
        if not self._todo:
            self.failed = True
            return b""
        self._probe = self._todo.pop(0)
        self._answered = False
        if self._probe.escape:
            self._escaping = True
            self.deadline = now + self._settle
            return ESC
        return self._ask(now)

    def _ask(self, now: float) -> bytes:
        self._escaping = False
        self.deadline = now + self._wait
        return self._probe.command.encode() + b"\r" if self._probe else b""
