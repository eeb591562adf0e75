"""Canaries as the database remembers them: which SIM wrote to which, and whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store import events
from gateway.store.connection import Reader, Tx

KEPT = 200
"""Rows that a turn looks at: a dozen for each of some modems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One canary."""

    id: int
    message_id: int | None
    token: str
    sender: str
    receiver: str
    sender_sim: str
    receiver_sim: str
    at: str
    state: str
    reported: bool
    arrived_at: str | None
    message_state: str | None
    """The state of its outgoing message; None where that is no longer kept, as the next."""
    number: str | None
    """Where it was sent to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What canaries have shown of the number that a SIM is said to have."""

    arrived: int = 0
    lost: int = 0
    told: bool = False
    """An operator is asked to look at it."""


_SELECT = (
    "SELECT c.*, o.state AS message_state, o.recipient AS number"
    " FROM canary AS c LEFT JOIN outbox AS o ON o.id = c.message_id"
)


def add(
    tx: Tx,
    *,
    message_id: int,
    token: str,
    sender: tuple[str, str],
    receiver: tuple[str, str],
    now: str,
) -> None:
    """One is queued. `sender`, `receiver`: modem and IMSI."""
    tx.execute(
        "INSERT INTO canary (message_id, token, sender, sender_sim, receiver, receiver_sim, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (message_id, token, *sender, *receiver, now),
    )


def latest(read: Reader, limit: int = KEPT) -> list[Row]:
    """The latest, oldest first."""
    rows = read.execute(f"{_SELECT} ORDER BY c.id DESC LIMIT ?", (limit,)).fetchall()
    return [Row(**{**dict(row), "reported": bool(row["reported"])}) for row in reversed(rows)]


def arrived(tx: Tx, token: str, imsi: str, now: str) -> bool:
    """A text with this token came to that SIM; False where it is none of ours, or was sent to another one."""
    return (
        tx.execute(
            "UPDATE canary SET arrived_at = coalesce(arrived_at, ?1) WHERE token = ?2 AND receiver_sim = ?3",
            (now, token, imsi),
        ).rowcount
        > 0
    )


def judge(tx: Tx, row: Row, state: str, now: str) -> None:
    """It has become something, with an event; what it was told by its report is kept with it."""
    reported = row.message_state == "delivered"
    changed = tx.execute(
        "UPDATE canary SET state = ?, reported = ? WHERE id = ? AND state <> ?",
        (state, reported, row.id, state),
    ).rowcount
    if changed:
        _learn(tx, row, state)
        detail = {"state": state, "from": row.sender, "to": row.receiver, "reported": reported}
        events.add(tx, "canary", now=now, message_id=row.message_id, modem=row.sender, detail=detail)


def _learn(tx: Tx, row: Row, state: str) -> None:
    """What it shows of the number; one that was never sent shows nothing."""
    if row.number is not None and state in ("passed", "late", "lost"):
        tx.execute(
            "INSERT INTO canary_number (sim, number, arrived, lost) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET arrived = arrived + excluded.arrived, lost = lost + excluded.lost",
            (row.receiver_sim, row.number, state != "lost", state == "lost"),
        )


def numbers(read: Reader) -> dict[tuple[str, str], Known]:
    """By SIM and number."""
    rows = read.execute("SELECT * FROM canary_number").fetchall()
    return {
        (row["sim"], row["number"]): Known(arrived=row["arrived"], lost=row["lost"], told=bool(row["told"]))
        for row in rows
    }


def told(tx: Tx, sim: str, number: str) -> None:
    """An operator is asked to look at this number."""
    tx.execute("UPDATE canary_number SET told = 1 WHERE sim = ? AND number = ?", (sim, number))


def try_again(tx: Tx, sim: str, number: str) -> None:
    """An operator has looked."""
    tx.execute("UPDATE canary_number SET told = 0, lost = 0 WHERE sim = ? AND number = ?", (sim, number))


def prune(tx: Tx, before: str) -> int:
    """Forget those that were sent before a time; how many. For the retention."""
    return tx.execute("DELETE FROM canary WHERE at < ?", (before,)).rowcount


def open_alert(read: Reader, rule: str) -> int | None:
    """The alert of this rule that nobody has closed."""
    row = read.execute(
        "SELECT id FROM alert WHERE rule = ? AND session_id IS NULL AND state IN ('open', 'acknowledged')"
        " ORDER BY id DESC LIMIT 1",
        (rule,),
    ).fetchone()
    return None if row is None else int(row["id"])
