"""`smsgw survey try`: a survey rehearsed in the terminal."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.files import written
from gateway.cli.output import write_json
from gateway.cli.terminal import one_line
from gateway.clock import from_text, to_text
from gateway.surveys.definition import Survey, SurveyError, load
from gateway.surveys.script import HELP, Script, ScriptError, replay

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--context", "pairs", multiple=True, metavar="NAME=VALUE", help="A start variable, such as prenom=Ana."
)
@click.option("--language", metavar="LANG", help="The customer's language, such as en.")
@click.option("--at", metavar="TIME", help="When the event happens; now by default.")
@click.option("--save", type=FILE, metavar="FILE", help="Keep the rehearsal, to be played again as a test.")
@click.option(
    "--replay",
    "played",
    type=FILE,
    metavar="FILE",
    help="Play a saved rehearsal; exit code 1 where it differs.",
)
@click.pass_obj
def rehearse(
    context: Context,
    file: Path,
    pairs: tuple[str, ...],
    language: str | None,
    at: str | None,
    save: Path | None,
    played: Path | None,
) -> None:
    """Rehearse a survey: type what the customer writes, and see what the gateway answers.

    No modem, no database, no waiting: `:wait 2d` moves the clock, `:report failed` gives a status report, `:stop`
    sends STOP, `:state` shows the session. Quiet hours and consent are not asked.
    """
    survey = _load(file)
    if played is not None:
        _replay(context, survey, played)
        return
    script = _begin(survey, pairs, language, _moment(context, at))
    _converse(context, script)
    if context.json:
        said = [{"at": to_text(said.at), "mark": said.mark, "text": said.text} for said in script.talk.record]
        write_json({"survey": survey.id, "said": said, "session": script.talk.session.to_json()})
    if save is not None:
        with written(save) as out:
            out.write(script.saved())


def _load(file: Path) -> Survey:
    try:
        return load(file)
    except SurveyError as error:
        first = next(problem for problem in error.problems if not problem.warning)
        raise Failure(first.text(str(file)), f"smsgw survey check {file} shows all") from None


def _moment(context: Context, at: str | None) -> datetime:
    if at is None:
        return context.clock.now().replace(microsecond=0)
    try:
        return from_text(at)
    except ValueError:
        raise click.UsageError(f"--at {at}: a time such as 2026-11-24T10:00:00Z is expected.") from None


def _begin(survey: Survey, pairs: tuple[str, ...], language: str | None, at: datetime) -> Script:
    given = dict(pair.partition("=")[::2] for pair in pairs)
    if any("=" not in pair for pair in pairs):
        raise click.UsageError("--context: NAME=VALUE is expected, such as prenom=Ana.")
    script = Script(survey, at, context=given, language=language)
    session = script.talk.session
    if session.is_final:
        name = (session.reason or "").partition(":")[2]
        raise Failure(f"the survey does not start: {session.reason}", f"--context {name}=…" if name else "")
    return script


def _converse(context: Context, script: Script) -> None:
    """Lines from the keyboard, or from a pipe, until the end or :quit."""
    asks = sys.stdin.isatty() and not context.json
    if asks:
        click.echo(f"Type what the customer writes. {HELP}")
    _tell(context, script, script.typed, since=script.start)
    while True:
        if asks:
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line or line.strip() == ":quit":
            break
        if line.strip():
            _line(context, script, line)


def _line(context: Context, script: Script, line: str) -> None:
    if line.strip() == ":state":
        click.echo(one_line(script.state()), err=context.json)
        return
    before, known = script.talk.now, len(script.typed)
    try:
        script.type(line)
    except ScriptError as error:
        click.echo(f"smsgw: {one_line(str(error))}", err=True)
        return
    _tell(context, script, script.typed[known:], since=before)


def _tell(context: Context, script: Script, lines: list[str], since: datetime) -> None:
    if context.json:
        return
    passed = script.talk.now - since
    if passed > timedelta(0):
        click.echo(f"      {to_text(script.talk.now)[:19].replace('T', ' ')}")
    for line in lines:
        if line[:1] in ("<", "="):
            click.echo(("  " if line[0] == "<" else "      ") + one_line(line[2:]))


def _replay(context: Context, survey: Survey, played: Path) -> None:
    try:
        differences = replay(survey, played.read_text(encoding="utf-8"))
    except (ScriptError, UnicodeDecodeError) as error:
        raise Failure(f"{played}: {error}") from None
    if context.json:
        write_json({"file": str(played), "differences": differences})
    else:
        for line in differences:
            click.echo(one_line(line))
    if differences:
        raise Failure(f"{played}: the survey answers otherwise", "- is expected, + is found")
    if not context.json:
        click.echo(f"{played}: as expected")
