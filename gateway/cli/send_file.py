"""`smsgw send --csv`: the file read and checked, what it costs shown, then everything queued."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import click

from gateway.cli import mailing, table_file, template
from gateway.cli.asking import asking
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.mailing import Bad, Good, Mailing, Terms
from gateway.cli.output import progress, write_json
from gateway.cli.terminal import one_line
from gateway.store import DuplicateKey, Store, outbox
from gateway.store.rows import NewMessage

SHOWN = 20
"""Bad rows that are listed on a terminal; --json has them all."""

AT_ONCE = 1000
"""Rows a transaction: a working daemon waits for each no longer than a few milliseconds."""


def send_file(
    context: Context, file: Path, text: str, base: NewMessage, *, dry_run: bool, skip_bad: bool
) -> None:
    """Queue one message for each row. Raises Failure where a row is bad and none may be skipped."""
    if base.dedupe_key is not None:
        raise click.UsageError("--dedupe-key is for one message; a file has a column dedupe_key")
    checked = _checked(context, file, text, base)
    stop = bool(checked.bad) and not skip_bad
    _show(file, checked)
    ids, already = ([], 0) if stop or dry_run else _queue(context.store(), checked.good)
    if context.json:
        write_json(_facts(checked, ids, already))
    elif not stop:
        click.echo(_summary(checked, ids, already, dry_run))
    if stop:
        rows = f"{len(checked.bad)} of {len(checked.bad) + len(checked.good)} rows cannot be sent"
        raise Failure(f"{rows}; nothing was queued", "mend them, or give --skip-bad")


def _checked(context: Context, file: Path, text: str, base: NewMessage) -> Mailing:
    settings = context.settings_or_defaults()
    try:
        table = table_file.read(file)
        column = mailing.recipient_column(table)
        terms = Terms(
            template=template.parse(text, table.columns),
            base=base,
            ask=asking(context),
            modems=frozenset(settings.modems) if settings.modems else None,
            now=context.clock.now(),
            zone=settings.gateway.zone,
        )
    except (table_file.FileError, template.TemplateError) as error:
        where = "--text" if isinstance(error, template.TemplateError) else str(file)
        raise Failure(f"{where}: {error}") from None
    return mailing.check(progress(table.rows, "checking"), column, terms)


def _show(file: Path, checked: Mailing) -> None:
    """What is wrong, and what it costs, on stderr."""
    for bad in checked.bad[:SHOWN]:
        column = f" column {bad.column}:" if bad.column else ""
        click.echo(f"{file}:{bad.line}:{column} {one_line(bad.problem)}", err=True)
    if len(checked.bad) > SHOWN:
        click.echo(f"… and {len(checked.bad) - SHOWN} more", err=True)
    for alphabet, parts, count in checked.spread():
        click.echo(
            f"{count} message{'s' * (count > 1)} of {parts} part{'s' * (parts > 1)} in {alphabet}", err=True
        )
    if checked.good:
        click.echo(f"the first: {one_line(checked.good[0].message.body)}", err=True)


def _queue(store: Store, rows: Sequence[Good]) -> tuple[list[int], int]:
    """The ids of what was queued, and how many were there already (by their dedupe_key)."""
    ids: list[int] = []
    already = 0
    left = progress(rows, "queueing")
    while batch := list(islice(left, AT_ONCE)):
        fresh = _insert(store, batch)
        ids += fresh
        already += len(batch) - len(fresh)
    return ids, already


def _insert(store: Store, batch: Sequence[Good]) -> list[int]:
    """One transaction; rows whose dedupe_key was used are passed over."""
    ids = []
    with store.write() as tx:
        for row in batch:
            with suppress(DuplicateKey):
                ids.append(outbox.insert(tx, row.message))
    return ids


def _facts(checked: Mailing, ids: list[int], already: int) -> dict[str, object]:
    return {
        "rows": len(checked.good) + len(checked.bad),
        "queued": len(ids),
        "already": already,
        "ids": ids,
        "parts": sum(len(row.measured.parts) for row in checked.good),
        "spread": [
            {"alphabet": kind, "parts": parts, "messages": count} for kind, parts, count in checked.spread()
        ],
        "bad": [_bad(bad) for bad in checked.bad],
    }


def _bad(bad: Bad) -> dict[str, object]:
    return {"line": bad.line, "column": bad.column or None, "problem": bad.problem}


def _summary(checked: Mailing, ids: list[int], already: int, dry_run: bool) -> str:
    parts = sum(len(row.measured.parts) for row in checked.good)
    if dry_run:
        return f"{len(checked.good)} messages, {parts} parts; nothing was queued (--dry-run)"
    range_ = f": {ids[0]} to {ids[-1]}" if ids else ""
    before = f"; {already} were queued before (dedupe_key)" if already else ""
    skipped = f"; {len(checked.bad)} bad rows skipped" if checked.bad else ""
    return f"{len(ids)} messages queued{range_}{before}{skipped}"
