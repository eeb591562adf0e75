"""SIMs: who they are, what they have sent, whom they talk with, and which PIN was refused."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from gateway.store.connection import Reader, Tx
from gateway.store.rows import select, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sim:
    """A SIM that was ever seen."""

    imsi: str
    iccid: str
    number: str
    modem: str | None
    """Where it was last seen."""
    first_seen: str
    last_seen: str
    last_reference: int | None
    """TP-MR of its last accepted part."""
    clock_offset: float | None
    """Seconds, the service centre's clock minus ours, learnt from reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTalk:
    """The SIM that last talked with a customer."""

    sim: str
    at: str


def register(tx: Tx, *, imsi: str, iccid: str, number: str, modem: str, now: str) -> str | None:
    """A modem was opened with this SIM; the IMSI that was in the modem before, where it is another.

    What the SIM does not tell this time (iccid, number empty) is kept from an earlier time. For the workers.
    """
    before = tx.execute(
        "SELECT imsi FROM sim WHERE modem = ? AND imsi <> ? ORDER BY last_seen DESC LIMIT 1", (modem, imsi)
    ).fetchone()
    tx.execute("UPDATE sim SET modem = NULL WHERE modem = ? AND imsi <> ?", (modem, imsi))
    tx.execute(
        """
        INSERT INTO sim (imsi, iccid, number, modem, first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
        ON CONFLICT DO UPDATE
           SET iccid = coalesce(nullif(excluded.iccid, ''), iccid),
               number = coalesce(nullif(excluded.number, ''), number),
               modem = excluded.modem, last_seen = max(last_seen, excluded.last_seen)
        """,
        (imsi, iccid, number, modem, now),
    )
    return None if before is None else str(before["imsi"])


def get(read: Reader, imsi: str) -> Sim | None:
    """One SIM; None where it was never seen."""
    row = read.execute(select(Sim, "sim") + "WHERE imsi = ?", (imsi,)).fetchone()
    return None if row is None else value(Sim, row)


def list_sims(read: Reader) -> list[Sim]:
    """Every SIM that was ever seen, the latest first."""
    return [value(Sim, row) for row in read.execute(select(Sim, "sim") + "ORDER BY last_seen DESC, imsi")]


def modems_with(read: Reader, imsis: Collection[str]) -> set[str]:
    """The modems that any of these SIMs is in, as last seen. For the workers."""
    wanted = json.dumps(sorted(imsis))
    rows = read.execute(
        "SELECT modem FROM sim WHERE modem IS NOT NULL AND imsi IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    return {row["modem"] for row in rows}


def air_since(read: Reader, sim: str, since: str) -> list[tuple[str, str]]:
    """When, and to whom, a SIM put parts on air since then, oldest first. For the throttle."""
    rows = read.execute("SELECT at, number FROM air WHERE sim = ? AND at >= ? ORDER BY at, id", (sim, since))
    return [(row["at"], row["number"]) for row in rows]


def correspondents(read: Reader, sim: str, month: str) -> set[str]:
    """The distinct recipients of a SIM in a month such as 2026-11. For the throttle."""
    rows = read.execute("SELECT number FROM correspondent WHERE sim = ? AND month = ?", (sim, month))
    return {row["number"] for row in rows}


def prune_air(tx: Tx, before: str) -> int:
    """Drop what no window counts any more; how many rows. For the daily job."""
    return tx.execute("DELETE FROM air WHERE at < ?", (before,)).rowcount


def last_sim(read: Reader, number: str) -> LastTalk | None:
    """The SIM that last talked with a customer, in either direction. For admission."""
    row = read.execute(
        "SELECT sim, at FROM conversation WHERE number = ? AND at <> '' ORDER BY at DESC, sim LIMIT 1",
        (number,),
    ).fetchone()
    return None if row is None else LastTalk(sim=row["sim"], at=row["at"])


def talked(tx: Tx, number: str, sim: str, now: str) -> None:
    """A customer wrote to this SIM. For the receiver; what we send notes itself."""
    tx.execute(
        "INSERT INTO conversation (number, sim, at) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
        (number, sim, now),
    )


def pin_was_refused(read: Reader, sim: str) -> bool:
    """Whether this SIM (ICCID, or IMEI where it does not tell) refused a PIN and nobody has said to go on."""
    return read.execute("SELECT 1 FROM pin_refused WHERE sim = ?", (sim,)).fetchone() is not None


def remember_refused_pin(tx: Tx, sim: str, now: str) -> None:
    """A PIN was refused: it is not tried again."""
    tx.execute("INSERT OR REPLACE INTO pin_refused (sim, at) VALUES (?, ?)", (sim, now))


def forget_refused_pins(tx: Tx, sims: Collection[str] | None = None) -> int:
    """An operator has seen to it: the PINs of these SIMs, or of all, may be tried again, once; how many."""
    if sims is None:
        return tx.execute("DELETE FROM pin_refused").rowcount
    wanted = json.dumps(sorted(sims))
    return tx.execute(
        "DELETE FROM pin_refused WHERE sim IN (SELECT value FROM json_each(?))", (wanted,)
    ).rowcount


def set_clock_offset(tx: Tx, imsi: str, seconds: float) -> None:
    """The service centre's clock minus ours, as learnt from reports."""
    tx.execute("UPDATE sim SET clock_offset = ? WHERE imsi = ?", (seconds, imsi))
