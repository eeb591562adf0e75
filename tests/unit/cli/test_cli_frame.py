from __future__ import annotations

import importlib
import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from drivers.errors import PortBusy
from gateway.cli.common import with_common
from gateway.cli.context import Context
from gateway.cli.errors import EXPECTED, Failure, explained
from gateway.cli.root import ENTRIES, Root, cli
from gateway.config import ConfigError, Problem
from gateway.store.errors import LockedTooLong


@pytest.fixture
def runner(monkeypatch, tmp_path):
    monkeypatch.delenv("SMSGW_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gateway.config.reading.PLACES", (tmp_path / "config.toml",))
    return CliRunner()


def root_with(command):
    """A command line that has just one command."""

    class One(Root):
        def list_commands(self, ctx):
            return [command.name]

        def get_command(self, ctx, cmd_name):
            return command if cmd_name == command.name else None

    with_common(command)
    return with_common(One(name="smsgw"), hidden=False)


def failing(error):
    @click.command()
    def fail():
        """Fail."""
        raise error

    return root_with(fail)


@pytest.mark.parametrize("where", ["before", "after", "both"])
def test_the_common_options_are_taken_before_and_after_the_command(where, runner):
    seen = []

    @click.group()
    def outer():
        """Hold."""

    @outer.command()
    @click.pass_obj
    def inner(context):
        """Note."""
        seen.append(context)

    options = ["--json", "--database", "x.db", "--config", "c.toml", "-v"]
    before, after = (options if where in (place, "both") else [] for place in ("before", "after"))
    result = runner.invoke(root_with(outer), [*before, "outer", "inner", *after])
    assert result.exit_code == 0, result.output
    (context,) = seen
    assert (context.json, str(context.database), str(context.config)) == (True, "x.db", "c.toml")
    assert context.verbose == (2 if where == "both" else 1)


def test_the_options_of_the_group_count_too(runner):
    result = runner.invoke(cli, ["config", "--json", "check"])
    assert result.exit_code == 3


def test_an_option_of_its_own_wins():
    @click.command()
    @click.option("--json", "form", is_flag=True)
    def mine(form):
        """Mine."""

    with_common(mine)
    assert [option.name for option in mine.params if "--json" in option.opts] == ["form"]


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (
            Failure("no message 7", "smsgw outbox list shows them"),
            1,
            "smsgw: no message 7; smsgw outbox list shows them\n",
        ),
        (
            PortBusy("/dev/ttyUSB0 is held by ModemManager (pid 7)"),
            1,
            "smsgw: /dev/ttyUSB0 is held by ModemManager (pid 7)\n",
        ),
        (LockedTooLong("g.db is locked"), 1, "smsgw: g.db is locked\n"),
        (
            FileNotFoundError(2, "No such file or directory", "x.csv"),
            1,
            "smsgw: x.csv: No such file or directory\n",
        ),
        (ConfigError(None, [Problem("a", "b"), Problem("c", "d")]), 3, "smsgw: a: b\nsmsgw: c: d\n"),
        (click.UsageError("so not"), 2, None),
        (KeyError("x"), 1, "smsgw: internal error: KeyError: 'x'; the same command with -v shows where\n"),
    ],
)
def test_errors_become_a_line_and_an_exit_code(error, code, text, runner):
    result = runner.invoke(failing(error), ["fail"])
    assert result.exit_code == code
    assert result.stdout == ""
    assert text is None or result.stderr == text


def test_with_v_a_mistake_of_ours_shows_where(runner):
    result = runner.invoke(failing(KeyError("x")), ["-v", "fail"])
    assert isinstance(result.exception, KeyError)


def test_a_strange_text_in_an_error_is_no_command_to_the_terminal(runner):
    result = runner.invoke(failing(Failure("from \x1b[31mthem")), ["fail"])
    assert result.stderr == "smsgw: from \\x1b[31mthem\n"


def test_an_unforeseen_error_is_not_explained_away():
    assert explained(ZeroDivisionError()) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["outbx"], "did you mean outbox"),
        (["nonsense"], "No such command 'nonsense'"),
        (["config", "check", "--wrong"], "No such option"),
        ([], "Commands:"),
        (["--config"], "requires an argument"),
    ],
)
def test_wrong_usage_is_two(arguments, words, runner):
    result = runner.invoke(cli, arguments)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], ["config", "-h"], ["config", "check", "-h"]])
def test_help_is_there_under_both_names(arguments, runner):
    result = runner.invoke(cli, arguments)
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")


def test_a_missing_configuration_names_the_places(runner, tmp_path):
    result = runner.invoke(cli, ["config", "check"])
    assert result.exit_code == 3
    assert f"{tmp_path}/config.toml" in result.stderr


def test_an_invalid_configuration_is_told_whole(runner, tmp_path):
    (tmp_path / "config.toml").write_text("[gateway]\nbrnd = 1\nregion = 'XX'\n")
    result = runner.invoke(cli, ["config", "check"])
    assert result.exit_code == 3
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        f"{tmp_path}/config.toml:2",
        f"{tmp_path}/config.toml:3",
    ]
    shown = json.loads(runner.invoke(cli, ["config", "check", "--json"]).stdout)
    assert shown["valid"] is False
    assert [problem["where"] for problem in shown["problems"]] == ["gateway.brnd", "gateway.region"]


def test_a_valid_configuration_is_ok_with_its_warnings(runner, tmp_path):
    (tmp_path / "config.toml").write_text(f"[gateway]\ndatabase = '{tmp_path}/g.db'\n")
    result = runner.invoke(cli, ["config", "check"])
    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path}/config.toml: OK\n"
    assert "no modem" in result.stderr


def test_the_example_checks_itself(runner, tmp_path):
    text = runner.invoke(cli, ["config", "example"]).stdout
    (tmp_path / "config.toml").write_text(text)
    assert runner.invoke(cli, ["config", "check"]).exit_code == 0


def test_a_database_alone_is_enough_and_a_named_configuration_must_be_right(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.config.reading.PLACES", (tmp_path / "none.toml",))
    monkeypatch.delenv("SMSGW_CONFIG", raising=False)
    assert Context(database=tmp_path / "a.db").settings_or_defaults().gateway.region == "FR"
    with pytest.raises(ConfigError):
        Context().settings_or_defaults()
    with pytest.raises(ConfigError):
        Context(database=tmp_path / "a.db", config=tmp_path / "none.toml").settings_or_defaults()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_the_start_is_light(arguments):
    """What takes long to import stays away until a command needs it."""
    code = (
        "import sys\nfrom gateway.cli.root import cli\n"
        f"cli.main({arguments!r}, prog_name='smsgw', standalone_mode=False)\n"
        "heavy = {'pydantic', 'phonenumbers', 'apscheduler', 'rich', 'serial', 'sqlite3', 'sqlite_utils'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stderr.strip() == "[]"


def test_every_entry_says_what_the_command_says():
    for entry in ENTRIES:
        if entry.exists():
            assert entry.load().help


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_expected_error_is_still_called_so(name):
    module, _, kind = name.rpartition(".")
    found = getattr(importlib.import_module(module), kind)
    assert issubclass(found, Exception)
    assert f"{found.__module__}.{found.__qualname__}" == name
