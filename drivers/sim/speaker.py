"""What a modem says on one port: answers in order, unsolicited lines when nothing else is being said."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from drivers.sim.pacer import Pacer
from drivers.sim.port import Port
from drivers.sim.wire import Wire

if TYPE_CHECKING:
    from drivers.sim.device import Device

_HELD = 200
"""Unsolicited lines kept while a command runs; a modem's own buffer is smaller."""


class Speaker:
    """The way out of one terminal. `idle` tells whether a command is running."""

    def __init__(self, device: Device, port: Port, idle: Callable[[], bool]) -> None:
        self._device = device
        self._idle = idle
        self._pacer = Pacer(device.loop, port)
        self._held: deque[Sequence[str]] = deque(maxlen=_HELD)
        self.wire = Wire(device.faults, device.rng)

    def clear(self) -> None:
        """Forget what was not said yet."""
        self._held.clear()
        self._pacer.clear()

    def urc(self, *lines: str, now: bool = False) -> None:
        """Say something unasked: at once where nothing runs (or `now`), else after the final result."""
        if now or self._idle():
            self._say(lines)
        else:
            self._held.append(lines)

    def release(self) -> None:
        """Nothing runs any more: say what was held."""
        while self._held:
            self._say(self._held.popleft())

    def _say(self, lines: Sequence[str]) -> None:
        self.write(self.wire.info(lines).encode("latin-1", "replace"))

    def write(self, data: bytes, delay: float = 0.0) -> None:
        """Bytes to the program, in order, after `delay`."""
        faults = self._device.faults
        if not data or faults.on("dead"):
            return
        data = self.wire.damage(data)
        chunked = faults.on("chunked")
        if chunked is None:
            self._pacer.put(data, delay)
            return
        gap = chunked.seconds
        for place in range(len(data)):
            self._pacer.put(data[place : place + 1], gap if place else max(delay, gap))
