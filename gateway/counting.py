"""What a modem's reference counter proves about a part that nobody answered for: a pure decision.

A modem numbers each part that it hands to the network (TP-MR, 3GPP TS 23.040 9.2.3.6). On one that counts every
attempt, the next accepted part carries the number after that of the last one only if nothing went out in between:
then the unknown part was never sent, and may go again without any risk. A gap proves an attempt, not acceptance.

Since some modems count only what was accepted, or always say 0, or share their counter with another program, nothing
is believed that was not seen. A conclusion needs all of this:

- one opening of the port, without a restart of the modem: a counter may begin anew, or go back to what the SIM kept;
- STREAK accepted parts before, each with the number after the one before;
- no refusal in between: some modems count those, some do not;
- TRUSTED earlier parts of the same kind (the same error code, or silence) that left a gap, and none that was found to
  be accepted without one;
- not one unexplained gap in this opening: somebody else would be sending;
- the number after the next one, too, so that one misread digit proves nothing; and that of a part which began after
  a pause in which any answer would have come. A `+CMGS` that comes late (MODEMS F47) is taken for that of the part
  in flight, whose own is then taken for that of the next: such a row has no gap either, until there is a pause.

The counter has 256 numbers: LONGEST keeps a whole round from hiding in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

REFERENCES: Final = 256
STREAK: Final = 4
TRUSTED: Final = 2
LONGEST: Final = 900.0
"""Seconds from the last accepted part before to the first one after: in these no SIM sends 256 parts."""
PAUSE: Final = 10.0
"""Seconds of the pause, or as long as the unknown part was waited for."""
SILENCE: Final = "silence"
"""The kind of an unknown part where the modem said nothing at all; else the code that it said."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a SIM in one modem, by kind of unknown part."""

    counted: int = 0
    """Unknown parts that left a gap."""
    missed: int = 0
    """Unknown parts that the network had and that left none: this counter proves nothing, ever."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an accepted part has brought to light."""

    counted: tuple[str, ...] = ()
    """Kinds that were seen to be counted, one for each part."""
    not_sent: tuple[tuple[int, str], ...] = ()
    """Attempts that were never sent, with their kinds."""


NOTHING: Final = Found()


class Counter:
    """The counter of one SIM in one modem, through one opening of its port. Owner: the worker's thread."""

    def __init__(self, seen: Mapping[str, Seen]) -> None:
        self._seen = dict(seen)
        self._shared = False
        self.broken()

    def broken(self) -> None:
        """The modem restarted, or a number is not known: what comes has nothing to do with what was."""
        self._last: int | None = None
        self._at = 0.0
        self._streak = 0
        self._silent: list[tuple[int, str]] = []
        self._refused = False
        self._candidates: tuple[tuple[int, str], ...] = ()
        self._pause = PAUSE

    def unknown(self, attempt: int, kind: str, waited: float) -> None:
        """The body of a part left, and what became of it nobody knows after so many seconds."""
        self._silent.append((attempt, kind))
        self._pause = max(self._pause, waited)

    def refused(self) -> None:
        """A part was refused: perhaps it has a number, perhaps not."""
        self._refused = True

    def late(self, attempt: int) -> None:
        """An unknown part was accepted after all: nothing is concluded of the time around it."""
        self._refused = True
        if any(attempt == candidate for candidate, _ in self._candidates):
            self._candidates = ()

    def accepted(self, reference: int | None, begun: float, tick: float) -> Found:
        """A part that was begun at `begun` was accepted at `tick`, seconds on the clock that only goes forward."""
        if reference is None:
            self.broken()
            return NOTHING
        found = NOTHING
        if self._last is not None:
            found = self._conclude((reference - self._last) % REFERENCES, begun, tick)
        self._last, self._at, self._silent, self._refused = reference, tick, [], False
        return found

    def contradicted(self, kind: str) -> None:
        """An attempt that was thought not to have been sent had been accepted."""
        seen = self._seen.get(kind, Seen())
        self._seen[kind] = Seen(seen.counted, seen.missed + 1)

    def _conclude(self, step: int, begun: float, tick: float) -> Found:
        """What the distance from the last accepted part says."""
        if not self._silent:
            return self._after_nothing(step, begun)
        self._candidates = ()
        sure = (
            not self._refused and not self._shared and self._streak >= STREAK and tick - self._at <= LONGEST
        )
        if sure and step == len(self._silent) + 1:
            kinds = tuple(kind for _, kind in self._silent)
            for kind in kinds:
                seen = self._seen.get(kind, Seen())
                self._seen[kind] = Seen(seen.counted + 1, seen.missed)
            return Found(counted=kinds)
        if sure and step == 1 and all(self._trusted(kind) for _, kind in self._silent):
            self._candidates = tuple(self._silent)
        elif step != 1:
            self._streak = 0
        return NOTHING

    def _after_nothing(self, step: int, begun: float) -> Found:
        """Nothing of ours was in between, save perhaps a refusal."""
        if self._refused or step != 1:
            self._candidates = ()
        if step == 1:
            self._streak += 1
            if begun - self._at < self._pause:
                return NOTHING
            confirmed, self._candidates, self._pause = self._candidates, (), PAUSE
            return Found(not_sent=confirmed)
        self._streak = 0
        self._shared |= not self._refused
        return NOTHING

    def _trusted(self, kind: str) -> bool:
        seen = self._seen.get(kind, Seen())
        return seen.counted >= TRUSTED and not any(each.missed for each in self._seen.values())
