"""The gateway for applications in Python: it opens the database file, nothing else.

    with Outbox("/var/lib/smsgw/gateway.db") as outbox:
        message = outbox.send("+33612345678", "Votre colis arrive demain.", dedupe_key="order-12")
        row = outbox.wait(message, timeout=60)
        for reply in outbox.replies(since_id=last):
            ...

Needs no configuration and no running daemon. One `Outbox` may be used from several threads.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.clock import Clock, SystemClock, to_text
from gateway.model import Reason, State
from gateway.store import DuplicateKey, Store, StoreError, invitations, outbox, replies
from gateway.store.inbox import Incoming
from gateway.store.rows import Message, NewMessage

LOOK = 0.02
"""Seconds between two looks for changes while waiting: each costs microseconds."""

PATIENCE = 600.0
"""Seconds that `wait` waits unless it is told otherwise: as long as `smsgw send --wait`."""

SETTLED = frozenset(State) - {State.QUEUED, State.SENDING}
"""What `wait` waits for: the message is sent, or will not be without somebody's doing."""

_COLUMNS = frozenset(field.name for field in fields(NewMessage)) - {"recipient", "body", "created_at"}


class Outbox:
    """An application's door to the gateway.

    Raises StoreError in its several kinds (`gateway.store`), each saying what to do, where the file is
    missing, locked, full or of another version.
    """

    def __init__(self, path: Path | str, *, clock: Clock | None = None, busy_timeout: float = 30.0) -> None:
        self._clock = clock or SystemClock()
        self._store = Store.open(path, self._clock, create=False, migrate=False, busy_timeout=busy_timeout)
        self._closed = threading.Event()  # a wait ends with it
        self._changes_lock = threading.Lock()
        self._changes = 0  # under _changes_lock: how often somebody was seen to commit

    def send(self, recipient: str, body: str, **columns: Any) -> int:
        """Queue a message; its id.

        `columns` are those of the outbox that an application may write: category, priority, not_before,
        expires_at (text or aware datetime), modem, dedupe_key, campaign, context (JSON, or a mapping),
        report, flash, on_unknown. A `dedupe_key` that was used gives the id of the message that has it, and
        queues nothing. Raises TypeError for another column, Rejected where the row cannot be right.
        """
        message = NewMessage(recipient=recipient, body=body, **_checked(columns))
        with self._store.write() as tx:
            try:
                return outbox.insert(tx, message)
            except DuplicateKey as error:
                return error.earlier

    def get(self, message_id: int) -> Message:
        """The row as it is now. Raises KeyError where there is none of that id."""
        with self._store.read() as read:
            row = outbox.get(read, message_id)
        if row is None:
            raise KeyError(message_id)
        return row

    def wait(
        self, message_id: int, timeout: float = PATIENCE, until: Collection[State | str] = SETTLED
    ) -> Message:
        """The row once its state is one of `until`: by default, once it is sent or will not be.

        `timeout` in seconds, ten minutes unless said otherwise. Raises TimeoutError, with the state it is in, when
        they have passed; ValueError for a word that is no state; KeyError where there is no such message.
        """
        wanted = frozenset(State(state) for state in until)
        deadline = self._clock.tick() + timeout
        seen = None
        while True:
            changes = self._count_changes()
            if changes != seen:
                row, seen = self.get(message_id), changes
                if row.state in wanted:
                    return row
            left = deadline - self._clock.tick()
            if left <= 0:
                why = f" ({row.reason})" if row.reason else ""
                raise TimeoutError(f"message {message_id} is still {row.state}{why} after {timeout:g} s")
            if self._closed.wait(min(LOOK, left)):
                raise StoreError("the outbox was closed while somebody waited")

    def cancel(self, message_id: int) -> bool:
        """Take a queued message back; False where it is no longer queued."""
        with self._store.write() as tx:
            done = outbox.cancel(tx, message_id, str(Reason.BY_APPLICATION), to_text(self._clock.now()))
        self._note_own()
        return done

    def replies(self, since_id: int = 0, since: datetime | str | None = None) -> Iterator[Incoming]:
        """What came in after the row `since_id`, received at or after `since`, oldest first.

        Ends with the newest there is: keep the last `id`, and ask again with it.
        """
        return replies.follow(self._store, since_id, _time(since))

    def invite(
        self, survey: str, recipient: str, context: Mapping[str, Any] | str | None = None, **columns: Any
    ) -> int:
        """Ask for a survey; the id of the invitation.

        `columns`: not_before, expires_at, dedupe_key, language, event_ref, event_at. A `dedupe_key` that was
        used gives the id of the earlier invitation. Raises StoreError where this gateway knows no surveys.
        """
        wanted = {"survey": survey, "recipient": recipient, "context": _json(context), **columns}
        for column in ("not_before", "expires_at", "event_at"):
            if column in wanted:
                wanted[column] = _time(wanted[column])
        with self._store.write() as tx:
            try:
                return invitations.insert(tx, wanted)
            except DuplicateKey as error:
                return error.earlier

    def close(self) -> None:
        """Let go of the file. Safe to call twice; whoever waits is told."""
        self._closed.set()
        self._store.close()

    def __enter__(self) -> Outbox:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _count_changes(self) -> int:
        """A number that moves with every commit of anybody: each waiting thread compares it with its own."""
        with self._changes_lock:
            self._changes += self._store.changed_elsewhere()
            return self._changes

    def _note_own(self) -> None:
        with self._changes_lock:
            self._changes += 1


def _checked(columns: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(columns.keys() - _COLUMNS)
    if unknown:
        raise TypeError(f"no column {unknown[0]!r}: send() takes {', '.join(sorted(_COLUMNS))}")
    read: dict[str, Callable[[Any], str | None]] = {
        "not_before": _time,
        "expires_at": _time,
        "context": _json,
    }
    return {name: read[name](given) if name in read else given for name, given in columns.items()}


def _time(moment: datetime | str | None) -> str | None:
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: pass an aware datetime, such as datetime.now(UTC)")
    return to_text(moment)


def _json(context: Mapping[str, Any] | str | None) -> str | None:
    return context if context is None or isinstance(context, str) else json.dumps(context, ensure_ascii=False)
