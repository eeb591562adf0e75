"""Parts of the daemon in this process: a real database, a clock that is told to move, modems that are scripted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.clock import ManualClock, to_text
from gateway.policy import Rules
from gateway.router import Route
from gateway.sender.admission import Plan
from gateway.sender.desk import Desk
from gateway.sender.dispatcher import Dispatcher
from gateway.sender.job import Job
from gateway.store import Store, outbox, sending
from gateway.throttle import Limits, Throttle

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
