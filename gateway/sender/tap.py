"""A tap on a modem's wire that can be opened while it runs: what `modem trace` records from."""

from __future__ import annotations

from collections.abc import Callable

Sink = Callable[[str, bytes], None]


class Tap:
    """Called by the driver with ">" or "<" and the octets; passes them on while somebody listens."""

    def __init__(self) -> None:
        self._sink: Sink | None = None

    def __call__(self, direction: str, octets: bytes) -> None:
        """One write or read of the driver."""
        sink = self._sink
        if sink is not None:
            sink(direction, octets)

    def open(self, sink: Sink) -> None:
        """Let `sink` have everything from now on, instead of whoever listened before."""
        self._sink = sink

    def close(self) -> None:
        """Nobody listens any more."""
        self._sink = None
