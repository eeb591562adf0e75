"""What one modem hands over: committed first, deleted from the modem after that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from drivers import Modem, Received, Slot, Undecodable
from gateway import failpoints
from gateway.failpoints import Step
from gateway.receiver import in_order
from gateway.sender.dispatcher import TROUBLE
from gateway.sender.record import Record
from gateway.store import Conflict, Rejected, StoreError

if TYPE_CHECKING:
    from gateway.sender.shift import Tools


class Intake:
    """Owner: the worker's thread."""

    def __init__(
        self,
        name: str,
        modem: Modem,
        record: Record,
        tools: Tools,
        stopping: threading.Event,
        flush: Callable[[], None],
    ) -> None:
        """`flush` writes the outcome of a send that waits."""
        self._name = name
        self._modem = modem
        self._record = record
        self._tools = tools
        self._stopping = stopping
        self._flush = flush
        self.sim = ""
        """The IMSI of the SIM that is in."""
        self.gave_up = False
        """A stop came before the database took what the modem had handed over."""

    def collect(self) -> None:
        """Everything that lies in the modem: commit, then delete."""
        for received in in_order(self._modem.sweep()):
            if self.keep(received):
                self.discard([received.slot])

    def keep(self, received: Received) -> bool:
        """Commit what the modem handed over. False where it may not be deleted from the modem."""
        failpoints.reach(Step.READ)
        self._flush()  # a report must find the attempt that it is about
        try:
            kept = self.persist(partial(self._take, received))
        except (Rejected, Conflict) as error:  # the database will never take it like this: then as it is, raw
            raw = replace(received, content=Undecodable(why=f"it could not be stored: {error}"))
            kept = self.persist(partial(self._take, raw))
        if kept:
            self._tools.dispatcher.ring()  # an answer of ours may wait in the outbox now
        return kept

    def _take(self, received: Received) -> None:
        self._tools.receiver.take(received, modem=self._name, imsi=self.sim)

    def discard(self, slots: Iterable[Slot | None]) -> None:
        """Delete from the modem what is committed; what was pushed lies in no slot."""
        for slot in slots:
            if slot is not None:
                failpoints.reach(Step.BEFORE_DELETE)
                self._modem.discard(slot)
                failpoints.reach(Step.AFTER_DELETE)

    def persist(self, write: Callable[[], object]) -> bool:
        """Write what exists in the modem or in memory only, however long the database is in trouble.

        False where a stop came first. Raises Rejected, Conflict, which no waiting mends.
        """
        waited = False
        while True:
            try:
                write()
            except (Rejected, Conflict):
                raise
            except StoreError as error:
                waited = True
                self._record.trouble(error)
                self._tools.dispatcher.waits_to_write(self._name, str(error))
                if self._stopping.wait(TROUBLE):
                    self.gave_up = True
                    return False
            else:
                if waited:
                    self._tools.dispatcher.waits_to_write(self._name, "")
                return True
