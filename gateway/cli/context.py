"""What every command shares: its common options, and what they lead to, made when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.clock import Clock, SystemClock

if TYPE_CHECKING:
    from gateway.config import Settings
    from gateway.store import Store


@dataclass
class Context:
    """`ctx.obj` of every command: `@click.pass_obj def command(context: Context, …)`."""

    config: Path | None = None
    """What `--config` named."""
    database: Path | None = None
    """What `--database` named."""
    json: bool = False
    csv: bool = False
    """`--csv` of a list; the commands that have it set it through `output.rows_options`."""
    verbose: int = 0
    clock: Clock = field(default_factory=SystemClock)
    _settings: Settings | None = None
    _store: Store | None = None

    def config_path(self) -> Path:
        """The configuration file. Raises ConfigError (exit 3) with the places looked at."""
        from gateway.config import find

        return find(self.config)

    def settings(self) -> Settings:
        """The configuration. Raises ConfigError (exit 3) with every problem."""
        if self._settings is None:
            from gateway.config import load

            self._settings = load(self.config_path())
        return self._settings

    def settings_or_defaults(self) -> Settings:
        """The configuration, or the defaults where `--database` alone was given and there is none.

        A configuration that was named, or that lies where it is looked for, must be valid all the same.
        """
        from gateway.config import NotFound, Settings

        try:
            return self.settings()
        except NotFound:
            if self.database is None:
                raise
            return Settings()

    def database_path(self) -> Path:
        """`--database`, else what the configuration says."""
        return self.database or self.settings().gateway.database

    def store(self, *, create: bool = True, migrate: bool = True) -> Store:
        """The open store, closed when the command ends; `create` and `migrate` as in Store.open.

        Raises StoreError, or ConfigError (exit 3).
        """
        if self._store is None:
            from gateway.store import Store

            self._store = Store.open(self.database_path(), self.clock, create=create, migrate=migrate)
            click.get_current_context().find_root().call_on_close(self._store.close)
        return self._store
