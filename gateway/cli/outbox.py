"""`smsgw outbox`: messages on their way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gateway.cli import times
from gateway.cli.context import Context
from gateway.cli.output import local_time, rows_options, write_rows
from gateway.cli.steering import cancel, pause, resolve, resume, retry
from gateway.clock import to_text
from gateway.model import State

if TYPE_CHECKING:
    from gateway.store.rows import Message

COLUMNS = (
    "id", "recipient", "body", "category", "priority", "not_before", "expires_at", "modem", "dedupe_key",
    "campaign", "context", "report", "flash", "on_unknown", "state", "reason", "attempts", "parts", "modem_used",
    "created_at", "updated_at", "sent_at", "delivered_at",
)  # fmt: skip
"""The columns that applications see, in CONTRACT's order."""

SHOWN = ("id", "created_at", "recipient", "state", "parts", "modem_used", "reason", "body")


@click.group()
def outbox() -> None:
    """Messages on their way out."""


@outbox.command("list")
@click.option("--state", type=click.Choice([str(state) for state in State]), help="In this state only.")
@click.option("--recipient", metavar="NUMBER", help="To this number only.")
@click.option("--campaign", metavar="NAME", help="Of this campaign only.")
@click.option("--since", metavar="TIME", help="Created since: 2h (ago), 18:30, 2026-11-23.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="At most; 0: all.")
@click.option("--show-phone", is_flag=True, help="Whole numbers in the table.")
@rows_options
@click.pass_obj
def list_(
    context: Context,
    state: str | None,
    recipient: str | None,
    campaign: str | None,
    since: str | None,
    limit: int,
    show_phone: bool,
) -> None:
    """The newest messages first; --json and --csv have every column."""
    from gateway import numbers
    from gateway.store import outbox as rows

    gateway = context.settings_or_defaults().gateway
    with context.store(create=False).read() as read:
        found = rows.list_rows(
            read,
            state=State(state) if state else None,
            number=_number(recipient, gateway.region),
            campaign=campaign,
            since=_since(since, context),
            limit=limit or -1,
        )
    programs = context.json or context.csv
    write_rows(
        context,
        COLUMNS if programs else SHOWN,
        map(columns_of, found),
        shown={
            "recipient": str if show_phone else numbers.mask,
            "created_at": lambda text: local_time(text, gateway.zone),
        },
        none="no message fits",
    )


def columns_of(row: Message) -> dict[str, Any]:
    """A message as its columns stand in the database: report and flash are 0 or 1."""
    values = {column: getattr(row, column) for column in COLUMNS}
    return {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}


def _number(text: str | None, region: str) -> str | None:
    from gateway.numbers import InvalidNumber, normalise

    try:
        return normalise(text, region) if text is not None else None
    except InvalidNumber:
        return text  # a refused row is found as its recipient was written


def _since(text: str | None, context: Context) -> str | None:
    if text is None:
        return None
    zone = context.settings_or_defaults().gateway.zone
    try:
        return to_text(times.past(text, context.clock.now(), zone))
    except ValueError as error:
        raise click.UsageError(f"--since: {error}") from None


@outbox.command()
@click.argument("message_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--show-phone", is_flag=True, help="Whole numbers.")
@click.pass_obj
def show(context: Context, message_id: int, show_phone: bool) -> None:
    """The life of a message: parts, attempts, reports, events, and what it still waits for."""
    from gateway.cli.message import show_message

    show_message(context, message_id, show_phone=show_phone)


for command in (cancel, retry, resolve, pause, resume):
    outbox.add_command(command)
