"""What the rows of a lane wait for, said on each: `outbox.reason`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.model import Reason, reason
from gateway.router import LaneKey
from gateway.sender.desk import Desk
from gateway.sender.whereabouts import Whereabouts
from gateway.store import Store, outbox

SETTLED: Final = 60.0
"""Seconds that a lane must have had a modem before its rows take back that they wait for one."""
GONE: Final = 10.0
"""Seconds that it must have had none before more than its first row says so: one that comes and goes would fill the
trace."""
FREE: Final = 600.0
"""Seconds without a limit that holds before its rows take back that they wait for one: many open every minute."""
WORTH_A_WORD: Final = 1.0
"""Seconds: a shorter wait for the throttle is over before anybody reads of it."""
REWORDED: Final = 10.0
"""Seconds between two wordings on a row: what a modem is out for may change with every look at it."""
OUT: Final = (Reason.MODEM_OUT, Reason.WAITS_FOR_SIM)
HELD: Final = (Reason.THROTTLE,)
MOVES: Final = "and moves to another one when that has been out of service for 30 minutes"


class Explainer:
    """Looks about once a second. Owner: the dispatcher's thread."""

    def __init__(self, store: Store, whereabouts: Whereabouts) -> None:
        self._store = store
        self._whereabouts = whereabouts
        self._out, self._served, self._free = _Spells(), _Spells(), _Spells()
        self._clean: set[tuple[int, tuple[Reason, ...]]] = set()  # lanes no row of which says one of these
        self._worded: dict[int, float] = {}  # lanes, and when their first row was last told the exact words

    def look(
        self,
        lanes: Mapping[int, LaneKey],
        out: Mapping[str, str],
        desks: Mapping[str, Desk],
        tick: float,
        at: str,
    ) -> None:
        """Put right what rows say that only wait for a modem. `out`: modems that cannot send, and why."""
        for key, lane in lanes.items():
            if lane.modems:  # else no modem is configured for it, as its rows say since they were admitted
                self._look_at(key, lane, out, self._servers(lane, desks, tick), tick, at)

    def _look_at(
        self, key: int, lane: LaneKey, out: Mapping[str, str], servers: list[Desk], tick: float, at: str
    ) -> None:
        if why := _nobody(lane, out) or _elsewhere(lane, servers):
            self._served.end(key)
            self._clean.discard((key, OUT))
            self._say(key, why, tick, at, rest=self._out.last(key, tick) >= GONE)
            return
        self._out.end(key)
        if self._served.last(key, tick) >= SETTLED:
            self._take_back(key, OUT, at)
        if why := throttled(servers, tick):
            self._free.end(key)
            self._clean.discard((key, HELD))
            self._say(key, why, tick, at, blank=True)
        elif self._free.last(key, tick) >= FREE:
            self._take_back(key, HELD, at)

    def _servers(self, lane: LaneKey, desks: Mapping[str, Desk], tick: float) -> list[Desk]:
        """The modems that may send from the lane now."""
        sim = lane.prefer if lane.binding else None
        if sim is not None and self._whereabouts.long_out(sim, lane.modems, desks, tick):
            sim = None
        return [
            desk
            for desk in desks.values()
            if desk.open and desk.name in lane.modems and sim in (None, desk.sim)
        ]

    def _say(
        self, lane: int, why: str, tick: float, at: str, *, rest: bool = True, blank: bool = False
    ) -> None:
        """In these words on the first row; on the `rest` that say something else, or only where they are `blank`."""
        with self._store.read() as read:
            others = rest and outbox.unexplained(read, lane, why, blank=blank)
            first = outbox.candidates(read, [lane], 1)
        stale = bool(first) and first[0].reason != why and self._may_reword(lane, tick)
        if not others and not stale:
            return
        with self._store.write() as tx:
            if stale:
                outbox.explain(tx, first[0].id, why, at)
                self._worded[lane] = tick
            if others:
                outbox.explain_lane(tx, lane, why, at, blank=blank)

    def _may_reword(self, lane: int, tick: float) -> bool:
        return lane not in self._worded or tick - self._worded[lane] >= REWORDED

    def _take_back(self, lane: int, codes: tuple[Reason, ...], at: str) -> None:
        if (lane, codes) in self._clean:
            return
        with self._store.read() as read:
            found = outbox.overtaken(read, lane, codes)
        if not found:
            self._clean.add((lane, codes))
            return
        with self._store.write() as tx:
            outbox.take_back(tx, lane, codes, at)


class _Spells:
    """How long something has been so, lane by lane; seconds."""

    def __init__(self) -> None:
        self._since: dict[int, float] = {}

    def last(self, lane: int, tick: float) -> float:
        """It is so; for how long."""
        return tick - self._since.setdefault(lane, tick)

    def end(self, lane: int) -> None:
        """It is so no longer."""
        self._since.pop(lane, None)


def _nobody(lane: LaneKey, out: Mapping[str, str]) -> str:
    if any(name not in out for name in lane.modems):
        return ""
    return reason(Reason.MODEM_OUT, "; ".join(f"{name}: {out[name]}" for name in lane.modems))


def _elsewhere(lane: LaneKey, servers: list[Desk]) -> str:
    if servers or not lane.binding:
        return ""
    return reason(Reason.WAITS_FOR_SIM, f"the conversation is SIM {lane.prefer}'s, {MOVES}")


def throttled(desks: list[Desk], tick: float) -> str:
    """The limit that opens first, where one holds each of these modems; "" where not."""
    waits = [(desk.opens_at, desk) for desk in desks if desk.opens_at is not None and desk.limit]
    if not waits or len(waits) < len(desks):
        return ""
    opens, first = min(waits, key=lambda wait: wait[0])
    if opens - tick < WORTH_A_WORD or first.throttle is None:
        return ""
    value = getattr(first.throttle.limits, first.limit)
    return reason(Reason.THROTTLE, f"{first.limit} = {value} on {first.name}")
