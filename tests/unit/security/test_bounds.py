"""Time and secrets that a stranger's text, or a look at the list of processes, could take."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import click
import pytest

from gateway.alerts import notice
from gateway.cli import table_file
from gateway.cli.root import cli

PACKAGES = (
    "drivers.at",
    "drivers.pdu",
    "gateway.surveys.answers",
    "gateway.surveys.definition",
    "gateway.alerts",
)
MODULES = (
    "drivers.masking", "drivers.trace", "gateway.log", "gateway.numbers", "gateway.cli.output", "gateway.cli.terminal",
    "gateway.cli.template",
)  # fmt: skip
LONG = 1000
"""Characters. What goes back over the text for each of them takes a tenth of a second; what does so twice, minutes."""
FILLERS = (
    "a", " ", "1", "9 ", "0.", "-", "'", '"', '",', "\\", "{", "{a|", "}", "\n", "\t", ".", "a.", "a b ", "stop ", "é",
    "x=", "AT+", "AT;", "**04*", "://", "a://b ", ",1", "!a", "/", "non ", "pas ", "ne plus ", "+33 ", "[", "#", "=",
)  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled expression of the modules that read strangers' texts, wherever a module keeps it."""
    names = list(MODULES)
    for package in PACKAGES:
        names += [
            each.name
            for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
        ]
    for name in names:
        for key, value in vars(importlib.import_module(name)).items():
            for found in value if isinstance(value, tuple | list) else [value]:
                if isinstance(found, re.Pattern) and isinstance(found.pattern, str):
                    yield f"{name}.{key}", found


FOUND = sorted(dict(patterns()).items())


def test_there_are_expressions_to_look_at() -> None:
    assert len(FOUND) > 40


@pytest.mark.parametrize(("name", "pattern"), FOUND, ids=[name for name, _ in FOUND])
def test_no_expression_takes_long(name: str, pattern: re.Pattern[str]) -> None:
    for filler in FILLERS:
        text = (filler * LONG)[: LONG - 1] + "\x00"
        began = time.process_time()
        for _ in pattern.finditer(text):
            pass
        pattern.fullmatch(text)
        assert time.process_time() - began < 1, (name, filler)


def test_a_header_of_20000_columns_is_read_at_once() -> None:
    began = time.process_time()
    table = table_file.parse(",".join(f"c{number}" for number in range(20_000)).encode() + b"\n1\n")
    assert len(table.columns) == 20_000
    assert time.process_time() - began < 2


def options(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        yield path, str(parameter.name)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from options(inner, f"{path} {name}")


def test_no_command_takes_a_secret_where_the_list_of_processes_shows_it() -> None:
    """PINs and passwords come from files; /proc/PID/cmdline is everybody's to read."""
    said = list(options(cli, "smsgw"))
    assert len(said) > 50
    secret = re.compile(r"(^|_)(pin|puk|password|secret|token|key)($|_)")
    harmless = {("smsgw simulate", "pin")}  # of a SIM that is none
    found = {each for each in said if secret.search(each[1]) and each[1] != "dedupe_key"}
    assert found == harmless


@pytest.mark.parametrize(
    "text", ["nul\r\nBcc: all@example", "a\nb", "\x1b[2J", "\u202egnp", "\udc80", "\u2028x"]
)
def test_an_alert_has_no_line_that_a_customer_made(text: str) -> None:
    """A title becomes the header of a mail; a text is read by terminals, chats and phones."""
    assert notice._plain(f"[high] {text}").isprintable()
