"""What the modems of one machine have in common: a hub that loses several at once (`gateway.hub`)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from gateway.clock import Clock, to_text
from gateway.config import Settings
from gateway.hub import HubWatch, Loss
from gateway.log import say
from gateway.store import Store, StoreError, alerts, events
from gateway.telling import close_alerts_of, open_alert

RULE = "hub:"
"""How the rules of these alerts begin; the hub follows."""

log = logging.getLogger(__name__)


class Neighbours:
    """Shared by the workers; any of their threads may call it."""

    def __init__(self, store: Store, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._watch = HubWatch()
        self._well: set[str] = set()
        """Those that can send, and have not vanished since."""
        self._lock = threading.Lock()

    def lost(self, name: str, socket: str) -> None:
        """A modem that was open has vanished from this USB socket."""
        with self._lock:
            self._well.discard(name)
            loss = self._watch.gone(name, socket, self._clock.tick())
        if loss is not None:
            self._tell(loss)

    def back(self, name: str) -> None:
        """A modem can send: an alert about several that vanished is over once they are all back."""
        with self._lock:
            if name in self._well:
                return
            self._well.add(name)
            well = set(self._well)
        known = self._settings().modems
        try:
            with self._store.read() as read:
                if not alerts.open_rules(read, RULE):
                    return
            with self._store.write() as tx:
                close_alerts_of(tx, RULE, well, "they are back", self._clock.now(), known)
        except StoreError as error:
            with self._lock:
                self._well.discard(name)  # once more at the next look after its health
            say(log, "store_trouble", logging.WARNING, why=error)

    def turn(self, name: str) -> float:
        """Seconds that it waits before it is opened: those that were lost together come back one by one."""
        with self._lock:
            return self._watch.turn(name, self._clock.tick())

    def _tell(self, loss: Loss) -> None:
        now = self._clock.now()
        say(log, "hub_lost", logging.WARNING, hub=loss.hub or "unknown", modems=", ".join(loss.modems))
        try:
            with self._store.write() as tx:
                detail = {"hub": loss.hub, "modems": list(loss.modems), "why": loss.words}
                events.add(tx, "hub_lost", now=to_text(now), detail=detail)
                title = "modems vanished together"
                open_alert(tx, f"{RULE}{loss.hub}", title, loss.words, self._settings(), now, loss.modems)
        except StoreError as error:
            say(log, "store_trouble", logging.WARNING, why=error)
