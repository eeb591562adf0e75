"""From the claim of a message to the outcome of each part: what the workers write.

Every function checks what it expects to find, in the same transaction: a part that is out is not tried again.
"""

from __future__ import annotations

import sqlite3

from gateway.model import Outcome, PartState
from gateway.store import references
from gateway.store.connection import Reader, Tx, storable
from gateway.store.errors import Conflict

LAST_OF_THE_NETWORK = 255
"""The last +CMS ERROR that is a network's answer (TS 27.005 3.2.5); from 300 on they are the modem's own."""

_CLAIM = """
UPDATE outbox
   SET state = 'sending', modem_used = :modem, attempts = attempts + 1, reason = NULL,
       concat_reference = coalesce(:reference, concat_reference), updated_at = :now
 WHERE id = :id AND state = 'queued' AND ready = 1 AND (sim IS NULL OR sim = :sim)
   AND (expires_at IS NULL OR expires_at > :now)
"""

_PARTS = """
INSERT OR IGNORE INTO part (message_id, sequence)
WITH RECURSIVE numbered (id, sequence, parts) AS (
    SELECT id, 1, parts FROM outbox WHERE id = ?
    UNION ALL
    SELECT id, sequence + 1, parts FROM numbered WHERE sequence < parts
)
SELECT id, sequence FROM numbered
"""


def claim(tx: Tx, message_id: int, modem: str, sim: str, now: str, *, reference: int | None = None) -> bool:
    """queued → sending, for one modem with one SIM; its parts come into being the first time.

    False where it is not queued and ready, has expired, or has parts that went through another SIM: nothing
    may be sent then. `reference` is the concatenation reference that its parts will carry.
    """
    wanted = {"id": message_id, "modem": modem, "sim": sim, "now": now, "reference": reference}
    if tx.execute(_CLAIM, wanted).rowcount != 1:
        return False
    tx.execute(_PARTS, (message_id,))
    return True


def intend(
    tx: Tx, message_id: int, sequence: int, *, modem: str, sim: str, number: str, month: str, now: str
) -> int:
    """Say, before the body leaves, that a part is about to; the attempt's id.

    It counts for the throttle (air), the month's recipients and the conversation from here on. `month` is
    the gateway's calendar month, 2026-11. Raises Conflict where the part is not waiting, the message is not
    this modem's, or the modem has an attempt whose outcome is not written.
    """
    guarded = tx.execute(
        """
        UPDATE part SET state = 'submitting', attempt_id = NULL
         WHERE message_id = ?1 AND sequence = ?2 AND state = 'waiting'
           AND EXISTS (SELECT 1 FROM outbox WHERE id = ?1 AND state = 'sending' AND modem_used = ?3)
        """,
        (message_id, sequence, modem),
    )
    if guarded.rowcount != 1:
        raise Conflict(f"part {sequence} of message {message_id} is not {modem}'s to send now")
    try:
        cursor = tx.execute(
            "INSERT INTO attempt (message_id, sequence, modem, sim, number, at) VALUES (?, ?, ?, ?, ?, ?)",
            (message_id, sequence, modem, sim, number, now),
        )
    except sqlite3.IntegrityError as error:
        raise Conflict(f"modem {modem} has an attempt whose outcome is not written") from error
    tx.execute(
        "UPDATE part SET attempt_id = ? WHERE message_id = ? AND sequence = ?",
        (cursor.lastrowid, message_id, sequence),
    )
    _on_air(tx, sim, number, month, now)
    return int(cursor.lastrowid or 0)


def _on_air(tx: Tx, sim: str, number: str, month: str, now: str) -> None:
    tx.execute("INSERT INTO air (sim, number, at) VALUES (?, ?, ?)", (sim, number, now))
    tx.execute(
        "INSERT OR IGNORE INTO correspondent (sim, month, number) VALUES (?, ?, ?)", (sim, month, number)
    )
    tx.execute(
        """
        INSERT INTO conversation (number, sim, at) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET at = max(at, excluded.at)
        """,
        (number, sim, now),
    )


def accepted(tx: Tx, attempt_id: int, reference: int | None, seconds: float | None, now: str) -> None:
    """The network took the part. `reference` is its TP-MR, None where the modem gave none that can be used.

    No report is awaited where none was asked for. Raises Conflict where the attempt has ended already.
    """
    attempt = _end(tx, attempt_id, Outcome.ACCEPTED, now, reference=reference, seconds=seconds)
    _part_of(tx, attempt, PartState.ACCEPTED)
    _keep_sim(tx, attempt)
    _close_unasked(tx, attempt_id)
    if reference is not None:
        tx.execute("UPDATE sim SET last_reference = ? WHERE imsi = ?", (reference, attempt["sim"]))


def refused(tx: Tx, attempt_id: int, code: str | None, detail: str | None, now: str) -> None:
    """An answer: the part was not taken, and waits. What becomes of the message is for `requeue` or `fail`.

    Raises Conflict where the attempt has ended already.
    """
    attempt = _end(tx, attempt_id, Outcome.REFUSED, now, code=code, detail=detail)
    _part_of(tx, attempt, PartState.WAITING)


def not_sent(tx: Tx, attempt_id: int, detail: str | None, now: str) -> None:
    """Nothing left the modem: the part waits again, and nothing counts as put on air.

    Raises Conflict where the attempt has ended already.
    """
    attempt = _end(tx, attempt_id, Outcome.NOT_SENT, now, detail=detail)
    _part_of(tx, attempt, PartState.WAITING)
    tx.execute(
        "DELETE FROM air WHERE id = (SELECT max(id) FROM air WHERE sim = ? AND at = ? AND number = ?)",
        (attempt["sim"], attempt["at"], attempt["number"]),
    )


def unknown(tx: Tx, attempt_id: int, code: str | None, detail: str | None, now: str) -> None:
    """The body left and no verdict came: the part is held for its report.

    Raises Conflict where the attempt has ended already.
    """
    attempt = _end(tx, attempt_id, Outcome.UNKNOWN, now, code=code, detail=detail)
    _part_of(tx, attempt, PartState.UNKNOWN)
    _keep_sim(tx, attempt)


def unknown_of(read: Reader, message_id: int) -> list[int]:
    """The attempts of a message whose outcome nobody knows. For the surveys, which hear from who has read it."""
    rows = read.execute(
        "SELECT id FROM attempt WHERE message_id = ? AND outcome = 'unknown' ORDER BY id", (message_id,)
    )
    return [int(row["id"]) for row in rows]


def late_accepted(tx: Tx, attempt_id: int, reference: int | None, now: str) -> bool:
    """A `+CMGS` after its deadline, or a report: an attempt that was thought otherwise was accepted after all.

    The part is out, whatever a policy or a counter has made of it meanwhile, unless another attempt has it in
    the air. False where nothing of that can be so. Call `settle` next.
    """
    before = tx.execute(
        "SELECT outcome FROM attempt"
        " WHERE id = ? AND (outcome = 'unknown' OR (outcome IN ('not_sent', 'refused') AND closed = 0))",
        (attempt_id,),
    ).fetchone()
    if before is None:
        return False
    attempt = tx.execute(
        """
        UPDATE attempt SET outcome = 'accepted', reference = coalesce(?, reference), ended_at = ?
         WHERE id = ? RETURNING *
        """,
        (reference, now, attempt_id),
    ).fetchone()
    if before["outcome"] == Outcome.NOT_SENT:
        references.contradict(tx, attempt_id, now)
    tx.execute(
        """
        UPDATE part SET state = 'accepted', attempt_id = ?
         WHERE message_id = ? AND sequence = ? AND state IN ('unknown', 'waiting', 'failed')
        """,
        (attempt_id, attempt["message_id"], attempt["sequence"]),
    )
    _keep_sim(tx, attempt)
    _close_unasked(tx, attempt_id)
    return True


def _end(
    tx: Tx,
    attempt_id: int,
    outcome: Outcome,
    now: str,
    *,
    reference: int | None = None,
    seconds: float | None = None,
    code: str | None = None,
    detail: str | None = None,
) -> sqlite3.Row:
    closed = outcome is Outcome.NOT_SENT or (outcome is Outcome.REFUSED and _said_by_the_network(code))
    row: sqlite3.Row | None = tx.execute(
        """
        UPDATE attempt
           SET outcome = ?2, ended_at = ?3, reference = ?4, seconds = ?5, code = ?6, detail = ?7,
               closed = max(closed, ?8)
         WHERE id = ?1 AND outcome = 'submitting' RETURNING *
        """,
        (
            attempt_id,
            outcome,
            now,
            reference,
            seconds,
            code,
            None if detail is None else storable(detail),
            closed,
        ),
    ).fetchone()
    if row is None:
        raise Conflict(f"attempt {attempt_id} has ended already")
    return row


def _said_by_the_network(code: str | None) -> bool:
    """`+CMS ERROR: 1` to 255 are answers. Other errors are what a modem believes: a report is stronger (F48)."""
    kind, _, number = (code or "").partition("_")
    return kind == "cms" and number.isdigit() and int(number) <= LAST_OF_THE_NETWORK


def _part_of(tx: Tx, attempt: sqlite3.Row, state: PartState) -> None:
    """The part after its attempt; an earlier one that was found accepted meanwhile has the last word."""
    tx.execute(
        """
        UPDATE part
           SET state = iif(EXISTS (SELECT 1 FROM attempt AS other
                                    WHERE other.message_id = part.message_id
                                      AND other.sequence = part.sequence AND other.outcome = 'accepted'),
                           'accepted', ?)
         WHERE message_id = ? AND sequence = ? AND state = 'submitting' AND attempt_id = ?
        """,
        (state, attempt["message_id"], attempt["sequence"], attempt["id"]),
    )


def _keep_sim(tx: Tx, attempt: sqlite3.Row) -> None:
    """The rest of the message is bound to the SIM that a part of it went through."""
    tx.execute(
        "UPDATE outbox SET sim = ? WHERE id = ? AND sim IS NULL", (attempt["sim"], attempt["message_id"])
    )


def _close_unasked(tx: Tx, attempt_id: int) -> None:
    tx.execute(
        """
        UPDATE attempt SET closed = 1
         WHERE id = ? AND EXISTS (SELECT 1 FROM outbox WHERE outbox.id = attempt.message_id AND report = 0)
        """,
        (attempt_id,),
    )
