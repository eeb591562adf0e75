"""Watches one modem's reference counter, and brings what it proves into the store with the next commit."""

from __future__ import annotations

import logging

from drivers import OutcomeUnknown, Refused, Submitted
from drivers.errors import label
from gateway.counting import SILENCE, Counter
from gateway.log import say
from gateway.sender.ledger import Result
from gateway.store import Store, Tx, references

log = logging.getLogger(__name__)


class Witness:
    """One SIM in one modem, through one opening of its port. Owner: the worker's thread."""

    def __init__(self, modem: str, sim: str, imei: str, store: Store) -> None:
        self._modem, self._sim, self._imei = modem, sim, imei
        with (
            store.read() as read
        ):  # what another modem did that does not tell its IMEI either says nothing here
            self._counter = Counter(references.seen(read, sim, imei) if imei else {})
        self._counted: list[str] = []
        self._not_sent: list[tuple[int, str]] = []

    @property
    def waits(self) -> bool:
        """Whether there is something to write."""
        return bool(self._counted or self._not_sent)

    def ended(self, attempt: int, result: Result, begun: float, tick: float) -> None:
        """How a part of this modem ended that was begun at `begun`; seconds of a clock that only goes forward."""
        match result:
            case Submitted(reference=reference, restarted=restarted):
                if restarted:  # the event of it comes with the next wait, after this part
                    self._counter.broken()
                found = self._counter.accepted(reference, begun, tick)
                self._counted += found.counted
                self._not_sent += found.not_sent
            case OutcomeUnknown() as unknown:
                kind = label(unknown.kind, unknown.code) if unknown.kind else SILENCE
                self._counter.unknown(attempt, kind or SILENCE, tick - begun)
            case Refused():
                self._counter.refused()

    def late(self, attempt: int) -> None:
        """The `+CMGS` of an unknown part came after all."""
        self._counter.late(attempt)

    def broken(self) -> None:
        """The modem restarted."""
        self._counter.broken()

    def write(self, tx: Tx, now: str) -> None:
        """Inside a transaction of the caller, who says `written` once it is committed."""
        if self._imei:
            for kind in self._counted:
                references.note(tx, self._sim, self._imei, kind, counted=1)
        for attempt, kind in self._not_sent:
            if not references.not_sent(tx, attempt, self._modem, now):
                references.note(tx, self._sim, self._imei, kind, missed=1)
                self._counter.contradicted(kind)
                say(log, "counter_contradicted", logging.WARNING, modem=self._modem, attempt=attempt)

    def written(self) -> None:
        """The commit went through."""
        self._counted.clear()
        self._not_sent.clear()
