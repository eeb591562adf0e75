"""The keeper of the canaries: sends them, judges them, takes modems out and lets them come back (`gateway.canary`)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from gateway import canary
from gateway.canary import Bird, Fault, Flight, Rules, State
from gateway.canary_numbers import Numbers
from gateway.clock import Clock, from_text, to_text
from gateway.config import Settings
from gateway.fleet import Fleet, Member
from gateway.log import say
from gateway.model import Category
from gateway.sender.dispatcher import Dispatcher
from gateway.store import Rejected, Store, canaries, events, outbox
from gateway.store.canaries import Row
from gateway.store.outbox import NewMessage
from gateway.telling import close_alert, open_alert

SENT = frozenset({"sent", "delivered", "undelivered", "unknown"})
OVER = frozenset({"expired", "refused", "cancelled", "failed"})

log = logging.getLogger(__name__)


class Canaries:
    """One turn every few seconds, by the jobs. Owner: the thread of the jobs."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Callable[[], Settings],
        fleet: Fleet,
        dispatcher: Dispatcher,
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._fleet = fleet
        self._dispatcher = dispatcher
        self._out: dict[str, Fault] = {}
        self._errands: dict[str, int] = {}
        """The canary that each modem was given last: one that is out sends nothing else."""
        self._numbers = Numbers(store, clock, settings)

    def turn(self) -> None:
        """Judge what flies, take out and let back, send what is due."""
        rules = self._rules()
        if rules is None:
            self._apply({})
            return
        now = self._clock.now()
        self._numbers.refresh()
        flights = self._judge(rules, now)
        self._numbers.refresh()
        birds = self._birds()
        judged = [each for each in flights if each.state is not State.FLYING]
        self._apply({name: fault for name, fault in canary.faults(judged).items() if name in birds})
        for sender, receiver in canary.due(list(birds.values()), flights, self._out, rules, now):
            self._send(birds[sender], birds[receiver], rules, now)

    def _rules(self) -> Rules | None:
        wanted = self._settings().canary
        return None if wanted.every is None else Rules(every=wanted.every, within=wanted.within)

    # -- the modems ----------------------------------------------------------------------------------

    def _birds(self) -> dict[str, Bird]:
        """The modems that take part, as they are now."""
        settings = self._settings()
        wanted = settings.canary.among or tuple(settings.modems)
        found = {
            member.desk.name: self._bird(member)
            for member in self._fleet.members()
            if member.desk.name in wanted
        }
        for name in [name for name, bird in found.items() if bird.ready and not bird.number]:
            self._numbers.missing(name)
        return found

    def _bird(self, member: Member) -> Bird:
        desk = member.desk
        number = self._numbers.of(desk)
        roaming = (member.record.snapshot()["health"] or {}).get("roaming", False)
        return Bird(
            name=desk.name,
            number=number,
            ready=desk.able and not roaming and not self._dispatcher.paused,
            idle=not desk.taken and desk.offer is None and desk.opens_at is None,
            doubtful=bool(number and desk.sim) and self._numbers.doubtful(desk, number),
        )

    def _sim(self, name: str) -> str:
        return next((member.desk.sim for member in self._fleet.members() if member.desk.name == name), "")

    # -- the canaries --------------------------------------------------------------------------------

    def _judge(self, rules: Rules, now: datetime) -> list[Flight]:
        """Every canary of the SIMs that are in the modems now, as it stands; what changed is written."""
        with self._store.read() as read:
            rows = canaries.latest(read)
        flights = []
        for row in rows:
            flight = replace(_flight(row), proven=self._numbers.proven(row))
            if flight.state in (State.FLYING, State.LOST):
                state = canary.judged(replace(flight, state=State.FLYING), rules, now)
                if state is not State.FLYING and state is not flight.state:
                    with self._store.write() as tx:
                        canaries.judge(tx, row, state, to_text(now))
                    level = logging.INFO if state is State.PASSED else logging.WARNING
                    say(log, "canary", level, modem=row.sender, to=row.receiver, state=state)
                    flight = replace(flight, state=state)
            if self._same_sims(row):
                flights.append(flight)
        return flights

    def _same_sims(self, row: Row) -> bool:
        """What another SIM did in that modem says nothing about this one."""
        return (self._sim(row.sender) or row.sender_sim) == row.sender_sim and (
            self._sim(row.receiver) or row.receiver_sim
        ) == row.receiver_sim

    def _send(self, sender: Bird, receiver: Bird, rules: Rules, now: datetime) -> None:
        token = secrets.token_hex(4)
        message = NewMessage(
            recipient=receiver.number,
            body=canary.text(token),
            category=Category.STAFF,
            modem=sender.name,
            campaign="canary",
            expires_at=to_text(now + rules.within),
            on_unknown="fail",
            created_at=to_text(now),
        )
        sims_of = (sender.name, self._sim(sender.name)), (receiver.name, self._sim(receiver.name))
        try:
            with self._store.write() as tx:
                message_id = outbox.insert_own(tx, message, purpose="canary")
                canaries.add(
                    tx,
                    message_id=message_id,
                    token=token,
                    sender=sims_of[0],
                    receiver=sims_of[1],
                    now=to_text(now),
                )
        except Rejected as error:
            say(log, "canary_refused", logging.WARNING, modem=sender.name, why=error)
            return
        self._errands[sender.name] = message_id
        self._hold(sender.name)
        self._dispatcher.ring()

    # -- out and back --------------------------------------------------------------------------------

    def _hold(self, name: str) -> None:
        """Also again and again: a modem that was configured anew has forgotten it."""
        fault = self._out.get(name)
        self._dispatcher.hold(name, "" if fault is None else fault.words, self._errands.get(name))

    def _apply(self, out: dict[str, Fault]) -> None:
        """Take out those that fail, let back those that passed."""
        gone, back = out.keys() - self._out.keys(), self._out.keys() - out.keys()
        self._out = dict(out)
        for name in sorted(gone):
            self._take_out(name, out[name])
        for name in sorted(back):
            self._let_back(name)
        for name in out:
            self._hold(name)

    def _take_out(self, name: str, fault: Fault) -> None:
        self._hold(name)
        now = self._clock.now()
        with self._store.write() as tx:
            opened = open_alert(
                tx, f"canary:{name}", f"modem {name} is out", fault.words, self._settings(), now
            )
            if opened:  # else it was out before a restart of the daemon, and somebody was told
                detail = {"role": str(fault.role), "other": fault.other, "why": fault.words}
                events.add(tx, "canary_out", now=to_text(now), modem=name, detail=detail)
        say(log, "canary_out", logging.WARNING, modem=name, why=fault.words)

    def _let_back(self, name: str) -> None:
        self._hold(name)
        now = self._clock.now()
        with self._store.write() as tx:
            close_alert(tx, f"canary:{name}", "a canary has passed again", now)
            events.add(tx, "canary_back", now=to_text(now), modem=name)
        say(log, "canary_back", logging.WARNING, modem=name)


def _flight(row: Row) -> Flight:
    return Flight(
        id=row.id,
        sender=row.sender,
        receiver=row.receiver,
        at=from_text(row.at),
        state=State(row.state),
        sent=row.message_state in SENT,
        over=row.message_state in OVER,
        reported=row.reported or row.message_state == "delivered",
        arrived_at=from_text(row.arrived_at) if row.arrived_at else None,
    )
