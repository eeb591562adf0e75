"""The root of the command line: which commands there are, without importing any of them."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

import click

from gateway import log
from gateway.cli.common import with_common
from gateway.cli.context import Context
from gateway.cli.errors import Failure, explained


@dataclass(frozen=True, slots=True)
class Entry:
    """A command that is imported when it is asked for: `gateway.cli.<module>` has it under its own name."""

    name: str
    help: str
    module: str = ""

    @property
    def path(self) -> str:
        """The module to import."""
        return f"gateway.cli.{self.module or self.name}"

    def exists(self) -> bool:
        """Whether this installation has it."""
        return importlib.util.find_spec(self.path) is not None

    def load(self) -> click.Command:
        """Import it."""
        command = getattr(importlib.import_module(self.path), self.name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.path}.{self.name} is no click command")
        return with_common(command)


ENTRIES = (
    Entry("run", "The daemon, in the foreground."),
    Entry("demo", "Everything at once, with simulated modems and customers."),
    Entry("status", "Modems, queue, rates, the oldest waiting message."),
    Entry("config", "Check the configuration, or print an example."),
    Entry("send", "Queue one message, or one for each row of a CSV file."),
    Entry("outbox", "Messages on their way out."),
    Entry("inbox", "Messages that came in."),
    Entry("modem", "Find modems, look at them, talk to them."),
    Entry("survey", "Surveys: check, try, invite, report."),
    Entry("consent", "Who may be written to, and who said STOP."),
    Entry("alert", "Unhappy customers, and who called them back."),
    Entry("contact", "Everything held about a person, and its erasure."),
    Entry("pdu", "Decode and encode PDUs."),
    Entry("simulate", "Simulated modems on ptys, for other programs too."),
    Entry("db", "Check, migrate, back up and prune the database."),
)


class Root(click.Group):
    """`smsgw`: loads a command when it is named, and turns errors into one line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands that are installed, in the order of a day's work."""
        return [entry.name for entry in ENTRIES if entry.exists()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        for entry in ENTRIES:
            if entry.name == cmd_name and entry.exists():
                return entry.load()
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
        if near and near != args[:1] and not args[0].startswith("-"):
            ctx.fail(f"No such command '{args[0]}'; did you mean {near[0]}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table above, so that the help imports nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in ENTRIES if entry.exists()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours that a user can mend becomes a line on stderr."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:
            failure = explained(error) or self._surprise(ctx, error)
            raise failure from error

    def _surprise(self, ctx: click.Context, error: Exception) -> click.ClickException:
        """A mistake of ours: with -v the traceback, without it a line that asks for it."""
        if ctx.ensure_object(Context).verbose:
            raise error
        return Failure(
            f"internal error: {type(error).__name__}: {error}", "the same command with -v shows where"
        )


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version  # a third of the start-up time

        click.echo(f"smsgw {version('smsgw')}")
        ctx.exit()


@click.group(
    "smsgw", cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print it."
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """An SMS gateway for customer surveys: messages out and in through GSM modems.

    Exit codes: 0 done, 1 it could not be done, 2 wrong usage, 3 configuration invalid.
    """
    context = ctx.ensure_object(Context)
    log.setup(context.verbose)


with_common(cli, hidden=False)
