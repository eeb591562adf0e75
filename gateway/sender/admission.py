"""The daemon's first look at a row: number, policy, parts, lane and due time, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_text, to_text
from gateway.model import Category, Reason, reason
from gateway.policy import Allowed, Refusal, Request, Rules, judge
from gateway.router import LaneKey, Route, lane_for
from gateway.store import Tx, outbox, sims
from gateway.store.outbox import Admission, New

CONVERSATION = frozenset({Category.ACK, Category.STAFF})
"""Categories that answer somebody who waits: they go before everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the configuration says about sending, as of the last load."""

    rules: Rules
    routes: tuple[Route, ...]

    def route(self, name: str) -> Route | None:
        """The configured modem of that name."""
        return next((route for route in self.routes if route.name == name), None)


def admit_batch(
    tx: Tx, rows: Sequence[New], plan: Plan, modem_of_sim: Callable[[str], str | None], now: datetime
) -> int | None:
    """Admit or refuse each row, in the caller's transaction; the best rank among those ready to go."""
    best: int | None = None
    for row in rows:
        verdict = judge(_request(row), plan.rules)
        wanted = _unknown_modem(row, plan)
        if isinstance(verdict, Refusal):
            outbox.refuse(tx, row.id, verdict.reason, to_text(now))
        elif wanted is not None:
            outbox.refuse(tx, row.id, wanted, to_text(now))
        else:
            admission = _admission(tx, row, verdict, plan, modem_of_sim, now)
            outbox.admit(tx, admission)
            if admission.due_at is None:
                best = admission.rank if best is None else min(best, admission.rank)
    return best


def _request(row: New) -> Request:
    return Request(recipient=row.recipient, body=row.body, category=row.category, own=row.own)


def _unknown_modem(row: New, plan: Plan) -> str | None:
    if row.modem is None or plan.route(row.modem) is not None:
        return None
    known = ", ".join(route.name for route in plan.routes) or "none"
    return reason(Reason.UNKNOWN_MODEM, f"no modem is named '{row.modem}'; configured: {known}")


def _admission(
    tx: Tx,
    row: New,
    allowed: Allowed,
    plan: Plan,
    modem_of_sim: Callable[[str], str | None],
    now: datetime,
) -> Admission:
    key = _lane(tx, row, allowed.number, plan, modem_of_sim)
    due = row.not_before if row.not_before and from_text(row.not_before) > now else None
    return Admission(
        id=row.id,
        number=allowed.number,
        parts=len(allowed.parts),
        lane=outbox.lane_id(tx, key.modems, key.prefer, key.binding),
        rank=0 if Category(row.category) in CONVERSATION else row.priority + 1,
        due_at=due,
        reason=_waits_for(key, due, allowed.number),
        now=to_text(now),
    )


def _lane(tx: Tx, row: New, number: str, plan: Plan, modem_of_sim: Callable[[str], str | None]) -> LaneKey:
    if row.sim is not None:  # parts of it went through this SIM: the phone joins them by sender
        holder = modem_of_sim(row.sim)
        return LaneKey(modems=(holder,) if holder else ())
    last = sims.last_sim(tx, number)
    prefer = modem_of_sim(last.sim) if last else None
    return lane_for(number, plan.routes, wanted=row.modem, prefer=prefer)


def _waits_for(key: LaneKey, due: str | None, number: str) -> str | None:
    if due is not None:
        return reason(Reason.DUE, due)
    if not key.modems:
        return reason(Reason.NO_ROUTE, f"no modem serves {number[:4]}…; look at the routes of the modems")
    return None
