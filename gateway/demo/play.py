"""The story: a survey goes out through two modems, one of them is pulled out on the way, people answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from drivers import sim
from gateway.client import Outbox
from gateway.clock import Clock
from gateway.demo import stage
from gateway.demo.customers import Customer, crowd, handset
from gateway.demo.show import Picture, look
from gateway.store import Store

SUBMIT = 0.15
"""Seconds that a simulated modem takes for a message: ten times quicker than a real one."""
ANSWERS_AFTER = (1.0, 4.0)
QUIET = 3.0
"""Seconds without news, once no question is open, after which nothing more is waited for: longer than the late
customers take after the end of theirs. Some phones are off, and what was in the air may be unknown."""
SEARCHING, HOME = 2, 1
"""<stat> of AT+CREG? (TS 27.007 7.2)."""
SEARCHES_FOR = 1.0
"""Seconds that the modem looks for a network after it was plugged in again: what waits for it comes after that."""
ENDS_WITHIN = 90.0
"""Seconds, far more than forty customers take; each more on a modem takes `A_CUSTOMER` more."""
A_CUSTOMER = 5 * SUBMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the demonstration leaves."""

    picture: Picture
    accepted: Counter[str]
    """How often the network accepted each text to each customer: more than once would be a fault."""
    parts: int
    database: Path
    config: Path


def play(
    folder: Path, modems: int, customers: int, clock: Clock, show: Callable[[Picture, str], None]
) -> Played:
    """Play it; `show` is given every new picture and a word on what happens. Raises `stage.CannotPlay`."""
    stage.prepare(folder)
    people = crowd(customers)
    with ExitStack() as stack:
        phones = [handset(person, _delay(place, customers)) for place, person in enumerate(people)]
        farm = stack.enter_context(stage.farm(folder, modems, phones, SUBMIT))
        config = stage.configure(folder, farm.ports)
        database, log = folder / "gateway.db", folder / "smsgw.log"
        process = stack.enter_context(stage.gateway(config, log))
        ready = lambda: stage.modems_ready(database, modems, process, log)  # noqa: E731 - read where it is used
        stage.wait(clock, ready, stage.STARTS_WITHIN, "the modems' start")
        store = stack.enter_context(Store.open(database, clock))
        _queue(database, people)
        _watch(store, farm, people, clock, show)
        picture = look(store)
        accepted = Counter(f"{message.recipient} {message.text}" for message in farm.network.messages())
        parts = len(farm.network.accepted)
    return Played(picture=picture, accepted=accepted, parts=parts, database=database, config=config)


def _delay(place: int, of: int) -> float:
    first, last = ANSWERS_AFTER
    return first + (last - first) * (place % 7) / 6 if of > 1 else first


def _queue(database: Path, people: list[Customer]) -> None:
    """As any application would: an invitation for each delivery, and messages; some of them wrong, as in life."""
    with Outbox(database) as out:
        for person in people:
            facts = {"prenom": person.name, "commande": person.order}
            out.invite(stage.SURVEY, person.number, facts, event_ref=person.order, dedupe_key=person.order)
        out.send("+331234", "Un numéro qui ne peut pas exister.")
        out.send(
            "+33612349999",
            "Un long message de Bricolo. " * 9 + "Il part en plusieurs parties 🎁. Refus : STOP",
        )
        out.send("+33612349998", "Bricolo: -20% ce week-end ! Refus : STOP", category="commercial")


def _watch(
    store: Store, farm: sim.Farm, people: list[Customer], clock: Clock, show: Callable[[Picture, str], None]
) -> None:
    """Until everybody was asked, and nothing has come for a while."""
    unplug = _Unplug(farm, clock, at=len(people) // 3, back=len(people) // 2)
    last: tuple[Picture, float] | None = None

    def over() -> bool:
        nonlocal last
        picture, tick = look(store), clock.tick()
        unplug.consider(picture.settled)
        show(picture, unplug.note)
        if last is None or picture != last[0]:
            last = (picture, tick)
        busy = picture.states["queued"] + picture.states["sending"] + picture.waiting + picture.open
        return not busy and tick - last[1] > QUIET

    patience = ENDS_WITHIN + A_CUSTOMER * len(people) / len(farm.modems)
    stage.wait(clock, over, patience, "the end of the campaign")


class _Unplug:
    """Somebody pulls the second modem out in the middle, and plugs it in again."""

    def __init__(self, farm: sim.Farm, clock: Clock, at: int, back: int) -> None:
        self._modem = list(farm.modems.values())[-1] if len(farm.modems) > 1 else None
        self._name = f"sim{len(farm.modems)}"  # as the configuration calls it
        self._clock = clock
        self._at, self._back = at, back
        self._found_at: float | None = None
        self.note = ""

    def consider(self, settled: int) -> None:
        if self._modem is None:
            return
        if not self.note and settled >= self._at:
            self._modem.unplug()
            self.note = f"{self._name} was pulled out: the other one goes on"
        elif "pulled" in self.note and settled >= self._back:
            self._modem.plug()
            self._modem.register(SEARCHING)
            self._found_at = self._clock.tick() + SEARCHES_FOR
            self.note = f"{self._name} is plugged in again, and looks for its network"
        elif self._found_at is not None and self._clock.tick() > self._found_at:
            self._found_at = None
            self._modem.register(HOME)
            self.note = f"{self._name} is in the network again"
