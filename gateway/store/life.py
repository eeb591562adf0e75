"""The whole life of one message, for whoever asks what became of it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from gateway.store import events, outbox
from gateway.store.connection import Reader
from gateway.store.events import Event
from gateway.store.rows import Attempt, Message, Part, select, value


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What the network said about a part."""

    id: int
    sim: str
    modem: str
    number: str
    reference: int
    status: int
    """TP-Status, 3GPP TS 23.040 9.2.3.15."""
    scts: str | None
    discharge: str | None
    received_at: str
    pdu: str
    attempt_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Why the gateway wrote a message itself."""

    inbox_id: int | None
    actor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A message with all that happened to it, each list oldest first."""

    message: Message
    parts: tuple[Part, ...]
    attempts: tuple[Attempt, ...]
    reports: tuple[StatusReport, ...]
    events: tuple[Event, ...]
    origin: Origin | None
    """None: an application wrote it."""


def life(read: Reader, message_id: int) -> Life | None:
    """Everything about one message; None where there is none of that id. For `outbox show`."""
    message = outbox.get(read, message_id)
    if message is None:
        return None
    parts = _rows(read, select(Part, "part") + "WHERE message_id = ? ORDER BY sequence", message_id)
    tries = _rows(read, select(Attempt, "attempt") + "WHERE message_id = ? ORDER BY id", message_id)
    mine = "WHERE attempt_id IN (SELECT id FROM attempt WHERE message_id = ?) ORDER BY id"
    reports = _rows(read, select(StatusReport, "report") + mine, message_id)
    own = _rows(read, "SELECT inbox_id, actor FROM own_message WHERE message_id = ?", message_id)
    return Life(
        message=message,
        parts=tuple(value(Part, row) for row in parts),
        attempts=tuple(value(Attempt, row) for row in tries),
        reports=tuple(value(StatusReport, row) for row in reports),
        events=tuple(events.of_message(read, message_id)),
        origin=value(Origin, own[0]) if own else None,
    )


def _rows(read: Reader, sql: str, message_id: int) -> list[sqlite3.Row]:
    return read.execute(sql, (message_id,)).fetchall()
