"""Several modems that vanish at once: a hub, a cable or a power supply, not the modems (MODEMS F123). Pure.

Time is an argument: seconds of a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass

TOGETHER = 2.0
"""Seconds in which what vanishes counts as one loss."""
ENOUGH = 2
APART = 1.5
"""Seconds between two of them coming back: each draws its greatest current when it is initialised."""
REMEMBERED = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What one look found: these modems are gone together."""

    hub: str
    """1-1 where their sockets tell (1-1.2, 1-1.3); "" where they do not."""
    modems: tuple[str, ...]

    @property
    def words(self) -> str:
        """For an operator."""
        where = f" of hub {self.hub}" if self.hub else ""
        return (
            f"{len(self.modems)} modems{where} vanished within {TOGETHER:g} s ({', '.join(self.modems)}):"
            " look at the hub, its cable and its power supply, not at the modems"
        )


class HubWatch:
    """Remembers who vanished when. Owner: whoever holds the lock around it."""

    def __init__(self) -> None:
        self._gone: dict[str, tuple[float, str]] = {}
        self._told: set[str] = set()
        self._next = 0.0

    def gone(self, name: str, socket: str, now: float) -> Loss | None:
        """A modem vanished from a USB socket ("" where it is not known); the loss, once it is more than one."""
        self._gone[name] = now, hub_of(socket)
        together = [
            other for other, (at, hub) in self._gone.items() if now - at <= TOGETHER and hub == hub_of(socket)
        ]
        if len(together) < ENOUGH:
            self._told.discard(name)
            return None
        self._told |= set(together)
        return Loss(hub=hub_of(socket), modems=tuple(sorted(together)))

    def turn(self, name: str, now: float) -> float:
        """Seconds that a modem which was lost with others waits before it is opened: one after the other."""
        at, _ = self._gone.get(name, (now - REMEMBERED - 1, ""))
        if name not in self._told or now - at > REMEMBERED:
            return 0.0
        mine = max(now, self._next)
        self._next = mine + APART
        return mine - now


def hub_of(socket: str) -> str:
    """The hub that a socket belongs to: 1-1.2 is on 1-1, 1-2 on the bus 1."""
    upper, dot, _ = socket.rpartition(".")
    return upper if dot else socket.partition("-")[0]
