"""How results are written: tables for people, JSON and CSV for programs, progress on a terminal only."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import IO, Any, TypeVar

import click

from gateway.cli.context import Context
from gateway.cli.terminal import clip, escaped_json, one_line, plain, width
from gateway.clock import from_text

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])

_NUMBER = re.compile(r"[+-]?[\d .]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LATER = re.compile(r"(?<=[;\t\r\n])(?=[=@＝＠]|[+\-＋－][\w(=@])")
"""Where a spreadsheet that is set to another separator (a French one: the semicolon) would begin a cell."""


def rows_options(command: Command) -> Command:
    """`--csv` for a command that prints a list through `write_rows`."""

    def note(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            ctx.ensure_object(Context).csv = True

    option = click.option(
        "--csv", is_flag=True, expose_value=False, callback=note, help="Print CSV, safe for spreadsheets."
    )
    return option(command)


def write_rows(
    context: Context,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    shown: Mapping[str, Callable[[Any], str]] | None = None,
    none: str = "nothing found",
) -> None:
    """A list as `--json` (one array, fields named as the columns), `--csv`, or a table.

    `shown` says how a column looks in the table; the last column may be cut to the terminal's width.
    """
    if context.json:
        write_json([{column: row[column] for column in columns} for row in rows])
    elif context.csv:
        write_csv(columns, ([row[column] for column in columns] for row in rows))
    else:
        forms = shown or {}
        cells = [[one_line(_cell(forms, column, row[column])) for column in columns] for row in rows]
        _table(columns, cells, none)


def write_json(value: Any) -> None:
    """One JSON value on a line, characters as they are, save those that a terminal would obey."""
    click.echo(escaped_json(json.dumps(value, ensure_ascii=False)))


def write_csv(columns: Sequence[str], rows: Iterable[Iterable[Any]], file: IO[str] | None = None) -> None:
    """A header and rows; what a spreadsheet would take for a formula has an apostrophe in front.

    On standard output, or into `file`: `plain` in both, since a file is looked at in a terminal, too. Line ends and
    tabs stay, in quotes.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(value) for value in row])
        click.echo(out.getvalue(), file=file, nl=False)
        out.seek(0)
        out.truncate()
    click.echo(out.getvalue(), file=file, nl=False)


def write_facts(facts: Iterable[tuple[str, Any]]) -> None:
    """Names and values in two columns; what is None or empty is left out."""
    known = [(name, str(value)) for name, value in facts if value not in (None, "")]
    room = max((width(name) for name, _ in known), default=0)
    for name, value in known:
        click.echo(f"{name}{' ' * (room - width(name))}  {one_line(value)}")


def progress(items: Sequence[T], label: str) -> Iterator[T]:
    """The items one by one, with a bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def local_time(text: str | None, zone: tzinfo) -> str:
    """A time of the database in the gateway's zone, to the second; as it stands where it is no time."""
    try:
        return from_text(text).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if text else ""
    except ValueError:
        return text or ""


def _cell(forms: Mapping[str, Callable[[Any], str]], column: str, value: Any) -> str:
    if column in forms:
        return forms[column](value)
    return "" if value is None else str(value)


def _table(columns: Sequence[str], rows: list[list[str]], none: str) -> None:
    if not rows:
        click.echo(none, err=True)
        return
    widths = [max(width(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    if sys.stdout.isatty():
        room = shutil.get_terminal_size().columns - sum(widths[:-1]) - 2 * (len(widths) - 1)
        widths[-1] = min(widths[-1], max(room, 20))
    for row in [list(columns), *rows]:
        cells = [
            clip(cell, room) + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _safe(value: Any) -> Any:
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    value = _LATER.sub("'", plain(value.replace("\r\n", "\n")))
    return f"'{value}" if value.startswith(_FORMULA) else value
