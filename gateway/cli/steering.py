"""What an operator does to messages on their way out: cancel, retry, resolve, pause, resume."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import write_json
from gateway.clock import to_text
from gateway.model import Reason, State, reason

if TYPE_CHECKING:
    from gateway.store import Reader, Store, Tx

AT_ONCE = 500
"""Messages that one transaction cancels."""

IDS = click.argument("ids", metavar="ID...", nargs=-1, type=click.IntRange(min=1))


@click.command()
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


@click.command()
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


@click.command()
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


@click.command()
@click.pass_obj
def pause(context: Context) -> None:
    """Send nothing until `resume`; what is received is received."""
    from gateway.store import outbox as rows

    with context.store(create=False).write() as tx:
        changed = rows.pause(tx, to_text(context.clock.now()), operator())
    _say(context, paused=True, changed=changed)


@click.command()
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
        hints = [otherwise] if any(states.values()) else []
        if None in states.values():
            hints.append("smsgw outbox list shows the newest")
        raise Failure(why, "; ".join(hints))


def _state(read: Reader, message_id: int) -> str | None:
    from gateway.store import outbox as rows

    row = rows.get(read, message_id)
    return None if row is None else str(row.state)
