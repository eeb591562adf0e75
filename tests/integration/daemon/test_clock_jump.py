"""Somebody sets the calendar while the daemon runs."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
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


def test_what_happens_by_the_calendar_is_planned_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gateway.daemon.PULSE", 0.02)
    monkeypatch.setattr(Daemon, "_listen", lambda daemon, stack: None)
    clock, planned = Settable(), threading.Semaphore(0)
    started = Jobs.start

    def count(jobs: Jobs) -> None:
        started(jobs)
        planned.release()

    monkeypatch.setattr(Jobs, "start", count)
    settings = parse("[gateway]\n").below(tmp_path)
    gateway = settings.gateway.model_copy(update={"database": tmp_path / "gateway.db", "surveys": tmp_path})
    daemon = Daemon(settings.model_copy(update={"gateway": gateway}), tmp_path / "config.toml", clock, None)  # type: ignore[arg-type]
    thread = threading.Thread(target=daemon.run)
    with caplog.at_level(logging.WARNING):
        thread.start()
        assert planned.acquire(timeout=PATIENCE), "it starts"
        clock.by = timedelta(hours=-1)
        assert planned.acquire(timeout=PATIENCE), "the jobs are planned anew"
        daemon.stop()
        thread.join(PATIENCE)
    assert "action=clock_jumped seconds=-3600" in caplog.text
