"""Consents and objections from a file: every row checked before the first is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import click

from gateway import numbers
from gateway.cli import mailing, table_file, times
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import progress, write_json
from gateway.cli.persons import NOT_FOR_SMS, hasher, withdraw
from gateway.cli.table_file import Row
from gateway.cli.terminal import one_line
from gateway.clock import to_text
from gateway.consent import Action, BadEvidence, Basis, Entry, Scope, Source, check_evidence, names_sms
from gateway.store import Store, contacts, ledger

AT_ONCE = 500
"""Rows a transaction: a working daemon waits for each no longer than a few dozen milliseconds."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that can be written."""

    number: str
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all rows of a file share."""

    context: Context
    column: str
    digest: str
    defaults: Mapping[str, str]
    hash: Callable[[str], str]


def import_consents(
    context: Context, file: Path, defaults: Mapping[str, str], *, dry_run: bool, skip_bad: bool
) -> None:
    """Read, check, write. Raises Failure where nothing was written."""
    store = context.store(create=False)
    good, bad = _checked(context, store, file, defaults)
    for line, problem in bad[:SHOWN]:
        click.echo(f"{file}:{line}: {one_line(problem)}", err=True)
    if len(bad) > SHOWN:
        click.echo(f"… and {len(bad) - SHOWN} more", err=True)
    stop = bool(bad) and not skip_bad
    if not dry_run and not stop:
        _write(context, store, good)
    if context.json:
        listed = [{"line": line, "problem": problem} for line, problem in bad]
        write_json(
            {"rows": len(good) + len(bad), "written": 0 if dry_run or stop else len(good), "bad": listed}
        )
    elif not stop:
        click.echo(f"{len(good)} entries" + ("; nothing was written (--dry-run)" if dry_run else " written"))
    mute = sum(_for_sms_too_little(row.entry) for row in good)
    if mute:
        click.echo(f"{mute} of them: {NOT_FOR_SMS}", err=True)
    if stop:
        raise Failure(
            f"{len(bad)} of {len(good) + len(bad)} rows cannot be taken; nothing was written",
            "mend them, or give --skip-bad",
        )


def _for_sms_too_little(entry: Entry) -> bool:
    grants = entry.action is Action.GRANT and entry.scope is Scope.COMMERCIAL
    return grants and entry.basis is not Basis.SOFT_OPTIN and not names_sms(entry.evidence)


def _checked(
    context: Context, store: Store, file: Path, defaults: Mapping[str, str]
) -> tuple[list[Checked], list[tuple[int, str]]]:
    try:
        table = table_file.read(file)
        column = mailing.recipient_column(table)
    except table_file.FileError as error:
        raise Failure(f"{file}: {error}") from None
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    terms = Terms(context=context, column=column, digest=digest, defaults=defaults, hash=hasher(store))
    good: list[Checked] = []
    bad: list[tuple[int, str]] = []
    for row in progress(table.rows, "checking"):
        try:
            good.append(_row(row, terms))
        except (ValueError, numbers.InvalidNumber) as error:
            bad.append((row.line, row.wrong or str(error)))
    return good, bad


def _row(row: Row, terms: Terms) -> Checked:
    """A row as an entry. Raises ValueError with what is wrong."""
    if row.wrong:
        raise ValueError(row.wrong)

    def said(name: str) -> str:
        return row.cells.get(name) or terms.defaults.get(name, "")

    number = numbers.normalise(row.cells[terms.column], terms.context.settings_or_defaults().gateway.region)
    scope, action = (
        _one_of(Scope, "category", said("category")),
        _one_of(Action, "action", said("action") or "grant"),
    )
    if action not in (Action.GRANT, Action.REVOKE):
        raise ValueError(f"action is {action}: write grant or revoke")
    basis = _one_of(Basis, "basis", said("basis")) if action is Action.GRANT else None
    evidence: dict[str, Any] = {
        "file_sha256": terms.digest,
        "line": row.line,
        "original_source": said("origin"),
        **({"text": said("text")} if said("text") else {}),
        **{name: row.cells[name] for name in PROOF if row.cells.get(name)},
    }
    try:
        check_evidence(Source.IMPORT, evidence, action=action, scope=scope, basis=basis)
    except BadEvidence as error:
        hint = "; give --origin" if "original_source" in str(error) else ""
        raise ValueError(f"{error}{hint}") from None
    return Checked(
        number,
        Entry(
            phone_hash=terms.hash(number),
            scope=scope,
            action=action,
            basis=basis,
            source=Source.IMPORT,
            evidence=evidence,
            actor=operator(),
            at=_when(said("at"), terms.context),
            recorded_at=terms.context.clock.now(),
        ),
    )


PROOF = (
    "form_id", "url", "document_ref", "collected_by", "agent", "purchase_ref", "purchase_at", "informed_at_collection",
    "objection_offered", "similar_products",
)  # fmt: skip
"""Columns that become part of the proof as they are."""


def _one_of(kind: Any, name: str, text: str) -> Any:
    try:
        return kind(text.casefold())
    except ValueError:
        raise ValueError(f"{name} is {text or 'empty'!r}: write one of {', '.join(kind)}") from None


def _when(text: str, context: Context) -> datetime:
    if not text:
        raise ValueError("at is empty: write when the person agreed, such as 2026-11-23")
    moment = times.past(text, context.clock.now(), context.settings_or_defaults().gateway.zone)
    if moment > context.clock.now():
        raise ValueError(f"at is {text}, which has not come yet")
    return moment


def _write(context: Context, store: Store, rows: list[Checked]) -> None:
    now = to_text(context.clock.now())
    left = progress(rows, "writing")
    while batch := list(islice(left, AT_ONCE)):
        with store.write() as tx:
            for row in batch:
                contacts.ensure(tx, row.entry.phone_hash, row.number, now)
                if row.entry.action is Action.REVOKE:
                    scopes = (row.entry.scope,)
                    withdraw(
                        context, tx, row.number, scopes, partial(_as_it_is, row.entry), row.entry.recorded_at
                    )
                else:
                    ledger.append(tx, row.entry)


def _as_it_is(entry: Entry, _: Scope) -> Entry:
    return entry
