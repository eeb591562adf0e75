"""The queue as the dispatcher sees it: what is due, and in which order."""

from __future__ import annotations

import heapq
import json
from collections.abc import Collection, Iterable
from itertools import islice

from gateway.model import Reason
from gateway.store import events
from gateway.store.admission import readmit
from gateway.store.connection import Reader, Tx, storable
from gateway.store.rows import Candidate, Traffic, Waiting, select, value

AT_ONCE = 2000
"""Rows that one transaction moves at most: a worker waits for no more than some 20 ms."""

_CANDIDATES = select(Candidate, "outbox INDEXED BY outbox_ready") + (
    "WHERE state = 'queued' AND ready = 1 AND lane = ? ORDER BY rank, id LIMIT ?"
)
_ONE = select(Candidate, "outbox") + "WHERE state = 'queued' AND ready = 1 AND id = ?"


def candidates(
    read: Reader,
    lane_ids: Collection[int],
    limit: int,
    exclude: frozenset[int] = frozenset(),
    *,
    only: int | None = None,
) -> list[Candidate]:
    """The messages of these lanes that should go next: by rank, then age. For the dispatcher.

    `exclude` has those that were offered already; it is small (a few a modem). `only` this row, where it is given.
    """
    if only is not None:
        row = read.execute(_ONE, (only,)).fetchone()
        found = [] if row is None or only in exclude else [value(Candidate, row)]
        return [each for each in found if each.lane in lane_ids]
    ordered = heapq.merge(
        *(_of_lane(read, lane, limit + len(exclude)) for lane in lane_ids), key=lambda row: (row.rank, row.id)
    )
    return list(islice((row for row in ordered if row.id not in exclude), limit))


def _of_lane(read: Reader, lane: int, limit: int) -> Iterable[Candidate]:
    return (value(Candidate, row) for row in read.execute(_CANDIDATES, (lane, limit)))


def promote_due(tx: Tx, now: str, limit: int = AT_ONCE) -> int:
    """Admitted rows whose time has come are ready; how many, at most `limit`. For the dispatcher."""
    return tx.execute(
        """
        UPDATE outbox SET ready = 1, due_at = NULL, reason = NULL, updated_at = ?1
         WHERE id IN (SELECT id FROM outbox INDEXED BY outbox_waiting
                       WHERE state = 'queued' AND ready = 0 AND number IS NOT NULL AND due_at <= ?1
                       ORDER BY due_at LIMIT ?2)
        """,
        (now, limit),
    ).rowcount


def next_due(read: Reader) -> str | None:
    """When the next admitted row falls due; None where none waits for a time."""
    row = read.execute(
        "SELECT min(due_at) AS due FROM outbox INDEXED BY outbox_waiting "
        "WHERE state = 'queued' AND ready = 0 AND number IS NOT NULL"
    ).fetchone()
    return None if row["due"] is None else str(row["due"])


def next_expiry(read: Reader) -> str | None:
    """When the next queued row expires; None where none does."""
    row = read.execute(
        "SELECT min(expires_at) AS expiry FROM outbox INDEXED BY outbox_expires "
        "WHERE state = 'queued' AND expires_at IS NOT NULL"
    ).fetchone()
    return None if row["expiry"] is None else str(row["expiry"])


def expire_due(tx: Tx, now: str, keep: Collection[int] = (), limit: int = AT_ONCE) -> list[int]:
    """Queued rows that are too late become expired, save those in `keep` (in a worker's hands); their ids.

    For the dispatcher.
    """
    rows = tx.execute(
        """
        UPDATE outbox SET state = 'expired', reason = ?2 || ': ' || expires_at, updated_at = ?1
         WHERE id IN (SELECT id FROM outbox INDEXED BY outbox_expires
                       WHERE state = 'queued' AND expires_at IS NOT NULL AND expires_at <= ?1
                         AND id NOT IN (SELECT value FROM json_each(?3))
                       ORDER BY expires_at LIMIT ?4)
        RETURNING id
        """,
        (now, Reason.TOO_LATE, json.dumps(sorted(keep)), limit),
    ).fetchall()
    return sorted(int(row["id"]) for row in rows)  # RETURNING keeps no order


def defer(tx: Tx, message_id: int, due_at: str | None, reason: str, now: str) -> bool:
    """An admitted row waits until `due_at` (None: it stays ready), and says why. For the dispatcher.

    False where it is not queued.
    """
    cursor = tx.execute(
        """
        UPDATE outbox SET due_at = ?2, ready = (?2 IS NULL), reason = ?3, updated_at = ?4
         WHERE id = ?1 AND state = 'queued' AND number IS NOT NULL
        """,
        (message_id, due_at, storable(reason), now),
    )
    return cursor.rowcount == 1


def reword(tx: Tx, message_id: int, body: str, now: str) -> bool:
    """Another text for a queued row of the gateway's own, which is admitted again for it.

    False where a modem has had it (an operator tries it once more): its text stays.
    """
    mine = tx.execute(
        "SELECT 1 FROM outbox WHERE id = ?1 AND state = 'queued'"
        " AND NOT EXISTS (SELECT 1 FROM part WHERE message_id = ?1)"
        " AND EXISTS (SELECT 1 FROM own_message WHERE message_id = ?1)",
        (message_id,),
    ).fetchone()
    if mine is None:
        return False
    readmit(tx, [message_id])
    tx.execute("UPDATE outbox SET body = ?, updated_at = ? WHERE id = ?", (storable(body), now, message_id))
    return True


def clamp_retries(tx: Tx, now: str, latest: str) -> int:
    """Rows that wait for another try are due at `latest` at the latest; how many were moved. For the jobs.

    After somebody has set the clock back, their due times lie in a future that was never meant.
    """
    return tx.execute(
        """
        UPDATE outbox SET due_at = ?2, updated_at = ?1
         WHERE state = 'queued' AND ready = 0 AND number IS NOT NULL AND due_at > ?2 AND attempts > 0
           AND (not_before IS NULL OR not_before <= ?1) AND reason LIKE 'retry%'
        """,
        (now, latest),
    ).rowcount


def oldest_waiting(read: Reader) -> Waiting | None:
    """The oldest queued row that nothing but the gateway holds back. For `status`.

    One look a priority and a lane: the index is sorted by these, and a million rows may lie behind.
    """
    new = (
        "SELECT min(id) FROM outbox INDEXED BY outbox_new "
        "WHERE state = 'queued' AND number IS NULL AND priority = ?"
    )
    ready = (
        "SELECT min(id) FROM outbox INDEXED BY outbox_ready "
        "WHERE state = 'queued' AND ready = 1 AND lane = ? AND rank = ?"
    )
    found = [read.execute(new, (priority,)).fetchone()[0] for priority in range(10)]
    for lane in read.execute("SELECT id FROM lane").fetchall():
        found += [read.execute(ready, (lane["id"], rank)).fetchone()[0] for rank in range(11)]
    oldest = min((row for row in found if row is not None), default=None)
    if oldest is None:
        return None
    row = read.execute("SELECT id, created_at, reason FROM outbox WHERE id = ?", (oldest,)).fetchone()
    return Waiting(id=row["id"], created_at=row["created_at"], reason=row["reason"])


def ahead_of(read: Reader, message_id: int, limit: int = 100_000) -> int:
    """How many ready messages of its lane go before this one, counted up to `limit`. For `outbox show`."""
    row = read.execute(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM outbox AS other INDEXED BY outbox_ready,
                          (SELECT lane, rank, id FROM outbox WHERE id = ?1) AS it
             WHERE other.state = 'queued' AND other.ready = 1 AND other.lane = it.lane
               AND (other.rank, other.id) < (it.rank, it.id)
             LIMIT ?2)
        """,
        (message_id, limit),
    ).fetchone()
    return int(row[0])


def traffic(read: Reader, since: str) -> Traffic:
    """Parts put on air and messages received since then. For `status`."""
    sent = read.execute("SELECT count(*) FROM air WHERE at >= ?", (since,)).fetchone()[0]
    received = read.execute("SELECT count(*) FROM inbox WHERE received_at >= ?", (since,)).fetchone()[0]
    return Traffic(parts=sent, received=received)


def pause(tx: Tx, now: str, actor: str = "") -> bool:
    """Nothing is sent until `resume`; False where that was so already. For the command line."""
    cursor = tx.execute("INSERT OR IGNORE INTO setting (key, value) VALUES ('paused', ?)", (now,))
    if cursor.rowcount == 1:
        events.add(tx, "paused", now=now, detail={"actor": actor} if actor else None)
    return cursor.rowcount == 1


def resume(tx: Tx, now: str, actor: str = "") -> bool:
    """Sending goes on; False where it was not paused. For the command line."""
    cursor = tx.execute("DELETE FROM setting WHERE key = 'paused'")
    if cursor.rowcount == 1:
        events.add(tx, "resumed", now=now, detail={"actor": actor} if actor else None)
    return cursor.rowcount == 1


def is_paused(read: Reader) -> bool:
    """Whether an operator has paused all sending."""
    return read.execute("SELECT 1 FROM setting WHERE key = 'paused'").fetchone() is not None
