"""Canaries: the SIMs of the gateway text one another, so that a modem that drops messages is found before customers do.

Pure decisions; time is an argument. A modem that answers `+CMGS` to everything and sends nothing (MODEMS F66)
looks well from inside: only another phone can tell, and another SIM of ours is one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MISSES = 2
"""In a row: one message may always get lost, and the second one comes at once."""
_TEXT = re.compile(r"smsgw canary ([0-9a-f]{8})")


class State(StrEnum):
    """What became of one canary."""

    FLYING = "flying"
    PASSED = "passed"
    LATE = "late"
    """It arrived, after its time."""
    LOST = "lost"
    """The network accepted it, or may have, and it did not arrive in time."""
    VOID = "void"
    """It was never sent: it says nothing."""


class Role(StrEnum):
    """In what a modem failed."""

    SENDING = "sending"
    RECEIVING = "receiving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the configuration says."""

    every: timedelta
    within: timedelta

    @property
    def again(self) -> timedelta:
        """How soon a modem that is out is tried again."""
        return max(self.within, self.every / 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bird:
    """A modem as the canaries see it."""

    name: str
    number: str
    """Of its SIM, E.164; "" where nobody knows it: it can send canaries, and receive none."""
    ready: bool
    """It can send: registered, not paused, not abroad."""
    idle: bool
    """It has nothing to send now, and no limit holds it."""
    doubtful: bool = False
    """Nothing has ever arrived at its number, and enough was lost: it may be a stranger's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One canary, as the database remembers it."""

    id: int
    sender: str
    receiver: str
    at: datetime
    state: State
    sent: bool = False
    """The network accepted it, or may have."""
    over: bool = False
    """Its message can no longer be sent: refused, failed, expired, cancelled."""
    reported: bool = False
    """A status report says that the receiver has it."""
    arrived_at: datetime | None = None
    proven: bool = True
    """Some canary has arrived at that number: it is the receiver's, and a loss says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a modem is taken out."""

    role: Role
    other: str
    """The modem that it could not reach, or that could not reach it."""

    @property
    def words(self) -> str:
        """For `status`, the log and the alert."""
        if self.role is Role.SENDING:
            return (
                f"canaries: what it says it has sent does not arrive ({MISSES} in a row, the last one to"
                f" {self.other})"
            )
        return (
            f"canaries: messages to it do not arrive ({MISSES} in a row, the last one from {self.other}):"
            " answers of customers may not either"
        )


def text(token: str) -> str:
    """What a canary says."""
    return f"smsgw canary {token}"


def token_of(body: str) -> str | None:
    """The token of a canary; None where a text is none."""
    found = _TEXT.fullmatch(body.strip())
    return found[1] if found else None


def judged(flight: Flight, rules: Rules, now: datetime) -> State:
    """What has become of a canary by now."""
    late = flight.at + rules.within
    if flight.arrived_at is not None:
        return State.PASSED if flight.arrived_at <= late else State.LATE
    if flight.over:
        return State.VOID
    if now < late:
        return State.FLYING
    return State.LOST if flight.sent else State.VOID


def doubtful(arrived: int, lost: int) -> bool:
    """Whether a number may be a stranger's (a digit mistyped): then no more canaries, until somebody has looked."""
    return not arrived and lost >= MISSES


def faults(flights: Sequence[Flight]) -> dict[str, Fault]:
    """The modems that fail now, each with why. `flights`: the judged ones, oldest first."""
    flights = [each for each in flights if each.proven]
    names = {each.sender for each in flights} | {each.receiver for each in flights}
    deaf = {name: fault for name in names if (fault := _fault(name, Role.RECEIVING, flights))}
    counted = [
        each for each in flights if each.receiver not in deaf
    ]  # a loss there says nothing of its sender
    dumb = {name: fault for name in names if (fault := _fault(name, Role.SENDING, counted))}
    return deaf | dumb


def _fault(name: str, role: Role, flights: Sequence[Flight]) -> Fault | None:
    """Where the last `MISSES` that say something about it in this role were misses of its own."""
    missed: list[Flight] = []
    for place in range(len(flights) - 1, -1, -1):
        flight = flights[place]
        if name != (flight.sender if role is Role.SENDING else flight.receiver):
            continue
        if flight.state is State.PASSED:
            break
        if flight.state in (State.LOST, State.LATE) and culprit(flight, flights[place + 1 :]) is role:
            missed.append(flight)
    if len(missed) < MISSES:
        return None
    last = missed[0]
    return Fault(role=role, other=last.receiver if role is Role.SENDING else last.sender)


def culprit(flight: Flight, later: Iterable[Flight]) -> Role:
    """Whose fault a loss is, as far as it can be known.

    The receiver's, where the network says that it was delivered, or where the sender's next one to another modem
    passed; else the sender's.
    """
    if flight.reported:
        return Role.RECEIVING
    for other in later:
        if other.sender == flight.sender and other.receiver != flight.receiver:
            if other.state is State.PASSED:
                return Role.RECEIVING
            if other.state in (State.LOST, State.LATE):
                return Role.SENDING
    return Role.SENDING


def due(
    birds: Collection[Bird],
    flights: Sequence[Flight],
    out: Mapping[str, Fault],
    rules: Rules,
    now: datetime,
) -> list[tuple[str, str]]:
    """Who should send a canary to whom now. A modem has a part in one at a time, and only when it has nothing to do.

    `flights`: all that are remembered, oldest first.
    """
    busy = {name for each in flights if each.state is State.FLYING for name in (each.sender, each.receiver)}
    pairs = []
    for bird in sorted(birds, key=lambda bird: (_last(bird.name, flights), bird.name)):
        if bird.name in busy or not (bird.ready and bird.idle) or now < _next(bird.name, flights, out, rules):
            continue
        receiver = _receiver(bird, birds, busy, flights, out)
        if receiver is not None:
            pairs.append((bird.name, receiver.name))
            busy |= {bird.name, receiver.name}
    return pairs


def _last(name: str, flights: Iterable[Flight]) -> datetime:
    """When a modem last sent one."""
    return max((each.at for each in flights if each.sender == name), default=_NEVER)


def _next(name: str, flights: Sequence[Flight], out: Mapping[str, Fault], rules: Rules) -> datetime:
    last = next((each for each in reversed(flights) if each.sender == name), None)
    if last is None:
        return _NEVER
    if out:  # it, or one that waits for a message of its
        return last.at + rules.again
    if last.state in (State.LOST, State.LATE):
        return last.at  # the second opinion, at once
    if last.state is State.VOID:
        return last.at + rules.again
    return last.at + rules.every


def _receiver(
    sender: Bird,
    birds: Iterable[Bird],
    busy: Collection[str],
    flights: Sequence[Flight],
    out: Mapping[str, Fault],
) -> Bird | None:
    """The one that it has not written to for the longest.

    A modem that is out because it does not receive gets its canaries from the others, in turn with these.
    """
    fit = [
        each
        for each in birds
        if each.name != sender.name
        and each.number
        and not each.doubtful
        and each.ready
        and each.name not in busy
    ]
    well = [each for each in fit if each.name not in out]
    deaf = [each for each in fit if each.name in out and out[each.name].role is Role.RECEIVING]
    choice = (well + deaf) if sender.name not in out else (well or deaf)
    return min(choice, key=lambda each: (_met(sender.name, each.name, flights), each.name), default=None)


def _met(sender: str, receiver: str, flights: Iterable[Flight]) -> datetime:
    return max(
        (each.at for each in flights if (each.sender, each.receiver) == (sender, receiver)), default=_NEVER
    )


_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
