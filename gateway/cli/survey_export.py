"""`smsgw survey export`: one line a session, one group of columns a question, for spreadsheets and statistics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import times
from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.files import written
from gateway.cli.output import write_csv, write_json
from gateway.clock import to_text

if TYPE_CHECKING:
    from gateway.store import Reader
    from gateway.store.session_items import ItemRow
    from gateway.store.sessions import Row

FIXED = (
    "session",
    "survey",
    "version",
    "event_ref",
    "person",
    "state",
    "disposition",
    "invited_at",
    "delivered_at",
    "answered_at",
    "ended_at",
    "late",
)
PER_QUESTION = ("value", "text", "comment", "flags")
PSEUDONYM = 12
"""Hexadecimal digits that stand for a person: the same in every export of this gateway."""


@click.command()
@click.argument("survey")
@click.argument("file", type=FILE, required=False)
@click.option("--since", metavar="TIME", help="Invited since: 30d (ago), 2026-11-01.")
@click.option("--until", metavar="TIME", help="Invited before, in the same forms.")
@click.pass_obj
def export(context: Context, survey: str, file: Path | None, since: str | None, until: str | None) -> None:
    """Write the sessions of SURVEY as CSV to FILE or standard output, oldest first; with --json as one array.

    People stand there under a pseudonym. The same data gives the same bytes. A text that a spreadsheet would
    take for a formula has an apostrophe in front.
    """
    from gateway.store import surveys

    bounds = (_moment(context, "--since", since), _moment(context, "--until", until))
    with context.store(create=False).read() as read:
        if not surveys.versions(read, survey):
            raise Failure(f"there is no survey {survey}", "smsgw survey list names them")
        questions = _questions(read, survey)
        columns = [*FIXED, *(f"{name}_{part}" for name in questions for part in PER_QUESTION)]
        rows = _rows(context, read, survey, questions, bounds)
        if context.json:
            write_json([dict(zip(columns, row, strict=True)) for row in rows])
        elif file is None:
            write_csv(columns, rows)
        else:
            with written(file) as out:
                write_csv(columns, rows, out)


def _moment(context: Context, option: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        zone = context.settings_or_defaults().gateway.zone
        return to_text(times.past(text, context.clock.now(), zone))
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None


def _questions(read: Reader, survey: str) -> list[str]:
    """Every question of any version, in the order of the newest that has it."""
    from gateway.store import surveys
    from gateway.surveys.definition import load_text

    found: dict[str, None] = {}
    for definition in reversed(surveys.versions(read, survey)):
        loaded = load_text(definition.toml, survey, "off").survey
        if loaded is not None:
            found |= dict.fromkeys(item.id for item in loaded.questions)
    return list(found)


def _rows(
    context: Context, read: Reader, survey: str, questions: list[str], bounds: tuple[str | None, str | None]
) -> Iterator[list[Any]]:
    from gateway.store import session_items, sessions
    from gateway.store.phonekey import PhoneKey

    key = PhoneKey.beside(context.store(create=False))
    since, until = bounds
    for row in sessions.list_rows(read, survey):
        invited = row.invited_at or row.created_at
        if (since is not None and invited < since) or (until is not None and invited >= until):
            continue
        person = key.hash(row.recipient)[:PSEUDONYM] if row.recipient else _erased(row)
        items = {item.question: item for item in session_items.of_session(read, row.id)}
        cells: list[Any] = [*_fixed(row, person)]
        for name in questions:
            cells += _cells(items.get(name))
        yield cells


def _cells(item: ItemRow | None) -> list[Any]:
    if item is None:
        return [None] * len(PER_QUESTION)
    return [item.value, item.text, item.comment, " ".join(json.loads(item.flags))]


def _erased(row: Row) -> str:
    """A pseudonym for somebody who was erased: another one for each session."""
    return hashlib.sha256(f"erased {row.id}".encode()).hexdigest()[:PSEUDONYM]


def _fixed(row: Row, person: str) -> Iterator[Any]:
    yield from (row.id, row.survey, row.version, row.event_ref, person, row.state, row.disposition)
    yield from (row.invited_at, row.delivered_at, row.answered_at, row.ended_at, int(row.late))
