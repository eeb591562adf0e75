"""`smsgw config`: check the configuration, or print an example to start from."""

from __future__ import annotations

from dataclasses import asdict

import click

from gateway.cli.context import Context
from gateway.cli.errors import BadConfiguration
from gateway.cli.output import write_json


@click.group()
def config() -> None:
    """Check the configuration, or print an example."""


@config.command()
@click.pass_obj
def check(context: Context) -> None:
    """Validate the configuration and the files that it names; every problem at once.

    Warnings do not make it invalid. Exit code 3 when it is.
    """
    from gateway.config import ConfigError, advice, check_files, load
    from gateway.surveys.checking import check_surveys

    file = context.config_path()
    try:
        settings = load(file)
        findings = [*check_files(settings), *check_surveys(settings), *advice(settings)]
    except ConfigError as error:
        findings = list(error.problems)
    errors = [problem for problem in findings if not problem.warning]
    if context.json:
        write_json({"file": str(file), "valid": not errors, "problems": list(map(asdict, findings))})
    else:
        for problem in findings:
            if problem.warning:
                click.echo(f"warning: {problem.text()}", err=True)
    if errors:
        raise BadConfiguration([] if context.json else [problem.text(file) for problem in errors])
    if not context.json:
        click.echo(f"{file}: OK")


@config.command()
def example() -> None:
    """Print config.example.toml: every key, with its default and what it is for."""
    from gateway.config.example import example as text

    click.echo(text(), nl=False)
