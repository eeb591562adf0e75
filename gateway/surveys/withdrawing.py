"""An operator calls sessions off: what waits does not go, and nobody is told (SURVEYS.md 5.5, row 18)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gateway.clock import to_text
from gateway.model import Reason
from gateway.store import Conflict, Tx, events, invitations, sessions
from gateway.surveys.held import Cause
from gateway.surveys.moves import Cancel
from gateway.surveys.runner import Runner
from gateway.surveys.session import FINAL, State


def call_off(
    tx: Tx, runner: Runner, ids: Iterable[int], actor: str, now: datetime, *, strict: bool = True
) -> int:
    """End these sessions; how many.

    One that is not there or has ended raises Conflict, with nothing written; where not `strict`, it is passed over.
    """
    count = 0
    for session_id in ids:
        try:
            _call_off(tx, runner, session_id, actor, now)
        except Conflict:
            if strict:
                raise
        else:
            count += 1
    return count


def _call_off(tx: Tx, runner: Runner, session_id: int, actor: str, now: datetime) -> None:
    row = sessions.get(tx, session_id)
    if row is None:
        raise Conflict(f"there is no session {session_id}")
    held = runner.catch_up(tx, runner.held(tx, row), now)
    if State(held.row.state) in FINAL:
        raise Conflict(f"session {session_id} is {held.row.state} already")
    runner.step(tx, held, Cancel(reason=str(Reason.BY_OPERATOR)), now, Cause(actor=actor))


def call_off_invitations(tx: Tx, survey: str, actor: str, now: datetime) -> int:
    """Refuse every invitation of a survey that waits for its time; how many."""
    at, why = to_text(now), f"{Reason.BY_OPERATOR}: the survey was called off"
    waiting = invitations.pending_of(tx, survey)
    for each in waiting:
        invitations.settle(tx, each, "refused", at, reason=why)
        detail = {"invitation": each, "survey": survey, "state": "refused", "reason": why, "actor": actor}
        events.add(tx, "invitation", now=at, detail=detail)
    return len(waiting)
