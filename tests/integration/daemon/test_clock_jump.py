"""Somebody sets the calendar while the daemon runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.config import parse
from gateway.daemon import Daemon
from gateway.jobs import Jobs

PATIENCE = 10.0


class Settable(SystemClock):
    """The machine's clock, with a calendar that can be set."""

    by = timedelta(0)

    def now(self) -> datetime:
        return datetime.fromtimestamp(super().now().timestamp(), UTC) + self.by


class Shop:
    """A daemon without modems in a thread, by a calendar that tests set."""

    def __init__(self, folder: Path) -> None:
        self.clock = Settable()
        settings = parse("[gateway]\n").below(folder)
        gateway = settings.gateway.model_copy(update={"database": folder / "gateway.db", "surveys": folder})
        settings = settings.model_copy(update={"gateway": gateway})
        self.daemon = Daemon(settings, folder / "config.toml", self.clock, None)  # type: ignore[arg-type]
        self.thread = threading.Thread(target=self.daemon.run)

    def close(self) -> None:
        self.daemon.stop()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr("gateway.daemon.PULSE", 0.02)
    monkeypatch.setattr(Daemon, "_listen", lambda daemon, stack: None)
    made = Shop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """One more at each turn of a job that has one every 0.05 s."""
    taken = threading.Semaphore(0)
    monkeypatch.setattr("gateway.jobs.CANARIES_EVERY", 0.05)
    monkeypatch.setattr("gateway.daemon.Canaries.turn", lambda canaries: taken.release())
    return taken


def ten(turns: threading.Semaphore) -> bool:
    return all(turns.acquire(timeout=PATIENCE) for _ in range(10))


def test_what_happens_by_the_calendar_is_planned_anew(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    planned = threading.Semaphore(0)
    started = Jobs.start

    def count(jobs: Jobs) -> None:
        started(jobs)
        planned.release()

    monkeypatch.setattr(Jobs, "start", count)
    with caplog.at_level(logging.WARNING):
        shop.thread.start()
        assert planned.acquire(timeout=PATIENCE), "it starts"
        shop.clock.by = timedelta(hours=-1)
        assert planned.acquire(timeout=PATIENCE), "the jobs are planned anew"
    assert "action=clock_jumped seconds=-3600" in caplog.text


@pytest.mark.parametrize("hours", [-5, 3])
def test_jobs_go_on_where_the_machines_clock_is_set(
    shop: Shop, turns: threading.Semaphore, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """The scheduler asks the same clock, which was set under it: set back, its next turn was five hours away."""

    class Machine(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return shop.clock.now().astimezone(tz)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Machine)
    shop.thread.start()
    assert ten(turns)
    shop.clock.by = timedelta(hours=hours)
    assert ten(turns)


@pytest.mark.parametrize("hours", [-5, 3])
def test_jobs_begin_at_once_where_the_daemons_clock_is_not_the_machines(
    shop: Shop, turns: threading.Semaphore, hours: int
) -> None:
    shop.clock.by = timedelta(hours=hours)
    shop.thread.start()
    assert ten(turns)
