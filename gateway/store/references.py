"""What was seen of the reference counter of each SIM in each modem, and what it proved."""

from __future__ import annotations

from gateway.counting import Seen
from gateway.model import Reason, reason
from gateway.store import events, settling
from gateway.store.connection import Reader, Tx

OWN = ("survey", "ack", "staff")
"""Texts of the gateway itself: a survey has gone on, and its question must not come out of turn."""


def seen(read: Reader, sim: str, imei: str) -> dict[str, Seen]:
    """By kind of unknown part. For the workers, when a modem is opened."""
    rows = read.execute(
        "SELECT kind, counted, missed FROM reference_seen WHERE sim = ? AND imei = ?", (sim, imei)
    )
    return {row["kind"]: Seen(row["counted"], row["missed"]) for row in rows}


def note(tx: Tx, sim: str, imei: str, kind: str, *, counted: int = 0, missed: int = 0) -> None:
    """One more unknown part was seen to be counted, or was accepted without being."""
    tx.execute(
        "INSERT INTO reference_seen (sim, imei, kind, counted, missed) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET counted = counted + excluded.counted, missed = missed + excluded.missed",
        (sim, imei, kind, counted, missed),
    )


def contradict(tx: Tx, attempt_id: int, now: str) -> None:
    """What was concluded not to have left has been accepted: the counters of its SIM are never believed again."""
    attempt = tx.execute("SELECT message_id, modem, sim FROM attempt WHERE id = ?", (attempt_id,)).fetchone()
    tx.execute("UPDATE reference_seen SET missed = missed + 1 WHERE sim = ?", (attempt["sim"],))
    detail = {"attempt": attempt_id}
    message, modem = attempt["message_id"], attempt["modem"]
    events.add(tx, "counter_contradicted", now=now, message_id=message, modem=modem, detail=detail)


def not_sent(tx: Tx, attempt_id: int, modem: str, now: str) -> bool:
    """An unknown attempt was proven never to have left: its part waits again, and the message is queued.

    False where the attempt is not unknown any more: something has proven that it was accepted. What a policy, a
    person or a newer attempt has made of the part stands, and so does a text of the gateway itself.
    """
    row = tx.execute(
        "SELECT a.message_id, a.sequence, o.category,"
        " EXISTS (SELECT 1 FROM reference_seen AS r WHERE r.sim = a.sim AND r.missed > 0) AS distrusted"
        " FROM attempt AS a JOIN outbox AS o ON o.id = a.message_id WHERE a.id = ? AND a.outcome = 'unknown'",
        (attempt_id,),
    ).fetchone()
    if row is None:
        return False
    if row["category"] in OWN or row["distrusted"]:
        return True
    message, why = int(row["message_id"]), "the modem's counter shows that it never left"
    guarded = tx.execute(
        "UPDATE part SET state = 'waiting'"
        " WHERE message_id = ? AND sequence = ? AND state = 'unknown' AND attempt_id = ?",
        (message, row["sequence"], attempt_id),
    )
    if guarded.rowcount == 1:
        # Not closed: a `+CMGS` or a report that comes after all is stronger than what was concluded.
        tx.execute("UPDATE attempt SET outcome = 'not_sent', detail = ? WHERE id = ?", (why, attempt_id))
        detail = {"attempt": attempt_id, "part": row["sequence"]}
        events.add(tx, "proven_not_sent", now=now, message_id=message, modem=modem, detail=detail)
        settling.free_sim(tx, message)
        settling.settle(tx, message, now, reason=reason(Reason.RETRY, why))
    return True
