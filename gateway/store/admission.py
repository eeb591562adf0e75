"""Rows that the dispatcher has not looked at yet, what it decided, and the lanes that it puts them into."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from gateway.store.connection import Reader, Tx, storable
from gateway.store.rows import Admission, Lane, New, value

_UNADMITTED = """
SELECT o.id, o.recipient, o.body, o.category, o.priority, o.not_before, o.expires_at, o.modem, o.campaign,
       o.context, o.report, o.flash, o.on_unknown, o.attempts, o.due_at, o.sim, o.created_at, o.updated_at,
       own_message.message_id IS NOT NULL AS own
  FROM outbox AS o INDEXED BY outbox_new
  LEFT JOIN own_message ON own_message.message_id = o.id
 WHERE o.state = 'queued' AND o.number IS NULL
 ORDER BY o.priority, o.id
 LIMIT ?
"""

_ADMIT = """
UPDATE outbox
   SET number = :number, lane = :lane, rank = :rank, parts = :parts, due_at = :due_at, reason = :reason,
       ready = (:due_at IS NULL OR :due_at <= :now), updated_at = :now
 WHERE id = :id AND state = 'queued' AND number IS NULL AND (:seen IS NULL OR updated_at = :seen)
"""

# Every row of a lane, in two looks because two indexes know them: those that are ready, those that wait.
_READMIT = (
    "UPDATE outbox SET number = NULL, lane = NULL, rank = NULL, ready = 0, due_at = {due} WHERE {which}"
)
_DUE = "CASE WHEN attempts > 0 THEN due_at END"
_LANES = "lane IN (SELECT value FROM json_each(?))"


def unadmitted(read: Reader, limit: int) -> list[New]:
    """Queued rows that wait for a look, the first or another one, by priority and age. For the dispatcher."""
    return [value(New, row) for row in read.execute(_UNADMITTED, (limit,))]


def admit(tx: Tx, admission: Admission) -> bool:
    """Write what was decided: number, lane, rank, parts, and when. For the dispatcher.

    False where the row is gone or has changed.
    """
    cursor = tx.execute(
        _ADMIT,
        {
            "id": admission.id,
            "number": admission.number,
            "lane": admission.lane,
            "rank": admission.rank,
            "parts": admission.parts,
            "due_at": admission.due_at,
            "reason": admission.reason,
            "now": admission.now,
            "seen": admission.seen,
        },
    )
    return cursor.rowcount == 1


def admit_many(tx: Tx, admissions: Iterable[Admission]) -> int:
    """`admit` for several rows; how many were as expected."""
    return sum(admit(tx, admission) for admission in admissions)


def refuse(tx: Tx, message_id: int, reason: str, now: str) -> bool:
    """A queued row may never go; False where it is no longer queued. For the dispatcher."""
    cursor = tx.execute(
        "UPDATE outbox SET state = 'refused', reason = ?, updated_at = ? WHERE id = ? AND state = 'queued'",
        (storable(reason), now, message_id),
    )
    return cursor.rowcount == 1


def lane_id(tx: Tx, modems: Sequence[str], prefer: str | None, binding: bool) -> int:
    """The lane of these modems, made where there is none. For the dispatcher and a retry elsewhere."""
    key = (",".join(sorted(modems)), prefer, int(binding))
    row = tx.execute("SELECT id FROM lane WHERE modems = ? AND prefer IS ? AND binding = ?", key).fetchone()
    if row is not None:
        return int(row["id"])
    return int(tx.execute("INSERT INTO lane (modems, prefer, binding) VALUES (?, ?, ?)", key).lastrowid or 0)


def lanes(read: Reader) -> list[Lane]:
    """Every lane that was ever needed: a few dozen. For the dispatcher."""
    return [_lane(row) for row in read.execute("SELECT id, modems, prefer, binding FROM lane ORDER BY id")]


def readmit(tx: Tx, ids: Iterable[int]) -> int:
    """Queued rows that need another look: their lane no longer serves. How many there were.

    A retry keeps its due time. For the dispatcher.
    """
    which = "state = 'queued' AND number IS NOT NULL AND id IN (SELECT value FROM json_each(?))"
    return tx.execute(_readmission(which), (json.dumps(list(ids)),)).rowcount


def begun(read: Reader) -> list[int]:
    """Queued rows of which parts went through a SIM, in the lanes of the modem that had it. For the dispatcher."""
    wanted = json.dumps([lane.id for lane in lanes(read) if len(lane.modems) == 1])
    rows = read.execute(
        """
        SELECT id FROM outbox
         WHERE state = 'queued' AND ready = 1 AND sim IS NOT NULL
           AND lane IN (SELECT value FROM json_each(?1))
         UNION ALL
        SELECT id FROM outbox
         WHERE state = 'queued' AND ready = 0 AND number IS NOT NULL AND sim IS NOT NULL
           AND lane IN (SELECT value FROM json_each(?1))
        """,
        (wanted,),
    )
    return [row["id"] for row in rows]


def relane(tx: Tx, lane_ids: Collection[int]) -> int:
    """`readmit` for every queued row of these lanes, after the configuration's modems have changed."""
    wanted = json.dumps(sorted(lane_ids))
    ready = tx.execute(_readmission(f"state = 'queued' AND ready = 1 AND {_LANES}"), (wanted,)).rowcount
    waiting = f"state = 'queued' AND ready = 0 AND number IS NOT NULL AND {_LANES}"
    return ready + tx.execute(_readmission(waiting), (wanted,)).rowcount


def readmit_all(tx: Tx) -> int:
    """`readmit` for every queued row, after a reload of the configuration. For the dispatcher."""
    return relane(tx, [lane.id for lane in lanes(tx)])


def follow_plan(tx: Tx, plan: str) -> int:
    """`readmit_all` where the rows that wait were admitted under another plan, perhaps before a restart.

    `plan`: any text that differs where the plan does. For the dispatcher.
    """
    before = tx.execute("SELECT value FROM setting WHERE key = 'plan'").fetchone()
    if before is not None and before["value"] == plan:
        return 0
    tx.execute("INSERT OR REPLACE INTO setting (key, value) VALUES ('plan', ?)", (plan,))
    return readmit_all(tx)


def _readmission(which: str) -> str:
    return _READMIT.format(due=_DUE, which=which)


def _lane(row: sqlite3.Row) -> Lane:
    modems = tuple(row["modems"].split(",")) if row["modems"] else ()
    return Lane(id=row["id"], modems=modems, prefer=row["prefer"], binding=bool(row["binding"]))
