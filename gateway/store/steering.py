"""What people and applications do to single messages: cancel, retry, resolve."""

from __future__ import annotations

from gateway.model import Reason, State, reason
from gateway.store import settling
from gateway.store.connection import Tx, storable
from gateway.store.errors import Conflict


def cancel(tx: Tx, message_id: int, reason: str, now: str) -> bool:
    """A queued message is not to be sent; False where it is not queued. For operators, the client, a STOP."""
    cursor = tx.execute(
        "UPDATE outbox SET state = 'cancelled', reason = ?, updated_at = ? WHERE id = ? AND state = 'queued'",
        (storable(reason), now, message_id),
    )
    return cursor.rowcount == 1


def retry(tx: Tx, message_id: int, now: str, actor: str = "") -> bool:
    """A failed message is queued again, with fresh attempts; False where it has not failed, or lost its text.

    Parts that the network accepted are not sent again: the trigger `outbox_requeued` sees to the others, whoever
    writes the state. For operators; `actor` is kept in its story.
    """
    why = storable(reason(Reason.BY_OPERATOR, actor)) if actor else None
    cursor = tx.execute(
        """
        UPDATE outbox SET state = 'queued', reason = ?, updated_at = ?
         WHERE id = ? AND state = 'failed' AND body <> ''
        """,
        (why, now, message_id),
    )
    if cursor.rowcount != 1:
        return False
    settling.settle(tx, message_id, now)
    return True


def resolve(tx: Tx, message_id: int, sent: bool, actor: str, now: str) -> State:
    """An operator says what became of an unknown message: its unknown parts were sent, or were not.

    Sent, it is as if the network had said so (parts that were never tried are queued); not sent, it has
    failed, and `retry` would send it. Raises Conflict where it is not unknown. The state after.
    """
    row = tx.execute("SELECT state FROM outbox WHERE id = ?", (message_id,)).fetchone()
    if row is None or row["state"] != State.UNKNOWN:
        raise Conflict(
            f"message {message_id} is {row['state'] if row else 'not there'}: only an unknown one is resolved"
        )
    if not sent:
        settling.fail(tx, message_id, reason(Reason.BY_OPERATOR, f"{actor} says that it was not sent"), now)
        return State.FAILED
    tx.execute("UPDATE part SET state = 'accepted' WHERE message_id = ? AND state = 'unknown'", (message_id,))
    return settling.settle(tx, message_id, now)
