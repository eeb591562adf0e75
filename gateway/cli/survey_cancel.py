"""`smsgw survey cancel`: sessions that must not go on."""

from __future__ import annotations

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import write_json

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
    from gateway.store import Conflict, sessions
    from gateway.surveys.catalogue import Catalogue
    from gateway.surveys.runner import Runner
    from gateway.surveys.withdrawing import call_off, call_off_invitations

    if bool(ids) is (survey is not None):
        raise click.UsageError("Give the ids of sessions, or --survey SURVEY.")
    store, settings = context.store(create=False), context.settings_or_defaults()
    runner = Runner(Catalogue(store, settings.gateway.surveys), lambda: settings)
    ended = refused = 0
    try:
        if survey is not None:
            with store.write() as tx:
                refused = call_off_invitations(tx, survey, operator(), context.clock.now())
            with store.read() as read:
                ids = tuple(sessions.unfinished_of(read, survey))
        for begin in range(0, len(ids), AT_ONCE):
            with store.write() as tx:
                ended += call_off(tx, runner, ids[begin : begin + AT_ONCE], operator(), context.clock.now())
    except Conflict as error:
        raise Failure(str(error), "smsgw survey sessions shows who is asked") from error
    if context.json:
        write_json({"sessions": ended, "invitations": refused})
    else:
        also = f"; {refused} invitations refused" if refused else ""
        click.echo(f"{ended} sessions cancelled{also}")
