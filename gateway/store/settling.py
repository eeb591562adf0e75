"""What a message becomes, from the states of its parts; and the steps that a verdict or a policy asks for."""

from __future__ import annotations

from collections import Counter

from drivers import status_name
from gateway.model import FINAL, PartState, Reason, State, reason
from gateway.store.connection import Tx, storable
from gateway.store.errors import Conflict

_OUT = frozenset({PartState.ACCEPTED, PartState.DELIVERED, PartState.UNDELIVERED})
"""States of a part that the network has."""

_STEP = """
UPDATE outbox
   SET state = :after, reason = :reason, updated_at = :now,
       sent_at = iif(:after IN ('sent', 'delivered', 'undelivered'), coalesce(sent_at, :now), sent_at),
       delivered_at = iif(:after = 'delivered', :now, delivered_at)
 WHERE id = :id AND state = :before
"""

_AGAIN = """
UPDATE outbox
   SET state = 'queued', reason = ?, number = NULL, lane = NULL, rank = NULL, ready = 0, due_at = NULL,
       updated_at = ?
 WHERE id = ? AND state = ?
"""


def settle(tx: Tx, message_id: int, now: str, *, reason: str | None = None, hold: bool = False) -> State:
    """Bring the message into the state that its parts are in; the state after. Safe to call at any time.

    sending      → sent when all parts are out, unknown when one is unknown and none is left to try,
                   failed when one was refused for good
                   with `hold` (its worker lets go of it): unknown even where parts are left to try,
                   queued where parts are left and none is unknown
    sent         → delivered when all are, undelivered when one finally is
    unknown      → as above once nothing is unknown any more; queued where parts are left to try
    queued       → sent where a late answer proves that all parts are out; where another part is unknown or has
                   failed and none is left to try, as from sending

    `reason` is written where the message becomes unknown, undelivered, failed or queued; left out, it is made
    from the attempts. Called by the workers after the last part, by whoever matches reports, and by `recover`.
    Raises Conflict where there is no such message.
    """
    row = tx.execute("SELECT state FROM outbox WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise Conflict(f"there is no message {message_id}")
    state, parts = State(row["state"]), _parts(tx, message_id)
    while (after := _next(state, parts, hold)) is not state:
        _step(tx, message_id, state, after, reason, now)
        state = after
    return state


def _next(state: State, parts: Counter[PartState], hold: bool) -> State:
    """The next state on the way, or the same one where the message stays."""
    if not parts or state in FINAL or parts[PartState.SUBMITTING]:
        return state
    match state:
        case State.SENDING:
            return _from_sending(parts, hold)
        case State.UNKNOWN:
            return _from_unknown(parts)
        case State.SENT:
            return _from_sent(parts)
        case State.QUEUED if not parts[PartState.WAITING]:
            return State.SENDING
    return state


def _from_sending(parts: Counter[PartState], hold: bool) -> State:
    if parts[PartState.UNKNOWN] and (hold or not parts[PartState.WAITING]):
        return State.UNKNOWN
    if parts[PartState.WAITING]:
        return State.QUEUED if hold else State.SENDING
    return State.FAILED if parts[PartState.FAILED] else State.SENT


def _from_unknown(parts: Counter[PartState]) -> State:
    if parts[PartState.UNDELIVERED]:
        return State.UNDELIVERED
    if parts[PartState.UNKNOWN]:
        return State.UNKNOWN
    if parts[PartState.WAITING]:
        return State.QUEUED
    return State.FAILED if parts[PartState.FAILED] else State.SENT


def _from_sent(parts: Counter[PartState]) -> State:
    if parts[PartState.UNDELIVERED]:
        return State.UNDELIVERED
    return State.DELIVERED if parts.keys() == {PartState.DELIVERED} else State.SENT


def _step(tx: Tx, message_id: int, before: State, after: State, why: str | None, now: str) -> None:
    if after is State.QUEUED:
        rest = why or reason(Reason.RETRY, "the parts that are left")
        done = tx.execute(_AGAIN, (storable(rest), now, message_id, before))
    else:
        text = _why(tx, message_id, after, why)
        done = tx.execute(
            _STEP, {"id": message_id, "before": before, "after": after, "reason": text, "now": now}
        )
    if done.rowcount != 1:
        raise Conflict(f"message {message_id} was no longer {before}")


def _why(tx: Tx, message_id: int, after: State, given: str | None) -> str | None:
    """What `outbox.reason` says in the new state: what was given, or the last word of an attempt."""
    outcomes = {State.UNKNOWN: "unknown", State.UNDELIVERED: "accepted", State.FAILED: "refused"}
    if after not in outcomes or given is not None:
        return None if after not in outcomes else storable(given or "")
    row = tx.execute(
        """
        SELECT sequence, code, detail, status FROM attempt
         WHERE message_id = ? AND outcome IN (?, 'unknown')
         ORDER BY (status > 63 OR status BETWEEN 2 AND 15) DESC, id DESC LIMIT 1
        """,
        (message_id, outcomes[after]),
    ).fetchone()
    if row is None:
        return str(Reason.BY_OPERATOR)
    if after is State.UNDELIVERED and row["status"] is not None:
        return reason(Reason.REPORT, f"0x{row['status']:02X} {status_name(row['status'])}")
    code = Reason.OUTCOME_UNKNOWN if after is State.UNKNOWN else Reason.REFUSED_BY_NETWORK
    return reason(code, f"part {row['sequence']}: {row['code'] or row['detail'] or 'no answer'}")


def _parts(tx: Tx, message_id: int) -> Counter[PartState]:
    rows = tx.execute("SELECT state, count(*) FROM part WHERE message_id = ? GROUP BY state", (message_id,))
    return Counter({PartState(state): count for state, count in rows})


def requeue(
    tx: Tx, message_id: int, *, due_at: str | None, reason: str, now: str, lane: int | None = None
) -> bool:
    """What is left of a message is queued again, until `due_at` (None: at once), perhaps in another lane.

    False where it was not sending, has a part in the air, or has nothing left to try (it is settled then).
    For the workers.
    """
    parts = _parts(tx, message_id)
    if parts and not parts[PartState.WAITING]:
        settle(tx, message_id, now)
        return False
    cursor = tx.execute(
        """
        UPDATE outbox
           SET state = 'queued', due_at = ?2, ready = (?2 IS NULL AND number IS NOT NULL), reason = ?3,
               lane = coalesce(?4, lane), updated_at = ?5
         WHERE id = ?1 AND state = 'sending'
           AND NOT EXISTS (SELECT 1 FROM part WHERE message_id = ?1 AND state = 'submitting')
        """,
        (message_id, due_at, storable(reason), lane, now),
    )
    return cursor.rowcount == 1


def fail(tx: Tx, message_id: int, reason: str, now: str) -> bool:
    """The message is given up: what is not out has failed.

    False where it was neither sending nor unknown. Raises Conflict where a part is in the air. For
    the workers, and the policy for unknown outcomes.
    """
    parts = _parts(tx, message_id)
    if parts[PartState.SUBMITTING]:
        raise Conflict(f"message {message_id} has a part in the air: wait for its outcome")
    cursor = tx.execute(
        """
        UPDATE outbox SET state = 'failed', reason = ?, updated_at = ?
         WHERE id = ? AND state IN ('sending', 'unknown')
        """,
        (storable(reason), now, message_id),
    )
    if cursor.rowcount == 1:
        tx.execute(
            "UPDATE part SET state = 'failed' WHERE message_id = ? AND state IN ('waiting', 'unknown')",
            (message_id,),
        )
    return cursor.rowcount == 1


def resend_unknown(tx: Tx, message_id: int, now: str) -> bool:
    """The unknown parts are sent once more, because the policy or an operator says so.

    False where the message is not unknown. Never called by anything that merely guesses. The attempts stay
    open: a late report still finds them. The parts are the trigger's, `outbox_requeued`.
    """
    text = reason(Reason.RETRY, "no report told what became of it")
    return tx.execute(_AGAIN, (text, now, message_id, State.UNKNOWN)).rowcount == 1


def free_sim(tx: Tx, message_id: int) -> None:
    """A message of which nothing is out may go by any SIM, under a new concatenation reference."""
    tx.execute(
        """
        UPDATE outbox SET sim = NULL, concat_reference = NULL
         WHERE id = ?1
           AND NOT EXISTS (SELECT 1 FROM part WHERE message_id = ?1 AND state NOT IN ('waiting', 'failed'))
        """,
        (message_id,),
    )
