"""`smsgw send --wait`: watch one message until it is sent, or never will be."""

from __future__ import annotations

import select
from datetime import timedelta

import click

from gateway import control
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.model import State
from gateway.store import Store, outbox
from gateway.store.rows import Message

LOOK = 0.05
"""Seconds between two looks, each of microseconds."""


def settled(context: Context, store: Store, message_id: int, timeout: timedelta) -> Message:
    """The message once it is sent or never will be; its states on stderr meanwhile. Raises Failure when late."""
    _warn_if_stopped(store)
    deadline = context.clock.tick() + timeout.total_seconds()
    shown = ""
    while True:
        with store.read() as read:
            row = outbox.get(read, message_id)
        if row is None:
            raise Failure(f"message {message_id} is gone")
        before, shown = shown, f"{row.state}: {row.reason}" if row.reason else str(row.state)
        if shown != before:
            click.echo(shown, err=True)
        if row.state not in {State.QUEUED, State.SENDING}:
            return row
        if not _changed(context, store, deadline):
            raise Failure(
                f"message {message_id} is still {shown}", "it stays queued; smsgw status says what runs"
            )


def _changed(context: Context, store: Store, deadline: float) -> bool:
    """Wait until another program has committed; False where the deadline came first."""
    while not store.changed_elsewhere():
        if context.clock.tick() >= deadline:
            return False
        select.select([], [], [], LOOK)
    return True


def _warn_if_stopped(store: Store) -> None:
    try:
        control.ask(store.path, "status")
    except control.NotRunning:
        click.echo("no gateway runs on this database: the message goes once one does", err=True)
    except (control.CannotDo, OSError):
        return  # it runs, and is busy or not ours to ask
