"""What a start finds half done, what an abandoned send leaves, and outcomes that stay unknown."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model import OnUnknown, Reason, State, reason
from gateway.store import attempts, settling
from gateway.store.connection import Reader, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Messages that the last run left half done, by what became of them."""

    unknown: tuple[int, ...] = ()
    queued: tuple[int, ...] = ()
    other: tuple[int, ...] = ()
    """Sent or failed: only the last word was missing."""

    def __bool__(self) -> bool:
        """Whether there was anything to recover."""
        return bool(self.unknown or self.queued or self.other)

    def counts(self) -> dict[str, int]:
        """For the log."""
        return {"unknown": len(self.unknown), "queued": len(self.queued), "other": len(self.other)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A message whose outcome nobody knows."""

    id: int
    on_unknown: OnUnknown | None
    since: str
    """When its last unknown attempt began."""
    times: int = 1
    """How often the outcome of one and the same part became unknown."""


def recover(tx: Tx, now: str, modem: str | None = None) -> Recovered:
    """Tell the truth about what the last run left: a part that was being submitted is unknown, a message
    that was merely claimed is queued again. For the daemon, at its start, before any modem is opened; for a
    worker that starts anew, what its `modem` had alone.
    """
    died = reason(Reason.CRASH, "while a modem had it")
    open_attempts = tx.execute(
        "SELECT id FROM attempt WHERE outcome = 'submitting' AND modem = coalesce(?, modem) ORDER BY id",
        (modem,),
    ).fetchall()
    for row in open_attempts:
        attempts.unknown(tx, row["id"], None, died, now)
    sending = tx.execute(
        "SELECT id FROM outbox WHERE state IN ('sending', 'unknown') AND state = 'sending' "
        "AND modem_used IS coalesce(?, modem_used) ORDER BY id",
        (modem,),
    ).fetchall()
    found: dict[State, list[int]] = {}
    for row in sending:
        found.setdefault(_release(tx, row["id"], died, now), []).append(row["id"])
    unknown, queued = found.pop(State.UNKNOWN, []), found.pop(State.QUEUED, [])
    other = sorted(message for messages in found.values() for message in messages)
    return Recovered(unknown=tuple(unknown), queued=tuple(queued), other=tuple(other))


def _release(tx: Tx, message_id: int, why: str, now: str) -> State:
    state = settling.settle(tx, message_id, now, reason=why, hold=True)
    if state is State.SENDING and settling.requeue(tx, message_id, due_at=None, reason=why, now=now):
        return State.QUEUED
    return state


def abandon(tx: Tx, attempt_id: int, why: str, now: str) -> bool:
    """A send that did not end in time when the daemon stops: unknown, with that reason. For the daemon.

    False where it had ended.
    """
    row = tx.execute(
        "SELECT message_id FROM attempt WHERE id = ? AND outcome = 'submitting'", (attempt_id,)
    ).fetchone()
    if row is None:
        return False
    attempts.unknown(tx, attempt_id, None, why, now)
    _release(tx, row["message_id"], why, now)
    return True


def unknown_past(read: Reader, before: str) -> list[Unknown]:
    """Unknown messages whose last unknown attempt began before that: time for the policy. For the jobs."""
    rows = read.execute(
        """
        SELECT o.id, o.on_unknown, max(a.at) AS since,
               max((SELECT count(*) FROM attempt AS again
                     WHERE again.message_id = o.id AND again.sequence = a.sequence
                       AND again.outcome = 'unknown')) AS times
          FROM outbox AS o INDEXED BY outbox_open
          JOIN attempt AS a ON a.message_id = o.id AND a.outcome = 'unknown'
         WHERE o.state IN ('sending', 'unknown') AND o.state = 'unknown'
         GROUP BY o.id HAVING max(a.at) < ?
         ORDER BY o.id
        """,
        (before,),
    )
    return [
        Unknown(
            id=row["id"],
            on_unknown=OnUnknown(row["on_unknown"]) if row["on_unknown"] else None,
            since=row["since"],
            times=row["times"],
        )
        for row in rows
    ]
