"""One opening of a modem, from its identity to the loss of its port: sending, receiving, and looking after it.

Between two sends there is nothing of the gateway's own: the outcome of the one is committed with the intent
of the other, while the modem's prompt comes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from drivers import (
    Call,
    Event,
    Health,
    Identity,
    LateAccepted,
    Modem,
    ModemError,
    PortGone,
    Received,
    Restarted,
    Slot,
    StorageFull,
)
from gateway import failpoints, recovery
from gateway.clock import Clock
from gateway.failpoints import Step
from gateway.receiver import Receiver
from gateway.recovery import Ailment
from gateway.retry import Breaker
from gateway.sender.dispatcher import TROUBLE, Dispatcher
from gateway.sender.intake import Intake
from gateway.sender.record import Record
from gateway.sender.requests import Requests
from gateway.sender.rescuer import Rescuer
from gateway.sender.submission import Submission, Trouble
from gateway.store import Conflict, Rejected, Store, StoreError

HEALTH = 30.0
"""Seconds between two looks at registration and signal while idle."""
BUSY_HEALTH = 600.0
"""The same while there is something to send, when every send is a look: for what no send shows."""
NO_NETWORK = 5.0
"""The same while the modem has no network."""
SWEEP = 60.0
"""Seconds between two sweeps of the storages while idle: notifications get lost (MODEMS F92)."""
BUSY_SWEEP = 600.0
"""The same while there is something to send: a sweep costs sending time."""


class ToldToRestart(PortGone):
    """The port is gone because the ladder wanted it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every worker shares."""

    store: Store
    clock: Clock
    dispatcher: Dispatcher
    receiver: Receiver


@dataclass(slots=True)
class Standing:
    """What outlives an opening: how often the modem failed."""

    breaker: Breaker
    rescuer: Rescuer
    mistakes: int = 0
    """Mistakes of ours that ended an opening, since the last message that was sent."""


class Shift:
    """Owner: the worker's thread."""

    def __init__(
        self,
        name: str,
        modem: Modem,
        identity: Identity,
        standing: Standing,
        record: Record,
        tools: Tools,
        stopping: threading.Event,
    ) -> None:
        self._name = name
        self._modem = modem
        self._standing = standing
        self._record = record
        self._tools = tools
        self._stopping = stopping
        self._health_at = self._sweep_at = 0.0
        self._out_until: float | None = None
        self._sim = self._unwritten = ""
        self._intake = Intake(name, modem, record, tools, stopping, self._flush)
        # With the port open: what is pushed meanwhile waits, and is not acknowledged.
        if not self._intake.persist(partial(self._know, identity)):
            raise StoreError("a stop came before the database could be written")

    def _know(self, identity: Identity) -> None:
        sim = self._sim_of(identity)
        self._throttle = self._record.identified(identity, sim)
        if sim != self._sim:  # else what this SIM has sent may still get its late answer
            self.submission = Submission(self._name, sim, self._throttle, self._tools, identity.imei)
        else:
            self.submission.restarted()
        self._sim = self._intake.sim = sim

    def _sim_of(self, identity: Identity) -> str:
        return identity.sim or f"modem:{self._name}"

    def _flush(self) -> None:
        self.submission.flush(until=self._stopping)

    def run(self, requests: Requests, bell: threading.Event, alive: Callable[[], None]) -> None:
        """Serve until stopped. `bell` rings when there is an offer or a request; `alive` is called at each turn."""
        self._collect()
        self._check()
        while not self._stopping.is_set():
            alive()
            bell.clear()
            requests.answer(self._modem)
            sent = self._send_next()
            patience = 0.0 if sent or bell.is_set() else self._patience()
            self._handle(self._modem.wait(patience))
            self._look_after(busy=sent)

    def end(self) -> None:
        """Write what is not written yet, also of what the modem pushed before it failed: it lies nowhere else.

        Where the database did not take what was pushed, nothing more is asked for: that would acknowledge it to
        the network (F77), which keeps it for us as long as nobody does.
        """
        self._flush()
        self._waits_to_write("")
        if self._intake.gave_up:
            return
        with suppress(ModemError):
            self.keep(self._modem.wait(0.0))

    def keep(self, events: list[Event]) -> None:
        """Write what exists in these events alone, of a modem that is being left, under the SIM that it is of.

        What lies in a slot is found by the next opening.
        """
        for batch, restarted in _between_restarts(events):
            self._write([event for event in batch if not isinstance(event, Received) or event.slot is None])
            if restarted is not None:
                self._intake.sim = self._sim_of(restarted.identity)

    def _patience(self) -> float:
        until = min(self._health_at, self._sweep_at, self._out_until or self._health_at)
        return max(0.0, until - self._tools.clock.tick())

    # -- sending -------------------------------------------------------------------------------------

    def _send_next(self) -> bool:
        job = self._tools.dispatcher.take(self._name)
        if job is None:
            self._flush()
            self._waits_to_write("")
            return False
        failpoints.reach(Step.OFFERED)
        trouble = self.submission.send(self._modem, job, stopping=self._stopping)
        if trouble is None or not trouble.database:
            self._waits_to_write("")
        if trouble is None:
            self._standing.breaker.success()
            self._standing.mistakes = 0
        else:
            self._troubled(job.number, trouble)
        return True

    def _troubled(self, number: str, trouble: Trouble) -> None:
        self._flush()
        if trouble.database:  # no reason to take the modem out, nor to ask it for a prompt again and again
            self._waits_to_write(trouble.why)
            self._stopping.wait(TROUBLE)
            return
        out = self._standing.breaker.failure(None if trouble.own_fault else number, sick=trouble.sick)
        if out is not None:
            self._out_until = self._tools.clock.tick() + out
            self._leave("out", f"{trouble.why}; next try in {out:.0f} s")
        if trouble.resync:
            self._standing.rescuer.tell(recovery.Step.FENCE, trouble.why)
            self._modem.resync()
            self._collect()
        self._check()

    def _waits_to_write(self, why: str) -> None:
        """An intent cannot be written, and why; "" where there is none to write any more."""
        if why and why != self._unwritten:
            self._record.trouble(why)
        if why or self._unwritten:
            self._tools.dispatcher.waits_to_write(self._name, why)
        self._unwritten = why

    def _leave(self, state: str, why: str) -> None:
        self._tools.dispatcher.left(self._name, why)
        self._record.state(state, why)

    # -- care ----------------------------------------------------------------------------------------

    def _look_after(self, *, busy: bool) -> None:
        tick = self._tools.clock.tick()
        if self._out_until is not None and tick >= self._out_until:
            self._out_until = None
            self._modem.resync()
            self._check()
        elif tick >= self._health_at + (BUSY_HEALTH - HEALTH if busy else 0.0):
            self._check()
        if tick >= self._sweep_at + (BUSY_SWEEP - SWEEP if busy else 0.0):
            self._collect()

    def _check(self) -> None:
        health = self._modem.health()
        self._health_at = self._tools.clock.tick() + (HEALTH if health.can_send else NO_NETWORK)
        self._record.health(health)
        if self._out_until is not None:
            return
        if health.can_send:
            self._standing.rescuer.well()
            self._tools.dispatcher.arrived(self._name, self._sim, self._throttle)
            self._record.state("ready", None)
        else:
            self._leave("no_network", no_network(health))
            if not health.roaming:
                self._find_network(no_network(health))

    def _find_network(self, why: str) -> None:
        """A registration that stays away is looked for by stronger means, later each time.

        Raises ToldToRestart.
        """
        rescuer = self._standing.rescuer
        order = rescuer.order(Ailment.NO_NETWORK, why)
        self.keep(rescuer.carry_out(order, self._modem))
        if order.step in (recovery.Step.RESET, recovery.Step.POWER):
            raise ToldToRestart("it was told to restart, since it found no network")

    # -- receiving -----------------------------------------------------------------------------------

    def _collect(self) -> None:
        self._intake.collect()
        self._sweep_at = self._tools.clock.tick() + SWEEP

    def _handle(self, events: list[Event]) -> None:
        """In order: what comes behind a restart may be another SIM's."""
        again = False
        for batch, restarted in _between_restarts(events):
            self._take(batch)
            if restarted is not None:
                self._restarted(restarted)
                again = True
            if self._intake.gave_up:
                return
        if again:
            self._collect()
            self._check()

    def _take(self, events: list[Event]) -> None:
        """Write down first what exists in these events alone; the modem may fail at whatever it is told next."""
        self._intake.discard(self._write(events))
        for event in events:
            match event:
                case Call(number=number):
                    self._record.event("call", {"number": number})
                case StorageFull(memory=memory):
                    self._record.event("storage_full", {"memory": memory})
                    self._collect()

    def _write(self, events: list[Event]) -> list[Slot | None]:
        """Commit what was received, then what was accepted late; from where it may be deleted now."""
        received = [event for event in events if isinstance(event, Received)]
        kept = [event.slot for event in received if not self._intake.gave_up and self._intake.keep(event)]
        for event in events:
            if isinstance(event, LateAccepted) and not self._intake.gave_up:
                self._late(event)
        return kept

    def _late(self, event: LateAccepted) -> None:
        try:
            self._intake.persist(partial(self.submission.late, event))
        except (Rejected, Conflict) as error:  # somebody has erased or settled it meanwhile: theirs stands
            self._record.trouble(error)

    def _restarted(self, event: Restarted) -> None:
        self._record.event("modem_restarted", {"announcement": event.announcement})
        self._standing.rescuer.tell(recovery.Step.INITIALISE, event.announcement)
        self._leave("restarted", "it restarted by itself")
        self._flush()
        self._intake.persist(partial(self._know, event.identity))


def _between_restarts(events: list[Event]) -> Iterator[tuple[list[Event], Restarted | None]]:
    """What came up to each restart, and that; behind the last one nothing follows."""
    batch: list[Event] = []
    for event in events:
        if isinstance(event, Restarted):
            yield batch, event
            batch = []
        else:
            batch.append(event)
    yield batch, None


def no_network(health: Health) -> str:
    """Why a modem without network cannot send, in words (TS 27.007 7.2)."""
    words = {
        0: "not registered and not searching (is the antenna on, is the SIM active?)",
        2: "searching for a network",
        3: "registration denied by the network (is the SIM active and allowed here?)",
        4: "registration unknown",
        8: "emergency calls only",
        11: "emergency calls only",
    }
    if health.roaming:
        return "roaming, which `roaming = true` would allow"
    return words.get(health.registration, f"no network (registration {health.registration})")
