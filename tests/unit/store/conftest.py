"""A real database file, and the shortest way to have a message in any state."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ManualClock, to_text
from gateway.model import State
from gateway.store import Store, Tx, outbox, sending
from gateway.store.outbox import Admission, Message, NewMessage

NUMBER = "+33612345678"
MODEM, SIM = "sim1", "208010000000001"
MONTH = "2026-11"


@dataclass
class Room:
    """The store and a clock, with the steps that most tests start from."""

    store: Store
    clock: ManualClock

    @property
    def now(self) -> str:
        return to_text(self.clock.now())

    def later(self, **by: float) -> str:
        """The time after a while; the clock stays."""
        return to_text(self.clock.now() + timedelta(**by))

    def add(self, recipient: str = NUMBER, body: str = "Votre colis arrive demain.", **columns: Any) -> int:
        columns.setdefault("created_at", self.now)
        with self.store.write() as tx:
            return outbox.insert(tx, NewMessage(recipient=recipient, body=body, **columns))

    def admit(
        self, message: int, *, parts: int = 1, modems: tuple[str, ...] = (MODEM,), **decided: Any
    ) -> bool:
        with self.store.write() as tx:
            lane = outbox.lane_id(tx, modems, decided.pop("prefer", None), decided.pop("binding", False))
            decided = {"number": NUMBER, "rank": 6, "now": self.now, **decided}
            return outbox.admit(tx, Admission(id=message, lane=lane, parts=parts, **decided))

    def ready(self, *, parts: int = 1, **columns: Any) -> int:
        """A message that a modem may take."""
        message = self.add(**columns)
        assert self.admit(message, parts=parts)
        return message

    def claim(self, message: int, modem: str = MODEM, sim: str = SIM, reference: int | None = None) -> bool:
        with self.store.write() as tx:
            return sending.claim(tx, message, modem, sim, self.now, reference=reference)

    def claimed(self, *, parts: int = 1, **columns: Any) -> int:
        """A message that a modem has taken."""
        message = self.ready(parts=parts, **columns)
        assert self.claim(message)
        return message

    def intend(self, message: int, sequence: int = 1, modem: str = MODEM, sim: str = SIM) -> int:
        with self.store.write() as tx:
            return sending.intend(
                tx, message, sequence, modem=modem, sim=sim, number=NUMBER, month=MONTH, now=self.now
            )

    def accept(self, message: int, sequence: int = 1, reference: int = 7) -> int:
        attempt = self.intend(message, sequence)
        with self.store.write() as tx:
            sending.accepted(tx, attempt, reference, 1.5, self.now)
        return attempt

    def lose(self, message: int, sequence: int = 1) -> int:
        """A part whose outcome is unknown."""
        attempt = self.intend(message, sequence)
        with self.store.write() as tx:
            sending.unknown(tx, attempt, "cms_500", "no verdict", self.now)
        return attempt

    def refuse(self, message: int, sequence: int = 1) -> int:
        attempt = self.intend(message, sequence)
        with self.store.write() as tx:
            sending.refused(tx, attempt, "cms_21", "short message transfer rejected", self.now)
        return attempt

    def settle(self, message: int, **how: Any) -> State:
        with self.store.write() as tx:
            return sending.settle(tx, message, self.now, **how)

    def sent(self, **columns: Any) -> int:
        message = self.claimed(**columns)
        self.accept(message)
        assert self.settle(message) is State.SENT
        return message

    def unknown(self, **columns: Any) -> int:
        message = self.claimed(**columns)
        self.lose(message)
        assert self.settle(message) is State.UNKNOWN
        return message

    def failed(self, why: str = "cms_21", **columns: Any) -> int:
        message = self.claimed(**columns)
        self.refuse(message)
        with self.store.write() as tx:
            assert sending.fail(tx, message, why, self.now)
        return message

    def row(self, message: int) -> Message:
        with self.store.read() as read:
            found = outbox.get(read, message)
        assert found is not None
        return found

    def parts(self, message: int) -> list[str]:
        with self.store.read() as read:
            rows = read.execute("SELECT state FROM part WHERE message_id = ? ORDER BY sequence", (message,))
            return [row["state"] for row in rows]

    def part_becomes(self, message: int, sequence: int, state: str) -> None:
        """What a status report does to a part."""
        with self.store.write() as tx:
            tx.execute(
                "UPDATE part SET state = ? WHERE message_id = ? AND sequence = ?", (state, message, sequence)
            )

    def events(self, message: int) -> list[tuple[str, str, str | None]]:
        """(kind, at, reason) of everything that happened to a message."""
        with self.store.read() as read:
            rows = read.execute(
                "SELECT kind, at, detail ->> 'reason' FROM event WHERE message_id = ? ORDER BY id", (message,)
            )
            return [tuple(row) for row in rows]

    def air(self) -> int:
        with self.store.read() as read:
            return int(read.execute("SELECT count(*) FROM air").fetchone()[0])

    def sql(self, sql: str, *arguments: object) -> None:
        """As another program would: a connection of its own, without our settings."""
        with closing(sqlite3.connect(self.store.path)) as connection, connection:
            connection.execute(sql, arguments)

    def ask(self, sql: str, *arguments: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.store.path)) as connection:
            return connection.execute(sql, arguments).fetchall()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "gateway.db"


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows: migrating a file for each test would take longer than the tests."""
    path = tmp_path_factory.mktemp("blank") / "gateway.db"
    Store.open(path, ManualClock(datetime(2026, 11, 24, tzinfo=UTC))).close()
    return path


@pytest.fixture
def store(database: Path, blank: Path, clock: ManualClock) -> Iterator[Store]:
    shutil.copyfile(blank, database)
    with Store.open(database, clock, busy_timeout=5.0) as opened:
        yield opened


@pytest.fixture
def room(store: Store, clock: ManualClock) -> Room:
    return Room(store, clock)


@pytest.fixture
def tx(store: Store) -> Iterator[Tx]:
    with store.write() as opened:
        yield opened
