"""`smsgw consent export` and `verify`: the ledger as a whole."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.common import FILE
from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.files import written
from gateway.cli.output import local_time, write_csv, write_facts, write_json
from gateway.clock import to_text

if TYPE_CHECKING:
    from gateway.store.ledger import Recorded

COLUMNS = (
    "id", "number", "phone_hash", "category", "action", "basis", "source", "evidence", "actor", "at", "recorded_at",
    "hash",
)  # fmt: skip


@click.command()
@click.argument("file", type=FILE, required=False)
@click.pass_obj
def export(context: Context, file: Path | None) -> None:
    """Write the whole ledger as CSV to FILE or standard output, oldest first; with --json as one array.

    The number stands where the person is still known; the hash is always there.
    """
    from gateway.store import ledger

    store = context.store(create=False)
    with store.read() as read:
        phones = {
            row["phone_hash"]: row["phone"] for row in read.execute("SELECT phone_hash, phone FROM contact")
        }
        rows = (columns_of(entry, phones.get(entry.phone_hash)) for entry in ledger.entries(read))
        if context.json:
            write_json(list(rows))
        elif file is None:
            write_csv(COLUMNS, (row.values() for row in rows))
        else:
            with written(file) as out:
                write_csv(COLUMNS, (row.values() for row in rows), out)


@click.command()
@click.option(
    "--kept", metavar="HASH", help="A last hash that you wrote down: it must still be in the chain."
)
@click.pass_obj
def verify(context: Context, kept: str | None) -> None:
    """Recompute the chain of hashes of the ledger, and what it adds up to.

    The last hash, kept elsewhere (on paper, in a mail) and given with --kept later, proves that no earlier entry
    was changed.
    """
    from gateway.store import proof

    if kept is not None and not re.fullmatch("[0-9a-f]{64}", kept):
        raise click.UsageError("--kept: a hash has 64 digits, 0 to 9 and a to f")
    with context.store(create=False).read() as read:
        found = proof.verify(read, kept)
    if context.json:
        write_json(
            {
                "entries": found.entries,
                "forgotten": found.forgotten,
                "forgotten_until": found.forgotten_until,
                "head": found.head,
                "problems": list(found.problems),
            }
        )
    else:
        zone = context.settings_or_defaults().gateway.zone
        until = local_time(found.forgotten_until, zone)
        forgotten = f"{found.forgotten}, the latest written {until}" if found.forgotten else None
        write_facts([("entries", found.entries), ("forgotten", forgotten), ("last hash", found.head)])
    if found.problems:
        raise Failure("; ".join(found.problems), "compare with a backup: smsgw consent export of both")


def columns_of(entry: Recorded, number: str | None) -> dict[str, Any]:
    """An entry as `show` and `export` give it."""
    return {
        "id": entry.id,
        "number": number,
        "phone_hash": entry.phone_hash,
        "category": str(entry.scope),
        "action": str(entry.action),
        "basis": None if entry.basis is None else str(entry.basis),
        "source": str(entry.source),
        "evidence": json.dumps(dict(entry.evidence), ensure_ascii=False, sort_keys=True),
        "actor": entry.actor,
        "at": to_text(entry.at),
        "recorded_at": to_text(entry.recorded_at),
        "hash": entry.hash,
    }
