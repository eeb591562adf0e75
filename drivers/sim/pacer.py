"""Bytes that are to leave later, in order."""

from __future__ import annotations

from collections import deque

from drivers.sim.loop import Loop
from drivers.sim.port import Port


class Pacer:
    """Writes to a port at once, or each piece when it is due; a later piece never overtakes."""

    def __init__(self, loop: Loop, port: Port) -> None:
        self._loop = loop
        self._port = port
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._clear_at = 0.0

    def put(self, data: bytes, delay: float) -> None:
        """Write `data` so many seconds after what waits already."""
        if not self._waiting and delay <= 0:
            self._port.write(data)
            return
        self._clear_at = max(self._loop.now(), self._clear_at) + delay
        self._waiting.append((self._clear_at, data))
        if len(self._waiting) == 1:
            self._wait()

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def _wait(self) -> None:
        self._loop.later(self._waiting[0][0] - self._loop.now(), self._write_due)

    def _write_due(self) -> None:
        now = self._loop.now()
        while self._waiting and self._waiting[0][0] <= now:
            self._port.write(self._waiting.popleft()[1])
        if self._waiting:
            self._wait()
