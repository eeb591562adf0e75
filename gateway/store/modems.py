"""What is remembered of each configured modem: its state as last seen, and whether an operator paused it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.ports import How
from gateway.store import events
from gateway.store.connection import Reader, Tx
from gateway.store.rows import select


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemState:
    """A modem as last seen."""

    name: str
    paused: bool
    state: str
    reason: str | None
    imsi: str | None
    detail: Mapping[str, Any] | None
    """Identity and health."""
    updated_at: str


def put(
    tx: Tx,
    name: str,
    *,
    state: str,
    reason: str | None,
    imsi: str | None,
    detail: Mapping[str, Any] | None,
    now: str,
) -> None:
    """Remember how a modem is. Its pause stays. For the workers."""
    tx.execute(
        """
        INSERT INTO modem_state (name, state, reason, imsi, detail, updated_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE
           SET state = excluded.state, reason = excluded.reason, imsi = coalesce(excluded.imsi, imsi),
               detail = excluded.detail, updated_at = excluded.updated_at
        """,
        (name, state, reason, imsi, json.dumps(detail) if detail is not None else None, now),
    )


def pause(tx: Tx, name: str, *, paused: bool, now: str) -> bool:
    """Pause a modem or let it go on, with an event; False where nothing changed. For the command line."""
    if is_paused(tx, name) is paused:
        return False
    tx.execute(
        "INSERT INTO modem_state (name, paused, updated_at) VALUES (?1, ?2, ?3) "
        "ON CONFLICT DO UPDATE SET paused = excluded.paused, updated_at = excluded.updated_at",
        (name, paused, now),
    )
    events.add(tx, "modem_paused" if paused else "modem_resumed", now=now, modem=name)
    return True


def is_paused(read: Reader, name: str) -> bool:
    """Whether an operator paused it."""
    row = read.execute("SELECT paused FROM modem_state WHERE name = ?", (name,)).fetchone()
    return row is not None and bool(row["paused"])


def list_states(read: Reader) -> list[ModemState]:
    """Every modem that was ever seen, by name."""
    return [_state(row) for row in read.execute(select(ModemState, "modem_state") + "ORDER BY name")]


def _state(row: sqlite3.Row) -> ModemState:
    detail = json.loads(row["detail"]) if row["detail"] else None
    return ModemState(**{**dict(row), "paused": bool(row["paused"]), "detail": detail})


_SOCKET = "socket_off:"


def note_socket_off(tx: Tx, usb_path: str, how: How) -> None:
    """A USB socket is about to be switched off for a moment. For the recovery ladder."""
    tx.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (_SOCKET + usb_path, how))


def forget_socket_off(tx: Tx, usb_path: str) -> None:
    """It is on again."""
    tx.execute("DELETE FROM setting WHERE key = ?", (_SOCKET + usb_path,))


def sockets_off(read: Reader) -> dict[str, How]:
    """The sockets that may be off, and how they are switched."""
    rows = read.execute(
        "SELECT substr(key, ?) AS usb_path, value FROM setting WHERE key GLOB ?",
        (len(_SOCKET) + 1, f"{_SOCKET}*"),
    )
    return {row["usb_path"]: "uhubctl" if row["value"] == "uhubctl" else "authorized" for row in rows}
