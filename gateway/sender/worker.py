"""One modem's worker: the thread that owns it, from opening its port to closing it.

It sends what the dispatcher chose, hands over what arrives, answers operators' requests, and looks after the
modem's health when there is nothing better to do. Between two sends there is nothing of its own: the outcome
of the one is committed with the intent of the other, while the modem's prompt comes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from drivers import (
    Call,
    Event,
    Health,
    Identity,
    LateAccepted,
    Modem,
    ModemError,
    Need,
    NotReady,
    NotResponding,
    PortGone,
    Received,
    Restarted,
    StorageFull,
)
from gateway.clock import Clock
from gateway.log import say
from gateway.receiver import Receiver
from gateway.retry import Breaker
from gateway.sender.desk import Desk
from gateway.sender.dispatcher import Dispatcher
from gateway.sender.record import Record
from gateway.sender.requests import Requests
from gateway.sender.submission import Submission
from gateway.store import Store, StoreError
from gateway.throttle import Throttle

HEALTH = 30.0
"""Seconds between two looks at registration and signal while idle."""
NO_NETWORK = 5.0
"""The same while the modem has no network."""
SWEEP = 60.0
"""Seconds between two sweeps of the storages while idle: notifications get lost (MODEMS F92)."""
BUSY_SWEEP = 600.0
"""The same while there is something to send: a sweep costs sending time."""
OPEN_RETRIES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds to wait before the port is opened again; the last repeats."""
OPERATOR_RETRY = 300.0
"""The same where only a person can help (PIN, PUK, no SIM)."""
RESET_AFTER = 3
"""Openings in a row that got no answer before the modem is told to restart."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every worker shares."""

    store: Store
    clock: Clock
    dispatcher: Dispatcher
    receiver: Receiver


class Worker(threading.Thread):
    """Owns one modem. Public methods may be called by any thread."""

    def __init__(self, desk: Desk, make_modem: Callable[[], Modem], record: Record, tools: Tools) -> None:
        super().__init__(name=f"modem-{desk.name}", daemon=True)
        self.modem_name = desk.name
        self.make_modem = make_modem
        self._record = record
        self._tools = tools
        self._desk = desk
        self._modem: Modem | None = None
        self._stopping = threading.Event()
        self._bell = threading.Event()
        self._breaker = Breaker()
        self._openings = 0
        self._silent = 0
        self._health_at = self._sweep_at = 0.0
        self._out_until: float | None = None
        self.requests = Requests(self.wake)
        self.submission: Submission | None = None
        """The sends with the SIM that is in; None while the modem is closed."""
        self.ticked_at = tools.clock.tick()
        self.failure: BaseException | None = None
        desk.wake = self.wake

    # -- any thread ----------------------------------------------------------------------------------

    def wake(self) -> None:
        """Look again: there is an offer, a request or a stop."""
        self._bell.set()
        modem = self._modem
        if modem is not None:
            modem.wake()

    def stop(self) -> None:
        """Finish the part in flight and end. Legal before start, and twice."""
        self._stopping.set()
        self.wake()

    # -- the thread ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Open, serve, and open again until stopped."""
        try:
            while not self._stopping.is_set():
                wait = self._session()
                self._rest(wait)
        except BaseException as error:
            self.failure = error
            raise
        finally:
            self._tools.dispatcher.left(self.modem_name, "stopped")
            self.requests.refuse("the daemon stops")

    def _rest(self, seconds: float) -> None:
        """Wait until it is time to open again; requests are refused meanwhile, an unlock ends the wait."""
        until = self._tools.clock.tick() + seconds
        while not self._stopping.is_set() and (left := until - self._tools.clock.tick()) > 0:
            self._bell.wait(min(left, 1.0))
            self._bell.clear()
            self.ticked_at = self._tools.clock.tick()
            if self.requests.wants_reopening():
                return
            self.requests.refuse(f"the modem is out: {self._desk.why}")

    def _session(self) -> float:
        """One life of the open port; the seconds to wait before the next."""
        modem = self.make_modem()
        try:
            identity = modem.open()
            self._modem = modem
            self._silent = 0
            self._serve(modem, identity)
            return 0.0
        except NotReady as error:
            self._leave(error.need.value, str(error))
            return OPERATOR_RETRY if error.need in OPERATORS else self._next_wait()
        except NotResponding as error:
            self._leave("silent", str(error))
            self._maybe_reset(modem)
            return self._next_wait()
        except PortGone as error:
            self._leave("gone", str(error))
            return self._next_wait()
        except ModemError as error:
            self._leave("unusable", str(error))
            return self._next_wait()
        finally:
            self._modem = None
            self._close(modem)

    def _close(self, modem: Modem) -> None:
        submission, self.submission = self.submission, None
        if submission is not None:
            submission.flush(until=self._stopping)
        modem.close()

    def _next_wait(self) -> float:
        self._openings += 1
        return OPEN_RETRIES[min(self._openings, len(OPEN_RETRIES)) - 1]

    def _maybe_reset(self, modem: Modem) -> None:
        self._silent += 1
        if self._silent % RESET_AFTER == 0 and not self._stopping.is_set():
            say(log, "modem_reset", logging.WARNING, modem=self.modem_name)
            try:
                modem.reset()
            except ModemError as error:
                say(log, "modem_reset_failed", modem=self.modem_name, why=error)

    def _leave(self, state: str, why: str) -> None:
        self._tools.dispatcher.left(self.modem_name, why)
        self._record.state(state, why)

    # -- serving -------------------------------------------------------------------------------------

    def _serve(self, modem: Modem, identity: Identity) -> None:
        self._know(identity)
        self._collect(modem)
        self._check(modem)
        while not self._stopping.is_set():
            tick = self._tools.clock.tick()
            self.ticked_at = tick
            self._bell.clear()
            self.requests.answer(modem)
            sent = self._send_next(modem)
            self._handle(modem, modem.wait(0.0 if sent else self._patience(tick)))
            self._look_after(modem, self._tools.clock.tick(), busy=sent)

    def _know(self, identity: Identity) -> None:
        sim = identity.imsi or identity.iccid or f"modem:{self.modem_name}"
        throttle = self._record.identified(identity, sim)
        self._throttle: Throttle = throttle
        self._sim = sim
        self.submission = Submission(self.modem_name, sim, throttle, self._tools)

    def _patience(self, tick: float) -> float:
        if self._bell.is_set():
            return 0.0
        until = min(self._health_at, self._sweep_at, self._out_until or self._health_at)
        return max(0.0, until - tick)

    def _send_next(self, modem: Modem) -> bool:
        submission = self.submission
        if submission is None:
            return False
        job = self._tools.dispatcher.take(self.modem_name)
        if job is None:
            submission.flush(until=self._stopping)
            return False
        trouble = submission.send(modem, job, stopping=self._stopping)
        if trouble is None:
            self._breaker.success()
            self._openings = 0
        else:
            self._count(modem, job.number, trouble.sick, trouble.why, resync=trouble.resync)
        return True

    def _count(self, modem: Modem, number: str, sick: bool, why: str, *, resync: bool) -> None:
        out = self._breaker.failure(number, sick=sick)
        if out is not None:
            self._out_until = self._tools.clock.tick() + out
            self._leave("out", f"{why}; next try in {out:.0f} s")
        if resync:
            modem.resync()
            self._collect(modem)

    def _look_after(self, modem: Modem, tick: float, *, busy: bool) -> None:
        if self._out_until is not None and tick >= self._out_until:
            self._out_until = None
            modem.resync()
            self._check(modem)
        elif tick >= self._health_at and not busy:
            self._check(modem)
        if tick >= self._sweep_at + (BUSY_SWEEP - SWEEP if busy else 0.0):
            self._collect(modem)

    def _check(self, modem: Modem) -> None:
        health = modem.health()
        tick = self._tools.clock.tick()
        self._health_at = tick + (HEALTH if health.can_send else NO_NETWORK)
        self._record.health(health)
        if self._out_until is not None:
            return
        if health.can_send:
            self._openings = 0
            self._tools.dispatcher.arrived(self.modem_name, self._sim, self._throttle)
            self._record.state("ready", None)
        else:
            self._leave("no_network", no_network(health))

    # -- receiving -----------------------------------------------------------------------------------

    def _collect(self, modem: Modem) -> None:
        """Everything that lies in the modem: commit, then delete."""
        for received in modem.sweep():
            self._keep(modem, received)
        self._sweep_at = self._tools.clock.tick() + SWEEP

    def _handle(self, modem: Modem, events: list[Event]) -> None:
        for event in events:
            match event:
                case Received():
                    self._keep(modem, event)
                case LateAccepted() if self.submission is not None:
                    self.submission.late(event)
                case Call(number=number):
                    self._record.event("call", {"number": number})
                case StorageFull(memory=memory):
                    self._record.event("storage_full", {"memory": memory})
                    self._collect(modem)
                case Restarted(announcement=announcement, identity=identity):
                    self._restarted(modem, announcement, identity)

    def _keep(self, modem: Modem, received: Received) -> None:
        if self.submission is not None:
            self.submission.flush(until=self._stopping)  # a report must find the attempt that it is about
        while True:
            try:
                self._tools.receiver.take(received, modem=self.modem_name, imsi=self._sim)
                break
            except StoreError as error:
                # It stays in the modem, or in memory where it was pushed, until the database takes it.
                self._record.trouble(error)
                if self._stopping.wait(1.0):
                    return
        if received.slot is not None:
            modem.discard(received.slot)

    def _restarted(self, modem: Modem, announcement: str, identity: Identity) -> None:
        self._record.event("modem_restarted", {"announcement": announcement})
        self._tools.dispatcher.left(self.modem_name, "it restarted by itself")
        if self.submission is not None:
            self.submission.flush(until=self._stopping)
        self._know(identity)
        self._collect(modem)
        self._check(modem)


OPERATORS = frozenset({Need.PIN, Need.PIN_WRONG, Need.PUK, Need.SIM_LOCK})
"""What only a person can mend; a missing SIM is looked for again sooner, since plugging it in is enough."""


def no_network(health: Health) -> str:
    """Why a modem without network cannot send, in words."""
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
