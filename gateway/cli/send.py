"""`smsgw send`: queue one message, or one for each row of a CSV file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import times
from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.output import write_json
from gateway.clock import to_text
from gateway.model import OnUnknown, State

if TYPE_CHECKING:
    from gateway.config import Settings
    from gateway.policy import Allowed
    from gateway.store.rows import NewMessage

ARRIVED = {State.SENT, State.DELIVERED}


@click.command(short_help="Queue one message, or one for each row of a CSV file.")
@click.argument("recipient", required=False)
@click.argument("text", required=False)
@click.option(
    "--csv", "file", type=FILE, metavar="FILE", help="One message for each row of this file instead."
)
@click.option(
    "--text", "template", metavar="TEMPLATE", help="With --csv: the text; {column} is filled from each row."
)
@click.option("--dry-run", is_flag=True, help="Check and count, queue nothing.")
@click.option("--skip-bad", is_flag=True, help="With --csv: queue the good rows although there are bad ones.")
@click.option(
    "--category",
    type=click.Choice(["service", "commercial"]),
    default="service",
    show_default=True,
    help="What it is.",
)
@click.option(
    "--priority", type=click.IntRange(0, 9), default=5, show_default=True, help="0 goes first, 9 last."
)
@click.option("--at", metavar="TIME", help="Not before: 18:30, 2026-11-23T18:30, +2h.")
@click.option("--expires", metavar="TIME", help="Not after, in the same forms.")
@click.option("--modem", metavar="NAME", help="By this modem only.")
@click.option("--dedupe-key", metavar="KEY", help="A second message with this key is refused.")
@click.option("--campaign", metavar="NAME", help="A name to find them by.")
@click.option("--flash", is_flag=True, help="Shown at once, not stored on the phone.")
@click.option("--no-report", is_flag=True, help="Ask for no status report.")
@click.option(
    "--on-unknown",
    type=click.Choice(["hold", "resend", "fail"]),
    help="When nobody knows whether it was sent; else as configured.",
)
@click.option("--wait", is_flag=True, help="Wait until it is sent, or never will be.")
@click.option(
    "--timeout",
    type=times.Duration(),
    default="10m",
    show_default=True,
    metavar="DURATION",
    help="For --wait.",
)
@click.pass_obj
def send(
    context: Context,
    /,
    recipient: str | None,
    text: str | None,
    file: Path | None,
    template: str | None,
    dry_run: bool,
    skip_bad: bool,
    wait: bool,
    timeout: timedelta,
    **options: Any,
) -> None:
    """Queue TEXT to RECIPIENT and print the id of the message; the text is sent character for character.

    With --csv, one message for each row: the file has a header line and a column `recipient` (or number,
    phone, telephone); its columns fill the {placeholders} of --text, and dedupe_key, priority, not_before,
    expires_at, modem and campaign hold for their row. All rows are checked before the first is queued.
    """
    if file is not None:
        if recipient is not None or template is None or wait:
            raise click.UsageError(
                "with --csv FILE the text is given by --text TEMPLATE, and there is no --wait"
            )
        from gateway.cli.send_file import send_file

        send_file(context, file, template, options_of(context, options), dry_run=dry_run, skip_bad=skip_bad)
        return
    if recipient is None or text is None or template is not None or skip_bad:
        raise click.UsageError("give RECIPIENT and TEXT, or --csv FILE and --text TEMPLATE")
    _send_one(context, recipient, text, options_of(context, options), dry_run, timeout if wait else None)


def options_of(context: Context, options: dict[str, Any]) -> NewMessage:
    """What the options say about every message; recipient and body are empty. Raises UsageError and Failure."""
    from gateway.store.rows import NewMessage

    settings = context.settings_or_defaults()
    now, zone = context.clock.now(), settings.gateway.zone
    at = _moment("--at", options["at"], now, settings)
    expires = _moment("--expires", options["expires"], now, settings)
    if expires is not None and expires <= (at or now):
        raise click.UsageError(
            f"--expires: {expires.astimezone(zone):%Y-%m-%d %H:%M} is before it may be sent at all"
        )
    if options["modem"] is not None and settings.modems and options["modem"] not in settings.modems:
        raise Failure(f"no modem is named {options['modem']!r}", f"configured: {', '.join(settings.modems)}")
    return NewMessage(
        recipient="",
        body="",
        category=options["category"],
        priority=options["priority"],
        not_before=to_text(at) if at else None,
        expires_at=to_text(expires) if expires else None,
        modem=options["modem"],
        dedupe_key=options["dedupe_key"],
        campaign=options["campaign"],
        report=not options["no_report"],
        flash=options["flash"],
        on_unknown=OnUnknown(options["on_unknown"]) if options["on_unknown"] else None,
    )


def _moment(option: str, text: str | None, now: datetime, settings: Settings) -> datetime | None:
    if text is None:
        return None
    try:
        moment = times.coming(text, now, settings.gateway.zone)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None
    if moment < now:
        raise click.UsageError(f"{option}: {text} has passed already")
    return moment


def _send_one(
    context: Context, recipient: str, text: str, base: NewMessage, dry_run: bool, timeout: timedelta | None
) -> None:
    from dataclasses import replace

    from gateway.cli.asking import asking
    from gateway.cli.waiting import settled
    from gateway.policy import Refusal, Request
    from gateway.store import DuplicateKey, outbox

    request = Request(recipient=recipient, body=text, category=base.category, own=False)
    verdict = asking(context)(request)
    if isinstance(verdict, Refusal):
        raise Failure(f"not queued: {verdict.reason}")
    if dry_run:
        _tell(verdict, text)
        return
    store = context.store()
    with store.write() as tx:
        try:
            message_id = outbox.insert(tx, replace(base, recipient=verdict.number, body=text))
        except DuplicateKey as error:
            raise Failure(str(error), f"smsgw outbox show {error.earlier} shows that one") from error
    _tell(verdict, text)
    if not context.json:
        click.echo(message_id)
    row = settled(context, store, message_id, timeout) if timeout is not None else None
    if context.json:
        state = str(row.state if row else State.QUEUED)
        facts = {"id": message_id, "recipient": verdict.number, "parts": len(verdict.parts)}
        write_json(
            {
                **facts,
                "alphabet": str(verdict.alphabet),
                "state": state,
                "reason": row.reason if row else None,
            }
        )
    if row is not None and row.state not in ARRIVED:
        raise Failure(
            f"message {message_id} is {row.state}: {row.reason or 'no reason known'}",
            f"smsgw outbox show {message_id}",
        )


def _tell(verdict: Allowed, text: str) -> None:
    """What it costs, on stderr: not before it is queued, so that a refusal is the one line there."""
    click.echo(measure(verdict, text), err=True)
    if verdict.advertising:
        click.echo(f"advertising words: {', '.join(verdict.advertising)}", err=True)


def measure(verdict: Allowed, text: str) -> str:
    """What a text costs: `2 parts in ucs2, because of ê; gsm7 would take 1`."""
    from drivers import segment

    parts, costly = len(verdict.parts), segment(text).costly
    line = f"{parts} part{'s' if parts > 1 else ''} in {verdict.alphabet}"
    if not costly:
        return line
    cheap = len(segment("".join("?" if character in costly else character for character in text)).parts)
    saved = f"; without them {cheap}" if cheap < parts else ""
    return f"{line}, because of {' '.join(costly)}{saved}"
