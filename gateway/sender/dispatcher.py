"""The dispatcher: sees new rows, admits them, and keeps one message ready for every modem that can send.

One thread. It never waits for a modem and never writes what a worker writes: it offers a message in memory,
and the worker claims the row in the commit that it makes while the modem's prompt comes. Until then the row
stays `queued`, so that an application, an operator or a STOP can still take it back.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime

from gateway import failpoints
from gateway.clock import Clock, from_text, to_text
from gateway.failpoints import Step
from gateway.log import say
from gateway.policy import Keeper
from gateway.sender.admission import Plan, admit_batch, consider
from gateway.sender.chooser import Chooser
from gateway.sender.desk import Desk
from gateway.sender.job import Job
from gateway.sender.reasons import Explainer
from gateway.sender.whereabouts import Whereabouts
from gateway.store import Store, StoreError, outbox
from gateway.throttle import Throttle

LOOK = 0.03
"""Seconds between two looks at PRAGMA data_version: what an INSERT waits at most."""
TROUBLE = 1.0
"""Seconds between two tries while the database cannot be used."""
BATCH = 200
"""Rows admitted in one commit: few enough that a modem never waits for a campaign to be admitted."""
LANES = "by SIM"
"""How lanes are made; rows that were put into them in another way are admitted anew."""
PATROL = 1.0
"""Seconds between two looks for rows that are due, expired, or wait for a modem that is out."""

log = logging.getLogger(__name__)


class Dispatcher(threading.Thread):
    """Chooses. Every public method may be called by any thread."""

    def __init__(self, store: Store, clock: Clock, plan: Plan) -> None:
        super().__init__(name="dispatcher", daemon=True)
        self._store = store
        self._clock = clock
        self._plan = plan
        self._bell = threading.Condition()
        self._desks: dict[str, Desk] = {}
        self.keeper = Keeper.of(store)
        self._whereabouts = Whereabouts(clock.tick())
        self._chooser = Chooser(store, clock, self.keeper, self._whereabouts)
        self._explainer = Explainer(store, self._whereabouts)
        self._rung = True
        self._stopping = False
        self._paused = False
        self._generation = 0
        self._more = True
        self._told = True
        """Somebody here has committed what must be looked at; set after the commit, cleared before the look."""
        self._moved: set[str] | None = set()
        """Modems without the SIM that they had, once a SIM has come since the lanes were last put right."""
        self._settled_in = False
        """The rest of what was begun before this start has been freed for whichever modem has its SIM now."""
        self._patrol_at = 0.0
        self.turned_at = clock.tick()
        """When the last turn ended: the watchdog looks at it."""
        self._trouble: str | None = None
        """Why the database cannot be used, while it cannot."""
        self.failure: BaseException | None = None
        """What ended the thread, if something did: the daemon must not live on without it."""

    # -- called by the workers ---------------------------------------------------------------------

    def enlist(self, desk: Desk) -> None:
        """A modem exists; it is not up yet."""
        with self._bell:
            desk.down_since = self._clock.tick()
            self._desks[desk.name] = desk
            self._stir()

    def dismiss(self, name: str) -> None:
        """A modem was taken out of the configuration."""
        with self._bell:
            desk = self._desks.pop(name, None)
            if desk is not None:
                self._withdraw(desk)
                self._whereabouts.went(desk.sim, self._clock.tick())
            self._stir()

    def arrived(self, name: str, sim: str, throttle: Throttle) -> None:
        """A modem can send, with this SIM."""
        with self._bell:
            desk = self._desks.get(name)
            if desk is None:
                return
            if desk.sim != sim:
                self._whereabouts.went(desk.sim, self._clock.tick() if desk.open else desk.down_since)
                self._move(desk, sim)
            desk.up, desk.sim, desk.throttle, desk.why = True, sim, throttle, ""
            desk.opens_at, desk.looked_at = None, -1
            self._stir()

    @property
    def trouble(self) -> str | None:
        """What is the matter with the database: here, or where a worker waits to write; None where nothing is."""
        with self._bell:
            return self._trouble or next(
                (desk.trouble for desk in self._desks.values() if desk.trouble), None
            )

    def waits_to_write(self, name: str, why: str) -> None:
        """A worker waits for the database, and why; "" once it has written."""
        with self._bell:
            if name in self._desks:
                self._desks[name].trouble = why

    def left(self, name: str, why: str) -> None:
        """A modem cannot send any more; what was offered to it goes back."""
        with self._bell:
            desk = self._desks.get(name)
            if desk is None:
                return
            desk.shut(self._clock.tick())
            desk.up, desk.why = False, why
            self._withdraw(desk)
            self._stir()

    def take(self, name: str) -> Job | None:
        """The message that was chosen for this modem, if there is one: now it is the worker's."""
        with self._bell:
            desk = self._desks.get(name)
            if desk is None or not desk.able or desk.offer is None or self._paused:
                return None
            job, desk.offer = desk.offer, None
            desk.taken.append(job)
            return job

    def refill(self) -> None:
        """A worker has written its intent, and waits for its modem now: choose its next message meanwhile.

        Not said by `take`: the dispatcher would then compete with the worker for the interpreter in the one
        moment in which the modem waits for the gateway.
        """
        with self._bell:
            self._look_again()

    def finished(self, name: str, job: Job, *, again: bool = False) -> None:
        """The worker is done with a message and has written so; `again`: it is queued once more."""
        with self._bell:
            desk = self._desks.get(name)
            if desk is not None:
                desk.taken = [other for other in desk.taken if other is not job]
                desk.trouble, desk.looked_at = "", -1
                if desk.offer is not None:
                    desk.wake()  # it was offered while the worker was busy, after it had last looked
                elif not desk.taken:
                    self._look_again()
            self._chooser.release(job)
            if again:
                self._stir()  # otherwise the next message was offered while this one was being sent

    def drop(self, name: str) -> None:
        """The worker has started anew: what it had is settled in the database, as far as it can be."""
        with self._bell:
            desk = self._desks.get(name)
            if desk is not None:
                for job in desk.taken:
                    self._chooser.release(job)
                desk.taken = []
            self._told = True
            self._stir()

    # -- called by the daemon ----------------------------------------------------------------------

    def pause_modem(self, name: str, paused: bool) -> None:
        """An operator's pause of one modem: it goes on receiving."""
        with self._bell:
            desk = self._desks.get(name)
            if desk is not None:
                if paused:
                    desk.shut(self._clock.tick())
                desk.paused = paused
                self._withdraw(desk)
                self._stir()

    def hold(self, name: str, why: str, errand: int | None = None) -> None:
        """A modem that canaries have found wanting sends nothing but these: `errand` is one. No `why`: it may again."""
        with self._bell:
            desk = self._desks.get(name)
            if desk is None:
                return
            if why:
                desk.shut(self._clock.tick())
            changed = desk.held != why or (why and desk.errand != errand)
            desk.held, desk.errand = why, errand if why else None
            if changed:
                self._withdraw(desk)
                desk.looked_at = -1
                self._stir()

    def replan(self, plan: Plan) -> None:
        """The configuration changed: every waiting row is looked at again."""
        with self._bell:
            self._plan = plan
            for desk in self._desks.values():
                self._withdraw(desk)
                desk.route = plan.route(desk.name) or desk.route
            self._moved = self._moved or set()  # the next turn puts the lanes right
            self._stir()

    def routes(self) -> Plan:
        """The plan in force."""
        return self._plan

    def ring(self) -> None:
        """Look now: something changed that the database does not show, or rows of our own were committed."""
        with self._bell:
            self._told = True
            self._stir()

    def stop(self) -> None:
        """Choose no more. Legal before start, and twice."""
        with self._bell:
            self._stopping = True
            for desk in self._desks.values():
                self._withdraw(desk)
            self._bell.notify_all()

    @property
    def paused(self) -> bool:
        """The operator paused all sending (`outbox pause`)."""
        return self._paused

    def desks(self) -> list[Desk]:
        """A picture of all modems, for `status`."""
        with self._bell:
            return list(self._desks.values())

    # -- the thread --------------------------------------------------------------------------------

    def run(self) -> None:
        """Turn until stopped. A database in trouble is waited for; anything else ends the thread, loudly."""
        try:
            while not self._stopping:
                wait = self._turn_safely()
                self.turned_at = self._clock.tick()
                with self._bell:
                    if not self._rung and not self._stopping:
                        self._bell.wait(wait)
                    self._rung = False
        except BaseException as error:
            self.failure = error
            raise

    def _turn_safely(self) -> float:
        try:
            wait = self.turn()
        except StoreError as error:
            if self._trouble is None:
                say(log, "store_trouble", logging.WARNING, why=error)
            self._trouble = str(error)
            self._more = True
            return TROUBLE
        if self._trouble is not None:
            say(log, "store_works")
            self._trouble = None
        return wait

    def turn(self) -> float:
        """One look at everything; the seconds until the next is due. Public so that tests can drive it."""
        now, tick = self._clock.now(), self._clock.tick()
        patrol = tick >= self._patrol_at
        if self._changed() or patrol:
            self._more = True
            with self._store.read() as read:
                self._paused = outbox.is_paused(read)
        if self._moved is not None:
            self._rehouse()
        if patrol:
            self._patrol(now)
            self._patrol_at = tick + PATROL
        if self._more:
            self._admit(now)
        self._fill(now, tick)
        return self._next_look(tick)

    def _changed(self) -> bool:
        told, self._told = self._told, False
        return self._store.changed_elsewhere() or told

    def _rehouse(self) -> None:
        """Rows whose lane the configuration or a SIM has overtaken are admitted anew.

        Those that no modem could carry, and those of modems whose SIM is elsewhere now: some are bound to it. At
        the start those of which parts are out: where their SIM is now is seen when modems come up.
        """
        with self._bell:
            moved, self._moved = self._moved or set(), None
        try:
            with self._store.read() as read:
                begun = [] if self._settled_in else outbox.begun(read)
            with self._store.write() as tx:
                outbox.readmit(tx, begun)
                outbox.follow_plan(tx, f"{LANES} {self._plan!r}")
                outbox.relane(tx, [lane.id for lane in outbox.lanes(tx) if moved.issuperset(lane.modems)])
        except StoreError:
            with self._bell:
                self._moved = moved | (self._moved or set())
            raise
        self._settled_in = True
        self._more = True

    def _next_look(self, tick: float) -> float:
        if self._more:
            return 0.0
        opens = [desk.opens_at - tick for desk in self._desks.values() if desk.opens_at is not None]
        return max(0.0, min([LOOK, *[wait for wait in opens if wait > 0]]))

    def _admit(self, now: datetime) -> None:
        with self._store.read() as read:
            rows = outbox.unadmitted(read, BATCH)
            considered = consider(read, rows, self._plan, self._modem_of_sim, self.keeper, now)
        self._more = len(rows) == BATCH
        if not rows:
            return
        with self._store.write() as tx:
            best = admit_batch(tx, considered, now)
            failpoints.reach(Step.ADMITTED)
        with self._bell:
            self._generation += 1
            if best is not None:
                self._withdraw_worse(best)

    def _patrol(self, now: datetime) -> None:
        """Rows whose time has come or is over, and the reasons of those that wait for a modem."""
        at = to_text(now)
        with self._store.read() as read:
            due, expired = outbox.next_due(read), outbox.next_expiry(read)
        if expired is not None and from_text(expired) <= now:
            with self._store.write() as tx:
                outbox.expire_due(tx, at, keep=self._chooser.reserved)
        if due is not None and from_text(due) <= now:
            with self._store.write() as tx:
                promoted = outbox.promote_due(tx, at)
            if promoted:
                with self._bell:
                    self._generation += 1
        self._explain_lanes(at)

    def _explain_lanes(self, at: str) -> None:
        tick = self._clock.tick()
        with self._bell:
            if self._whereabouts.overdue(self._desks, tick):
                self._generation += 1
            desks = {name: replace(desk) for name, desk in self._desks.items()}
            why = {
                desk.name: "paused" if desk.paused else desk.held or desk.why
                for desk in self._desks.values()
                if not desk.open
            }
        self._explainer.look(self._chooser.lanes(), why, desks, tick, at)

    def _fill(self, now: datetime, tick: float) -> None:
        if self._paused or self._stopping:
            return
        with self._bell:
            desks = [desk for desk in self._desks.values() if desk.hungry(self._generation, tick)]
            generation = self._generation
        if not desks:
            return
        desks.sort(key=lambda desk: -desk.throttle.free_share() if desk.throttle else 0.0)
        for steal in (False, True):
            for desk in desks:
                if desk.offer is None and (not steal or not desk.taken):
                    self._offer(desk, generation, now, tick, steal=steal)

    def _offer(self, desk: Desk, generation: int, now: datetime, tick: float, *, steal: bool) -> None:
        with self._bell:
            seen, others = replace(desk), dict(self._desks)
        if not steal:
            seen.opens_at, seen.limit = None, ""
        job = self._chooser.choose(seen, others, self._plan.rules, now, tick, steal=steal)
        with self._bell:
            same = desk.sends_like(seen)
            if same:
                desk.opens_at, desk.limit = seen.opens_at, seen.limit
            if job is None:
                desk.looked_at = generation
                return
            if not same or not desk.able or self._paused or self._stopping:
                self._give_back(job, seen)
                return
            desk.offer = job
            idle = not desk.taken
        failpoints.reach(Step.CHOSEN)
        if idle:
            desk.wake()

    # -- under the lock ----------------------------------------------------------------------------

    def _move(self, to: Desk, sim: str) -> None:
        """A SIM has come to a modem, in place of the one there; where it was before, it is no longer."""
        self._moved = self._moved or set()
        self._whereabouts.came(sim)
        for desk in self._desks.values():
            if desk.sim == sim or (desk is to and desk.sim):
                desk.sim = ""
                self._moved.add(desk.name)

    def _stir(self) -> None:
        self._generation += 1
        self._look_again()

    def _look_again(self) -> None:
        self._rung = True
        self._bell.notify()

    def _withdraw(self, desk: Desk) -> None:
        job, desk.offer = desk.offer, None
        if job is not None:
            self._give_back(job, desk)
            desk.looked_at = -1

    def _give_back(self, job: Job, chosen_for: Desk) -> None:
        self._chooser.release(job)
        if chosen_for.throttle is not None:
            chosen_for.throttle.release(len(job.missing))

    def _withdraw_worse(self, rank: int) -> None:
        for desk in self._desks.values():
            if desk.offer is not None and desk.offer.rank > rank:
                self._withdraw(desk)

    def _modem_of_sim(self, sim: str) -> str | None:
        with self._bell:
            return next((desk.name for desk in self._desks.values() if desk.sim == sim), None)
