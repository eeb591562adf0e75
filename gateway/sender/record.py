"""What the gateway remembers of one modem: its state for operators, its SIM, and what that SIM has sent."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drivers import Health, Identity
from gateway.clock import Clock, from_text, to_text
from gateway.log import say
from gateway.store import Reader, Store, StoreError, events, modems, sims
from gateway.throttle import Limits, Throttle, month_of

log = logging.getLogger(__name__)


class Record:
    """Owner: the worker's thread; `snapshot` may be read by any."""

    def __init__(self, modem: str, store: Store, clock: Clock, limits: Limits, zone: ZoneInfo) -> None:
        self._modem = modem
        self._store = store
        self._clock = clock
        self._limits = limits
        self._zone = zone
        self._state = ""
        self._why: str | None = None
        self._identity: Identity | None = None
        self._health: Health | None = None
        self._recovery: str | None = None
        self._throttle: Throttle | None = None
        self._throttles: dict[str, Throttle] = {}

    @property
    def identity(self) -> Identity | None:
        """Who the modem and its SIM said they are; None before it was opened."""
        return self._identity

    def change(self, limits: Limits) -> None:
        """The configuration has other limits now."""
        self._limits = limits
        for throttle in self._throttles.values():
            throttle.change(limits)

    def identified(self, identity: Identity, sim: str) -> Throttle:
        """The modem told who it and its SIM are; the SIM's throttle, with what it has already sent.

        The same object for the same SIM, always: who sends with it holds it.
        """
        now = to_text(self._clock.now())
        self._identity = identity
        self._throttle = self._counted(sim)
        with self._store.write() as tx:
            change = sims.register(
                tx, imsi=sim, iccid=identity.iccid, number=identity.number, modem=self._modem, now=now
            )
            if change is not None:
                events.add(tx, "sim_changed", now=now, modem=self._modem, detail={"from": change, "to": sim})
        for warning in identity.warnings:
            say(log, "modem_warning", logging.WARNING, modem=self._modem, what=warning)
        return self._throttle

    def _counted(self, sim: str) -> Throttle:
        """A SIM that stayed is counted here, in ticks, whatever the calendar does; one that comes, by the database.

        To be asked before the SIM is registered here, so that a read that fails is made good by the next opening.
        """
        throttle = self._throttles.get(sim) or Throttle(self._limits, self._zone)
        with self._store.read() as read:
            known = sims.get(read, sim)
            if sim not in self._throttles or known is None or known.modem != self._modem:
                self._load(read, throttle, sim)
        self._throttles[sim] = throttle
        return throttle

    def _load(self, read: Reader, throttle: Throttle, sim: str) -> None:
        now = self._clock.now()
        month = month_of(now, self._zone)
        air = sims.air_since(read, sim, to_text(now - timedelta(days=1)))
        recipients = sims.correspondents(read, sim, month)
        ages = [(now - from_text(at)).total_seconds() for at, _number in air]
        throttle.load(ages, month, recipients, self._clock.tick())

    def state(self, state: str, why: str | None) -> None:
        """The modem's state changed; written, with an event, only where it did."""
        if (state, why) == (self._state, self._why):
            return
        came_or_went = state != self._state
        self._state, self._why = state, why
        if came_or_went:
            level = logging.INFO if state == "ready" else logging.WARNING
            say(log, "modem_state", level, modem=self._modem, state=state, why=why)
        try:
            self._write(event=came_or_went)
        except StoreError as error:
            self.trouble(error)

    def _write(self, *, event: bool) -> None:
        now = to_text(self._clock.now())
        with self._store.write() as tx:
            modems.put(
                tx,
                self._modem,
                state=self._state,
                reason=self._why,
                imsi=self._imsi(),
                detail=self._detail(),
                now=now,
            )
            if event:
                kind = "modem_ready" if self._state == "ready" else "modem_out"
                events.add(
                    tx, kind, now=now, modem=self._modem, detail={"state": self._state, "reason": self._why}
                )

    def _imsi(self) -> str | None:
        return self._identity.imsi if self._identity else None

    def _detail(self) -> dict[str, Any]:
        return {
            "identity": asdict(self._identity) if self._identity else None,
            "health": asdict(self._health) if self._health else None,
        }

    def health(self, health: Health) -> None:
        """A look at registration and signal; kept for `status`, written only with the next change of state."""
        self._health = health

    def recovery(self, step: str | None) -> None:
        """The step of the recovery ladder that is being tried; None: nothing is wrong."""
        self._recovery = step

    def event(self, kind: str, detail: dict[str, Any], **shown: object) -> None:
        """Something happened to the modem that an operator may want to find later; `shown`: also in the log."""
        say(log, kind, logging.WARNING if shown else logging.INFO, modem=self._modem, **shown)
        try:
            with self._store.write() as tx:
                events.add(tx, kind, now=to_text(self._clock.now()), modem=self._modem, detail=detail)
        except StoreError as error:
            self.trouble(error)

    def trouble(self, error: StoreError | str) -> None:
        """The database could not be written; the modem goes on."""
        say(log, "store_trouble", logging.WARNING, modem=self._modem, why=error)

    def snapshot(self) -> dict[str, Any]:
        """The modem as `status` shows it."""
        throttle = self._throttle
        return {
            "modem": self._modem,
            "state": self._state or "opening",
            "reason": self._why,
            "recovery": self._recovery,
            **self._detail(),
            "sent": throttle.usage(self._clock.tick()) if throttle else None,
        }
