"""The recovery ladder of one modem (MODEMS 1.K): what is tried next, when, and what proves that it helped.

A table and one pure function over it: time comes in, an order goes out. The worker carries the orders out; the
others go on meanwhile. The lowest two rungs are the driver's own work and stand here to be told of.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Step(StrEnum):
    """One rung of the ladder, by the name that events and the log give it."""

    FENCE = "fence"
    INITIALISE = "initialise"
    REOPEN = "reopen"
    OTHER_PORT = "other_port"
    RADIO = "radio"
    RESET = "reset"
    POWER = "power"
    BACK_OFF = "back_off"


class Ailment(StrEnum):
    """What is wrong with a modem."""

    LATE = "late"
    """An answer missed its deadline: what comes next may belong to it."""
    LOST = "settings_lost"
    """It restarted, or somebody else changed its settings."""
    GONE = "gone"
    """Its port is not there, or has vanished."""
    HELD = "held"
    """Another program has its port."""
    SILENT = "silent"
    """Not even the fence is answered."""
    BABBLE = "unusable"
    """Something talks there, and it is no modem: nothing may be written to it but AT."""
    NO_SIM = "sim"
    """It answers, and its SIM cannot be used."""
    NO_NETWORK = "no_network"
    """It answers, and has no registration."""


BOOT = 90.0
"""Seconds that a modem may need from power to its first answer (MODEMS F125): nobody restarts it meanwhile."""
AGAIN = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before the port is opened again, the nth time; the last repeats."""
BOOTING = 10.0
"""The longest of these while a modem starts: it is looked for, not hammered at."""
PAUSES = (60.0, 120.0, 300.0, 600.0)
"""Seconds of peace after a whole round that did not help; the last repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step, and when it is its turn."""

    step: Step
    against: Mapping[Ailment, float]
    """For which troubles, and how many seconds each must have lasted."""
    tries: int = 1
    """How often in one round."""
    wait: float = 0.0
    """Seconds before it."""
    restarts: bool = False
    """It makes the modem start anew: not while it starts already, and then it has `BOOT` seconds."""
    once: bool = False
    """In the first round only, where the modem itself answers: what did not help once is no remedy."""
    does: str
    proof: str


LADDER = (
    Rung(
        step=Step.FENCE,
        against={Ailment.LATE: 0.0},
        does="ESC where a prompt may be open, then a question whose answer cannot be mistaken",
        proof="that answer",
    ),
    Rung(
        step=Step.INITIALISE,
        against={Ailment.LOST: 0.0},
        does="every setting is made anew and the SIM is read again, on the open port",
        proof="each setting is answered by OK, and the SIM tells its IMSI",
    ),
    Rung(
        step=Step.REOPEN,
        against=dict.fromkeys(
            (Ailment.GONE, Ailment.HELD, Ailment.SILENT, Ailment.BABBLE, Ailment.NO_SIM), 0.0
        ),
        tries=3,
        does="the port is closed, looked for (USB socket, IMEI), opened and initialised",
        proof="it answers and tells its IMSI",
    ),
    Rung(
        step=Step.OTHER_PORT,
        against=dict.fromkeys((Ailment.SILENT, Ailment.BABBLE), 0.0),
        wait=1.0,
        does="the same through another AT port of the same stick, where it has one",
        proof="it answers there and tells its IMSI",
    ),
    Rung(
        step=Step.RADIO,
        against={Ailment.NO_SIM: 0.0, Ailment.NO_NETWORK: 300.0},
        wait=1.0,
        does="the radio is switched off and on (AT+CFUN=0, AT+CFUN=1)",
        proof="it is registered",
    ),
    Rung(
        step=Step.RESET,
        against={Ailment.SILENT: 0.0, Ailment.NO_SIM: 60.0, Ailment.NO_NETWORK: 900.0},
        wait=1.0,
        restarts=True,
        once=True,
        does="the modem is told to restart (AT+CFUN=1,1, or the maker's own command)",
        proof="it comes back, answers, and is registered",
    ),
    Rung(
        step=Step.POWER,
        against={Ailment.GONE: 60.0, Ailment.SILENT: 0.0, Ailment.NO_SIM: 120.0, Ailment.NO_NETWORK: 1800.0},
        wait=1.0,
        restarts=True,
        once=True,
        does="its USB socket is switched off and on, where `usb_power` allows it",
        proof="it comes back, answers, and is registered",
    ),
    Rung(
        step=Step.BACK_OFF,
        against={Ailment.SILENT: 0.0, Ailment.BABBLE: 0.0, Ailment.NO_SIM: 180.0, Ailment.NO_NETWORK: 2400.0},
        does="it is left in peace for 1 min, then 2, 5 and 10; then the ladder begins anew",
        proof="",
    ),
)
"""From the gentlest to the last. The first rung whose turn it is, is taken."""

ALWAYS = frozenset({Step.REOPEN, Step.RADIO, Step.RESET, Step.BACK_OFF})
"""What can be done with every modem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one modem stands on the ladder. Times are seconds of a monotonic clock."""

    boots_until: float = 0.0
    """It may still be starting until then."""
    ailment: Ailment | None = None
    since: float = 0.0
    taken: tuple[Step, ...] = ()
    """The steps of this round, in order."""
    again: int = 0
    """Openings in a row that this trouble has cost."""
    rounds: int = 0
    """Whole rounds that did not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to do; None: nothing yet."""

    step: Step | None
    wait: float
    """Seconds before it."""
    news: bool = field(default=True)
    """An operator is told; else it is the same thing once more."""


def starting(now: float) -> Place:
    """A modem that nothing is known of: it may have been plugged in a moment ago."""
    return Place(boots_until=now + BOOT)


def well() -> Place:
    """It can send: all is forgiven."""
    return Place()


def climb(place: Place, ailment: Ailment, can: Set[Step], now: float) -> tuple[Place, Order]:
    """The next order for a modem in this trouble, and where that leaves it.

    `can`: the steps that are possible and allowed here.
    """
    place = _stricken(place, ailment, now)
    for rung in LADDER:
        lasts = rung.against.get(ailment)
        if lasts is None or rung.step not in can or _used_up(place, rung, ailment):
            continue
        if now - place.since < lasts or (rung.restarts and now < place.boots_until):
            break
        return _take(place, rung, now)
    return _meanwhile(place, ailment, now)


def _stricken(place: Place, ailment: Ailment, now: float) -> Place:
    if place.ailment is ailment:
        return place
    came_back = place.ailment is Ailment.GONE and ailment is not Ailment.HELD
    boots = now + BOOT if came_back else place.boots_until
    return replace(place, ailment=ailment, since=now, again=0, boots_until=max(boots, place.boots_until))


def _used_up(place: Place, rung: Rung, ailment: Ailment) -> bool:
    if rung.once and place.rounds and ailment in (Ailment.NO_SIM, Ailment.NO_NETWORK):
        return True
    return place.taken.count(rung.step) >= rung.tries


def _take(place: Place, rung: Rung, now: float) -> tuple[Place, Order]:
    first = rung.step not in place.taken
    if rung.step is Step.BACK_OFF:
        pause = PAUSES[min(place.rounds, len(PAUSES) - 1)]
        calm = replace(place, taken=(), again=0, rounds=place.rounds + 1, since=now + pause)
        return calm, Order(step=Step.BACK_OFF, wait=pause)
    wait = _patience(place, now) if rung.step is Step.REOPEN else rung.wait
    boots = now + wait + BOOT if rung.restarts else place.boots_until
    taken = (*place.taken, rung.step)
    return (
        replace(place, taken=taken, again=place.again + 1, boots_until=boots),
        Order(step=rung.step, wait=wait, news=first and not (rung.step is Step.REOPEN and place.rounds)),
    )


def _meanwhile(place: Place, ailment: Ailment, now: float) -> tuple[Place, Order]:
    """It is no further rung's turn: look again, or let it search for its network."""
    if ailment is Ailment.NO_NETWORK:
        return place, Order(step=None, wait=0.0, news=False)
    wait = _patience(place, now)
    return replace(place, again=place.again + 1), Order(step=Step.REOPEN, wait=wait, news=False)


def _patience(place: Place, now: float) -> float:
    wait = AGAIN[min(place.again, len(AGAIN) - 1)]
    return min(wait, BOOTING) if now < place.boots_until else wait
