"""Sending one message with one SIM: part after part, each intent committed before its body leaves."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from drivers import (
    LateAccepted,
    Modem,
    ModemError,
    NotSent,
    OutcomeUnknown,
    Refused,
    Submitted,
    Verdict,
)
from gateway import failpoints
from gateway.clock import to_text
from gateway.failpoints import Step
from gateway.log import say
from gateway.model import Reason, reason
from gateway.sender.job import Job
from gateway.sender.ledger import Ended, Ledger, Result
from gateway.sender.witness import Witness
from gateway.store import Conflict, Rejected, StoreError, sending
from gateway.throttle import Throttle, month_of

if TYPE_CHECKING:
    from gateway.sender.shift import Tools

REMEMBERED = 64
"""Attempts whose late `+CMGS` is still recognised: more than a modem can send in the ten minutes that count."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a failed send says about the modem."""

    why: str
    sick: bool = False
    own_fault: bool = False
    """Nothing was sent at all: no recipient can be the reason."""
    resync: bool = False
    """The outcome is unknown: what the modem says next may still belong to this send."""
    database: bool = False
    """The intent could not be written: the modem has done nothing wrong."""


class _NotWritten(NotSent):
    """The intent could not be written, so the body stayed here."""


class Submission:
    """The sends of one modem with one SIM. Owner: the worker's thread, save `abandon`."""

    def __init__(self, modem: str, sim: str, throttle: Throttle, tools: Tools, imei: str = "") -> None:
        self._modem_name = modem
        self._witness = Witness(modem, sim, imei, tools.store)
        self._throttle = throttle
        self._tools = tools
        self._ledger = Ledger(modem, sim, tools.dispatcher.routes, tools.dispatcher.keeper)
        self._tags = 0
        self._begun = 0.0  # when the intent of the latest part was committed
        self._attempts: OrderedDict[int, tuple[int, int]] = OrderedDict()
        self._unreleased: list[tuple[Job, bool]] = []
        self.in_flight: int | None = None
        """The attempt whose body may be out; what a stop that waited long enough records as unknown."""

    def send(self, modem: Modem, job: Job, *, stopping: threading.Event) -> Trouble | None:
        """Send what is missing of a message; None where the network took all of it."""
        left = len(job.missing)
        if not job.missing:  # the chooser offers none; a desk that kept one would wait for ever
            self._let_go(job, again=False)
        try:
            for sequence in job.missing:
                if left < len(job.missing) and (stopping.is_set() or not self._pace(modem, stopping)):
                    self._put_back(job)
                    return None
                result = self._part(modem, job, sequence, last=sequence == job.missing[-1])
                if result is None:  # the row was taken back before its first part
                    return None
                left -= 1
                if not isinstance(result, Submitted):
                    return self._judge(result)
            return None
        finally:
            self._throttle.release(left)

    def _pace(self, modem: Modem, stopping: threading.Event) -> bool:
        """Wait for the interval between two parts. False where a stop came."""
        clock = self._tools.clock
        while (left := self._throttle.next_part(clock.tick()) - clock.tick()) > 0:
            if stopping.wait(left):
                return False
        return True

    def _part(self, modem: Modem, job: Job, sequence: int, *, last: bool) -> Result | None:
        clock = self._tools.clock
        self._tags += 1
        tag, first, begun = self._tags, sequence == job.missing[0], False
        attempt: int | None = None

        def before_body() -> bool:
            nonlocal attempt, begun
            attempt = self._begin(job, sequence, first=first)
            begun = True
            if attempt is not None:
                self._throttle.record(job.number, clock.now(), clock.tick())
                self._remember(tag, attempt, job.message_id)
                self._tools.dispatcher.refill()
            return attempt is not None

        result: Result
        try:
            result = modem.submit(job.submit(sequence, clock.now(), tag), before_body)
        except (Refused, OutcomeUnknown, NotSent) as error:
            result = error
        except StoreError as error:
            result = _NotWritten(str(error))
        except ModemError as error:  # it left before the body could
            self._end_broken(job, attempt, error)
            raise
        if attempt is None:
            return self._never_begun(job, result, withdrawn=begun)
        finished = last or not isinstance(result, Submitted)
        self._end(job, attempt, result, finished=finished)
        return result

    def _begin(self, job: Job, sequence: int, *, first: bool) -> int | None:
        clock = self._tools.clock
        now = clock.now()
        zone = self._tools.receiver.zone
        with self._tools.store.write() as tx:
            self._witness.write(tx, to_text(now))
            attempt = self._ledger.begin(tx, job, sequence, now, month_of(now, zone), first=first)
            failpoints.reach(Step.INTENT_WRITTEN)
        self._witness.written()
        self._committed()
        failpoints.reach(Step.INTENT_COMMITTED)
        self.in_flight = attempt
        self._begun = clock.tick()
        return attempt

    def _never_begun(self, job: Job, result: Result, *, withdrawn: bool) -> Result | None:
        """No intent was written: the row is still queued, or was taken back meanwhile."""
        self._let_go(job, again=not withdrawn)
        return None if withdrawn else result

    def _let_go(self, job: Job, *, again: bool) -> None:
        """No more of this message now; where its last part waits to be written, the rest is queued with it."""
        pending = self._ledger.pending
        if pending is not None and pending.job is job:
            self._ledger.pending = replace(pending, finished=True)
        self._unreleased.append((job, again))

    def _end(self, job: Job, attempt: int, result: Result, *, finished: bool) -> None:
        if isinstance(result, NotSent):
            self._throttle.take_back()
        now = self._tools.clock.now()
        self._witness.ended(attempt, result, self._begun, self._tools.clock.tick())
        self._ledger.pending = Ended(attempt_id=attempt, job=job, result=result, at=now, finished=finished)
        if finished:
            self._unreleased.append((job, not isinstance(result, Submitted)))

    def _end_broken(self, job: Job, attempt: int | None, error: ModemError) -> None:
        """The modem broke off before the body could leave."""
        if attempt is not None:
            self._end(job, attempt, NotSent(str(error)), finished=True)
        else:
            self._let_go(job, again=True)

    def _put_back(self, job: Job) -> None:
        """A stop between two parts: the rest waits for the next start."""
        now = to_text(self._tools.clock.now())
        self.flush(until=None)
        try:
            with self._tools.store.write() as tx:
                why = reason(Reason.RETRY, "the modem was stopped between two parts")
                sending.requeue(tx, job.message_id, due_at=None, reason=why, now=now, lane=None)
        except StoreError as error:  # recovery, after the worker's end or at the next start, does it
            say(log, "store_trouble", logging.WARNING, modem=self._modem_name, why=error)
        self._tools.dispatcher.finished(self._modem_name, job, again=True)

    # -- outcomes --------------------------------------------------------------------------------------

    def flush(self, until: threading.Event | None) -> None:
        """Write the outcome that waits. A database in trouble is waited for: the outcome is the only witness."""
        while self._ledger.pending is not None:
            try:
                with self._tools.store.write() as tx:
                    self._ledger.write(tx)
                break
            except (Rejected, Conflict) as error:  # somebody settled it by hand meanwhile: theirs stands
                say(log, "outcome_contradicted", logging.ERROR, modem=self._modem_name, why=error)
                self._contradicted(self._ledger.pending)
                break
            except StoreError as error:
                say(log, "outcome_waits", logging.WARNING, modem=self._modem_name, why=error)
                self._tools.dispatcher.waits_to_write(self._modem_name, str(error))
                if until is None or until.wait(1.0):
                    return
        self._committed()
        self._testify()

    def _testify(self) -> None:
        """Write what the modem's counter has proven, where no intent takes it along."""
        if not self._witness.waits:
            return
        try:
            with self._tools.store.write() as tx:
                self._witness.write(tx, to_text(self._tools.clock.now()))
        except StoreError as error:  # it waits for the next commit
            say(log, "store_trouble", logging.WARNING, modem=self._modem_name, why=error)
            return
        self._witness.written()
        self._tools.dispatcher.ring()

    def restarted(self) -> None:
        """The modem restarted: its counter may have begun anew."""
        self._witness.broken()

    def _contradicted(self, ended: Ended) -> None:
        """An outcome that cannot be written as it is. A known `+CMGS` proves acceptance all the same; anything
        else is unknown: left open, its attempt would block the modem.
        """
        why = reason(Reason.OUTCOME_UNKNOWN, "another program has changed the row while it was sent")
        now = to_text(self._tools.clock.now())
        try:
            with self._tools.store.write() as tx:
                sending.abandon(tx, ended.attempt_id, why, now)
                if isinstance(ended.result, Submitted):
                    sending.late_accepted(tx, ended.attempt_id, ended.result.reference, now)
                    sending.settle(tx, ended.job.message_id, now)
        except StoreError as error:  # the next start finds it, and says the same
            say(log, "store_trouble", logging.WARNING, modem=self._modem_name, why=error)

    def _committed(self) -> None:
        if self._ledger.pending is not None:
            failpoints.reach(Step.OUTCOME_COMMITTED)
        self._ledger.forget()
        self.in_flight = None
        for job, again in self._unreleased:
            self._tools.dispatcher.finished(self._modem_name, job, again=again)
        self._unreleased.clear()

    def late(self, event: LateAccepted) -> None:
        """A `+CMGS` after its deadline: what was unknown is sent."""
        self.flush(until=None)
        known = self._attempts.get(event.tag)
        if known is None:
            return
        attempt, message = known
        self._witness.late(attempt)
        now = to_text(self._tools.clock.now())
        with self._tools.store.write() as tx:
            sending.late_accepted(tx, attempt, event.reference, now)
            sending.settle(tx, message, now)

    def _remember(self, tag: int, attempt: int, message: int) -> None:
        self._attempts[tag] = (attempt, message)
        if len(self._attempts) > REMEMBERED:
            self._attempts.popitem(last=False)

    @staticmethod
    def _judge(result: Result) -> Trouble | None:
        match result:
            case Refused(verdict=Verdict.PERMANENT | Verdict.ACCEPTED):
                return None
            case Refused() as refused:
                return Trouble(str(refused), sick=refused.verdict is Verdict.SICK)
            case OutcomeUnknown() as unknown:
                return Trouble(str(unknown), resync=True)
            case _NotWritten() as not_written:
                return Trouble(str(not_written), database=True)
            case _:
                return Trouble(str(result), own_fault=True)
