"""`smsgw inbox`: messages that came in, and what an operator can do with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import times
from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.files import written
from gateway.cli.inbox_attach import attach
from gateway.cli.operator import operator
from gateway.cli.output import local_time, rows_options, write_csv, write_json, write_rows
from gateway.clock import to_text
from gateway.model import Category, InboxKind

if TYPE_CHECKING:
    from gateway.store.inbox import Incoming

SHOWN = ("id", "received_at", "modem", "sender", "kind", "handled_at", "body")

NOBODY = {InboxKind.OPERATOR, InboxKind.UNDECODABLE}
"""Kinds that nobody stands behind."""

ID = click.argument("inbox_id", metavar="ID", type=click.IntRange(min=1))


@click.group()
def inbox() -> None:
    """Messages that came in."""


inbox.add_command(attach)


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which messages."""
    for option in (
        click.option(
            "--to-decide", is_flag=True, help="That waits for a decision: a STOP or not, a request for data."
        ),
        click.option("--unhandled", is_flag=True, help="That nobody has resolved yet."),
        click.option("--kind", metavar="KIND", help="Of this kind only: unmatched, answer, operator, …"),
        click.option("--sender", metavar="NUMBER", help="From this number or name only."),
        click.option("--since", metavar="TIME", help="Received since: 2h (ago), 18:30, 2026-11-23."),
    ):
        command = option(command)
    return command


@inbox.command("list")
@_filters
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="At most; 0: all.")
@click.option("--show-phone", is_flag=True, help="Whole numbers in the table.")
@rows_options
@click.pass_obj
def list_(context: Context, /, limit: int, show_phone: bool, **wanted: Any) -> None:
    """The newest messages first; --json and --csv have every column."""
    from gateway import numbers
    from gateway.store import inbox as rows

    zone = context.settings_or_defaults().gateway.zone
    with context.store(create=False).read() as read:
        found = rows.list_rows(read, limit=limit or -1, **_asked(context, **wanted))
    write_rows(
        context,
        rows.COLUMNS if context.json or context.csv else SHOWN,
        map(columns_of, found),
        shown={
            "sender": str if show_phone else numbers.mask,
            "received_at": lambda text: local_time(text, zone),
            "handled_at": lambda text: local_time(text, zone),
        },
        none="no message fits",
    )


@inbox.command()
@ID
@click.option("--show-phone", is_flag=True, help="Whole numbers, and the PDUs that hold them.")
@click.pass_obj
def show(context: Context, inbox_id: int, show_phone: bool) -> None:
    """Everything about a message: its parts and what their PDUs say, what it answers, what happened to it."""
    from gateway.cli.incoming import show_incoming

    show_incoming(context, inbox_id, show_phone=show_phone)


@inbox.command()
@click.argument("file", type=FILE, required=False)
@_filters
@click.pass_obj
def export(context: Context, /, file: Path | None, **wanted: Any) -> None:
    """Write messages as CSV to FILE or standard output, oldest first; with --json as one array.

    A text that a spreadsheet would take for a formula has an apostrophe in front; numbers have none.
    """
    from gateway.store import inbox as rows

    asked = _asked(context, **wanted)
    with context.store(create=False).read() as read:
        found = map(columns_of, rows.iterate(read, **asked))
        if context.json:
            write_json(list(found))
        elif file is None:
            write_csv(rows.COLUMNS, (row.values() for row in found))
        else:
            with written(file) as out:
                write_csv(rows.COLUMNS, (row.values() for row in found), out)


@inbox.command()
@ID
@click.argument("text")
@click.pass_obj
def reply(context: Context, inbox_id: int, text: str) -> None:
    """A person answers a customer: queue TEXT to whoever wrote message ID, and print its id.

    Who answered is recorded. It goes out by the SIM that the customer wrote to.
    """
    from gateway.cli.asking import asking
    from gateway.cli.send import measure
    from gateway.policy import Errand, Refusal, Request
    from gateway.store import events, outbox
    from gateway.store.outbox import NewMessage

    store = context.store(create=False)
    message = _answerable(_get(context, inbox_id))
    by_hand = Errand(by_hand=True)
    request = Request(recipient=message.sender, body=text, category=Category.ACK, own=True, errand=by_hand)
    verdict = asking(context)(request)
    if isinstance(verdict, Refusal):
        raise Failure(f"not queued: {verdict.reason}")
    answer = NewMessage(recipient=message.sender, body=text, category=Category.ACK)
    now = to_text(context.clock.now())
    with store.write() as tx:
        queued = outbox.insert_own(tx, answer, inbox_id=inbox_id, actor=operator())
        detail = {"actor": operator()}
        events.add(tx, "inbox_replied", now=now, inbox_id=inbox_id, message_id=queued, detail=detail)
    click.echo(measure(verdict, text), err=True)
    if context.json:
        write_json({"id": queued, "inbox_id": inbox_id})
    else:
        click.echo(queued)


@inbox.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.IntRange(min=1))
@click.option(
    "--optout/--not-optout",
    default=None,
    help="What may have been a STOP was one: nothing more is sent there; or was none.",
)
@click.pass_obj
def resolve(context: Context, ids: tuple[int, ...], optout: bool | None) -> None:
    """Note that messages are dealt with."""
    from gateway.cli.reviewing import decide
    from gateway.store import Conflict, events
    from gateway.store import inbox as rows

    now = to_text(context.clock.now())
    with context.store(create=False).write() as tx:
        try:
            changed = {inbox_id: rows.resolve(tx, inbox_id, now) for inbox_id in ids}
            for inbox_id in ids:
                decide(context, tx, inbox_id, optout)
        except Conflict as error:
            raise Failure(str(error), "nothing was changed; smsgw inbox list shows the newest") from error
        for inbox_id, was_open in changed.items():
            if was_open:
                events.add(tx, "inbox_resolved", now=now, inbox_id=inbox_id, detail={"actor": operator()})
    if context.json:
        write_json([{"id": inbox_id, "changed": was_open} for inbox_id, was_open in changed.items()])
        return
    for inbox_id, was_open in changed.items():
        click.echo(f"message {inbox_id} {'is resolved' if was_open else 'was resolved before'}")


def columns_of(row: Incoming) -> dict[str, Any]:
    """A message as its columns stand in the database: complete is 0 or 1."""
    from gateway.store.inbox import COLUMNS

    values = {column: getattr(row, column) for column in COLUMNS}
    return {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}


def _asked(
    context: Context,
    since: str | None,
    sender: str | None,
    kind: str | None,
    unhandled: bool,
    to_decide: bool,
) -> dict[str, Any]:
    """The filters as the store takes them."""
    from gateway import numbers

    gateway = context.settings_or_defaults().gateway
    try:
        moment = times.past(since, context.clock.now(), gateway.zone) if since is not None else None
    except ValueError as error:
        raise click.UsageError(f"--since: {error}") from None
    return {
        "since": None if moment is None else to_text(moment),
        "sender": None if sender is None else numbers.sender(sender, gateway.region)[0],
        "kind": kind,
        "unhandled": unhandled,
        "to_decide": to_decide,
    }


def _get(context: Context, inbox_id: int) -> Incoming:
    from gateway.store import inbox as rows

    with context.store(create=False).read() as read:
        found = rows.get(read, inbox_id)
    if found is None:
        raise Failure(f"there is no incoming message {inbox_id}", "smsgw inbox list shows the newest")
    return found


def _answerable(message: Incoming) -> Incoming:
    """The message, if a person wrote it. Raises Failure."""
    if message.kind == InboxKind.UNDECODABLE:
        raise Failure(f"message {message.id} cannot be read, so nobody knows who wrote it")
    if message.kind in NOBODY or not message.sender.startswith("+"):
        who = f"{message.sender!r}" if message.sender else "nobody"
        raise Failure(f"message {message.id} is from {who}, not from a person: nobody reads an answer there")
    return message
