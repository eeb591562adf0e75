"""From an INSERT of another process to `AT+CMGS`, and from `+CMTI` to the committed row, on an idle gateway."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

from benchmarks.stage import Stage, pause, stage, wait


@dataclass(frozen=True)
class Spread:
    """Milliseconds over many tries."""

    tries: int
    median: float
    worst: float


def spread(seconds: list[float]) -> Spread:
    ordered = sorted(1000 * value for value in seconds)
    return Spread(len(ordered), ordered[len(ordered) // 2], ordered[-1])


def insert_to_command(running: Stage, tries: int) -> Spread:
    connection = running.connect()
    found = []
    for number in range(tries):
        pause(0.05 + 0.0137 * (number % 5))  # not in step with the gateway's own looks
        begun = time.monotonic()
        connection.execute(
            "INSERT INTO outbox (recipient, body) VALUES (?, ?)",
            (f"+336120{number:05d}", f"latency {number}"),
        )
        wait(lambda: running.farm.ask("count") > number, 10, "the message", step=0.01)  # noqa: B023
        sent = running.farm.ask("timings")["modem0"][-1]["at"]
        found.append(sent - begun)
        settle(connection)
    connection.close()
    return spread(found)


def settle(connection: sqlite3.Connection) -> None:
    """Wait until nothing is under way, so that the next try finds the gateway idle."""
    wait(
        lambda: (
            connection.execute("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')").fetchone()[
                0
            ]
            == 0
        ),
        10,
        "the outcome",
        step=0.01,
    )


def arrival_to_row(running: Stage, tries: int) -> Spread:
    connection = running.connect()
    found = []
    for number in range(tries):
        pause(0.05 + 0.0137 * (number % 5))
        before = connection.execute("SELECT count(*) FROM inbox").fetchone()[0]
        running.farm.ask("deliver", modem="modem0", sender=f"+336130{number:05d}", text=f"arrival {number}")
        deadline = time.monotonic() + 10
        while connection.execute("SELECT count(*) FROM inbox").fetchone()[0] == before:
            if time.monotonic() > deadline:
                raise TimeoutError("no row")
        committed = time.monotonic()
        told = running.farm.ask("entries", kind="stored")[-1]["at"]
        found.append(committed - told)
    connection.close()
    return spread(found)


def idle(modems: int, seconds: float) -> tuple[float, float]:
    """(share of a core in percent, resident MiB) of a gateway that has nothing to do."""
    with stage(modems, 0.2) as running:
        pause(3.0)
        before = running.cpu_seconds()
        pause(seconds)
        return 100 * (running.cpu_seconds() - before) / seconds, running.resident_mib()


if __name__ == "__main__":
    with stage(1, 0.05) as gateway:
        print("INSERT to AT+CMGS", insert_to_command(gateway, 100))
        print("+CMTI to row", arrival_to_row(gateway, 50))
    for count in (1, 16):
        print("idle", count, idle(count, 20.0))
