"""`smsgw survey invite`: one person, or one for each row of a CSV file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import times
from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.output import write_json
from gateway.clock import to_text

if TYPE_CHECKING:
    from gateway.surveys.definition import Survey


@click.command()
@click.argument("survey")
@click.argument("recipient", required=False)
@click.option(
    "--context",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="Fills {KEY} in the texts; give one for each.",
)
@click.option(
    "--csv",
    "file",
    type=FILE,
    metavar="FILE",
    help="One invitation for each row of this file instead; its columns fill the texts.",
)
@click.option("--event-ref", metavar="TEXT", help="What it is about, such as an order number; fills {ref}.")
@click.option("--event-at", metavar="TIME", help="When that happened: 2h (ago), 18:30, 2026-11-23T18:30.")
@click.option("--at", metavar="TIME", help="Not before: 18:30, 2026-11-23T18:30, +2h.")
@click.option("--expires", metavar="TIME", help="Not after, in the same forms.")
@click.option("--language", metavar="LANGUAGE", help="Two letters, where the survey has it.")
@click.option("--dedupe-key", metavar="KEY", help="A second invitation with this key is refused.")
@click.option("--dry-run", is_flag=True, help="Check, invite nobody.")
@click.option(
    "--skip-bad", is_flag=True, help="With --csv: invite by the good rows although there are bad ones."
)
@click.pass_obj
def invite(
    context: Context,
    /,
    survey: str,
    recipient: str | None,
    pairs: tuple[str, ...],
    file: Path | None,
    dry_run: bool,
    skip_bad: bool,
    **wanted: str | None,
) -> None:
    """Ask RECIPIENT the questions of SURVEY, and print the invitation's id.

    The daemon decides within seconds whether this person may be asked; `survey sessions` shows who is.
    """
    definition = find(context, survey)
    asked = _asked(context, wanted)
    asked["context"] = _context(pairs)
    if file is not None:
        if recipient is not None:
            raise click.UsageError("Give either RECIPIENT or --csv FILE.")
        from gateway.cli.survey_invite_file import invite_file

        invite_file(context, file, definition, asked, dry_run=dry_run, skip_bad=skip_bad)
        return
    if recipient is None:
        raise click.UsageError("Give RECIPIENT, or --csv FILE.")
    _invite(context, definition, recipient, asked, dry_run=dry_run)


def find(context: Context, survey: str) -> Survey:
    """The survey in force, as the database knows it; before the first start as the folder has it. Raises Failure."""
    from gateway.store import surveys
    from gateway.surveys.catalogue import read_folder
    from gateway.surveys.definition import load_text

    with context.store().read() as read:
        stored = surveys.get(read, survey)
        there = [each.survey for each in surveys.current(read)]
    if stored is not None:
        loaded = load_text(stored.toml, survey, "off").survey
        if loaded is not None:
            return loaded
    for found in read_folder(context.settings_or_defaults().gateway.surveys, "off"):
        there.append(found.survey)
        if found.survey == survey:
            if found.loaded is None or found.loaded.survey is None:
                raise Failure(
                    f"survey {survey} cannot be used: {found.problem}", f"smsgw survey check {found.file}"
                )
            return found.loaded.survey
    raise Failure(f"no survey is called '{survey}'; there are: {', '.join(sorted(set(there))) or 'none'}")


def _invite(
    context: Context, survey: Survey, recipient: str, asked: dict[str, Any], *, dry_run: bool
) -> None:
    from gateway.cli.survey_invite_file import problem_of
    from gateway.store import invitations

    settings = context.settings_or_defaults()
    found = problem_of(survey, recipient, asked, settings.gateway.region)
    if found is not None:
        raise Failure(f"not invited: {found[1]}")
    if dry_run:
        click.echo("may be invited; nothing was written (--dry-run)", err=True)
        return
    now = to_text(context.clock.now())
    with context.store().write() as tx:
        row = {**asked, "survey": survey.id, "recipient": recipient, "context": json.dumps(asked["context"])}
        invitation_id = invitations.insert(tx, row, created_at=now)
    if context.json:
        write_json({"id": invitation_id})
    else:
        click.echo(invitation_id)


def _asked(context: Context, wanted: dict[str, str | None]) -> dict[str, Any]:
    """The options as columns of `invitation`."""
    zone, now = context.settings_or_defaults().gateway.zone, context.clock.now()
    asked: dict[str, Any] = {
        "event_ref": wanted["event_ref"],
        "language": wanted["language"],
        "dedupe_key": wanted["dedupe_key"],
    }
    for column, option, read in (
        ("event_at", "event_at", times.past),
        ("not_before", "at", times.coming),
        ("expires_at", "expires", times.coming),
    ):
        text = wanted[option]
        try:
            asked[column] = None if text is None else to_text(read(text, now, zone))
        except ValueError as error:
            raise click.UsageError(f"--{option.replace('_', '-')}: {error}") from None
    return asked


def _context(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise click.UsageError(f"--context {pair}: KEY=VALUE is expected, such as prenom=Ana.")
        found[key.strip()] = value
    return found
