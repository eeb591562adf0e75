"""`smsgw survey invite --csv`: every row checked before the first invitation is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import table_file, times
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.mailing import Bad, recipient_column
from gateway.cli.output import progress, write_json
from gateway.cli.send_file import AT_ONCE, SHOWN
from gateway.cli.table_file import Row
from gateway.cli.terminal import one_line
from gateway.clock import to_text

if TYPE_CHECKING:
    from gateway.surveys.definition import Survey

COLUMNS = ("not_before", "expires_at", "dedupe_key", "language", "event_ref", "event_at")
"""Columns of a file that are not for the texts: they say when, and about what. `ref` is taken for `event_ref`."""


@dataclass(frozen=True, slots=True)
class _Good:
    line: int
    row: dict[str, Any]


def invite_file(
    context: Context, file: Path, survey: Survey, base: Mapping[str, Any], *, dry_run: bool, skip_bad: bool
) -> None:
    """Write one invitation for each row. Raises Failure where a row is bad and none may be skipped."""
    if base.get("dedupe_key") is not None:
        raise click.UsageError("--dedupe-key is for one invitation; a file has a column dedupe_key")
    try:
        table = table_file.read(file)
        column = recipient_column(table)
    except table_file.FileError as error:
        raise Failure(f"{file}: {error}") from None
    good, bad = _checked(context, table.rows, column, survey, base)
    for each in bad[:SHOWN]:
        where = f" column {each.column}:" if each.column else ""
        click.echo(f"{file}:{each.line}:{where} {one_line(each.problem)}", err=True)
    if len(bad) > SHOWN:
        click.echo(f"… and {len(bad) - SHOWN} more", err=True)
    stop = bool(bad) and not skip_bad
    ids = [] if stop or dry_run else _write(context, good)
    _report(context, ids, good, bad, dry_run=dry_run, stop=stop)


def _report(
    context: Context, ids: list[int], good: list[_Good], bad: list[Bad], *, dry_run: bool, stop: bool
) -> None:
    already = 0 if stop or dry_run else len(good) - len(ids)
    if context.json:
        told = [{"line": each.line, "column": each.column or None, "problem": each.problem} for each in bad]
        write_json(
            {"rows": len(good) + len(bad), "invited": len(ids), "already": already, "ids": ids, "bad": told}
        )
    elif dry_run and not stop:
        click.echo(f"{len(good)} may be invited; nothing was written (--dry-run)")
    elif not stop:
        range_ = f": {ids[0]} to {ids[-1]}" if ids else ""
        before = f"; {already} were invited before (dedupe_key)" if already else ""
        skipped = f"; {len(bad)} bad rows skipped" if bad else ""
        click.echo(f"{len(ids)} invitations{range_}{before}{skipped}")
    if stop:
        raise Failure(
            f"{len(bad)} of {len(bad) + len(good)} rows cannot be invited; nothing was written",
            "mend them, or give --skip-bad",
        )


def _checked(
    context: Context, rows: list[Row], column: str, survey: Survey, base: Mapping[str, Any]
) -> tuple[list[_Good], list[Bad]]:
    good: list[_Good] = []
    bad: list[Bad] = []
    seen: dict[tuple[str, str], int] = {}
    for row in progress(rows, "checking"):
        outcome = _row(context, row, column, survey, base)
        if isinstance(outcome, _Good):
            key = (outcome.row["recipient"], outcome.row.get("event_ref") or "")
            if key in seen:
                about = f"the same person{' and event' if key[1] else ''} as in line {seen[key]}"
                outcome = Bad(row.line, column, f"{about}: take one of them out")
            else:
                seen[key] = row.line
        if isinstance(outcome, _Good):
            good.append(outcome)
        else:
            bad.append(outcome)
    return good, bad


def _row(context: Context, row: Row, column: str, survey: Survey, base: Mapping[str, Any]) -> _Good | Bad:
    if row.wrong:
        return Bad(row.line, "", row.wrong)
    settings = context.settings_or_defaults()
    asked: dict[str, Any] = dict(base)
    for name in COLUMNS:
        if text := row.cells.get(name):
            try:
                asked[name] = _cell(context, name, text)
            except ValueError as error:
                return Bad(row.line, name, str(error))
    asked["event_ref"] = asked.get("event_ref") or row.cells.get("ref") or None
    own = {name: text for name, text in row.cells.items() if text and name != column and name not in COLUMNS}
    asked["context"] = {**base["context"], **own}
    found = problem_of(survey, row.cells[column], asked, settings.gateway.region)
    if found is not None:
        return Bad(
            row.line,
            found[0] if found[0] in row.cells else column if found[0] == "recipient" else "",
            found[1],
        )
    from gateway import numbers

    number = numbers.normalise(row.cells[column], settings.gateway.region)
    return _Good(row.line, {**asked, "survey": survey.id, "recipient": number})


def _cell(context: Context, name: str, text: str) -> str:
    zone, now = context.settings_or_defaults().gateway.zone, context.clock.now()
    if name == "event_at":
        return to_text(times.past(text, now, zone))
    if name in ("not_before", "expires_at"):
        return to_text(times.coming(text, now, zone))
    return text


def problem_of(
    survey: Survey, recipient: str, asked: Mapping[str, Any], region: str
) -> tuple[str, str] | None:
    """(column, sentence) of what keeps a row from ever being asked; None where nothing of it does.

    What the person has said, and when (s)he was last asked, is for the daemon to know.
    """
    from gateway import numbers
    from gateway.surveys.definition.templates import MissingVariable, placeholders

    try:
        numbers.normalise(recipient, region)
    except numbers.InvalidNumber as error:
        return "recipient", str(error)
    given = {**asked["context"], "ref": asked.get("event_ref") or asked["context"].get("ref", "")}
    for name in survey.start.require_vars:
        if not given.get(name):
            return name, f"the survey needs {name}: fill it"
    first = survey.questions[0]
    for text in first.text.values():
        for name, fallback in placeholders(text):
            if name != "brand" and fallback is None and not given.get(name) and name not in KNOWN:
                return name, str(MissingVariable(name))
    return None


KNOWN = ("prenom", "first_name", "nom", "last_name")
"""What the gateway may know of a person by itself."""


def _write(context: Context, rows: list[_Good]) -> list[int]:
    """The ids of the invitations; rows whose dedupe_key was used are passed over."""
    from gateway.store import DuplicateKey, invitations

    ids: list[int] = []
    left = progress(rows, "inviting")
    while batch := list(islice(left, AT_ONCE)):
        now = to_text(context.clock.now())
        with context.store().write() as tx:
            for each in batch:
                asked = {**each.row, "context": json.dumps(each.row["context"], ensure_ascii=False)}
                with suppress(DuplicateKey):
                    ids.append(invitations.insert(tx, asked, created_at=now))
    return ids
