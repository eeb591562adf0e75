"""The ledger of consents and objections: entries are appended, chained by their hashes, and never changed.

`consent_standing` holds what they add up to, written in the same transaction: the sender asks it before every
message. `store.proof` recomputes both.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
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
    standing = folded(tx, phone_hash, scope)
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


def folded(read: Reader, phone_hash: str, scope: str) -> Standing:
    """What the entries of a person and a scope add up to, computed afresh."""
    rows = read.execute(
        "SELECT at, id, action FROM consent_event WHERE phone_hash = ? AND category = ?", (phone_hash, scope)
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


def last_word(read: Reader, phone_hash: str, at: datetime) -> datetime:
    """When a person says something now: at `at`, but never before what the ledger has of them already.

    Two SIMs may hand over two messages in the wrong order, a network's clock may be ahead, and ours may be set back.
    Who reads "you will get no more" must get no more, so what comes last counts as said last.
    """
    row = read.execute("SELECT max(at) FROM consent_event WHERE phone_hash = ?", (phone_hash,)).fetchone()
    return at if row[0] is None else max(at, from_text(row[0]))


def last_grant(read: Reader, phone_hash: str, scope: str) -> tuple[Basis | None, dict[str, Any]] | None:
    """The basis and the proof of a person's latest consent; None where there never was one."""
    row = read.execute(
        "SELECT basis, evidence FROM consent_event WHERE phone_hash = ? AND category = ? AND action = 'grant'"
        " AND NOT forgotten ORDER BY at DESC, id DESC LIMIT 1",
        (phone_hash, scope),
    ).fetchone()
    return (
        None if row is None else (Basis(row["basis"]) if row["basis"] else None, json.loads(row["evidence"]))
    )


def last_opt_out(read: Reader, phone_hash: str) -> dict[Scope, Status] | None:
    """What the person's last opt-out ended, with what held before: before the first of several like it in a row.

    None where the last revocation of all did not come from a text message.
    """
    rows = read.execute(
        "SELECT at, id, category, action, source, json_extract(evidence, '$.inbound_id') AS inbound"
        " FROM consent_event WHERE phone_hash = ? AND NOT forgotten ORDER BY at, id",
        (phone_hash,),
    ).fetchall()
    last = next((row for row in reversed(rows) if row["action"] == Action.REVOKE), None)
    if last is None or last["source"] != Source.SMS_KEYWORD:
        return None
    ended: dict[int | None, list[str]] = {}
    for row in rows:
        if _by_text(row):
            ended.setdefault(row["inbound"], []).append(row["category"])
    like_it = {inbound for inbound, scopes in ended.items() if set(scopes) == set(ended[last["inbound"]])}
    return {Scope(scope): _before_the_stops(rows, scope, like_it) for scope in ended[last["inbound"]]}


def _by_text(row: sqlite3.Row) -> bool:
    return (row["action"], row["source"]) == (Action.REVOKE, Source.SMS_KEYWORD)


def _before_the_stops(rows: list[sqlite3.Row], scope: str, stops: set[int | None]) -> Status:
    """What held before these text messages, one or several in a row, ended it.

    A STOP PUB before a STOP is an objection of its own: who takes the STOP back gets no advertising.
    """
    left = [row for row in rows if row["category"] == scope]
    while left and _by_text(left[-1]) and left[-1]["inbound"] in stops:
        left.pop()
    return fold((from_text(row["at"]), row["id"], Action(row["action"])) for row in left).status


def suspended_before(read: Reader, before: str) -> list[tuple[str, Scope]]:
    """(phone_hash, scope) of what has been suspended since before that. For the daily job."""
    rows = read.execute(
        "SELECT phone_hash, category FROM consent_standing INDEXED BY consent_standing_held"
        " WHERE status = 'suspended' AND since < ? ORDER BY since",
        (before,),
    )
    return [(row["phone_hash"], Scope(row["category"])) for row in rows]


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
