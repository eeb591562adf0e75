"""Which modem a SIM is in, and for how long it has been out of service: conversations stay with the SIM (M11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gateway.sender.desk import LONG_OUT, Desk


class Whereabouts:
    """SIMs that are in no modem, and since when. Owner: the dispatcher, under its lock; ticks are seconds."""

    def __init__(self, tick: float) -> None:
        """`tick`: the start. A SIM that was seen in no modem since is out from then on."""
        self._started = tick
        self._away: dict[str, float] = {}
        self._over: frozenset[str] = frozenset()

    def came(self, sim: str) -> None:
        """It is in a modem."""
        self._away.pop(sim, None)

    def went(self, sim: str, tick: float) -> None:
        """Its modem has another SIM now, or is no longer configured."""
        if sim:
            self._away[sim] = tick

    def long_out(self, sim: str, modems: Collection[str], desks: Mapping[str, Desk], tick: float) -> bool:
        """Whether a conversation of this SIM may move; at once where its modem is none of those that may carry it."""
        desk = next((desk for desk in desks.values() if desk.sim == sim), None)
        if desk is None:
            return tick - self._away.get(sim, self._started) > LONG_OUT
        return desk.name not in modems or desk.gone(tick)

    def overdue(self, desks: Mapping[str, Desk], tick: float) -> bool:
        """Whether one more has been out for long since the last time: what waited for it may move now."""
        before = self._over
        unknown = {"": self._started}
        away = {sim for sim, at in (self._away | unknown).items() if tick - at > LONG_OUT}
        self._over = frozenset(away | {desk.sim or desk.name for desk in desks.values() if desk.gone(tick)})
        return not self._over <= before
