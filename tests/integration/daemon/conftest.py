"""Parts of the daemon in this process: a real database, a clock that is told to move, modems that are scripted."""

from __future__ import annotations

import select
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drivers import Event, Health, Identity, NotSent, Received, Slot, Submit, Submitted, sim
from gateway.clock import ManualClock, to_text
from gateway.policy import Rules
from gateway.receiver import Receiver
from gateway.router import Route
from gateway.sender.admission import Plan
from gateway.sender.desk import Desk
from gateway.sender.dispatcher import Dispatcher
from gateway.sender.job import Job
from gateway.sender.record import Record
from gateway.sender.shift import Tools
from gateway.sender.worker import Worker
from gateway.store import Store, outbox, sending
from gateway.throttle import Limits, Throttle
from tests.integration.daemon.hall import Hall

PARIS = ZoneInfo("Europe/Paris")
SIM = {"a": "208010000000001", "b": "208010000000002", "c": "208010000000003"}


def plan(*names: str, **routes: str) -> Plan:
    """A plan with these modems; `a="+33"` gives one a prefix."""
    plain = [Route(name=name) for name in names]
    with_prefix = [Route(name=name, prefixes=(prefix,)) for name, prefix in routes.items()]
    return Plan(rules=Rules(), routes=(*plain, *with_prefix))


class Office:
    """A dispatcher turned by hand over a database file, with desks in place of workers."""

    def __init__(self, path: Path, clock: ManualClock, plan: Plan) -> None:
        self.path = path
        self.clock = clock
        self.store = Store.open(path, clock)
        self.application = sqlite3.connect(path, isolation_level=None)
        self.dispatcher = Dispatcher(self.store, clock, plan)

    def modem(self, name: str, sim: str = "", limits: Limits | None = None) -> Throttle:
        """A modem with that SIM comes up."""
        throttle = Throttle(limits or Limits(), PARIS)
        if name not in {desk.name for desk in self.dispatcher.desks()}:
            self.dispatcher.enlist(Desk(Route(name=name)))
        self.dispatcher.arrived(name, sim or SIM[name], throttle)
        return throttle

    def insert(self, recipient: str = "+33612345678", body: str = "Bonjour", **columns: object) -> int:
        names = ", ".join(["recipient", "body", *columns])
        marks = ", ".join("?" * (2 + len(columns)))
        cursor = self.application.execute(
            f"INSERT INTO outbox ({names}) VALUES ({marks})", (recipient, body, *columns.values())
        )
        return int(cursor.lastrowid or 0)

    def row(self, message: int) -> outbox.Message:
        with self.store.read() as read:
            found = outbox.get(read, message)
        assert found is not None
        return found

    def take(self, name: str) -> Job | None:
        """A turn, and what the modem is offered by it."""
        self.dispatcher.turn()
        return self.dispatcher.take(name)

    def send(self, name: str, job: Job, *outcomes: str, sim: str = "") -> None:
        """What its worker would write: `outcomes` of the parts in order, "accepted", "refused", "unknown"."""
        at = to_text(self.clock.now())
        sim = sim or SIM[name]
        with self.store.write() as tx:
            assert sending.claim(tx, job.message_id, name, sim, at, reference=job.reference)
            for sequence, outcome in zip(job.missing, outcomes, strict=False):
                attempt = sending.intend(
                    tx,
                    job.message_id,
                    sequence,
                    modem=name,
                    sim=sim,
                    number=job.number,
                    month="2026-11",
                    now=at,
                )
                match outcome:
                    case "accepted":
                        sending.accepted(tx, attempt, 7, 0.1, at)
                    case "refused":
                        sending.refused(tx, attempt, "cms_38", "network out of order", at)
                    case "unknown":
                        sending.unknown(tx, attempt, None, "silence", at)
            if "refused" in outcomes:
                sending.requeue(tx, job.message_id, due_at=None, reason="retry: cms_38", now=at)
            else:
                sending.settle(tx, job.message_id, at, hold=True)
        self.dispatcher.finished(name, job, again="accepted" not in outcomes[-1:])

    def close(self) -> None:
        self.application.close()
        self.store.close()


class Building:
    """Opens offices over one database file, one after the other as a restart does."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        self.path = path
        self.clock = clock
        self._open: Office | None = None

    def open(self, plan: Plan) -> Office:
        self.close()
        self._open = Office(self.path, self.clock, plan)
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


@pytest.fixture
def building(tmp_path: Path, clock: ManualClock) -> Iterator[Building]:
    made = Building(tmp_path / "gateway.db", clock)
    yield made
    made.close()


@pytest.fixture(name="plan")
def plan_fixture() -> object:
    return plan


# -- workers with scripted modems ------------------------------------------------------------------------


class Scripted:
    """A `drivers.Modem` whose submissions do what a test has written down, in order, and else succeed."""

    def __init__(self, imsi: str = SIM["a"]) -> None:
        self.identity = Identity(imsi=imsi, iccid=f"89{imsi}", imei="350000000000006")
        self.script: deque[Callable[[Submit, Callable[[], bool]], Submitted]] = deque()
        self.openings: deque[BaseException] = deque()
        self.sent: list[Submit] = []
        """Every part whose body left, whatever became of it."""
        self.pushed: deque[Event] = deque()
        self.unheard: deque[Event] = deque()
        """What is found in the port when it is closed."""
        self.stored: dict[Slot, Received] = {}
        self.can_send = True
        self.opened = self.closed = 0
        self.threads: set[int] = set()
        self._woken = threading.Event()

    def open(self) -> Identity:
        self.opened += 1
        self.threads.add(threading.get_ident())
        if self.openings:
            raise self.openings.popleft()
        return self.identity

    def close(self) -> list[Event]:
        self.closed += 1
        events = list(self.unheard)
        self.unheard.clear()
        return events

    def submit(self, part: Submit, before_body: Callable[[], bool]) -> Submitted:
        if self.script:
            return self.script.popleft()(part, before_body)
        return self.accept(part, before_body)

    def accept(self, part: Submit, before_body: Callable[[], bool]) -> Submitted:
        """What a healthy modem does."""
        self.body(part, before_body)
        return Submitted(tag=part.tag, reference=len(self.sent) % 256, seconds=0.01)

    def body(self, part: Submit, before_body: Callable[[], bool]) -> None:
        if not before_body():
            raise NotSent("taken back")
        self.sent.append(part)

    def then(self, error: BaseException) -> Callable[[Submit, Callable[[], bool]], Submitted]:
        """A submission that ends so after its body has left."""

        def submit(part: Submit, before_body: Callable[[], bool]) -> Submitted:
            self.body(part, before_body)
            raise error

        return submit

    def first(self, error: BaseException) -> Callable[[Submit, Callable[[], bool]], Submitted]:
        """A submission that ends so before anything is written down."""

        def submit(_part: Submit, _before_body: Callable[[], bool]) -> Submitted:
            raise error

        return submit

    def wait(self, timeout: float) -> list[Event]:
        if not self.pushed:
            self._woken.wait(min(timeout, 0.5))
        self._woken.clear()
        events = list(self.pushed)
        self.pushed.clear()
        return events

    def wake(self) -> None:
        self._woken.set()

    def push(self, *events: Event) -> None:
        """Something arrives."""
        self.pushed.extend(events)
        self._woken.set()

    def sweep(self) -> list[Received]:
        return list(self.stored.values())

    def discard(self, slot: Slot) -> None:
        self.stored.pop(slot, None)

    def health(self) -> Health:
        return Health(registration=1 if self.can_send else 2, can_send=self.can_send)

    def command(self, line: str, timeout: float | None = None) -> list[str]:
        return [line, "OK"]

    def ussd(self, code: str, timeout: float = 30.0) -> str:
        return code

    def unlock(self, pin: str, puk: str | None = None) -> None:
        pass

    def resync(self) -> None:
        pass

    def reset(self) -> None:
        pass


class Crew:
    """A store, a dispatcher and workers, all running, with scripted modems and a clock that tests move."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        self.path, self.clock = path, clock
        self.store = Store.open(path, clock, busy_timeout=5.0)
        self.application = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.dispatcher = Dispatcher(self.store, clock, plan())
        self.receiver = Receiver(self.store, clock)
        self.tools = Tools(
            store=self.store, clock=clock, dispatcher=self.dispatcher, receiver=self.receiver
        )  # fmt: skip
        self.workers: dict[str, Worker] = {}
        self.modems: dict[str, Scripted] = {}

    def hire(self, name: str = "a", limits: Limits | None = None, **routes: str) -> Scripted:
        """A modem of that name, opened as soon as `start` is called."""
        modem = self.modems[name] = Scripted(SIM[name])
        desk = Desk(Route(name=name))
        record = Record(name, self.store, self.clock, limits or Limits(), PARIS)
        self.dispatcher.enlist(desk)
        self.workers[name] = Worker(desk, lambda: modem, record, self.tools)
        return modem

    def impatient(self, seconds: float) -> None:
        """Whoever writes gives up on a locked database after so many seconds."""
        self.store._busy_timeout = seconds
        self.store._writer.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")

    def start(self) -> Crew:
        self.dispatcher.replan(plan(*self.workers))
        self.dispatcher.start()
        for worker in self.workers.values():
            worker.start()
        return self

    def insert(self, recipient: str = "+33612345678", body: str = "Bonjour", **columns: object) -> int:
        names = ", ".join(["recipient", "body", *columns])
        marks = ", ".join("?" * (2 + len(columns)))
        cursor = self.application.execute(
            f"INSERT INTO outbox ({names}) VALUES ({marks})", (recipient, body, *columns.values())
        )
        return int(cursor.lastrowid or 0)

    def row(self, message: int) -> outbox.Message:
        with self.store.read() as read:
            found = outbox.get(read, message)
        assert found is not None
        return found

    def until_state(self, message: int, *states: str, moving: float = 0.0) -> outbox.Message:
        """The row once it is in one of these states; the clock moves by so many seconds at each look."""

        def look() -> outbox.Message | None:
            row = self.row(message)
            if row.state not in states and moving:
                self.clock.advance(timedelta(seconds=moving))
            return row if row.state in states else None

        return until(look, lambda: f"{states}; it is {self.row(message)}")

    def stop(self) -> None:
        self.dispatcher.stop()
        for worker in self.workers.values():
            worker.stop()
        for thread in (self.dispatcher, *self.workers.values()):
            if thread.ident is not None:
                thread.join(PATIENCE)
                assert not thread.is_alive(), f"{thread.name} did not stop"
        self.application.close()
        self.store.close()


PATIENCE = 10.0


def until(condition: Callable[[], Any], what: str | Callable[[], str]) -> Any:
    """What `condition` gives, once it gives something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE} s: {what if isinstance(what, str) else what()}")
        select.select([], [], [], 0.005)
    return found


@pytest.fixture
def crew(tmp_path: Path, clock: ManualClock) -> Iterator[Crew]:
    made = Crew(tmp_path / "gateway.db", clock)
    yield made
    made.stop()


@pytest.fixture(name="until")
def until_fixture() -> object:
    return until


@pytest.fixture(name="scripted")
def scripted_fixture() -> type[Scripted]:
    return Scripted


@pytest.fixture
def world(tmp_path: Path) -> Iterator[sim.Farm]:
    setups = [sim.ModemSetup(name="a", ports=["at"]), sim.ModemSetup(name="b")]
    with sim.start(sim.Setup(modems=setups, directory=tmp_path / "ptys")) as farm:
        yield farm


@pytest.fixture
def hall(crew: Crew, world: sim.Farm, tmp_path: Path, until: Any) -> Iterator[Hall]:
    crew.start()
    made = Hall(crew, tmp_path / "machine", until)
    made.plug("b", "2", world.modem("b").path)
    yield made
    made.close()
