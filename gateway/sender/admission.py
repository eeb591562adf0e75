"""The daemon's first look at a row: number, policy, parts, lane and due time, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_text, to_text
from gateway.model import Category, Reason, reason
from gateway.policy import Allowed, Refusal, Request, Rules, judge
from gateway.router import LaneKey, Route, lane_for
from gateway.store import Reader, Tx, outbox, sims
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


@dataclass(frozen=True, slots=True)
class Considered:
    """A row and what was decided of it; nothing is written yet."""

    row: New
    verdict: Allowed | Refusal
    lane: LaneKey


def consider(
    read: Reader, rows: Sequence[New], plan: Plan, modem_of_sim: Callable[[str], str | None]
) -> list[Considered]:
    """Decide about each row. Reading numbers takes its time, so that this is done outside any write:
    applications that wait for nobody (the `sqlite3` shell) would find the database locked.
    """
    found = []
    for row in rows:
        verdict = _verdict(row, plan)
        lane = LaneKey(modems=())
        if isinstance(verdict, Allowed):
            lane = _lane(read, row, verdict.number, plan, modem_of_sim)
        found.append(Considered(row, verdict, lane))
    return found


def admit_batch(tx: Tx, considered: Sequence[Considered], now: datetime) -> int | None:
    """Write what was decided, in the caller's transaction; the best rank among those ready to go."""
    best: int | None = None
    for each in considered:
        if isinstance(each.verdict, Refusal):
            outbox.refuse(tx, each.row.id, each.verdict.reason, to_text(now))
            continue
        admission = _admission(tx, each.row, each.verdict, each.lane, now)
        if outbox.admit(tx, admission) and admission.due_at is None:
            best = admission.rank if best is None else min(best, admission.rank)
    return best


def _verdict(row: New, plan: Plan) -> Allowed | Refusal:
    verdict = judge(
        Request(recipient=row.recipient, body=row.body, category=row.category, own=row.own), plan.rules
    )
    if isinstance(verdict, Allowed) and row.modem is not None and plan.route(row.modem) is None:
        known = ", ".join(route.name for route in plan.routes) or "none"
        return Refusal(reason(Reason.UNKNOWN_MODEM, f"no modem is named '{row.modem}'; configured: {known}"))
    return verdict


def _admission(tx: Tx, row: New, allowed: Allowed, key: LaneKey, now: datetime) -> Admission:
    due = _due(row, now)
    return Admission(
        id=row.id,
        number=allowed.number,
        parts=len(allowed.parts),
        lane=outbox.lane_id(tx, key.modems, key.prefer, key.binding),
        rank=0 if Category(row.category) in CONVERSATION else row.priority + 1,
        due_at=due,
        reason=_waits_for(row, key, due, allowed.number),
        seen=row.updated_at,
        now=to_text(now),
    )


def _due(row: New, now: datetime) -> str | None:
    """The later of what the application wants and what a retry set; None where both are past."""
    times = [text for text in (row.not_before, row.due_at) if text and from_text(text) > now]
    return max(times, default=None)


def _lane(
    read: Reader, row: New, number: str, plan: Plan, modem_of_sim: Callable[[str], str | None]
) -> LaneKey:
    if row.sim is not None:  # parts of it went through this SIM: the phone joins them by sender
        holder = modem_of_sim(row.sim)
        return LaneKey(modems=(holder,) if holder else ())
    last = sims.last_sim(read, number)
    prefer = modem_of_sim(last.sim) if last else None
    return lane_for(number, plan.routes, wanted=row.modem, prefer=prefer)


def _waits_for(row: New, key: LaneKey, due: str | None, number: str) -> str | None:
    if due is not None:
        return reason(Reason.DUE if due == row.not_before else Reason.RETRY, due)
    if key.modems:
        return None
    if row.sim is not None:
        return reason(Reason.WAITS_FOR_SIM, f"parts of it went through SIM {row.sim}, which is in no modem")
    return reason(Reason.NO_ROUTE, f"no modem serves {number[:4]}…; look at the routes of the modems")
