from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from gateway.cli.context import Context
from gateway.cli.root import cli
from gateway.clock import ManualClock
from gateway.store import Store

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
"""A Monday, noon in Paris."""


class Smsgw:
    """The command line on a database of its own, with a clock that stands still."""

    def __init__(self, folder):
        self.folder = folder
        self.clock = ManualClock(NOON)
        self.database = folder / "gateway.db"

    def __call__(self, *arguments, code=0):
        """Run a command; its result, whose exit code must be `code`."""
        options = ["--database", str(self.database), *map(str, arguments)]
        result = CliRunner().invoke(cli, options, prog_name="smsgw", obj=Context(clock=self.clock))
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments, code=0):
        """What a command prints with --json."""
        return json.loads(self("--json", *arguments, code=code).stdout)

    def open(self):
        """The store, for what only the daemon does."""
        return Store.open(self.database, self.clock)

    def configure(self, text):
        """Put a configuration where it is looked for."""
        (self.folder / "config.toml").write_text(text)


@pytest.fixture
def smsgw(tmp_path, monkeypatch):
    monkeypatch.delenv("SMSGW_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gateway.config.reading.PLACES", (tmp_path / "config.toml",))
    monkeypatch.setenv("SUDO_USER", "ana")
    command = Smsgw(tmp_path)
    command.open().close()
    return command
