"""What a failed command says and returns: 1 it could not be done, 2 wrong usage, 3 configuration invalid."""

from __future__ import annotations

from typing import IO, Any

import click

from gateway.cli.terminal import plain


class Failure(click.ClickException):
    """It could not be done: one line says why, and what to try. Exit code 1.

    Any command may raise it: `raise Failure("no message 7", "smsgw outbox list shows them")`.
    """

    exit_code = 1

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(f"{why}; {hint}" if hint else why)

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line on stderr."""
        click.echo(f"smsgw: {plain(self.format_message())}", file=file, err=file is None)


class BadConfiguration(Failure):
    """The configuration cannot be used, or there is none: a line for each problem. Exit code 3."""

    exit_code = 3

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines

    def show(self, file: IO[Any] | None = None) -> None:
        """Print one line a problem on stderr."""
        for line in self.lines:
            click.echo(f"smsgw: {plain(line)}", file=file, err=file is None)


def explained(error: Exception) -> click.ClickException | None:
    """The failure that a library's error is to a user; None where it is a mistake of ours."""
    kinds = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    if "gateway.config.problems.ConfigError" in kinds:
        return BadConfiguration(str(error).splitlines())
    if isinstance(error, OSError) and error.strerror:
        return Failure(f"{error.filename}: {error.strerror}" if error.filename else error.strerror)
    if kinds & EXPECTED:
        return Failure(" ".join(str(error).split()) or type(error).__name__)
    return None


EXPECTED = {
    "drivers.errors.ModemError",
    "drivers.pdu.reader.PduError",
    "drivers.pdu.segment.TooManyParts",
    "gateway.control.CannotDo",
    "gateway.control.NotRunning",
    "gateway.lock.Taken",
    "gateway.numbers.InvalidNumber",
    "gateway.store.errors.StoreError",
    "builtins.OSError",
}
"""Errors whose text is a sentence for an operator, by name, so that nothing is imported for the list."""
