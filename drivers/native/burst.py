"""Keeping the radio link open between the messages of a run: AT+CMMS=2 (TS 27.005 3.5.6, MODEMS F64)."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from drivers.native.link import Link

_SAMPLES: Final = 8
"""Sends of either kind before they are compared."""
_KEPT: Final = 32
"""The last ones of either kind: the network of an hour ago is another one."""
_GAIN: Final = 0.9
"""What a send must take, compared with one that sets up its own channel, to be worth holding the link."""


class Burst:
    """Decides when the link is held, and stops where that does not make sending faster."""

    def __init__(self, link: Link, *, allowed: bool) -> None:
        """`allowed`: the vendor's profile says that it helps."""
        self._link = link
        self._allowed = allowed
        self._held = False
        self._linked = False
        self._alone: deque[float] = deque(maxlen=_KEPT)
        self._together: deque[float] = deque(maxlen=_KEPT)

    def prepare(self, *, more_follow: bool) -> None:
        """Before a send: hold the link where another one is ready behind it."""
        self._linked = self._held
        if more_follow and not self._held and self._allowed and self._pays():
            self._held = self._link.run("AT+CMMS=2").result.ok  # never 1: it falls back to 0 by itself
            self._allowed = self._held

    def sent(self, seconds: float) -> None:
        """A send took so long, from Ctrl-Z to +CMGS."""
        (self._together if self._linked else self._alone).append(seconds)

    def release(self) -> None:
        """No send follows: let the link go, since an incoming message waits behind it."""
        if self._held:
            self._held = False
            self._link.run("AT+CMMS=0")

    def _pays(self) -> bool:
        if len(self._together) < _SAMPLES or len(self._alone) < _SAMPLES:
            return True
        return median(self._together) < _GAIN * median(self._alone)
