"""Parts of incoming messages as they came, each once: how a PDU that comes again is known, and what joins."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass

from gateway.store.connection import Reader, Tx

MOST_PARTS_LOOKED_AT = 2000
"""Of one sender under one reference, in the days that `begun` looks back: some use one for everything."""

EMPTY = '""'
"""The text, in JSON, of what has none: a PDU that cannot be read, a part whose text retention took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, or a message of one part, ready to be kept."""

    imsi: str
    modem: str
    sender: str
    reference: int | None = None
    """None for a message of one part."""
    wide: bool = False
    total: int = 1
    sequence: int = 1
    scts: str | None = None
    received_at: str
    text: str = EMPTY
    """JSON, as `gateway.receiving.content` writes it."""
    pdu: str
    fingerprint: str
    robot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Part):
    """A part in the database."""

    part_id: int
    first_id: int
    """The part that opened its message: the same for all parts of one."""
    inbox_id: int | None
    """None while the message waits for its other parts."""


_SELECT = (
    "SELECT imsi, modem, sender, reference, wide, total, sequence, scts, received_at, text, pdu, fingerprint,"
    " robot, id AS part_id, first_id, inbox_id FROM inbound_part"
)
_ALIKE = "fingerprint >= :base AND fingerprint < :base || '0'"
"""With the SIM, every part with a fingerprint: `base`, and `base/00000002` and so on where the time stamp told nothing.

A range of the index (`/` comes before `0`), however much a SIM has received.
"""


def add(tx: Tx, part: Part, *, first_id: int | None = None, inbox_id: int | None = None) -> int:
    """Keep a part; its id. `first_id` is the part that opened its message, None where it is this one."""
    cursor = tx.execute(
        "INSERT INTO inbound_part (imsi, modem, sender, reference, wide, total, sequence, scts, received_at,"
        " text, pdu, fingerprint, robot, first_id, inbox_id)"
        " VALUES (:imsi, :modem, :sender, :reference, :wide, :total, :sequence, :scts, :received_at, :text,"
        " :pdu, :fingerprint, :robot, :first_id, :inbox_id)",
        {**asdict(part), "first_id": first_id, "inbox_id": inbox_id},
    )
    part_id = int(cursor.lastrowid or 0)
    if first_id is None:
        tx.execute("UPDATE inbound_part SET first_id = id WHERE id = ?", (part_id,))
    return part_id


def latest(reader: Reader, imsi: str, fingerprint: str) -> Kept | None:
    """The last part of this SIM that came with this fingerprint."""
    row = reader.execute(
        f"{_SELECT} WHERE imsi = :imsi AND {_ALIKE} ORDER BY fingerprint DESC LIMIT 1",
        {"imsi": imsi, "base": fingerprint},
    ).fetchone()
    return None if row is None else _kept(row)


def latest_in(reader: Reader, modem: str, fingerprint: str) -> Kept | None:
    """The last part that came with this fingerprint through this modem, whichever SIM was in it."""
    sims = "imsi IN (SELECT imsi FROM sim)"  # each of them a range of the index
    row = reader.execute(
        f"{_SELECT} WHERE {sims} AND {_ALIKE} AND modem = :modem ORDER BY id DESC LIMIT 1",
        {"modem": modem, "base": fingerprint},
    ).fetchone()
    return None if row is None else _kept(row)


def next_fingerprint(before: Kept) -> str:
    """The fingerprint for a part that looks like the latest of its kind and is another message."""
    base, _, number = before.fingerprint.partition("/")
    return f"{base}/{int(number or 1) + 1:08d}"


def seen_again(tx: Tx, part_id: int, now: str) -> None:
    """The same PDU came once more: from now on counts how long ago it was last seen."""
    tx.execute("UPDATE inbound_part SET received_at = ? WHERE id = ?", (now, part_id))


def begun(reader: Reader, part: Part, since: str) -> list[Kept]:
    """What came after `since` under the same key (SIM, sender, reference, width, total), oldest first.

    Parts whose text retention took are not there: nothing can be joined to them.
    """
    rows = reader.execute(
        f"{_SELECT} WHERE imsi = ? AND sender = ? AND reference = ? AND total = ? AND wide = ?"
        " AND received_at >= ? AND pdu <> '' ORDER BY id DESC LIMIT ?",
        (part.imsi, part.sender, part.reference, part.total, part.wide, since, MOST_PARTS_LOOKED_AT),
    ).fetchall()
    return [_kept(row) for row in reversed(rows)]


def waiting(reader: Reader, first_id: int) -> list[Kept]:
    """The parts of a message that is not in the inbox yet, in the order of their arrival."""
    rows = reader.execute(f"{_SELECT} WHERE first_id = ? AND inbox_id IS NULL ORDER BY id", (first_id,))
    return [_kept(row) for row in rows]


def of_inbox(reader: Reader, inbox_id: int) -> list[Kept]:
    """The parts of an inbox row, in the order of their arrival."""
    return [_kept(row) for row in reader.execute(f"{_SELECT} WHERE inbox_id = ? ORDER BY id", (inbox_id,))]


def is_expected(read: Reader, sender: str) -> bool:
    """Whether parts of a message of this sender are here, and the message is not. For the surveys' timers."""
    row = read.execute(
        "SELECT 1 FROM inbound_part WHERE inbox_id IS NULL AND sender = ? LIMIT 1", (sender,)
    ).fetchone()
    return row is not None


def stale(reader: Reader, before: str) -> list[int]:
    """Messages (by the part that opened them) not in the inbox yet whose last part came before a time."""
    rows = reader.execute(
        "SELECT first_id FROM inbound_part WHERE inbox_id IS NULL"
        " GROUP BY first_id HAVING max(received_at) <= ? ORDER BY first_id",
        (before,),
    )
    return [int(row[0]) for row in rows]


def shown_as(tx: Tx, first_id: int, inbox_id: int) -> None:
    """The message is in the inbox now."""
    tx.execute(
        "UPDATE inbound_part SET inbox_id = ? WHERE first_id = ? AND inbox_id IS NULL", (inbox_id, first_id)
    )


def _kept(row: sqlite3.Row) -> Kept:
    values = dict(row)
    values["wide"], values["robot"] = bool(values["wide"]), bool(values["robot"])
    return Kept(**{**values, "text": values["text"] or EMPTY})
