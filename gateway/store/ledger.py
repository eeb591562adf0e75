"""The ledger of consents and objections: entries are appended, chained by their hashes, and never changed.

`consent_standing` holds what they add up to, written in the same transaction: the sender asks it before every
message. `verify` recomputes both.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import from_text, to_text
from gateway.consent import GENESIS, Action, Basis, Entry, Scope, Source, Standing, Status, digest, fold
from gateway.store.connection import Reader, Tx

CHAINED = (
    "id", "phone_hash", "category", "action", "basis", "source", "evidence", "actor", "at", "recorded_at", "prev_hash",
)  # fmt: skip
"""The columns that the hash covers: all but the hash itself, and the mark of the retention."""

UNKNOWN = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Entry):
    """An entry as it stands in the ledger."""

    id: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `consent verify` found."""

    entries: int
    forgotten: int
    """Entries whose content the retention took: their place in the chain is checked, nothing else."""
    head: str
    """The last hash. Kept elsewhere, it proves later that nothing before it was changed."""
    problems: tuple[str, ...]


def append(tx: Tx, entry: Entry) -> int:
    """Write an entry down; its id. The evidence must have been checked (`consent.check_evidence`)."""
    last = tx.execute("SELECT id, hash FROM consent_event ORDER BY id DESC LIMIT 1").fetchone()
    number, previous = (1, GENESIS) if last is None else (int(last["id"]) + 1, str(last["hash"]))
    values: dict[str, Any] = {
        "id": number,
        "phone_hash": entry.phone_hash,
        "category": str(entry.scope),
        "action": str(entry.action),
        "basis": None if entry.basis is None else str(entry.basis),
        "source": str(entry.source),
        "evidence": json.dumps(dict(entry.evidence), ensure_ascii=True, sort_keys=True),
        "actor": entry.actor,
        "at": to_text(entry.at),
        "recorded_at": to_text(entry.recorded_at),
        "prev_hash": previous,
    }
    places = ", ".join("?" for _ in range(len(CHAINED) + 1))
    tx.execute(
        f"INSERT INTO consent_event ({', '.join(CHAINED)}, hash) VALUES ({places})",  # noqa: S608 - own columns
        (*(values[column] for column in CHAINED), digest(previous, values)),
    )
    _add_up(tx, entry.phone_hash, entry.scope)
    return number


def _add_up(tx: Tx, phone_hash: str, scope: Scope) -> None:
    standing = _folded(tx, phone_hash, scope)
    tx.execute(
        """
        INSERT INTO consent_standing (phone_hash, category, status, before_status, granted_at, since)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE
           SET status = excluded.status, before_status = excluded.before_status,
               granted_at = excluded.granted_at, since = excluded.since
        """,
        (phone_hash, scope, *_columns(standing)),
    )


def _columns(standing: Standing) -> tuple[str, str, str | None, str]:
    granted = None if standing.granted_at is None else to_text(standing.granted_at)
    since = "" if standing.since is None else to_text(standing.since)
    return standing.status, standing.before, granted, since


def _folded(read: Reader, phone_hash: str, scope: str, *, before_id: int | None = None) -> Standing:
    rows = read.execute(
        "SELECT at, id, action FROM consent_event"
        " WHERE phone_hash = ?1 AND category = ?2 AND (?3 IS NULL OR id < ?3)",
        (phone_hash, scope, before_id),
    )
    return fold((from_text(row["at"]), row["id"], Action(row["action"])) for row in rows)


def standing(read: Reader, phone_hash: str, scope: Scope) -> Standing:
    """What holds for a person and a scope now: one indexed read."""
    row = read.execute(
        "SELECT status, before_status, granted_at, since FROM consent_standing"
        " WHERE phone_hash = ? AND category = ?",
        (phone_hash, scope),
    ).fetchone()
    return UNKNOWN if row is None else _standing(row)


def standings(read: Reader, phone_hash: str) -> dict[Scope, Standing]:
    """The same for every scope."""
    return {scope: standing(read, phone_hash, scope) for scope in Scope}


def _standing(row: sqlite3.Row) -> Standing:
    return Standing(
        status=Status(row["status"]),
        before=Status(row["before_status"]),
        granted_at=from_text(row["granted_at"]) if row["granted_at"] else None,
        since=from_text(row["since"]) if row["since"] else None,
    )


def entries(read: Reader, phone_hash: str | None = None) -> Iterator[Recorded]:
    """Every entry, or those of a person, in the order in which they were written."""
    if phone_hash is None:
        rows = read.execute("SELECT * FROM consent_event WHERE NOT forgotten ORDER BY id")
    else:
        rows = read.execute(
            "SELECT * FROM consent_event WHERE phone_hash = ? AND NOT forgotten ORDER BY id", (phone_hash,)
        )
    return map(_recorded, rows)


def last_opt_out(read: Reader, phone_hash: str) -> dict[Scope, Status] | None:
    """What the person's last opt-out ended, with what held just before it.

    None where the last revocation of all did not come from a text message.
    """
    last = read.execute(
        "SELECT id, source, evidence FROM consent_event WHERE phone_hash = ? AND action = 'revoke'"
        " AND NOT forgotten ORDER BY at DESC, id DESC LIMIT 1",
        (phone_hash,),
    ).fetchone()
    if last is None or last["source"] != Source.SMS_KEYWORD:
        return None
    inbound = json.loads(last["evidence"]).get("inbound_id")
    together = read.execute(
        "SELECT id, category FROM consent_event WHERE phone_hash = ? AND action = 'revoke'"
        " AND source = ? AND NOT forgotten AND json_extract(evidence, '$.inbound_id') IS ? ORDER BY id",
        (phone_hash, Source.SMS_KEYWORD, inbound),
    ).fetchall()
    first = together[0]["id"]
    return {
        Scope(row["category"]): _folded(read, phone_hash, row["category"], before_id=first).status
        for row in together
    }


def verify(read: Reader) -> Verification:
    """Recompute the chain from its first entry, and what it adds up to. For `consent verify`.

    The first row that does not fit is named; what comes after it cannot be trusted either.
    """
    previous, expected, count, forgotten = GENESIS, 1, 0, 0
    problems: list[str] = []
    for row in read.execute("SELECT * FROM consent_event ORDER BY id"):
        problem = _broken(row, previous, expected)
        if problem is not None:
            problems.append(problem)
            break
        previous, expected, count = row["hash"], expected + 1, count + 1
        forgotten += row["forgotten"]
    if not problems:
        problems += _differences(read)
    return Verification(entries=count, forgotten=forgotten, head=previous, problems=tuple(problems))


def _broken(row: sqlite3.Row, previous: str, expected: int) -> str | None:
    if row["id"] != expected:
        return f"entry {expected} is missing: the next one is {row['id']}"
    if row["prev_hash"] != previous:
        return f"entry {row['id']} does not follow the one before it: one of the two was changed"
    if row["forgotten"]:
        return None
    if row["hash"] != digest(previous, {column: row[column] for column in CHAINED}):
        return f"entry {row['id']} was changed after it was written"
    return None


def _differences(read: Reader) -> Iterable[str]:
    """People whose standing is not what their entries add up to."""
    pairs = read.execute(
        "SELECT DISTINCT phone_hash, category FROM consent_event WHERE NOT forgotten"
        " UNION SELECT phone_hash, category FROM consent_standing ORDER BY 1, 2"
    ).fetchall()
    for row in pairs:
        phone_hash, scope = row["phone_hash"], Scope(row["category"])
        if standing(read, phone_hash, scope) != _folded(read, phone_hash, scope):
            yield f"what holds for {phone_hash[:12]} and {scope} is not what the entries add up to"


def suspended_before(read: Reader, before: str) -> list[tuple[str, Scope]]:
    """(phone_hash, scope) of what has been suspended since before that. For the daily job."""
    rows = read.execute(
        "SELECT phone_hash, category FROM consent_standing INDEXED BY consent_standing_held"
        " WHERE status = 'suspended' AND since < ? ORDER BY since",
        (before,),
    )
    return [(row["phone_hash"], Scope(row["category"])) for row in rows]


def decide_suspended(tx: Tx, before: datetime, now: datetime) -> int:
    """What has been suspended since before that, and nobody has looked at, was an objection; how many."""
    waiting = suspended_before(tx, to_text(before))
    for phone_hash, scope in waiting:
        entry = Entry(
            phone_hash=phone_hash,
            scope=scope,
            action=Action.REVOKE,
            source=Source.GATEWAY,
            evidence={"reason": "it may have been an objection, and nobody decided in time"},
            actor="gateway",
            at=now,
            recorded_at=now,
        )
        append(tx, entry)
    return len(waiting)


def forget_ended(tx: Tx, *, revocations: datetime, grants: datetime, limit: int = 500) -> int:
    """Empty the entries of what ended before the retention; how many. The caller is inside `pruning`.

    A person and a scope go whole: a STOP when its last entry is older than `revocations`, and older than
    `grants` too where it ended a consent. What holds today (a consent, a suspension) stays.
    """
    rows = tx.execute(
        """
        SELECT phone_hash, category FROM consent_standing AS s
         WHERE status = 'denied' AND since < ?1
           AND NOT EXISTS (SELECT 1 FROM consent_event AS e
                            WHERE e.phone_hash = s.phone_hash AND e.category = s.category
                              AND (max(e.at, e.recorded_at) >= ?1
                                   OR (s.since >= ?2 AND e.action = 'grant')))
         LIMIT ?3
        """,
        (to_text(revocations), to_text(grants), limit),
    ).fetchall()
    emptied = 0
    for row in rows:
        key = (row["phone_hash"], row["category"])
        emptied += tx.execute(
            "UPDATE consent_event SET phone_hash = '', category = '', action = '', basis = NULL, source = '',"
            " evidence = '{}', actor = '', forgotten = 1 WHERE phone_hash = ? AND category = ?",
            key,
        ).rowcount
        tx.execute("DELETE FROM consent_standing WHERE phone_hash = ? AND category = ?", key)
    return emptied


def _recorded(row: sqlite3.Row) -> Recorded:
    return Recorded(
        id=row["id"],
        hash=row["hash"],
        phone_hash=row["phone_hash"],
        scope=Scope(row["category"]),
        action=Action(row["action"]),
        basis=Basis(row["basis"]) if row["basis"] else None,
        source=Source(row["source"]),
        evidence=json.loads(row["evidence"]),
        actor=row["actor"],
        at=from_text(row["at"]),
        recorded_at=from_text(row["recorded_at"]),
    )
