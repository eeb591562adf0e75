"""Status reports: each is stored first, then matched with the submission that it speaks of, now or later.

A report that matches nothing is an orphan: its `+CMGS` may still be on its way. It is looked at again whenever
a submission to that number ends.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers import StatusClass, StatusReport, status_class, status_name
from gateway import failpoints, matching, numbers
from gateway.clock import from_text, to_text
from gateway.failpoints import Step
from gateway.model import Outcome, PartState, Reason, reason
from gateway.store import attempts, events, settling, sims, submissions
from gateway.store.connection import Reader, Tx
from gateway.store.life import StatusReport as Stored

MOST_ORPHANS = 200
"""Of one SIM that are looked at again after a submission."""

SEEN_AGAIN = timedelta(minutes=10)
"""The same octets without a usable time, after this, speak of another message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a report."""

    report_id: int
    new: bool
    """False where the same PDU was there already."""
    attempt_id: int | None = None
    message_id: int | None = None


def record(
    tx: Tx, report: StatusReport, *, pdu: str, sim: str, modem: str, region: str, now: str
) -> Recorded:
    """Store a report, unless it is there already, and apply it where its submission is known. For the receiver."""
    stored = _store(tx, report, pdu, sim, modem, numbers.sender(report.recipient, region)[0], now)
    if stored is None:
        row = tx.execute("SELECT * FROM report WHERE sim = ? AND pdu = ?", (sim, pdu)).fetchone()
        return Recorded(report_id=row["id"], new=False, attempt_id=row["attempt_id"])
    failpoints.reach(Step.REPORT_STORED)
    found = _match(tx, stored, now)
    if found is None:
        detail = {"status": stored.status, "means": status_name(stored.status), "reference": stored.reference}
        events.add(tx, "report_orphan", now=now, modem=modem, detail=detail)
        return Recorded(report_id=stored.id, new=True)
    return Recorded(report_id=stored.id, new=True, attempt_id=found[0], message_id=found[1])


def rematch(tx: Tx, attempt_id: int, now: str) -> int:
    """An attempt has ended: look again at the reports that came too early for it; how many were matched.

    Called by the workers with every outcome that may have put something on air, before they settle.
    """
    row = tx.execute(
        "SELECT message_id, sequence, sim, number FROM attempt WHERE id = ?", (attempt_id,)
    ).fetchone()
    if row is None:
        return 0
    orphans = _orphans_of(tx, row["sim"], now)
    if orphans and submissions.reference_reliable(tx, row["sim"]):
        orphans = [orphan for orphan in orphans if numbers.same(orphan.number, row["number"])]
    found = sum(_match(tx, orphan, now) is not None for orphan in orphans)
    if _part_from_reports(tx, row["message_id"], row["sequence"]):
        settling.settle(tx, row["message_id"], now)
    return found


def rematch_all(tx: Tx, now: str) -> int:
    """Look again at every recent orphan; how many were matched. For the start, after `sending.recover`."""
    rows = tx.execute("SELECT DISTINCT sim FROM report WHERE attempt_id IS NULL").fetchall()
    orphans = [orphan for row in rows for orphan in _orphans_of(tx, row["sim"], now)]
    return sum(_match(tx, orphan, now) is not None for orphan in orphans)


def orphans(read: Reader, limit: int = 100) -> list[Stored]:
    """Reports that match nothing, newest first."""
    rows = read.execute("SELECT * FROM report WHERE attempt_id IS NULL ORDER BY id DESC LIMIT ?", (limit,))
    return [Stored(**dict(row)) for row in rows]


def ever(read: Reader, sim: str) -> bool:
    """Whether a status report has ever come through this SIM. For the reminders of surveys."""
    return read.execute("SELECT 1 FROM report WHERE sim = ? LIMIT 1", (sim,)).fetchone() is not None


def prune_orphans(tx: Tx, before: str) -> int:
    """Forget the orphans that came before a time; how many. For the jobs (30 days)."""
    return tx.execute("DELETE FROM report WHERE attempt_id IS NULL AND received_at < ?", (before,)).rowcount


def _store(
    tx: Tx, report: StatusReport, pdu: str, sim: str, modem: str, number: str, now: str
) -> Stored | None:
    """Keep a report; None where it is there already.

    The same octets without a usable time, minutes later, are the report of another message under the same
    reference: the row is used again (the trace keeps both).
    """
    row = tx.execute(
        "INSERT INTO report (sim, modem, number, reference, status, scts, discharge, received_at, pdu)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sim, pdu) DO NOTHING RETURNING *",
        (
            sim,
            modem,
            number,
            report.reference,
            report.status,
            _text(report.timestamp),
            _text(report.discharge),
            now,
            pdu,
        ),
    ).fetchone()
    if row is None and matching.trusted(report.timestamp, from_text(now)) is None:
        row = tx.execute(
            "UPDATE report SET received_at = ?, attempt_id = NULL"
            " WHERE sim = ? AND pdu = ? AND received_at < ? RETURNING *",
            (now, sim, pdu, to_text(from_text(now) - SEEN_AGAIN)),
        ).fetchone()
    return None if row is None else Stored(**dict(row))


def _match(tx: Tx, report: Stored, now: str) -> tuple[int, int] | None:
    """Find the submission of a report and apply it: (attempt, message), or None where there is none yet."""
    sim = sims.get(tx, report.sim)
    attempt_id = matching.choose(
        matching.Report(
            recipient=report.number,
            reference=report.reference,
            scts=_trusted(report),
            received_at=from_text(report.received_at),
        ),
        submissions.candidates(tx, report.sim, report.number, report.received_at),
        clock_offset=None if sim is None else sim.clock_offset,
        reference_reliable=submissions.reference_reliable(tx, report.sim),
    )
    if attempt_id is None:
        return None
    tx.execute("UPDATE report SET attempt_id = ? WHERE id = ?", (attempt_id, report.id))
    return attempt_id, _apply(tx, attempt_id, report, now)


def _apply(tx: Tx, attempt_id: int, report: Stored, now: str) -> int:
    """What a report says about an attempt, its part and its message; the message."""
    attempt = tx.execute("SELECT * FROM attempt WHERE id = ?", (attempt_id,)).fetchone()
    message_id, sequence = int(attempt["message_id"]), int(attempt["sequence"])
    meaning, name = status_class(report.status), status_name(report.status)
    attempts.late_accepted(tx, attempt_id, report.reference, now)  # whatever it says, the centre had it
    if not _is_final(attempt["status"]):  # the first final word stands; what comes after is only traced
        _learn(tx, attempt, _trusted(report))
        tx.execute(
            "UPDATE attempt SET status = ?, status_at = ?, scts = coalesce(scts, ?), closed = max(closed, ?)"
            " WHERE id = ?",
            (report.status, report.received_at, _text(_trusted(report)), meaning.final, attempt_id),
        )
    _part_from_reports(tx, message_id, sequence)
    detail = {"status": report.status, "means": name, "class": meaning.value, "part": sequence}
    events.add(tx, "report", now=now, message_id=message_id, modem=report.modem, detail=detail)
    lost = meaning not in (StatusClass.DELIVERED, StatusClass.PENDING)
    why = reason(Reason.REPORT, f"0x{report.status:02X} {name}") if lost else None
    settling.settle(tx, message_id, now, reason=why)
    failpoints.reach(Step.REPORT_MATCHED)
    return message_id


def _part_from_reports(tx: Tx, message_id: int, sequence: int) -> bool:
    """Bring a part that is out into the state that the reports of its attempts prove; whether it changed.

    Delivered when one attempt was; undelivered when no attempt can still be.
    """
    rows = tx.execute(
        "SELECT outcome, status FROM attempt WHERE message_id = ? AND sequence = ?"
        " AND outcome IN ('submitting', 'accepted', 'unknown')",
        (message_id, sequence),
    ).fetchall()
    if any(
        row["status"] is not None and status_class(row["status"]) is StatusClass.DELIVERED for row in rows
    ):
        after = PartState.DELIVERED
    elif rows and all(row["outcome"] == Outcome.ACCEPTED and _is_final(row["status"]) for row in rows):
        after = PartState.UNDELIVERED
    else:
        return False
    changed = tx.execute(
        "UPDATE part SET state = ? WHERE message_id = ? AND sequence = ? AND state = 'accepted'",
        (after, message_id, sequence),
    )
    return changed.rowcount == 1


def _learn(tx: Tx, attempt: sqlite3.Row, scts: datetime | None) -> None:
    """The service centre's clock, from a submission whose `+CMGS` came in time."""
    if scts is None or attempt["scts"] is not None or attempt["seconds"] is None:
        return
    sim = sims.get(tx, attempt["sim"])
    if sim is not None:
        offset = matching.learn(sim.clock_offset, scts, from_text(attempt["ended_at"]))
        sims.set_clock_offset(tx, sim.imsi, offset)


def _orphans_of(read: Reader, sim: str, now: str) -> list[Stored]:
    """The orphans of a SIM that may still find their submission, oldest first."""
    since = to_text(from_text(now) - matching.OLDEST)
    rows = read.execute(
        "SELECT * FROM report WHERE sim = ? AND attempt_id IS NULL AND received_at >= ? ORDER BY id DESC LIMIT ?",
        (sim, since, MOST_ORPHANS),
    ).fetchall()
    return [Stored(**dict(row)) for row in reversed(rows)]


def _is_final(status: int | None) -> bool:
    return status is not None and status_class(status).final


def _trusted(report: Stored) -> datetime | None:
    scts = None if report.scts is None else from_text(report.scts)
    return matching.trusted(scts, from_text(report.received_at))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)
