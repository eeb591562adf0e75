"""The log: what happened, in order, for tests that wait, people that read and files that keep."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Condition, RLock
from typing import IO, Any

from drivers.sim.records import Entry

_KEPT = 100_000
_TAIL = 30


class Journal:
    """Keeps the last hundred thousand entries, and all of them in a file where one is named."""

    def __init__(self, lock: RLock, now: Callable[[], float], file: Path | None = None) -> None:
        self.changed = Condition(lock)
        self._now = now
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self.listeners: list[Callable[[Entry], None]] = []
        """Called after each entry, with the lock held."""
        self._file: IO[str] | None = file.open("a", encoding="utf-8", buffering=1) if file else None

    def write(self, kind: str, modem: str = "", **detail: Any) -> Entry:
        """Add an entry and wake whoever waits. The caller holds the lock."""
        entry = Entry(at=self._now(), kind=kind, modem=modem, detail=detail)
        self._entries.append(entry)
        if self._file is not None:
            self._file.write(as_json(entry) + "\n")
        self.changed.notify_all()
        for listener in self.listeners:
            listener(entry)
        return entry

    def entries(self, kind: str | None = None) -> tuple[Entry, ...]:
        """Everything, or everything of one kind."""
        with self.changed:
            return tuple(entry for entry in self._entries if kind is None or entry.kind == kind)

    def wait(self, condition: Callable[[], Any], timeout: float) -> Any:
        """Until `condition()` is true; returns what it returned.

        Raises `TimeoutError`, with the end of the log in its text.
        """
        with self.changed:
            found = self.changed.wait_for(condition, timeout)
            if found:
                return found
            tail = "\n".join(f"  {entry.at:.3f} {as_json(entry)}" for entry in list(self._entries)[-_TAIL:])
        raise TimeoutError(f"not so within {timeout} s; the end of the log:\n{tail or '  (empty)'}")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def as_json(entry: Entry) -> str:
    """One line: at, kind, modem and the details side by side."""
    line = {"at": round(entry.at, 6), "kind": entry.kind, "modem": entry.modem, **entry.detail}
    return json.dumps(line, ensure_ascii=False, default=plain)


def plain(value: object) -> object:
    """For JSON: what it does not know by itself."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Iterable):
        return list(value)
    return str(value)
