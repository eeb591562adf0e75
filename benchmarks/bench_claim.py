"""Choosing and claiming a message with a million queued: `python -m benchmarks.bench_claim [rows]`.

The rows are spread over three lanes and ten priorities. Reported are the dispatcher's choice, the worker's one
commit (claim and intent), the outcome, admission and a status line: median and worst of many.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.clock import SystemClock, to_text
from gateway.store import Store, outbox, sending
from gateway.store.outbox import Admission, NewMessage

ROWS = 1_000_000
TRIES = 500
LANES = (("sim1",), ("sim2",), ("sim1", "sim2"))
BATCH = 5000
SIM = "208010000000001"


@dataclass(frozen=True)
class Measured:
    """Milliseconds over many tries."""

    what: str
    median: float
    worst: float

    @classmethod
    def of(cls, what: str, tries: int, work: Callable[[], object]) -> Measured:
        taken = []
        for _ in range(tries):
            begun = time.perf_counter()
            work()
            taken.append(1000 * (time.perf_counter() - begun))
        taken.sort()
        return cls(what, taken[len(taken) // 2], taken[-1])


class Bench:
    """A store with many rows, and one message at a time on its way through it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.message = self.attempt = 0
        with store.write() as tx:
            self.lanes = [outbox.lane_id(tx, modems, None, False) for modems in LANES]

    def now(self) -> str:
        return to_text(self.store.clock.now())

    def insert(self, rows: int) -> None:
        new = [
            NewMessage(recipient="+33612345678", body=f"message {n}", priority=n % 10) for n in range(rows)
        ]
        with self.store.write() as tx:
            outbox.insert_many(tx, new)

    def admit(self, rows: int) -> None:
        with self.store.read() as read:
            found = outbox.unadmitted(read, rows)
        with self.store.write() as tx:
            for row in found:
                lane, rank = self.lanes[row.id % len(self.lanes)], row.priority + 1
                outbox.admit(
                    tx,
                    Admission(id=row.id, number=row.recipient, lane=lane, rank=rank, parts=1, now=self.now()),
                )

    def choose(self) -> None:
        with self.store.read() as read:
            self.message = outbox.candidates(read, (self.lanes[0], self.lanes[2]), 32)[0].id

    def claim(self) -> None:
        now = self.now()
        with self.store.write() as tx:
            assert sending.claim(tx, self.message, "sim1", SIM, now)
            self.attempt = sending.intend(
                tx, self.message, 1, modem="sim1", sim=SIM, number="+33612345678", month=now[:7], now=now
            )

    def finish(self) -> None:
        with self.store.write() as tx:
            sending.accepted(tx, self.attempt, 7, 1.0, self.now())
            sending.settle(tx, self.message, self.now())

    def status(self) -> None:
        with self.store.read() as read:
            outbox.counts(read)
            outbox.oldest_waiting(read)
            outbox.next_due(read)


def measure(rows: int) -> list[Measured]:
    """Everything, in a database of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "gateway.db", SystemClock()) as store,
    ):
        bench = Bench(store)
        batches = max(1, rows // BATCH)
        inserted = Measured.of(
            f"INSERT of {BATCH} rows in one transaction", batches, lambda: bench.insert(BATCH)
        )
        admitted = Measured.of(f"admission of {BATCH} rows", batches, lambda: bench.admit(BATCH))
        steps = {"choice": bench.choose, "claim and intent, one commit": bench.claim, "outcome": bench.finish}
        taken: dict[str, list[float]] = {what: [] for what in steps}
        for _ in range(TRIES):
            for what, step in steps.items():
                taken[what].append(Measured.of(what, 1, step).median)
        sent = [Measured(what, sorted(each)[TRIES // 2], max(each)) for what, each in taken.items()]
        return [inserted, admitted, *sent, Measured.of("status line", 20, bench.status)]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"{rows} rows queued\n\n| what | median ms | worst ms |\n|---|---|---|")
    for row in measure(rows):
        print(f"| {row.what} | {row.median:.2f} | {row.worst:.2f} |")


if __name__ == "__main__":
    main()
