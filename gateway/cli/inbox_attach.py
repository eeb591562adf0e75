"""`smsgw inbox attach`: a customer answered from another telephone."""

from __future__ import annotations

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.operator import operator
from gateway.cli.output import write_json


@click.command()
@click.argument("inbox_id", metavar="ID", type=click.IntRange(min=1))
@click.argument("session_id", metavar="SESSION", type=click.IntRange(min=1))
@click.argument("question")
@click.pass_obj
def attach(context: Context, inbox_id: int, session_id: int, question: str) -> None:
    """Message ID answers QUESTION of SESSION: a customer wrote from another telephone.

    The survey goes on with the telephone that it began with. Who said so is recorded.
    """
    from gateway.store import Conflict
    from gateway.surveys.attaching import attach as attach_message
    from gateway.surveys.catalogue import Catalogue
    from gateway.surveys.runner import Runner

    settings = context.settings_or_defaults()
    store = context.store(create=False)
    runner = Runner(Catalogue(store, settings.gateway.surveys), lambda: settings)
    try:
        with store.write() as tx:
            result = attach_message(
                tx, runner, inbox_id, session_id, question, actor=operator(), now=context.clock.now()
            )
    except Conflict as error:
        raise Failure(str(error), "nothing was changed; smsgw survey show ID shows the session") from error
    if context.json:
        write_json({"id": inbox_id, "session_id": session_id, "question": question, **result.as_dict()})
    else:
        click.echo(
            f"message {inbox_id} answers {question} of session {session_id}: {result.value or result.outcome}"
        )
