"""What became of the questions of a session, and what was corrected later. Times are text, UTC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gateway.store.connection import Reader, Tx
from gateway.store.rows import select


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """What became of one question."""

    question: str
    place: int
    type: str
    status: str
    value: str | None
    text: str | None
    comment: str | None
    flags: str
    late: bool
    asked_at: str | None
    answered_at: str | None
    inbox_id: int | None


def save(tx: Tx, session_id: int, items: Iterable[ItemRow]) -> None:
    """What became of the questions so far."""
    tx.executemany(
        "INSERT OR REPLACE INTO item (session_id, question, place, type, status, value, text, comment, flags, late,"
        " asked_at, answered_at, inbox_id) VALUES (:session_id, :question, :place, :type, :status, :value, :text,"
        " :comment, :flags, :late, :asked_at, :answered_at, :inbox_id)",
        [{**asdict(item), "session_id": session_id} for item in items],
    )


def note_correction(
    tx: Tx, session_id: int, question: str, *, old: str | None, new: str | None, inbox_id: int | None, now: str,
    actor: str | None = None,
) -> None:  # fmt: skip
    """An answer was changed: what it was stays known."""
    tx.execute(
        "INSERT INTO item_history (session_id, question, at, old, new, inbox_id, actor)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (session_id, question, now, old, new, inbox_id, actor),
    )


def of_session(read: Reader, session_id: int) -> list[ItemRow]:
    """What became of the questions of a session, in the order of the file."""
    rows = read.execute(select(ItemRow, "item") + "WHERE session_id = ? ORDER BY place", (session_id,))
    return [ItemRow(**{**dict(row), "late": bool(row["late"])}) for row in rows]


def history(read: Reader, session_id: int) -> list[Mapping[str, Any]]:
    """What was corrected in a session."""
    rows = read.execute("SELECT * FROM item_history WHERE session_id = ? ORDER BY id", (session_id,))
    return [dict(row) for row in rows]
