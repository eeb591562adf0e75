"""`--config`, `--database`, `--json` and `-v`: the same before the command and after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from gateway.cli.context import Context

FILE = click.Path(dir_okay=False, path_type=Path)


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that notes an option in the command's Context, where it was given at all."""

    def note(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
        if value:
            context = ctx.ensure_object(Context)
            more = getattr(context, name) + value if name == "verbose" else value
            setattr(context, name, more)
        return value

    return note


def _options() -> list[click.Option]:
    return [
        click.Option(
            ["--config"],
            type=FILE,
            metavar="FILE",
            expose_value=False,
            callback=_set("config"),
            help="The configuration; else $SMSGW_CONFIG, ./config.toml, /etc/smsgw/config.toml.",
        ),
        click.Option(
            ["--database"],
            type=FILE,
            metavar="FILE",
            expose_value=False,
            callback=_set("database"),
            help="The database, instead of the one that the configuration names.",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_set("json"),
            help="Print JSON, for programs.",
        ),
        click.Option(
            ["-v", "--verbose"],
            count=True,
            expose_value=False,
            callback=_set("verbose"),
            help="Say more; twice: everything.",
        ),
    ]


def with_common(command: click.Command, *, hidden: bool = True) -> click.Command:
    """Give a command, and the commands below it, the common options; its own options of that name win.

    They are hidden in the help of single commands, where `smsgw --help` has said them already.
    """
    taken = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for option in _options():
        if not taken & set(option.opts):
            option.hidden = hidden
            command.params.append(option)
    command.context_settings.setdefault("help_option_names", ["-h", "--help"])
    if hidden and command.epilog is None:
        command.epilog = "Also, as before the command: --config, --database, --json, -v."
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_common(inner)
    return command
