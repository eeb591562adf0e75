"""Survey sessions as rows: the engine's own JSON, and the columns by which they are found. Times are text, UTC."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from gateway.store.connection import Reader, Tx
from gateway.store.errors import Conflict
from gateway.store.rows import select

OPEN = "state IN ('inviting', 'awaiting')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the database says of a session beside its JSON: written anew whenever the session changes."""

    state: str
    reason: str | None
    disposition: str
    question: str | None
    engine: str
    rev: int
    not_before: str
    wake_at: str | None
    invited_at: str | None
    delivered_at: str | None
    answered_at: str | None
    question_expires_at: str | None
    expires_at: str | None
    ended_at: str | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Columns):
    """A session."""

    id: int
    survey: str
    version: int
    recipient: str | None
    language: str
    invitation_id: int | None
    event_ref: str
    event_at: str
    context: str
    """Texts for templates; `told` has the invitation's own."""
    sim: str | None
    modem: str | None
    created_at: str
    conflict_until: str | None


_COLUMNS = tuple(Columns.__dataclass_fields__)


def create(
    tx: Tx,
    columns: Columns,
    *,
    survey: str,
    version: int,
    recipient: str,
    language: str,
    invitation_id: int | None,
    event_ref: str,
    event_at: str,
    context: str,
    conflict_until: str | None,
    now: str,
) -> int:
    """A new session; its id. Raises Conflict where the person has one for this event, or an open one."""
    more = {
        "survey": survey,
        "version": version,
        "recipient": recipient,
        "language": language,
        "invitation_id": invitation_id,
        "event_ref": event_ref,
        "event_at": event_at,
        "context": context,
        "conflict_until": conflict_until,
        "created_at": now,
    }
    values = {**asdict(columns), **more}
    names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    try:
        cursor = tx.execute(f"INSERT INTO survey_session ({names}) VALUES ({places})", values)  # noqa: S608 - ours
    except sqlite3.IntegrityError as error:
        raise Conflict(f"no session for {survey}: {error}") from error
    return int(cursor.lastrowid or 0)


def save(tx: Tx, session_id: int, before_rev: int, columns: Columns) -> None:
    """A session as it stands now. Raises Conflict where somebody changed it meanwhile."""
    sets = ", ".join(f"{name} = :{name}" for name in _COLUMNS)
    cursor = tx.execute(
        f"UPDATE survey_session SET {sets} WHERE id = :id AND rev = :before",  # noqa: S608 - columns of ours
        {**asdict(columns), "id": session_id, "before": before_rev},
    )
    if cursor.rowcount != 1:
        raise Conflict(f"session {session_id} has changed meanwhile")


def bind(tx: Tx, session_id: int, sim: str, modem: str | None) -> None:
    """The conversation goes through this SIM from now on."""
    tx.execute("UPDATE survey_session SET sim = ?, modem = ? WHERE id = ?", (sim, modem, session_id))


def set_wake(tx: Tx, session_id: int, wake_at: str | None) -> None:
    """When to look at a session again."""
    tx.execute("UPDATE survey_session SET wake_at = ? WHERE id = ?", (wake_at, session_id))


def wake_scheduled(tx: Tx, recipient: str, now: str) -> None:
    """Another survey of this person has ended: those that waited for it may begin."""
    tx.execute(
        "UPDATE survey_session SET wake_at = ? WHERE recipient = ? AND state = 'scheduled' AND wake_at > ?"
        " AND not_before <= ?",
        (now, recipient, now, now),
    )


# -- finding -----------------------------------------------------------------------------------------------------


def get(read: Reader, session_id: int) -> Row | None:
    """One session."""
    return _one(read, "id = ?", session_id)


def open_of(read: Reader, recipient: str) -> Row | None:
    """The session that a person is being asked in, if there is one."""
    return _one(read, f"recipient = ? AND {OPEN}", recipient)


def unfinished(read: Reader, recipient: str) -> list[Row]:
    """Every session of a person that has not ended."""
    return _several(
        read, "recipient = ? AND state IN ('scheduled', 'inviting', 'awaiting') ORDER BY id", recipient
    )


def unfinished_of(read: Reader, survey: str) -> list[int]:
    """Every session of a survey that has not ended."""
    rows = read.execute(
        "SELECT id FROM survey_session WHERE survey = ? AND state IN ('scheduled', 'inviting', 'awaiting') ORDER BY id",
        (survey,),
    )
    return [int(row["id"]) for row in rows]


def ended_since(read: Reader, recipient: str, since: str, limit: int = 20) -> list[Row]:
    """Sessions of a person that ended since then, the latest first."""
    return _several(
        read,
        "recipient = ? AND ended_at >= ? ORDER BY ended_at DESC, id DESC LIMIT ?",
        recipient,
        since,
        limit,
    )


def for_event(read: Reader, survey: str, recipient: str, event_ref: str) -> Row | None:
    """The session that an event has led to already."""
    return _one(
        read,
        "survey = ? AND recipient = ? AND event_ref = ? AND state NOT IN ('refused', 'cancelled')",
        survey,
        recipient,
        event_ref,
    )


def last_invited(read: Reader, recipient: str, survey: str | None = None) -> str | None:
    """When a person was last asked anything (or this survey), as far as it arrived. For the quarantine."""
    row = read.execute(
        "SELECT max(invited_at) FROM survey_session"
        " WHERE recipient = ?1 AND state <> 'undeliverable' AND (?2 IS NULL OR survey = ?2)",
        (recipient, survey),
    ).fetchone()
    return None if row[0] is None else str(row[0])


def due(read: Reader, now: str, limit: int) -> list[int]:
    """Sessions whose timer has come, the earliest first."""
    rows = read.execute(
        "SELECT id FROM survey_session INDEXED BY survey_session_wake WHERE wake_at IS NOT NULL AND wake_at <= ?"
        " ORDER BY wake_at, id LIMIT ?",
        (now, limit),
    )
    return [int(row["id"]) for row in rows]


def list_rows(read: Reader, survey: str | None = None) -> list[Row]:
    """Sessions of one survey, or of all, the oldest first. For the export."""
    where, arguments = ("1", ()) if survey is None else ("survey = ?", (survey,))
    return _several(read, f"{where} ORDER BY id", *arguments)


def told(
    read: Reader,
    *,
    session_id: int | None = None,
    survey: str | None = None,
    state: str | None = None,
    recipient: str | None = None,
    since: str | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """What applications see of the sessions that fit, the newest first: rows of the view. A limit of -1: all."""
    wanted = {
        "id = ?": session_id,
        "survey = ?": survey,
        "state = ?": state,
        "recipient = ?": recipient,
        "created_at >= ?": since,
    }
    asked = {test: wish for test, wish in wanted.items() if wish is not None}
    sql = f"SELECT * FROM session WHERE {' AND '.join(asked) or '1'} ORDER BY id DESC LIMIT ?"  # noqa: S608 - ours
    return [dict(row) for row in read.execute(sql, (*asked.values(), limit))]


def counts(read: Reader) -> dict[str, dict[str, int]]:
    """survey → state → how many sessions. For `survey list`."""
    found: dict[str, dict[str, int]] = {}
    for row in read.execute("SELECT survey, state, count(*) AS n FROM survey_session GROUP BY survey, state"):
        found.setdefault(row["survey"], {})[row["state"]] = int(row["n"])
    return found


def _one(read: Reader, where: str, *arguments: object) -> Row | None:
    found = _several(read, where, *arguments)
    return found[0] if found else None


def _several(read: Reader, where: str, *arguments: object) -> list[Row]:
    rows = read.execute(select(Row, "survey_session") + f"WHERE {where}", arguments)
    return [Row(**{**dict(row), "late": bool(row["late"])}) for row in rows]
