"""The end of the retention: what is older than the operator wants to keep, in many short transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gateway.clock import to_text
from gateway.store import canaries, ledger, sims
from gateway.store.connection import Reader, Tx
from gateway.store.database import Store
from gateway.store.words import prune_surveys

AT_ONCE = 1000
"""Ids that one transaction looks at: a worker waits for no more than some 20 ms."""

AIR = timedelta(days=2)
"""How long a part on air is remembered: the throttle's widest rolling window is a day."""

MONTHS = timedelta(days=62)
"""How long the recipients of a month are remembered: this month and the one before."""


class Retention(Protocol):
    """What is kept how long, as `[retention]` says."""

    @property
    def texts(self) -> timedelta:
        """Texts of messages."""

    @property
    def logs(self) -> timedelta:
        """Events, attempts, reports."""

    @property
    def contacts(self) -> timedelta:
        """With whom, and through which SIM, nothing was exchanged any more."""

    @property
    def revocations(self) -> timedelta:
        """Objections, after the last of a person."""

    @property
    def grants(self) -> timedelta:
        """Consents that have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows a prune emptied or removed."""

    texts: int
    messages: int
    events: int
    attempts: int
    reports: int
    contacts: int
    consents: int
    """Entries of the ledger that were emptied: their place in the chain of hashes stays."""
    air: int
    free: float
    """The share of the file that is free now. Above a quarter, `VACUUM` (daemon stopped) gives it back."""


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One kind of rows: which may be old enough (the first and last id), and what is done to those that are.

    Messages that are queued, being sent or unknown are never touched, however old.
    """

    bounds: str
    change: str


_TEXTS = (
    _Sweep(
        "SELECT min(id), max(id) FROM outbox WHERE created_at < ?",
        """
        UPDATE outbox SET body = '', context = NULL
         WHERE id BETWEEN :first AND :last AND created_at < :before AND body <> ''
           AND state NOT IN ('queued', 'sending', 'unknown')
        """,
    ),
    _Sweep(
        "SELECT min(id), max(id) FROM inbox WHERE received_at < ?",
        """
        UPDATE inbox SET body = '', raw = ''
         WHERE id BETWEEN :first AND :last AND received_at < :before AND (body <> '' OR raw <> '')
        """,
    ),
)
_PARTS = _Sweep(
    "SELECT min(id), max(id) FROM inbound_part WHERE received_at < ?",
    """
    UPDATE inbound_part SET text = NULL, pdu = ''
     WHERE id BETWEEN :first AND :last AND received_at < :before AND pdu <> ''
    """,
)
_EVENTS = _Sweep(
    "SELECT min(id), max(id) FROM event_log WHERE at < ?",
    "DELETE FROM event_log WHERE id BETWEEN :first AND :last AND at < :before",
)
_REPORTS = _Sweep(
    "SELECT min(id), max(id) FROM report WHERE received_at < ?",
    "DELETE FROM report WHERE id BETWEEN :first AND :last AND received_at < :before",
)
_ATTEMPTS = _Sweep(
    "SELECT min(id), max(id) FROM attempt WHERE ended_at < ?",
    """
    DELETE FROM attempt
     WHERE id BETWEEN :first AND :last AND ended_at < :before
       AND message_id IN (SELECT id FROM outbox WHERE state NOT IN ('queued', 'sending', 'unknown'))
    """,
)
_MESSAGES = (
    _Sweep(
        "SELECT min(id), max(id) FROM outbox WHERE updated_at < ?",
        """
        DELETE FROM outbox
         WHERE id BETWEEN :first AND :last AND created_at < :before AND updated_at < :before
           AND state NOT IN ('queued', 'sending', 'unknown')
        """,
    ),
    _Sweep(
        "SELECT min(id), max(id) FROM inbox WHERE received_at < ?",
        "DELETE FROM inbox WHERE id BETWEEN :first AND :last AND received_at < :before",
    ),
)


_FORGET_SURVEYS = (
    _Sweep(
        "SELECT min(id), max(id) FROM survey_session WHERE recipient IS NOT NULL AND ended_at < ?",
        """
        UPDATE survey_session SET recipient = NULL, context = '{}'
         WHERE id BETWEEN :first AND :last AND recipient IS NOT NULL AND ended_at < :before
           AND NOT EXISTS (SELECT 1 FROM conversation WHERE number = survey_session.recipient AND at >= :before)
        """,
    ),
    _Sweep(
        "SELECT min(id), max(id) FROM invitation WHERE recipient <> '#' AND updated_at < ?",
        """
        UPDATE invitation SET recipient = '#', context = NULL
         WHERE id BETWEEN :first AND :last AND recipient <> '#' AND updated_at < :before AND state <> 'pending'
        """,
    ),
)
"""Whose number stands in no other table any more: answers and counts stay."""

_FORGET_CONTACTS = """
UPDATE contact
   SET phone = NULL, first_name = NULL, last_name = NULL, ext_refs = NULL, lang = NULL, tz = NULL, state = 'erased',
       updated_at = ?2
 WHERE phone IS NOT NULL AND updated_at < ?1 AND coalesce(last_inbound_at, '') < ?1
   AND NOT EXISTS (SELECT 1 FROM outbox WHERE number = contact.phone)
"""
"""People with whom nothing was exchanged any more: what they objected to stays with their hash."""


class LeftOff(Exception):
    """Somebody wanted the prune to end; what it has not come to is for the next one."""


Pause = Callable[[], None]
"""Called between two transactions; raises LeftOff where there shall be no more."""


def _on() -> None:
    """Nobody wants it to end."""


@contextmanager
def pruning(tx: Tx) -> Iterator[None]:
    """Lift the triggers that keep messages and events, inside this transaction only.

    They look for a row of `setting` that nobody else ever sees, since it is gone before the commit.
    """
    tx.execute("INSERT INTO setting (key, value) VALUES ('pruning', '1')")
    try:
        yield
    finally:
        tx.execute("DELETE FROM setting WHERE key = 'pruning'")


def prune(store: Store, retention: Retention, now: datetime, pause: Pause = _on) -> Pruned:
    """Forget what is older than the retention. For the daily job and `db prune`.

    Texts go first, then events, attempts and reports; a message of which both are over goes whole. Raises what
    `pause` raises.
    """

    def sweep(kind: _Sweep, before: str) -> int:
        return _sweep(store, kind, before, pause)

    texts, logs = to_text(now - retention.texts), to_text(now - retention.logs)
    emptied = sum(sweep(kind, texts) for kind in _TEXTS)
    sweep(_PARTS, texts)
    prune_surveys(store, texts, pause)
    reports, attempts = sweep(_REPORTS, logs), sweep(_ATTEMPTS, logs)
    messages = sum(sweep(kind, min(texts, logs)) for kind in _MESSAGES)
    events = sweep(_EVENTS, logs)
    quiet = to_text(now - retention.contacts)
    for kind in _FORGET_SURVEYS:
        sweep(kind, quiet)
    air, contacts = _small(store, retention, now)
    consents = _forget_consents(store, retention, now, pause)
    with store.read() as read:
        free = _free(read)
    return Pruned(
        texts=emptied,
        messages=messages,
        events=events,
        attempts=attempts,
        reports=reports,
        contacts=contacts,
        consents=consents,
        air=air,
        free=free,
    )


def _sweep(store: Store, kind: _Sweep, before: str, pause: Pause) -> int:
    """Change the rows that are older, a window of ids a transaction; how many there were."""
    with store.read() as read:
        start, end = read.execute(kind.bounds, (before,)).fetchone()
    if start is None:
        return 0
    touched = 0
    for first in range(start, end + 1, AT_ONCE):
        pause()
        window = {"first": first, "last": min(first + AT_ONCE - 1, end), "before": before}
        with store.write() as tx, pruning(tx):
            touched += tx.execute(kind.change, window).rowcount
    return touched


def _small(store: Store, retention: Retention, now: datetime) -> tuple[int, int]:
    """What is little enough for one transaction: parts on air, months, conversations; air and contacts."""
    quiet = to_text(now - retention.contacts)
    with store.write() as tx:
        canaries.prune(tx, to_text(now - retention.logs))
        air = sims.prune_air(tx, to_text(now - AIR))
        tx.execute("DELETE FROM correspondent WHERE month < ?", (to_text(now - MONTHS)[:7],))
        tx.execute("DELETE FROM setting WHERE key LIKE 'dedupe:%'")
        contacts = tx.execute("DELETE FROM conversation WHERE at < ? AND at <> ''", (quiet,)).rowcount
        contacts += tx.execute(_FORGET_CONTACTS, (quiet, to_text(now))).rowcount
    return air, contacts


def _forget_consents(store: Store, retention: Retention, now: datetime, pause: Pause) -> int:
    """Objections and ended consents whose time is over; what is in force stays."""
    revocations, grants = now - retention.revocations, now - retention.grants
    total = 0
    while True:
        pause()
        with store.write() as tx, pruning(tx):
            emptied = ledger.forget_ended(tx, revocations=revocations, grants=grants)
        if emptied == 0:
            return total
        total += emptied


def _free(read: Reader) -> float:
    pages = read.execute("PRAGMA page_count").fetchone()[0]
    return int(read.execute("PRAGMA freelist_count").fetchone()[0]) / max(1, int(pages))
