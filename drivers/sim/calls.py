"""Voice calls, as far as a message gateway meets them: it rings until somebody hangs up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.sim.device import Device

_RING = 0.5
"""Seconds between two rings (real ones: 5)."""


class Calls:
    """The one call that a modem may have."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.number: str | None = None
        """Who calls, while it rings."""

    def begin(self, number: str, rings: int) -> None:
        """Somebody calls."""
        self.number = number
        self._device.log("call", number=number)
        self._ring(rings)

    def _ring(self, left: int) -> None:
        if self.number is None:
            return
        if not left:
            self.number = None
            self._device.say("NO CARRIER")
            return
        self._device.say("RING")
        if self._device.settings.clip:
            self._device.say(f'+CLIP: "{self.number}",145,"",,"",0')
        self._device.power.after(_RING, lambda: self._ring(left - 1))

    def end(self) -> None:
        """The program hangs up."""
        if self.number is not None:
            self._device.log("hung_up", number=self.number)
        self.number = None

    def forget(self) -> None:
        """The power is gone."""
        self.number = None
