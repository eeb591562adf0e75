"""The numbers that canaries are sent to: known, believed, or perhaps a stranger's (a digit mistyped)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from gateway import canary, numbers
from gateway.clock import Clock
from gateway.config import Settings
from gateway.log import say
from gateway.sender.desk import Desk
from gateway.store import Store, canaries, sims
from gateway.store.canaries import Known, Row
from gateway.telling import alert_is_open, close_alert, open_alert

UNKNOWN = "its SIM does not tell its number: set `number`, or it is never written to"
DOUBTFUL = (
    "no canary has ever arrived at its number: none is sent there any more. Is `number` that of its SIM? Then it does"
    " not receive, or those that wrote do not send. Once this alert is closed, it is tried again"
)

log = logging.getLogger(__name__)


class Numbers:
    """Owner: the thread of the jobs."""

    def __init__(self, store: Store, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._known: dict[tuple[str, str], Known] = {}
        self._unknown: set[str] = set()
        """Modems of which it was said that nobody knows their number."""

    def refresh(self) -> None:
        """Read what canaries have shown."""
        with self._store.read() as read:
            self._known = canaries.numbers(read)

    def of(self, desk: Desk) -> str:
        """Of the SIM that is in it: as configured, else as the SIM tells; "" where nobody knows it."""
        settings = self._settings()
        configured = settings.modems[desk.name].number if desk.name in settings.modems else ""
        with self._store.read() as read:
            known = sims.get(read, desk.sim) if desk.sim else None
        told = configured or (known.number if known is not None else "")
        try:
            return numbers.normalise(told, settings.gateway.region) if told else ""
        except numbers.InvalidNumber:
            return ""

    def proven(self, row: Row) -> bool:
        """Whether anything has ever arrived where this one was sent: else its loss says nothing of a modem."""
        return row.number is not None and self._of(row.receiver_sim, row.number).arrived > 0

    def doubtful(self, desk: Desk, number: str) -> bool:
        """Whether it may be a stranger's; an operator is told once, and tries it again by closing the alert."""
        known = self._of(desk.sim, number)
        rule, doubt = f"canary_number:{desk.name}", canary.doubtful(known.arrived, known.lost)
        if not doubt and (known.told or (known.arrived and self._is_asked(rule))):
            with self._store.write() as tx:  # also where `number` was corrected, or another SIM is in it
                close_alert(tx, rule, "a canary has arrived", self._clock.now())
                canaries.try_again(tx, desk.sim, number)
        elif doubt and not known.told:
            self._ask(desk, number, rule)
        elif doubt and not self._is_asked(rule):
            with self._store.write() as tx:
                canaries.try_again(tx, desk.sim, number)
            return False
        return doubt

    def missing(self, name: str) -> None:
        """Nobody knows the number of a modem that is ready: say so once."""
        if name not in self._unknown:
            self._unknown.add(name)
            say(log, "canary_number", logging.WARNING, modem=name, why=UNKNOWN)

    def _ask(self, desk: Desk, number: str, rule: str) -> None:
        title = f"the number of modem {desk.name}"
        with self._store.write() as tx:
            open_alert(tx, rule, title, DOUBTFUL, self._settings(), self._clock.now())
            canaries.told(tx, desk.sim, number)
        say(log, "canary_number", logging.WARNING, modem=desk.name, why=DOUBTFUL)

    def _is_asked(self, rule: str) -> bool:
        with self._store.read() as read:
            return alert_is_open(read, rule)

    def _of(self, sim: str, number: str) -> Known:
        return self._known.get((sim, number), Known())
