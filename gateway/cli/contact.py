"""`smsgw contact`: everything held about a person, and its erasure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import local_time, progress, write_facts, write_json
from gateway.cli.persons import WORDS, hasher, person
from gateway.cli.terminal import one_line
from gateway.clock import to_text

NUMBER = click.argument("number")
SHOWN = 20
AT_ONCE = 500

NAMES = {
    "first_name": ("first_name", "prenom", "prénom"),
    "last_name": ("last_name", "nom"),
    "ext_ref": ("ext_ref", "ref", "reference", "id"),
    "lang": ("lang", "language", "langue"),
    "tz": ("tz", "timezone"),
}
"""What the columns of an import may be called."""


@click.group()
def contact() -> None:
    """Everything held about a person, and its erasure."""


@contact.command()
@NUMBER
@click.pass_obj
def show(context: Context, number: str) -> None:
    """Who NUMBER is, what holds for the person, and how much was exchanged."""
    from gateway.store import contacts, ledger, reviews
    from gateway.store.dossier import dossier

    found, phone_hash = person(context, number)
    with context.store(create=False).read() as read:
        contact_ = contacts.find(read, phone_hash)
        standings = ledger.standings(read, phone_hash)
        asked = reviews.open_ones(read, phone_hash=phone_hash)
        held = dossier(read, found, phone_hash, context.settings_or_defaults().gateway.region)
    counts = {name: len(rows) for name, rows in held.items() if isinstance(rows, list)}
    statuses = {str(scope): str(standing.status) for scope, standing in standings.items()}
    if context.json:
        write_json({"number": found, "contact": held["contact"], "consent": statuses, "rows": counts})
        return
    zone = context.settings_or_defaults().gateway.zone
    facts: list[tuple[str, Any]] = [("number", found)]
    if contact_ is not None:
        facts += [
            ("name", " ".join(filter(None, (contact_.first_name, contact_.last_name)))),
            ("your ids", ", ".join(contact_.ext_refs)),
            ("language", contact_.lang),
            ("zone", contact_.tz),
            ("state", contact_.state),
            ("last wrote", local_time(contact_.last_inbound_at, zone)),
        ]
    facts += [(scope, WORDS[status]) for scope, status in statuses.items()]
    facts += [(name, count) for name, count in counts.items() if count]
    facts += [("to decide", f"message {review.inbox_id}: {review.kind}") for review in asked]
    write_facts(facts)


@contact.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Check and count, write nothing.")
@click.option("--skip-bad", is_flag=True, help="Write the good rows although there are bad ones.")
@click.pass_obj
def import_(context: Context, file: Path, dry_run: bool, skip_bad: bool) -> None:
    """Read people from a CSV file: a number a row; what a cell does not say stays as it is.

    Columns: number (or recipient, phone, telephone), first_name (prenom), last_name (nom), ref (your own id),
    lang (fr, en), tz (Indian/Reunion). It says nothing about consent: that is smsgw consent import.
    """
    rows, bad = _checked(context, file)
    for line, problem in bad[:SHOWN]:
        click.echo(f"{file}:{line}: {one_line(problem)}", err=True)
    stop = bool(bad) and not skip_bad
    if not dry_run and not stop:
        _write(context, rows)
    if context.json:
        listed = [{"line": line, "problem": problem} for line, problem in bad]
        write_json(
            {"rows": len(rows) + len(bad), "written": 0 if dry_run or stop else len(rows), "bad": listed}
        )
    elif not stop:
        click.echo(f"{len(rows)} contacts" + ("; nothing was written (--dry-run)" if dry_run else " written"))
    if stop:
        raise Failure(
            f"{len(bad)} of {len(rows) + len(bad)} rows cannot be taken; nothing was written",
            "mend them, or give --skip-bad",
        )


def _checked(context: Context, file: Path) -> tuple[list[tuple[str, dict[str, str]]], list[tuple[int, str]]]:
    from zoneinfo import ZoneInfo

    from gateway import numbers
    from gateway.cli import mailing, table_file

    region = context.settings_or_defaults().gateway.region
    try:
        table = table_file.read(file)
        column = mailing.recipient_column(table)
    except table_file.FileError as error:
        raise Failure(f"{file}: {error}") from None
    good: list[tuple[str, dict[str, str]]] = []
    bad: list[tuple[int, str]] = []
    for row in progress(table.rows, "checking"):
        try:
            if row.wrong:
                raise ValueError(row.wrong)
            said = {
                field: row.cells[name]
                for field, names in NAMES.items()
                for name in reversed(names)
                if row.cells.get(name)
            }
            if "tz" in said:
                ZoneInfo(said["tz"])
            good.append((numbers.normalise(row.cells[column], region), said))
        except (OSError, KeyError) as error:  # what zoneinfo raises for a zone that does not exist
            bad.append((row.line, f"no time zone: {error}"))
        except ValueError as error:
            bad.append((row.line, str(error)))
    return good, bad


def _write(context: Context, rows: list[tuple[str, dict[str, str]]]) -> None:
    from itertools import islice

    from gateway.store import contacts

    store, now = context.store(create=False), to_text(context.clock.now())
    key, left = hasher(store), progress(rows, "writing")
    while batch := list(islice(left, AT_ONCE)):
        with store.write() as tx:
            for number, said in batch:
                contacts.ensure(tx, key(number), number, now)
                contacts.describe(tx, key(number), now, **said)


@contact.command()
@NUMBER
@click.pass_obj
def export(context: Context, number: str) -> None:
    """Print everything that is held about the person of NUMBER as one JSON object (right of access)."""
    from gateway.store.dossier import dossier

    found, phone_hash = person(context, number)
    with context.store(create=False).read() as read:
        region = context.settings_or_defaults().gateway.region
        write_json({"number": found, **dossier(read, found, phone_hash, region)})


@contact.command()
@NUMBER
@click.option("--reason", "why", required=True, metavar="TEXT", help="Why: who asked for it, and when.")
@click.option("--yes", is_flag=True, help="Do not ask: it cannot be undone.")
@click.pass_obj
def erase(context: Context, number: str, why: str, yes: bool) -> None:
    """Forget the person of NUMBER: number, name and texts go, counts and the proof of a STOP stay.

    What waits is cancelled, open surveys end. It cannot be undone; backups hold the person until you delete them.
    """
    from gateway.store.erasure import erase as forget

    found, phone_hash = person(context, number)
    if not yes and not click.confirm(f"forget everything about {found}?", err=True):
        raise Failure("nothing was erased")
    with context.store(create=False).write() as tx:
        done = forget(
            tx,
            number=found,
            phone_hash=phone_hash,
            actor=operator(),
            why=why,
            now=to_text(context.clock.now()),
            region=context.settings_or_defaults().gateway.region,
        )
    if context.json:
        write_json({"rows": done.rows, "cancelled": list(done.cancelled)})
        return
    write_facts([*done.rows.items(), ("cancelled", len(done.cancelled) or None)])
    if not done.rows:
        click.echo("nothing was held about this number", err=True)


@contact.command()
@NUMBER
@click.pass_obj
def undispute(context: Context, number: str) -> None:
    """Write to NUMBER again, after somebody had said that it is not the customer's."""
    from gateway.store import contacts, events

    found, phone_hash = person(context, number)
    now = to_text(context.clock.now())
    with context.store(create=False).write() as tx:
        before = contacts.find(tx, phone_hash)
        changed = before is not None and before.state == contacts.DISPUTED
        if changed:
            contacts.set_state(tx, phone_hash, contacts.ACTIVE, now)
            events.add(
                tx, "contact_undisputed", now=now, detail={"actor": operator(), "contact": phone_hash[:12]}
            )
    if context.json:
        write_json({"number": found, "changed": changed})
    else:
        click.echo(f"{found}: {'may be written to again' if changed else 'was not disputed'}")
