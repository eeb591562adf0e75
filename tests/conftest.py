"""What every test shares: a clock that stands still, and the proof that nothing was left behind."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ManualClock

PATIENCE = 5.0
"""Seconds that a thread which was told to stop may take to be gone."""
LIBRARY_THREADS = ("asyncio_", "pytest_timeout", "Dummy")


@pytest.fixture
def clock() -> ManualClock:
    """Tuesday, 24 November 2026, ten in the morning UTC; it moves when it is told to."""
    return ManualClock(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path) -> Iterator[None]:
    """A test leaves no thread and no descriptor behind."""
    threads, descriptors = set(threading.enumerate()), _descriptors()
    yield
    for thread in set(threading.enumerate()) - threads:
        if not thread.name.startswith(LIBRARY_THREADS):
            thread.join(PATIENCE)
            if thread.is_alive():
                pytest.fail(f"the test left a thread behind: {thread.name}")
    if _left(descriptors):
        gc.collect()  # what only waits for the garbage collector is not left behind
        if left := _left(descriptors):
            pytest.fail(f"the test left descriptors open: {left}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """What a hostile text left in the captured output can be handed to another process, too."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode("utf-8")) for title, text in report.sections
    ]
    return report


def _left(before: dict[int, str]) -> dict[int, str]:
    return {fd: name for fd, name in _descriptors().items() if fd not in before and _counts(name)}


def _descriptors() -> dict[int, str]:
    found = {}
    for entry in os.listdir("/proc/self/fd"):
        try:
            found[int(entry)] = os.readlink(f"/proc/self/fd/{entry}")
        except OSError:
            continue
    return found


def _counts(name: str) -> bool:
    """Descriptors that a test can leak; libraries keep random devices and caches open for good."""
    return (
        not name.startswith(("/dev/urandom", "/dev/null", "anon_inode:[eventpoll]"))
        and ".hypothesis" not in name
    )
