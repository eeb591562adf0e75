"""`smsgw survey report`: what came of a survey."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from gateway.cli import times
from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.files import written
from gateway.cli.output import write_csv, write_json

GROUPS = ("sim", "lang", "week")


@click.command()
@click.argument("survey")
@click.option("--html", type=FILE, metavar="FILE", help="Write one HTML page, which needs no network.")
@click.option(
    "--since", metavar="TIME", help="Invited since: 30d (ago), 2026-11-01; compares with the time before."
)
@click.option("--until", metavar="TIME", help="Invited before, in the same forms.")
@click.option("--verbatims", type=click.IntRange(0, 1000), default=20, show_default=True, help="Texts shown.")
@click.option(
    "--by",
    metavar="WHAT",
    help="The same figures for each group: sim, lang, week or var.NAME (of the invitation).",
)
@click.option("--late", is_flag=True, help="Take late answers into the scores.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a row a figure, safe for spreadsheets.")
@click.pass_obj
def report(
    context: Context,
    survey: str,
    html: Path | None,
    since: str | None,
    until: str | None,
    verbatims: int,
    by: str | None,
    late: bool,
    as_csv: bool,
) -> None:
    """What came of SURVEY: who was reached, who answered, the scores and how sure they are, what people wrote.

    With --json one object that holds every count. The same data gives the same bytes. docs/report.md explains
    each figure.
    """
    from gateway.surveys.report import UnknownSurvey, build

    begins, ends = _moment(context, "--since", since), _moment(context, "--until", until)
    if begins is not None and ends is not None and begins >= ends:
        raise click.UsageError("--since must be before --until.")
    if by is not None and by not in GROUPS and not (by.startswith("var.") and by.removeprefix("var.")):
        raise click.UsageError(f"--by is {', '.join(GROUPS)} or var.NAME, such as var.magasin; not {by}.")
    zone = context.settings_or_defaults().gateway.zone
    with context.store(create=False).read() as read:
        try:
            found = build(
                read,
                survey,
                now=context.clock.now(),
                zone=zone,
                since=begins,
                until=ends,
                verbatims=verbatims,
                by=by,
                late=late,
            )
        except UnknownSurvey:
            raise Failure(f"there is no survey {survey}", "smsgw survey list names them") from None
    if html is not None:
        from gateway.surveys.report.page import page

        with written(html) as out:
            out.write(page(found))
    if context.json:
        from gateway.surveys.report.data import as_dict

        write_json(as_dict(found))
    elif as_csv:
        from gateway.surveys.report import data

        write_csv(data.COLUMNS, data.rows(found))
    elif html is not None:
        click.echo(f"wrote {html}")
    else:
        from rich.console import Console

        from gateway.surveys.report.terminal import render

        Console(highlight=False).print(render(found))


def _moment(context: Context, option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return times.past(text, context.clock.now(), context.settings_or_defaults().gateway.zone)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None
