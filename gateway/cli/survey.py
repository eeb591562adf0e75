"""`smsgw survey`: what is asked, and how replies are understood."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import IO, Any

import click

from gateway.cli.context import Context
from gateway.cli.output import write_facts, write_json
from gateway.cli.survey_cancel import cancel
from gateway.cli.survey_check import check
from gateway.cli.survey_export import export
from gateway.cli.survey_invite import invite
from gateway.cli.survey_report import report
from gateway.cli.survey_sessions import list_, sessions, show
from gateway.cli.survey_try import rehearse
from gateway.cli.terminal import escaped_json

TYPES = ("nps", "csat", "ces", "scale", "yesno", "choice", "text")
_KEY_AND_LABEL = re.compile(r"(\w+)=(.+)", re.DOTALL)


@click.group()
def survey() -> None:
    """Surveys: what is asked, and how replies are understood."""


survey.add_command(check)
survey.add_command(rehearse)
for command in (list_, invite, sessions, show, cancel, report, export):
    survey.add_command(command)


class WithText(click.Command):
    """A command whose last argument is a customer's text, which may begin with a dash: "-1", "- 9"."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let a last argument like "-9" be the text, although it looks like an option."""
        options = (each for each in self.params if isinstance(each, click.Option) and not each.is_flag)
        wanting = {name for each in options for name in each.opts}
        dashed = bool(args) and re.match(r"-(?![-A-Za-z])", args[-1]) is not None
        if dashed and "--" not in args and not wanting & set(args[-2:-1]):
            args = [*args[:-1], "--", args[-1]]
        return super().parse_args(ctx, args)


@survey.command(cls=WithText)
@click.argument("words", metavar="TEXT", nargs=-1)
@click.option("--type", "kind", type=click.Choice(TYPES), help="What was asked.")
@click.option("--min", "low", type=int, metavar="N", help="The lowest score of a scale.")
@click.option("--max", "high", type=int, metavar="N", help="The highest score of a scale.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="KEY=LABEL",
    help="An option of a choice; give one for each.",
)
@click.option(
    "--question", metavar="TEXT", default="", help="The question as it was sent: a quotation is left out."
)
@click.option("--strict", is_flag=True, help="A text that may be an opt-out is one.")
@click.option(
    "--batch",
    type=click.File("rb"),
    metavar="FILE",
    help="Read a JSON object from each line, print a result for each; - is standard input.",
)
@click.pass_obj
def parse(
    context: Context,
    words: tuple[str, ...],
    kind: str | None,
    low: int | None,
    high: int | None,
    options: tuple[str, ...],
    question: str,
    strict: bool,
    batch: IO[bytes] | None,
) -> None:
    """Say what TEXT means as a reply to a question.

    With --batch, each line is `{"question_type": "nps", "question": {…}, "text": "…", "strict": false}`, where
    `question` may hold min, max, labels, codes, options and text; a line that cannot be read gives an object
    with "error" in its place.
    """
    from gateway.surveys.answers import parse as understand
    from gateway.surveys.answers.batch import answer_lines, question_from_json

    if batch is not None:
        if words or kind:
            raise click.UsageError("--batch takes neither --type nor TEXT: each line has its own.")
        sys.stdout.writelines(_results(answer_lines(line.decode("utf-8", "replace") for line in batch)))
        return
    more, text = _text(words, options)
    if kind is None or text is None:
        raise click.UsageError("Give --type and TEXT, or --batch FILE.")
    fields = {
        "min": low,
        "max": high,
        "text": question,
        "options": [_option(each) for each in (*options, *more)],
    }
    try:
        asked = question_from_json(kind, fields)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    result = understand(asked, text, strict)
    if context.json:
        write_json(result.as_dict())
    else:
        write_facts({**result.as_dict(), "flags": ", ".join(result.flags)}.items())


def _results(results: Iterator[dict[str, object]]) -> Iterator[str]:
    for result in results:
        yield escaped_json(json.dumps(result, ensure_ascii=False)) + "\n"


def _text(words: tuple[str, ...], options: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """The text, and options that stand before it: `--option 1=délai 2=produit TEXT`."""
    if not words:
        return (), None
    *more, text = words
    strange = [word for word in more if not (options and _KEY_AND_LABEL.fullmatch(word))]
    if strange:
        raise click.UsageError(
            f"One TEXT is expected, and there is {strange[0]!r} too: put the text in quotes."
        )
    return tuple(more), text


def _option(given: str) -> dict[str, Any]:
    found = _KEY_AND_LABEL.fullmatch(given)
    if not found:
        raise click.UsageError(f"--option {given}: KEY=LABEL is expected, such as 1=délai.")
    return {"key": found[1], "label": found[2]}
