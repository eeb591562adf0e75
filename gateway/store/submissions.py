"""Submissions as a status report sees them: what it may speak of, and what a SIM's references are worth."""

from __future__ import annotations

import sqlite3

from gateway import matching, numbers
from gateway.clock import from_text, to_text
from gateway.matching import Candidate
from gateway.model import Outcome
from gateway.store.connection import Reader

LATEST_REFERENCES = 5
"""So many of a SIM's last references tell whether they are worth anything."""

RECENT_ATTEMPTS = 2000
"""How far back, over all SIMs, those are looked for."""

MOST_CANDIDATES = 600
"""Submissions to one number that a report is held against: more than two rounds of the reference."""


def candidates(read: Reader, sim: str, number: str, received_at: str) -> list[Candidate]:
    """What this SIM submitted to the number, as far as a report that came then may mean it; newest first."""
    since = to_text(from_text(received_at) - matching.OLDEST)
    exact = read.execute(_ATTEMPTS.format("number = ?"), (sim, number, since, MOST_CANDIDATES))
    rows = exact.fetchall()
    if not rows:  # the other spelling of a number that could not be read in our region
        pattern = f"%{numbers.tail(number)}"
        similar = _ATTEMPTS.format("number LIKE ?")
        rows = read.execute(similar, (sim, pattern, since, MOST_CANDIDATES)).fetchall()
    return [_candidate(row) for row in rows]


_ATTEMPTS = """
SELECT id, number, at, ended_at, reference, closed, scts, outcome,
       iif(scts IS NULL, NULL, (SELECT reference FROM report WHERE attempt_id = attempt.id ORDER BY id LIMIT 1))
       AS reported
  FROM attempt
 WHERE sim = ? AND {} AND at >= ?
   AND (outcome IN ('accepted', 'unknown')
        OR (outcome IN ('not_sent', 'refused') AND closed = 0  -- by the modem's counter or word, not known
            AND NOT EXISTS (SELECT 1 FROM attempt AS again
                             WHERE again.message_id = attempt.message_id AND again.outcome = 'submitting')))
 ORDER BY at DESC, id DESC LIMIT ?
"""


def _candidate(row: sqlite3.Row) -> Candidate:
    return Candidate(
        attempt_id=row["id"],
        number=row["number"],
        at=from_text(row["at"]),
        ended_at=from_text(row["ended_at"]),
        reference=row["reference"],
        open=not row["closed"],
        scts=None if row["scts"] is None else from_text(row["scts"]),
        reported=row["reported"],
        doubtful=row["outcome"] == Outcome.REFUSED,
    )


def reference_reliable(read: Reader, sim: str) -> bool:
    """Whether the SIM's modem gives references that tell its messages apart."""
    rows = read.execute(
        "SELECT reference FROM attempt WHERE id > (SELECT max(id) FROM attempt) - ? AND sim = ?"
        " AND outcome = 'accepted' AND reference IS NOT NULL AND seconds IS NOT NULL ORDER BY id DESC LIMIT ?",
        (RECENT_ATTEMPTS, sim, LATEST_REFERENCES),
    )
    return matching.reference_reliable([int(row["reference"]) for row in rows])
