"""docs/cli.md, written from the commands themselves: `make docs` renews it, a test compares it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from gateway.cli.root import cli

HEAD = """\
# Command line

Every command, as `smsgw COMMAND -h` describes it; this page is generated (`make docs`).
`--config`, `--database`, `--json` and `-v` are taken before the command and after it.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_pages(cli, "smsgw", None)]).rstrip() + "\n"


def commands(command: click.Command = cli, name: str = "smsgw") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before what is in them."""
    yield name, command
    if isinstance(command, click.Group):
        ctx = _context(command, name, None)
        for inner in command.list_commands(ctx):
            found = command.get_command(ctx, inner)
            if found is not None and not found.hidden:
                yield from commands(found, f"{name} {inner}")


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    """A context of the command's own settings (click keeps the help option that the first one asks for)."""
    settings = {**command.context_settings, "terminal_width": 100, "max_content_width": 100}
    return click.Context(command, info_name=name, parent=parent, **settings)


def _pages(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    ctx = _context(command, name, parent)
    yield f"## {ctx.command_path}"
    yield f"```text\n{command.get_help(ctx)}\n```"
    yield ""
    if isinstance(command, click.Group):
        for inner in command.list_commands(ctx):
            found = command.get_command(ctx, inner)
            if found is not None and not found.hidden:
                yield from _pages(found, inner, ctx)


if __name__ == "__main__":
    sys.stdout.write(reference())
