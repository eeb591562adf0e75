"""`smsgw outbox`: messages on their way out, and what an operator can do to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import times
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import local_time, rows_options, write_json, write_rows
from gateway.clock import to_text
from gateway.model import Reason, State, reason

if TYPE_CHECKING:
    from gateway.store import Reader, Store, Tx
    from gateway.store.rows import Message

COLUMNS = (
    "id", "recipient", "body", "category", "priority", "not_before", "expires_at", "modem", "dedupe_key",
    "campaign", "context", "report", "flash", "on_unknown", "state", "reason", "attempts", "parts", "modem_used",
    "created_at", "updated_at", "sent_at", "delivered_at",
)  # fmt: skip
"""The columns that applications see, in CONTRACT's order."""

SHOWN = ("id", "created_at", "recipient", "state", "parts", "modem_used", "reason", "body")

AT_ONCE = 500
"""Messages that one transaction cancels."""

IDS = click.argument("ids", metavar="ID...", nargs=-1, type=click.IntRange(min=1))


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


@outbox.command()
@IDS
@click.option("--campaign", metavar="NAME", help="Every queued message of this campaign, too.")
@click.pass_obj
def cancel(context: Context, ids: tuple[int, ...], campaign: str | None) -> None:
    """Queued messages are not sent any more."""
    from gateway.store import outbox as rows

    if not ids and campaign is None:
        raise click.UsageError("give the ID of a message, or --campaign NAME")
    store = context.store(create=False)
    why = reason(Reason.BY_OPERATOR, operator())
    done: list[int] = []
    left: list[int] = []
    for batch in _batches(store, ids, campaign):
        now = to_text(context.clock.now())
        with store.write() as tx:
            for message_id in batch:
                (done if rows.cancel(tx, message_id, why, now) else left).append(message_id)
    _report(
        context,
        store,
        "cancelled",
        done,
        [each for each in left if each in ids],
        "only a queued one is cancelled",
    )


def _batches(store: Store, ids: tuple[int, ...], campaign: str | None) -> Iterator[Sequence[int]]:
    """The ids that were named, then those of the campaign that are queued, a few hundred at a time."""
    from gateway.store import outbox as rows

    if ids:
        yield ids
    seen: set[int] = set()
    while campaign is not None:
        with store.read() as read:
            found = rows.list_rows(read, state=State.QUEUED, campaign=campaign, limit=AT_ONCE)
        batch = [row.id for row in found if row.id not in seen]
        if not batch:
            return
        seen.update(batch)
        yield batch


@outbox.command()
@IDS
@click.pass_obj
def retry(context: Context, ids: tuple[int, ...]) -> None:
    """Failed messages are queued again; parts that the network has are not sent again."""
    from gateway.store import outbox as rows

    _each(
        context,
        ids,
        "queued again",
        rows.retry,
        "only a failed one, whose text is still there, is tried again",
    )


@outbox.command()
@IDS
@click.option("--sent", is_flag=True, help="It went out.")
@click.option("--failed", is_flag=True, help="It did not; `outbox retry` sends it then.")
@click.pass_obj
def resolve(context: Context, ids: tuple[int, ...], sent: bool, failed: bool) -> None:
    """Say what became of messages whose outcome is unknown."""
    from gateway.store import Conflict, events
    from gateway.store import outbox as rows

    if sent == failed:
        raise click.UsageError("give either --sent or --failed")

    def one(tx: Tx, message_id: int, now: str) -> bool:
        try:
            rows.resolve(tx, message_id, sent, operator(), now)
        except Conflict:
            return False
        detail = {"actor": operator(), "outcome": "sent" if sent else "failed"}
        events.add(tx, "resolved", now=now, message_id=message_id, detail=detail)
        return True

    _each(context, ids, "resolved", one, "only an unknown one is resolved")


@outbox.command()
@click.pass_obj
def pause(context: Context) -> None:
    """Send nothing until `resume`; what is received is received."""
    from gateway.store import outbox as rows

    with context.store(create=False).write() as tx:
        changed = rows.pause(tx, to_text(context.clock.now()), operator())
    _say(context, paused=True, changed=changed)


@outbox.command()
@click.pass_obj
def resume(context: Context) -> None:
    """Go on sending."""
    from gateway.store import outbox as rows

    with context.store(create=False).write() as tx:
        changed = rows.resume(tx, to_text(context.clock.now()), operator())
    _say(context, paused=False, changed=changed)


def _say(context: Context, *, paused: bool, changed: bool) -> None:
    if context.json:
        write_json({"paused": paused, "changed": changed})
    else:
        click.echo(f"sending is {'paused' if paused else 'on'}{'' if changed else ', as it was'}")


def _each(
    context: Context, ids: tuple[int, ...], done: str, act: Callable[[Tx, int, str], bool], otherwise: str
) -> None:
    if not ids:
        raise click.UsageError("give the ID of a message")
    store = context.store(create=False)
    now = to_text(context.clock.now())
    with store.write() as tx:
        changed = {message_id: act(tx, message_id, now) for message_id in ids}
    _report(
        context,
        store,
        done,
        [each for each, well in changed.items() if well],
        [each for each, well in changed.items() if not well],
        otherwise,
    )


def _report(
    context: Context, store: Store, word: str, done: Sequence[int], left: Sequence[int], otherwise: str
) -> None:
    """What was done, what could not be and why. Raises Failure where there was such."""
    with store.read() as read:
        states = {message_id: _state(read, message_id) for message_id in left}
    if context.json:
        rows: list[dict[str, Any]] = [{"id": each, "done": True, "state": None} for each in done]
        write_json(rows + [{"id": each, "done": False, "state": state} for each, state in states.items()])
    elif done:
        shown = ", ".join(map(str, done)) if len(done) <= 10 else f"{len(done)} messages"
        click.echo(f"{word}: {shown}")
    if states:
        why = "; ".join(f"message {each} is {state or 'not there'}" for each, state in states.items())
        raise Failure(why, otherwise)


def _state(read: Reader, message_id: int) -> str | None:
    from gateway.store import outbox as rows

    row = rows.get(read, message_id)
    return None if row is None else str(row.state)
