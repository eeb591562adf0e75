"""Sends that were given up as unknown, kept in case their `+CMGS` still comes (MODEMS F47)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

WINDOW: Final = 600.0
"""Seconds during which a late `+CMGS` is believed: the longest delays on record are minutes."""
_KEPT: Final = 16
"""At one send per submit_timeout (45 s or more) this covers the window."""
_REFERENCES: Final = 256


@dataclass(frozen=True, slots=True)
class _Send:
    tag: int
    since: float
    previous: int | None
    """The reference of the last accepted send before it."""
    reach: int
    """How many bodies left since then, this one included: its reference is at most so far on."""


class LateSends:
    """The open attempts of one modem, and which of them a stray `+CMGS` belongs to."""

    def __init__(self) -> None:
        self._open: deque[_Send] = deque(maxlen=_KEPT)
        self._previous: int | None = None
        self._reach = 0

    def body_left(self) -> None:
        """A send is in flight: it uses up a reference if the modem gets as far as that."""
        self._reach += 1

    def accepted(self, reference: int | None) -> None:
        """The send in flight was accepted."""
        self._previous = reference
        self._reach = 0

    def given_up(self, tag: int, now: float) -> None:
        """The send in flight is unknown."""
        self._open.append(_Send(tag, now, self._previous, self._reach))

    def claim(self, reference: int | None, now: float, *, certain: bool) -> int | None:
        """The tag of the attempt that this `+CMGS` belongs to, which is then closed; None where none fits.

        `certain`: nothing newer was sent since, as between a deadline and its fence.
        """
        for send in reversed(self._open):
            if now - send.since <= WINDOW and (certain or _fits(send, reference)):
                self._open.remove(send)
                return send.tag
        return None


def _fits(send: _Send, reference: int | None) -> bool:
    """The modem counts up by one with each send (TS 23.040 9.2.3.6). If it does not, it proves nothing."""
    if reference is None:
        return False
    if send.previous is None:
        return True
    return 1 <= (reference - send.previous) % _REFERENCES <= send.reach
