"""`smsgw db`: look after the database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.output import write_facts, write_json
from gateway.cli.terminal import plain

MUCH_FREE = 0.25
"""The share of free pages from which giving them back is worth a stop."""


@click.group()
def db() -> None:
    """Check, migrate, back up and prune the database."""


@db.command()
@click.pass_obj
def check(context: Context) -> None:
    """Read the whole file and say what is wrong with it; nothing is changed."""
    from gateway.store import maintenance

    store = context.store(create=False, migrate=False)
    with store.read() as read:
        problems = maintenance.check(read)
    if context.json:
        write_json({"database": str(store.path), "problems": problems})
    else:
        click.echo("\n".join(map(plain, problems)) or f"{store.path}: OK")
    if problems:
        raise Failure(
            f"{len(problems)} problem{'s' * (len(problems) > 1)} in {store.path}", "keep a copy of the file"
        )


@db.command()
@click.pass_obj
def migrate(context: Context) -> None:
    """Make the database, or bring it to this version's schema; a copy of an older one is kept beside it."""
    from gateway.store import FileMissing, OlderDatabase, Store

    path = context.database_path()
    try:
        Store.open(path, context.clock, create=False, migrate=False).close()
        done = "up to date already"
    except FileMissing:
        done = "made"
    except OlderDatabase:
        done = "migrated"
    context.store()
    if context.json:
        write_json({"database": str(path), "done": done})
    else:
        click.echo(f"{path}: {done}")


@db.command()
@click.argument("file", type=FILE)
@click.pass_obj
def backup(context: Context, file: Path) -> None:
    """Copy the database to FILE while everybody works; `-wal` files need not be copied."""
    from gateway.store import maintenance

    maintenance.backup(context.store(create=False), file)
    size = file.stat().st_size
    if context.json:
        write_json({"file": str(file), "octets": size})
    else:
        click.echo(f"{file}: {size / 1_000_000:.1f} MB")


@db.command()
@click.pass_obj
def prune(context: Context) -> None:
    """Run the retention now: texts, events and messages older than [retention] says are forgotten."""
    from gateway.store import maintenance

    retention = context.settings_or_defaults().retention
    done = maintenance.prune(context.store(create=False), retention, context.clock.now())
    if context.json:
        write_json(asdict(done))
        return
    write_facts(
        [
            ("texts emptied", done.texts),
            ("messages removed", done.messages),
            ("events removed", done.events),
            ("reports removed", done.reports),
            ("contacts forgotten", done.contacts),
            ("consents forgotten", done.consents),
            ("free in the file", f"{done.free:.0%}"),
        ]
    )
    if done.free > MUCH_FREE:
        click.echo("the daemon stopped, `sqlite3 FILE VACUUM` gives the free room back", err=True)
