from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from gateway.cli.reference import commands, reference
from gateway.config.example import example
from gateway.config.modem import Modem
from gateway.config.settings import Settings

ROOT = Path(__file__).parents[2]
COMMANDS = dict(commands())


def test_the_page_of_the_command_line_is_what_the_commands_say():
    assert (ROOT / "docs/cli.md").read_text() == reference(), "make docs writes it anew"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    command = COMMANDS[name]
    assert command.help, f"{name} has no help"
    assert f"## {name}\n" in reference()
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_common_options(name):
    taken = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert {"--json", "--database", "--config", "-v"} <= taken


def test_every_list_has_csv():
    lists = [command for name, command in COMMANDS.items() if name.endswith(" list")]
    assert lists
    assert all("--csv" in [option for each in command.params for option in each.opts] for command in lists)


def test_the_example_configuration_is_what_the_settings_say():
    assert (ROOT / "config.example.toml").read_text() == example(), "make docs writes it anew"


def test_the_example_configuration_shows_every_key():
    shown = set(re.findall(r"^(?:# )?(\w+) = ", example(), re.MULTILINE))
    headers = set(re.findall(r"^\[([\w.]+)\]", example(), re.MULTILINE))
    for path, keys in _tables("", Settings):
        assert keys <= shown, path
        assert path in headers or not keys, path
    assert "alerts.targets" in headers


def _tables(path, model):
    """Every table of the settings with its own keys."""
    inner = {
        name: field.annotation
        for name, field in model.model_fields.items()
        if isinstance(field.annotation, type)
        and hasattr(field.annotation, "model_fields")
        and not field.examples
    }
    yield path, model.model_fields.keys() - inner.keys() - {"modems", "targets"}
    for name, field in inner.items():
        yield from _tables(f"{path}.{name}".lstrip("."), field)
    if model is Settings:
        yield from _tables("modems.sim1", Modem)
