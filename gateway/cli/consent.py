"""`smsgw consent`: who may be written to, who said STOP, and the proof."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from gateway.cli.common import FILE
from gateway.cli.consent_book import columns_of, export, verify
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import local_time, write_facts, write_json
from gateway.cli.persons import NOT_FOR_SMS, WORDS, moment, objection, pairs, person, withdraw
from gateway.cli.terminal import one_line
from gateway.clock import to_text

CATEGORIES = ("commercial", "survey", "service")
BASES = ("consent", "soft_optin", "legitimate_interest", "contract")
SOURCES = ("operator", "web_form", "paper", "point_of_sale", "phone_call")
NUMBER = click.argument("number")
AT = click.option(
    "--at", metavar="TIME", help="When the person said so: 2h (ago), 18:30, 2026-11-23; else now."
)
WHY = click.option(
    "--reason", "why", required=True, metavar="TEXT", help="Why you write it down: it is the proof."
)


@click.group()
def consent() -> None:
    """Who may be written to, and who said STOP."""


@consent.command()
@NUMBER
@click.pass_obj
def show(context: Context, number: str) -> None:
    """What holds for NUMBER in each category, and every entry of the ledger that led to it."""
    from gateway.consent import Scope
    from gateway.store import contacts, ledger

    found, phone_hash = person(context, number)
    with context.store(create=False).read() as read:
        standings = ledger.standings(read, phone_hash)
        contact = contacts.find(read, phone_hash)
        entries = list(ledger.entries(read, phone_hash))
    if context.json:
        state = None if contact is None else contact.state
        now = {str(scope): str(standing.status) for scope, standing in standings.items()}
        listed = [columns_of(entry, found) for entry in entries]
        write_json({"number": found, "phone_hash": phone_hash, "contact": state, **now, "entries": listed})
        return
    zone = context.settings_or_defaults().gateway.zone
    facts = [("number", found), ("contact", None if contact is None else contact.state)]
    for scope in Scope:
        standing = standings[scope]
        since = f" since {local_time(to_text(standing.since), zone)}" if standing.since else ""
        facts.append((str(scope), f"{WORDS[standing.status]}{since}"))
    write_facts(facts)
    for entry in entries:
        when = local_time(to_text(entry.at), zone)
        click.echo(
            one_line(f"  {entry.id}  {when}  {entry.scope}: {entry.action}, {entry.source} by {entry.actor}")
        )


@consent.command()
@NUMBER
@click.option("--category", type=click.Choice(CATEGORIES), required=True, help="What the person agreed to.")
@click.option(
    "--basis", type=click.Choice(BASES), default="consent", show_default=True, help="Why it is lawful."
)
@click.option(
    "--source", type=click.Choice(SOURCES), default="operator", show_default=True, help="Where from."
)
@click.option("--text", metavar="TEXT", help="The exact words that the person agreed to.")
@click.option(
    "--evidence", multiple=True, metavar="KEY=VALUE", help="More proof, such as form_id=7; give one for each."
)
@AT
@WHY
@click.pass_obj
def grant(
    context: Context,
    number: str,
    category: str,
    basis: str,
    source: str,
    text: str | None,
    evidence: tuple[str, ...],
    at: str | None,
    why: str,
) -> None:
    """Write down that the person of NUMBER agreed. A STOP that came later than --at stays in force."""
    from gateway.consent import Action, BadEvidence, Basis, Entry, Scope, Source, check_evidence, names_sms
    from gateway.store import contacts, ledger

    found, phone_hash = person(context, number)
    now = context.clock.now()
    entry = Entry(
        phone_hash=phone_hash,
        scope=Scope(category),
        action=Action.GRANT,
        basis=Basis(basis),
        source=Source(source),
        evidence={**pairs(evidence), "reason": why, "by": operator(), **({"text": text} if text else {})},
        actor=operator(),
        at=moment(context, at),
        recorded_at=now,
    )
    try:
        check_evidence(entry.source, entry.evidence, scope=entry.scope, basis=entry.basis)
    except BadEvidence as error:
        raise Failure(f"not written: {error}", "give it with --text or --evidence KEY=VALUE") from None
    with context.store(create=False).write() as tx:
        contacts.ensure(tx, phone_hash, found, to_text(now))
        ledger.append(tx, entry)
        status = ledger.standing(tx, phone_hash, entry.scope).status
    _tell(context, found, {category: str(status)}, [])
    if (
        entry.scope is Scope.COMMERCIAL
        and entry.basis is not Basis.SOFT_OPTIN
        and not names_sms(entry.evidence)
    ):
        click.echo(NOT_FOR_SMS, err=True)


@consent.command()
@NUMBER
@click.option(
    "--category",
    "categories",
    type=click.Choice(CATEGORIES),
    multiple=True,
    help="What it is about; else everything.",
)
@AT
@WHY
@click.pass_obj
def revoke(context: Context, number: str, categories: tuple[str, ...], at: str | None, why: str) -> None:
    """Write down that the person of NUMBER wants no more, cancel what waits and end open surveys.

    No confirmation is sent. A consent that came later than --at stays in force.
    """
    from gateway.consent import Scope
    from gateway.store import contacts, ledger

    found, phone_hash = person(context, number)
    scopes = tuple(Scope(category) for category in categories or CATEGORIES)
    when, now = moment(context, at), context.clock.now()
    with context.store(create=False).write() as tx:
        contacts.ensure(tx, phone_hash, found, to_text(now))
        when = ledger.last_word(tx, phone_hash, when) if at is None else when
        entry = partial(objection, phone_hash=phone_hash, why=why, when=when, now=now)
        cancelled = withdraw(context, tx, found, scopes, entry, now)
        statuses = {str(scope): str(ledger.standing(tx, phone_hash, scope).status) for scope in scopes}
    _tell(context, found, statuses, cancelled)


def _tell(context: Context, number: str, statuses: dict[str, str], cancelled: list[int]) -> None:
    if context.json:
        write_json({"number": number, **statuses, "cancelled": cancelled})
        return
    for category, status in statuses.items():
        click.echo(f"{category}: {WORDS[status]}")
    if cancelled:
        click.echo(f"{len(cancelled)} message{'s' * (len(cancelled) > 1)} cancelled")


@consent.command("import")
@click.argument("file", type=FILE)
@click.option("--category", type=click.Choice(CATEGORIES), help="Where the file has no column `category`.")
@click.option(
    "--basis", type=click.Choice(BASES), default="consent", show_default=True, help="Where it has no `basis`."
)
@click.option("--origin", metavar="NAME", help="Where the list comes from, where it has no column `origin`.")
@click.option("--dry-run", is_flag=True, help="Check and count, write nothing.")
@click.option("--skip-bad", is_flag=True, help="Write the good rows although there are bad ones.")
@click.pass_obj
def import_(
    context: Context,
    file: Path,
    category: str | None,
    basis: str,
    origin: str | None,
    dry_run: bool,
    skip_bad: bool,
) -> None:
    """Read consents and objections from a CSV file: a number a row, all checked before the first is written.

    Columns: number (or recipient, phone, telephone), at (when the person acted), and, where they differ,
    category, action (grant or revoke), basis, origin, text (the words agreed to; needed for commercial).
    """
    from gateway.cli.consent_file import import_consents

    defaults = {"category": category or "", "basis": basis, "origin": origin or ""}
    import_consents(context, file, defaults, dry_run=dry_run, skip_bad=skip_bad)


consent.add_command(export)
consent.add_command(verify)
