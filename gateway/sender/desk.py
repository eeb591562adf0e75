"""What the dispatcher and one modem's worker know of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.router import Route
from gateway.sender.job import Job
from gateway.throttle import Throttle

LONG_OUT = 1800.0
"""Seconds after which a conversation may move from a SIM that is out to another."""


def _nobody() -> None:
    """Nobody waits yet."""


@dataclass(slots=True)
class Desk:
    """One modem as the dispatcher sees it. Every field is read and written under the dispatcher's lock."""

    route: Route
    wake: Callable[[], None] = _nobody
    """Ends the worker's wait; any thread may call it."""
    up: bool = False
    paused: bool = False
    held: str = ""
    """Why it sends nothing but canaries; "" where it may send."""
    errand: int | None = None
    """The canary that it may send although it is held."""
    sim: str = ""
    throttle: Throttle | None = None
    why: str = "not opened yet"
    """Why it is not up."""
    trouble: str = ""
    """What is the matter with the database, while its worker waits to write."""
    down_since: float = 0.0
    """The tick since which it is not open, while it is not."""
    offer: Job | None = None
    """Chosen for this modem, not yet taken: it may still be withdrawn."""
    taken: list[Job] = field(default_factory=list)
    """What the worker is sending, behind what it has sent and not written down yet."""
    looked_at: int = -1
    """The generation of the queue at the last look that found nothing to offer."""
    opens_at: float | None = None
    """When the throttle lets the next message through, where that is what it waits for."""
    limit: str = ""
    """The limit that holds it until then."""

    @property
    def name(self) -> str:
        """The modem's name in the configuration."""
        return self.route.name

    @property
    def able(self) -> bool:
        """It can send now, as far as modem and operator are concerned."""
        return self.up and not self.paused and self.throttle is not None

    @property
    def open(self) -> bool:
        """It can send, and may send whatever there is."""
        return self.able and not self.held

    def sends_like(self, seen: Desk) -> bool:
        """Whether what was chosen for it as it was `seen` is still for it: the same SIM, held no more than then."""
        before = (seen.sim, seen.throttle, seen.held, seen.errand)
        return before == (self.sim, self.throttle, self.held, self.errand)

    def hungry(self, generation: int, tick: float) -> bool:
        """Whether a look into the queue may find something for it."""
        if not self.able or self.offer is not None or (self.held and self.errand is None):
            return False
        if self.opens_at is not None:
            return tick >= self.opens_at or self.looked_at != generation
        return self.looked_at != generation

    def occupied(self) -> bool:
        """Out, paused, throttled, or with its hands full."""
        return not self.open or self.opens_at is not None or (bool(self.taken) and self.offer is not None)

    def shut(self, tick: float) -> None:
        """It is about to close, for whatever reason; one that is closed already is closed since then."""
        if self.open:
            self.down_since = tick

    def gone(self, tick: float) -> bool:
        """Out for so long that a conversation may move to another SIM."""
        return not self.open and tick - self.down_since > LONG_OUT
