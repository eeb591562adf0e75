"""`smsgw survey cancel`: sessions that must not go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import write_json

if TYPE_CHECKING:
    from gateway.store import Store
    from gateway.surveys.runner import Runner

AT_ONCE = 100
"""Sessions of one transaction: the daemon, which may run meanwhile, waits for some 50 ms at most."""


@click.command()
@click.argument("ids", metavar="[ID…]", type=click.IntRange(min=1), nargs=-1)
@click.option(
    "--survey", metavar="SURVEY", help="Everybody of this survey who is asked, or waits to be, instead."
)
@click.pass_obj
def cancel(context: Context, ids: tuple[int, ...], survey: str | None) -> None:
    """Call off sessions: what waits does not go, nobody is told, and late answers are for a person.

    With --survey, invitations that wait for their time are refused, too. Answers that were given stay.
    """
    from gateway.store import Conflict
    from gateway.surveys.catalogue import Catalogue
    from gateway.surveys.runner import Runner

    if bool(ids) is (survey is not None):
        raise click.UsageError("Give the ids of sessions, or --survey SURVEY.")
    store, settings = context.store(create=False), context.settings_or_defaults()
    runner = Runner(Catalogue(store, settings.gateway.surveys), lambda: settings)
    refused = 0
    try:
        if survey is None:
            ended = _sessions(context, store, runner, ids, strict=True)
        else:
            ended, refused = _whole(context, store, runner, survey)
    except Conflict as error:
        raise Failure(str(error), "smsgw survey sessions shows who is asked") from error
    if context.json:
        write_json({"sessions": ended, "invitations": refused})
    else:
        also = f"; {refused} invitations refused" if refused else ""
        click.echo(f"{ended} sessions cancelled{also}")


def _whole(context: Context, store: Store, runner: Runner, survey: str) -> tuple[int, int]:
    """How many sessions were ended, and how many invitations refused. Who has answered meanwhile is done."""
    from gateway.store import sessions, surveys
    from gateway.surveys.withdrawing import call_off_invitations

    with store.write() as tx:
        refused = call_off_invitations(tx, survey, operator(), context.clock.now())
    with store.read() as read:
        ids = tuple(sessions.unfinished_of(read, survey))
        known = ids or refused or surveys.versions(read, survey)
    if not known:
        raise Failure(f"there is no survey {survey}", "smsgw survey list names them")
    return _sessions(context, store, runner, ids, strict=False), refused


def _sessions(context: Context, store: Store, runner: Runner, ids: tuple[int, ...], *, strict: bool) -> int:
    from gateway.surveys.withdrawing import call_off

    ended = 0
    for begin in range(0, len(ids), AT_ONCE):
        with store.write() as tx:
            some = ids[begin : begin + AT_ONCE]
            ended += call_off(tx, runner, some, operator(), context.clock.now(), strict=strict)
    return ended
