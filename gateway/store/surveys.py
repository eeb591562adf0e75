"""Survey files as the database remembers them: every content under its version, and what the folder held last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.store import events
from gateway.store.connection import Reader, Tx, storable
from gateway.store.errors import Conflict
from gateway.store.rows import select, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One content of a survey file."""

    survey: str
    version: int
    sha256: str
    toml: str
    title: str
    loaded_at: str
    current: int


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the folder, as it was when the folder was last read."""

    file: str
    survey: str
    problem: str | None
    looked_at: str


class VersionInUse(Conflict):
    """The content is new, its written version is not, and a session has used it (E02)."""

    def __init__(self, survey: str, version: int) -> None:
        super().__init__(
            f"version {version} of {survey} is in use with another content: write version = {version + 1}"
        )


def take_in(
    tx: Tx, *, survey: str, written: int | None, sha256: str, toml: str, title: str, now: str
) -> Definition:
    """A survey file's content becomes the one that new sessions use.

    A content that was seen before keeps its version; without a `written` one the next number is taken. Raises
    VersionInUse.
    """
    known = _by_content(tx, survey, sha256)
    if known is None:
        version = _version_for(tx, survey, written)
        tx.execute(
            "INSERT INTO survey_def (survey, version, sha256, toml, title, loaded_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (survey, version) DO UPDATE SET sha256 = excluded.sha256, toml = excluded.toml,"
            " title = excluded.title, loaded_at = excluded.loaded_at",
            (survey, version, sha256, toml, title, now),
        )
    else:
        version = known.version
    if known is None or not known.current:
        tx.execute("UPDATE survey_def SET current = 0 WHERE survey = ? AND current = 1", (survey,))
        tx.execute("UPDATE survey_def SET current = 1 WHERE survey = ? AND version = ?", (survey, version))
        events.add(tx, "survey_loaded", now=now, detail={"survey": survey, "version": version})
    found = _by_content(tx, survey, sha256)
    if found is None:
        raise Conflict(f"survey {survey} vanished inside its own transaction")
    return found


def _by_content(read: Reader, survey: str, sha256: str) -> Definition | None:
    row = read.execute(
        select(Definition, "survey_def") + "WHERE survey = ? AND sha256 = ?", (survey, sha256)
    ).fetchone()
    return None if row is None else value(Definition, row)


def _version_for(tx: Tx, survey: str, written: int | None) -> int:
    if written is None:
        row = tx.execute("SELECT max(version) FROM survey_def WHERE survey = ?", (survey,)).fetchone()
        return int(row[0] or 0) + 1
    used = tx.execute(
        "SELECT 1 FROM survey_session WHERE survey = ? AND version = ? LIMIT 1", (survey, written)
    ).fetchone()
    if used is not None:
        raise VersionInUse(survey, written)
    return written


def withdraw(tx: Tx, keep: Iterable[str], now: str) -> list[str]:
    """Surveys whose file is gone take no new sessions; those that run go on. Which were withdrawn."""
    kept = set(keep)
    gone = [each.survey for each in current(tx) if each.survey not in kept]
    for survey in gone:
        tx.execute("UPDATE survey_def SET current = 0 WHERE survey = ? AND current = 1", (survey,))
        events.add(tx, "survey_withdrawn", now=now, detail={"survey": survey})
    return gone


def current(read: Reader) -> list[Definition]:
    """What new sessions use, by name."""
    rows = read.execute(select(Definition, "survey_def") + "WHERE current = 1 ORDER BY survey")
    return [value(Definition, row) for row in rows]


def get(read: Reader, survey: str, version: int | None = None) -> Definition | None:
    """One version of a survey; without a version the one in force."""
    which = "current = 1" if version is None else "version = ?"
    arguments: tuple[object, ...] = (survey,) if version is None else (survey, version)
    row = read.execute(
        select(Definition, "survey_def") + f"WHERE survey = ? AND {which}", arguments
    ).fetchone()
    return None if row is None else value(Definition, row)


def versions(read: Reader, survey: str) -> list[Definition]:
    """Every version of a survey, the oldest first."""
    rows = read.execute(select(Definition, "survey_def") + "WHERE survey = ? ORDER BY version", (survey,))
    return [value(Definition, row) for row in rows]


def note_files(tx: Tx, files: Iterable[File]) -> None:
    """What the folder holds now, in place of what it held before."""
    tx.execute("DELETE FROM survey_file")
    tx.executemany(
        "INSERT INTO survey_file (file, survey, problem, looked_at) VALUES (?, ?, ?, ?)",
        [
            (each.file, each.survey, None if each.problem is None else storable(each.problem), each.looked_at)
            for each in files
        ],
    )


def files(read: Reader) -> list[File]:
    """What the folder held when it was last read."""
    return [value(File, row) for row in read.execute(select(File, "survey_file") + "ORDER BY file")]
