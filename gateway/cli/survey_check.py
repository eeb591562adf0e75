"""`smsgw survey check`: what is wrong with survey files, and what their texts cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gateway.cli.context import Context
from gateway.cli.output import write_json, write_rows
from gateway.cli.terminal import one_line
from gateway.surveys.definition import Cost, costs
from gateway.surveys.definition.loading import Loaded, look_at
from gateway.surveys.definition.problems import MEANINGS, Problem, dotted

COLUMNS = ("text", "language", "alphabet", "characters", "parts", "with names", "says")


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, path_type=Path)
)
@click.pass_obj
def check(context: Context, files: tuple[Path, ...]) -> None:
    """Check survey files (or all of a folder): errors, warnings, and the parts that each text takes.

    Texts are measured as long as their placeholders may get; "with names" is what a name like Zoë makes of it.
    Exit code 1 where a file has errors.
    """
    found = [(file, look_at(file)) for file in _toml(files)]
    if not found:
        raise click.UsageError("There is no .toml file in that folder.")
    if context.json:
        write_json([_as_object(file, loaded) for file, loaded in found])
    else:
        for file, loaded in found:
            _show(context, file, loaded)
    if any(loaded.errors for _, loaded in found):
        raise click.exceptions.Exit(1)


def _toml(files: tuple[Path, ...]) -> Iterator[Path]:
    for file in files:
        if file.is_dir():
            yield from sorted(file.glob("*.toml"))
        else:
            yield file


def _show(context: Context, file: Path, loaded: Loaded) -> None:
    for problem in loaded.problems:
        click.echo(one_line(problem.text(str(file))))
    if loaded.survey is None:
        return
    verdict = "no problems" if not loaded.problems else "can be used"
    click.echo(f"{one_line(str(file))}: {verdict}, {len(loaded.survey.questions)} question(s)")
    write_rows(context, COLUMNS, [_row(each) for each in costs(loaded.survey)])


def _row(cost: Cost) -> dict[str, Any]:
    return {
        "text": dotted(cost.where),
        "language": cost.language,
        "alphabet": f"{cost.segments.alphabet} ({cost.segments.costly})"
        if cost.segments.costly
        else cost.segments.alphabet,
        "characters": cost.segments.units,
        "parts": f"{cost.parts} ({cost.plain_parts} without {cost.costly})" if cost.costly else cost.parts,
        "with names": cost.with_names,
        "says": cost.sample,
    }


def _as_object(file: Path, loaded: Loaded) -> dict[str, Any]:
    survey = loaded.survey
    return {
        "file": str(file),
        "survey": survey.id if survey else None,
        "version": survey.version if survey else None,
        "errors": [_problem(problem) for problem in loaded.errors],
        "warnings": [_problem(problem) for problem in loaded.warnings],
        "texts": [_text(cost) for cost in costs(survey)] if survey else [],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "about": MEANINGS[problem.code],
        "where": problem.key,
        "line": problem.line,
        "what": problem.what,
    }


def _text(cost: Cost) -> dict[str, Any]:
    return {
        "where": dotted(cost.where),
        "language": cost.language,
        "alphabet": cost.segments.alphabet,
        "characters": cost.segments.units,
        "parts": cost.parts,
        "parts_with_names": cost.with_names,
        "costly": cost.segments.costly,
        "parts_without_costly": cost.plain_parts,
        "sample": cost.sample,
    }
