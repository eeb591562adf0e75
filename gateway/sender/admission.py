"""The daemon's first look at a row: number, policy, parts, lane and due time, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import from_text, to_text
from gateway.model import Category, Reason, reason
from gateway.policy import (
    Allowed,
    Deferral,
    Errand,
    Keeper,
    Refusal,
    Request,
    Rules,
    errand_of,
    narrowed,
    reserved_modems,
    when,
)
from gateway.router import LaneKey, Route, lane_for
from gateway.store import Reader, Tx, events, outbox, session_messages, sims
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
    held: Deferral | None = None
    """Why policy lets it go later only."""


def consider(
    read: Reader,
    rows: Sequence[New],
    plan: Plan,
    modem_of_sim: Callable[[str], str | None],
    keeper: Keeper,
    now: datetime,
) -> list[Considered]:
    """Decide about each row. Reading numbers takes its time, so that this is done outside any write:
    applications that wait for nobody (the `sqlite3` shell) would find the database locked.
    """
    found = []
    reserved = reserved_modems(read, plan.rules)
    for row in rows:
        request = _request(read, row)
        verdict = _verdict(read, request, row, plan, keeper, now)
        lane, held = LaneKey(modems=()), None
        if isinstance(verdict, Allowed):
            later = when(request, verdict, plan.rules, _wanted(row, now))
            key = narrowed(
                _lane(read, row, verdict.number, plan, modem_of_sim), row.category, reserved, plan.rules
            )
            if isinstance(later, Refusal):
                verdict = later
            elif isinstance(key, Refusal):
                verdict = key
            else:
                held, lane = later, key
        found.append(Considered(row, verdict, lane, held))
    return found


def admit_batch(tx: Tx, considered: Sequence[Considered], now: datetime) -> int | None:
    """Write what was decided, in the caller's transaction; the best rank among those ready to go."""
    best: int | None = None
    for each in considered:
        if isinstance(each.verdict, Refusal):
            outbox.refuse(tx, each.row.id, each.verdict.reason, to_text(now))
            continue
        admission = _admission(tx, each, each.verdict, now)
        if not outbox.admit(tx, admission):
            continue
        if each.verdict.advertising:
            _warn(tx, each.row, each.verdict.advertising, now)
        if admission.due_at is None:
            best = admission.rank if best is None else min(best, admission.rank)
    return best


def _request(read: Reader, row: New) -> Request:
    return Request(
        recipient=row.recipient,
        body=row.body,
        category=row.category,
        own=row.own,
        id=row.id,
        errand=errand_of(read, row.id) if row.own else Errand(),
        expires_at=from_text(row.expires_at) if row.expires_at else None,
    )


def _verdict(
    read: Reader, request: Request, row: New, plan: Plan, keeper: Keeper, now: datetime
) -> Allowed | Refusal:
    verdict = keeper.judge(read, request, plan.rules, now)
    if isinstance(verdict, Allowed) and row.modem is not None and plan.route(row.modem) is None:
        known = ", ".join(route.name for route in plan.routes) or "none"
        return Refusal(reason(Reason.UNKNOWN_MODEM, f"no modem is named '{row.modem}'; configured: {known}"))
    return verdict


def _warn(tx: Tx, row: New, words: tuple[str, ...], now: datetime) -> None:
    """It goes all the same: a word list does not stop a delivery notice."""
    events.add(tx, "looks_commercial", now=to_text(now), message_id=row.id, detail={"words": list(words)})


def _admission(tx: Tx, each: Considered, allowed: Allowed, now: datetime) -> Admission:
    row, key = each.row, each.lane
    wanted = _wanted(row, now)
    due = to_text(wanted) if wanted > now else None
    if each.held is not None:
        due = to_text(each.held.until)
    return Admission(
        id=row.id,
        number=allowed.number,
        parts=len(allowed.parts),
        lane=outbox.lane_id(tx, key.modems, key.prefer, key.binding),
        rank=0 if Category(row.category) in CONVERSATION else row.priority + 1,
        due_at=due,
        reason=_waits_for(row, key, due, allowed.number) if each.held is None else each.held.reason,
        seen=row.updated_at,
        now=to_text(now),
    )


def _wanted(row: New, now: datetime) -> datetime:
    """The later of what the application wants and what a retry set; `now` where both are past."""
    return max([now, *(from_text(text) for text in (row.not_before, row.due_at) if text)])


def _lane(
    read: Reader, row: New, number: str, plan: Plan, modem_of_sim: Callable[[str], str | None]
) -> LaneKey:
    if row.sim is not None:  # parts of it went through this SIM: the phone joins them by sender
        holder = modem_of_sim(row.sim)
        return LaneKey(modems=(holder,) if holder else ())
    bound = session_messages.bound_sim(read, row.id) if row.own else None
    if bound is not None:  # inside a survey: the customer answers in the thread where the question stands
        return lane_for(number, plan.routes, sim=bound)
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
