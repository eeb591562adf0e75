"""What happens by the clock: parts that never came, outcomes that stay unknown, retention.

The only place that knows APScheduler. Late is never skipped (`misfire_grace_time=None`) and never doubled
(`coalesce`); a job that meets a database in trouble says so and runs again at its next turn.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from gateway.clock import Clock, Jumps, to_text
from gateway.config import Settings
from gateway.conversation import REVIEW_OPTOUT
from gateway.log import say
from gateway.model import OnUnknown, Reason, reason
from gateway.receiver import Receiver
from gateway.store import Store, StoreError, ledger, maintenance, outbox, reports, reviews, sending

INCOMPLETE_EVERY = 5
UNKNOWN_EVERY = 10
CLAMP_EVERY = 60
CANARIES_EVERY = 2
RETENTION_EVERY = 24 * 3600
REVIEWS_EVERY = 3600
RETENTION_FIRST = 300
"""Seconds after the start: a gateway that is restarted every day must forget, too."""

ORPHANS_KEPT = timedelta(days=30)
"""Status reports of messages that this gateway knows nothing of."""

log = logging.getLogger(__name__)


def _nothing() -> None:
    """No canaries."""


class Every(BaseTrigger):  # type: ignore[misc]
    """A turn every so many seconds, the first one after `first`; one stands for all that were missed.

    The scheduler asks with its own clock, the machine's, which is not always the daemon's: nothing is planned by
    another one, or a turn would be hours away from where the two differ.

    The scheduler's own interval counts them one by one: after a machine without a clock of its own has learnt the
    date, years of them, two seconds apart.
    """

    def __init__(self, seconds: float, first: float) -> None:
        self.interval = timedelta(seconds=seconds)
        self.first = timedelta(seconds=first)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The turn after `previous`, or after `now` where that is past; where there was none, the first."""
        if previous is None:
            return now + self.first
        due = previous + self.interval
        return due if due > now else now + self.interval


class Jobs:
    """The timed work of the daemon. Start, stop; stop is legal before start and twice."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Callable[[], Settings],
        receiver: Receiver,
        ring: Callable[[], None],
        *,
        canaries: Callable[[], None] = _nothing,
    ) -> None:
        self.canaries = canaries
        self._store = store
        self._clock = clock
        self._settings = settings
        self._receiver = receiver
        self._ring = ring
        self._scheduler: BackgroundScheduler | None = None
        self._stopping = threading.Event()
        self._jumps = Jumps(clock)
        self._unjudged = self._long_enough_from_now()
        """Until that tick no outcome has been unknown for long enough: while nobody listened no report could come."""

    def start(self) -> None:
        """Run every job on its own interval from now on."""
        self._stopping.clear()
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        for work, seconds, first in (
            (self.complete, INCOMPLETE_EVERY, INCOMPLETE_EVERY),
            (self.settle_unknown, UNKNOWN_EVERY, UNKNOWN_EVERY),
            (self.clamp, CLAMP_EVERY, 0),
            (self.decide, REVIEWS_EVERY, 0),
            (self.canaries, CANARIES_EVERY, 0),
            (self.retain, RETENTION_EVERY, RETENTION_FIRST),
        ):
            scheduler.add_job(self._careful(work), Every(seconds, first), name=work.__name__)
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """Start no other job, and wait for the one that runs: long work leaves off after its present transaction.

        The main thread waits here, at a stop and where the clock jumped, and the watchdog is not fed meanwhile.
        """
        self._stopping.set()
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=True)

    @staticmethod
    def _careful(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except maintenance.LeftOff:
                say(log, "job_left_off", job=work.__name__)
            except StoreError as error:
                say(log, "job_waits", logging.WARNING, job=work.__name__, why=error)

        return run

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise maintenance.LeftOff

    def complete(self) -> None:
        """Long messages whose last part came 300 s ago are shown with what there is."""
        self._receiver.sweep_incomplete(self._clock.now())

    def settle_unknown(self) -> None:
        """Outcomes unknown for longer than `unknown_after` follow the operator's policy."""
        gateway = self._settings().gateway
        now = self._clock.now()
        if self._too_early():
            return
        with self._store.read() as read:
            rows = sending.unknown_past(read, to_text(now - gateway.unknown_after))
        for row in rows:
            self._go_on()
            policy = OnUnknown(row.on_unknown or gateway.on_unknown)
            if policy is OnUnknown.HOLD:
                continue
            with self._store.write() as tx:
                # Once more, and no more: the customer may have it each time.
                if policy is OnUnknown.RESEND and row.times == 1:
                    sending.resend_unknown(tx, row.id, to_text(now))
                else:
                    why = reason(Reason.OUTCOME_UNKNOWN, f"no report within {gateway.unknown_after}")
                    sending.fail(tx, row.id, why, to_text(now))
            self._ring()

    def _long_enough_from_now(self) -> float:
        return self._clock.tick() + self._settings().gateway.unknown_after.total_seconds()

    def _too_early(self) -> bool:
        """Whether we have listened for too short a time, whatever the calendar says: it may have been set ahead.

        Looked for here, after the time was read, and not where the daemon plans anew: between the jump and that, a
        turn would send once more what the customer has, and whose report is on its way.
        """
        if self._jumps.since() > 0:
            self._unjudged = self._long_enough_from_now()
        return self._clock.tick() < self._unjudged

    def clamp(self) -> None:
        """A clock that was set back must not keep a retry waiting: none is due further than its longest delay."""
        now = self._clock.now()
        with self._store.write() as tx:
            outbox.clamp_retries(tx, to_text(now), to_text(now + timedelta(minutes=15)))

    def decide(self) -> None:
        """What may have been a STOP, and nobody has looked at for a week, was one, for commercial messages."""
        now = self._clock.now()
        with self._store.read() as read:
            if not ledger.suspended_before(read, to_text(now - REVIEW_OPTOUT)):
                return
        with self._store.write() as tx:
            reviews.decide_overdue(tx, now - REVIEW_OPTOUT, now)

    def retain(self) -> None:
        """Forget what is older than the operator's retention, and reports that found no message."""
        now = self._clock.now()
        maintenance.prune(self._store, self._settings().retention, now, self._go_on)
        with self._store.write() as tx:
            reports.prune_orphans(tx, to_text(now - ORPHANS_KEPT))
