"""What a waiting message still has to pass, and the earliest moment that it can go.

Reads what the daemon has written and computes the rest afresh, so that the answer is the same whether the
daemon runs or not. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.clock import from_text, to_text
from gateway.config import Settings
from gateway.model import RESERVED, State
from gateway.policy import Deferral, Errand, Keeper, Refusal, Request, errand_of, rules_of, when
from gateway.sender.limits import limits_of
from gateway.store import Reader, Store, modems, outbox, sims
from gateway.store.modems import ModemState
from gateway.store.outbox import Message
from gateway.throttle import Throttle, month_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One condition: passed, or not yet, or never."""

    name: str
    passed: bool
    detail: str
    earliest: datetime | None = None
    """When it opens by itself; None where that is not known (a person must act, a modem must come back)."""


def gates(
    store: Store, settings: Settings, row: Message, now: datetime, *, running: bool = True
) -> list[Gate]:
    """Every gate of a queued message, in the order in which it meets them; none for any other state.

    `running`: a daemon runs, without which nothing passes any of them.
    """
    if row.state != State.QUEUED:
        return []
    keeper = Keeper.of(store)
    with store.read() as read:
        policy = _policy(read, keeper, settings, row, now)
        found = [
            _daemon(running),
            _sending(read),
            *policy,
            _due(row, now),
            *_modems(read, settings, row, now),
        ]
        return [*found, _turn(read, row, now), _expiry(row, now)]


def earliest(found: list[Gate], now: datetime) -> datetime | None:
    """The first moment at which all gates are open; None where one of them does not open by itself."""
    closed = [gate for gate in found if not gate.passed]
    if any(gate.earliest is None for gate in closed):
        return None
    return max([now, *[gate.earliest for gate in closed if gate.earliest is not None]])


def _daemon(running: bool) -> Gate:
    if running:
        return Gate(name="gateway", passed=True, detail="runs")
    return Gate(name="gateway", passed=False, detail="does not run: systemctl start smsgw, or smsgw run")


def _sending(read: Reader) -> Gate:
    if outbox.is_paused(read):
        return Gate(name="sending", passed=False, detail="paused for all messages: smsgw outbox resume")
    return Gate(name="sending", passed=True, detail="not paused")


def _policy(read: Reader, keeper: Keeper, settings: Settings, row: Message, now: datetime) -> list[Gate]:
    """May it go at all, and when do hours and caps let it go?"""
    own = row.category in RESERVED  # one that is not would have been refused at its first look
    rules = rules_of(settings)
    request = Request(
        recipient=row.recipient,
        body=row.body,
        category=row.category,
        own=own,
        id=row.id,
        errand=errand_of(read, row.id) if own else Errand(),
        expires_at=from_text(row.expires_at) if row.expires_at else None,
    )
    verdict = keeper.judge(read, request, rules, now)
    if isinstance(verdict, Refusal):
        return [Gate(name="policy", passed=False, detail=f"will be refused: {verdict.reason}")]
    detail = f"{len(verdict.parts)} part{'s' if len(verdict.parts) > 1 else ''}, {verdict.alphabet}"
    found = [Gate(name="policy", passed=True, detail=detail)]
    if rules.timed(row.category):
        wanted = max(now, from_text(row.not_before)) if row.not_before else now
        found.append(_hours(when(request, verdict, rules, wanted)))
    return found


def _hours(held: Deferral | Refusal | None) -> Gate:
    if isinstance(held, Refusal):
        return Gate(name="hours", passed=False, detail=f"will be refused: {held.reason}")
    if held is not None:
        return Gate(name="hours", passed=False, detail=held.reason, earliest=held.until)
    return Gate(name="hours", passed=True, detail="within the recipient's hours and caps")


def _due(row: Message, now: datetime) -> Gate:
    text = row.due_at or row.not_before
    if text is None or from_text(text) <= now:
        return Gate(name="due", passed=True, detail=f"since {text or row.created_at}")
    return Gate(name="due", passed=False, detail=f"at {text}", earliest=from_text(text))


def _modems(read: Reader, settings: Settings, row: Message, now: datetime) -> list[Gate]:
    names = _candidates(read, settings, row)
    if not names:
        return [Gate(name="modem", passed=False, detail="no configured modem serves this number")]
    states = {state.name: state for state in modems.list_states(read)}
    found = [_modem(settings, states.get(name), name) for name in names]
    open_ones = [name for name, gate in zip(names, found, strict=True) if gate.passed]
    if not open_ones:
        return found
    usable = [gate for gate in found if gate.passed]
    return [*usable, _throttle(read, settings, states, open_ones, row, now)]


def _candidates(read: Reader, settings: Settings, row: Message) -> list[str]:
    lane = next((lane for lane in outbox.lanes(read) if lane.id == row.lane), None)
    if lane is not None:
        return [name for name in lane.modems if name in settings.modems]
    if row.modem is not None:
        return [row.modem] if row.modem in settings.modems else []
    return list(settings.modems)


def _modem(settings: Settings, state: ModemState | None, name: str) -> Gate:
    if state is None:
        return Gate(name=f"modem {name}", passed=False, detail="the daemon has not run with it yet")
    if state.paused:
        return Gate(name=f"modem {name}", passed=False, detail=f"paused: smsgw modem resume {name}")
    if state.state != "ready":
        return Gate(
            name=f"modem {name}", passed=False, detail=f"{state.state}: {state.reason or 'no reason known'}"
        )
    return Gate(name=f"modem {name}", passed=True, detail="ready")


def _throttle(
    read: Reader,
    settings: Settings,
    states: dict[str, ModemState],
    names: list[str],
    row: Message,
    now: datetime,
) -> Gate:
    openings = []
    for name in names:
        sim = states[name].imsi or ""
        throttle = throttle_of(read, settings, name, sim, now)
        opening = throttle.opening(row.parts or 1, row.number or row.recipient, now, 0.0)
        openings.append((opening.tick, name, opening.limit))
    wait, name, limit = min(openings)
    if wait <= 0:
        return Gate(name="throttle", passed=True, detail=f"{name} has room")
    value = getattr(limits_of(settings, name), limit)
    when = now + timedelta(seconds=wait)
    return Gate(name="throttle", passed=False, detail=f"{limit} = {value} on {name}", earliest=when)


def throttle_of(read: Reader, settings: Settings, name: str, sim: str, now: datetime) -> Throttle:
    """The throttle of a modem's SIM as the database remembers it, at tick 0."""
    zone = settings.gateway.zone
    throttle = Throttle(limits_of(settings, name), zone)
    air = sims.air_since(read, sim, to_text(now - timedelta(days=1)))
    month = month_of(now, zone)
    ages = [(now - from_text(at)).total_seconds() for at, _number in air]
    throttle.load(ages, month, sims.correspondents(read, sim, month), 0.0)
    return throttle


def _turn(read: Reader, row: Message, now: datetime) -> Gate:
    ahead = outbox.ahead_of(read, row.id)
    detail = "next in its queue" if ahead == 0 else f"{ahead} message{'s' if ahead > 1 else ''} before it"
    return Gate(name="turn", passed=ahead == 0, detail=detail, earliest=now)


def _expiry(row: Message, now: datetime) -> Gate:
    if row.expires_at is None:
        return Gate(name="expiry", passed=True, detail="never")
    if from_text(row.expires_at) <= now:
        return Gate(name="expiry", passed=False, detail=f"over since {row.expires_at}: it will not be sent")
    return Gate(name="expiry", passed=True, detail=f"at {row.expires_at}")
