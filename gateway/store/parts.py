"""What is known of the parts of a message: which are missing, who refused them, how phones will join them."""

from __future__ import annotations

from gateway.store.connection import Reader, Tx


def missing_parts(read: Reader, message_id: int) -> list[int]:
    """The parts that still have to be tried, in order. Empty before the first claim, too."""
    rows = read.execute(
        "SELECT sequence FROM part WHERE message_id = ? AND state = 'waiting' ORDER BY sequence",
        (message_id,),
    )
    return [int(row["sequence"]) for row in rows]


def refused_by(read: Reader, message_id: int) -> list[str]:
    """The SIM of every refusal, oldest first, since the message was queued or last retried by hand."""
    rows = read.execute(
        """
        SELECT sim FROM attempt
         WHERE message_id = ?1 AND outcome = 'refused'
           AND at > coalesce((SELECT max(at) FROM event_log WHERE message_id = ?1 AND kind = 'failed'), '')
         ORDER BY id
        """,
        (message_id,),
    )
    return [row["sim"] for row in rows]


def has_live_parts(read: Reader, message_id: int) -> bool:
    """Whether a part is out or may be: the rest must go through the same SIM then."""
    row = read.execute(
        "SELECT 1 FROM part WHERE message_id = ? AND state NOT IN ('waiting', 'failed') LIMIT 1",
        (message_id,),
    ).fetchone()
    return row is not None


def next_concat_reference(tx: Tx, number: str, sim: str) -> int:
    """The next concatenation reference, 0 to 255, of this SIM to this recipient: phones join parts by it."""
    row = tx.execute(
        """
        INSERT INTO conversation (number, sim, at, concat_reference) VALUES (?, ?, '', 1)
        ON CONFLICT DO UPDATE SET concat_reference = (concat_reference + 1) % 256
        RETURNING concat_reference
        """,
        (number, sim),
    ).fetchone()
    return int(row["concat_reference"])
