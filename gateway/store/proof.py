"""Whether somebody changed the ledger afterwards: the chain of hashes, and what the entries add up to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.consent import GENESIS, Scope, digest
from gateway.store import ledger
from gateway.store.connection import Reader

EMPTIED = ("phone_hash", "category", "action", "basis", "source", "actor")
"""What the retention takes from an entry, besides its proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `consent verify` found."""

    entries: int
    forgotten: int
    """Entries whose content the retention took: their place in the chain is checked, nothing else."""
    forgotten_until: str | None
    """When the latest of them was written: an entry that is younger than the retention was not taken by it."""
    head: str
    """The last hash. Kept elsewhere, it proves later that nothing before it was changed."""
    problems: tuple[str, ...]


def verify(read: Reader, kept: str | None = None) -> Verification:
    """Recompute the chain from its first entry, and what it adds up to. For `consent verify`.

    `kept` is a last hash that somebody wrote down elsewhere: it must still stand in the chain. The first row that
    does not fit is named; what comes after it cannot be trusted either.
    """
    previous, expected, forgotten, latest = GENESIS, 1, 0, None
    problems: list[str] = []
    met = kept in (None, GENESIS)
    for row in read.execute("SELECT * FROM consent_event ORDER BY id"):
        problem = _broken(row, previous, expected)
        if problem is not None:
            problems.append(problem)
            break
        previous, expected = row["hash"], expected + 1
        met = met or previous == kept
        if row["forgotten"]:
            forgotten, latest = forgotten + 1, max(latest or "", row["recorded_at"])
    if not problems:
        problems += _differences(read)
    if not met:
        problems.append(f"no entry has the hash {kept}: the ledger is not the one that it was taken from")
    return Verification(
        entries=expected - 1,
        forgotten=forgotten,
        forgotten_until=latest,
        head=previous,
        problems=tuple(problems),
    )


def _broken(row: sqlite3.Row, previous: str, expected: int) -> str | None:
    if row["id"] != expected:
        return f"entry {expected} is missing: the next one is {row['id']}"
    if row["prev_hash"] != previous:
        return f"entry {row['id']} does not follow the one before it: one of the two was changed"
    if row["forgotten"]:
        said = any(row[column] for column in EMPTIED)
        return f"entry {row['id']} is marked as forgotten, and still says something" if said else None
    if row["hash"] != digest(previous, {column: row[column] for column in ledger.CHAINED}):
        return f"entry {row['id']} was changed after it was written"
    return None


def _differences(read: Reader) -> Iterable[str]:
    """People whose standing is not what their entries add up to."""
    pairs = read.execute(
        "SELECT DISTINCT phone_hash, category FROM consent_event WHERE NOT forgotten"
        " UNION SELECT phone_hash, category FROM consent_standing ORDER BY 1, 2"
    ).fetchall()
    for row in pairs:
        phone_hash, scope = row["phone_hash"], Scope(row["category"])
        if ledger.standing(read, phone_hash, scope) != ledger.folded(read, phone_hash, scope):
            yield f"what holds for {phone_hash[:12]} and {scope} is not what the entries add up to"
