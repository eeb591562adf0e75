"""Intents before the bytes leave, outcomes after; one worker's pen in the store.

The outcome of one part waits in memory for the intent of the next, and both are one commit, made while the
modem's prompt comes. A crash in between leaves the part `submitting`, which the next start turns into
`unknown`: the truth, since nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drivers import NotSent, OutcomeUnknown, Refused, Submitted, Verdict
from drivers.errors import label
from gateway import failpoints
from gateway.clock import to_text
from gateway.model import Reason, reason
from gateway.policy import Keeper, Refusal, narrowed, reserved_modems
from gateway.retry import Decision, Step, decide
from gateway.router import LaneKey, lane_for
from gateway.sender.admission import Plan
from gateway.sender.job import Job
from gateway.store import Tx, outbox, reports, sending, sims

NOT_SENT_DELAY = timedelta(seconds=2)
"""After a send that never left: nobody is at fault but this modem at this moment."""

Result = Submitted | Refused | NotSent | OutcomeUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An attempt that is over and not yet written."""

    attempt_id: int
    job: Job
    result: Result
    at: datetime
    finished: bool
    """No other part of the message follows from this worker now."""


class Ledger:
    """The bookkeeping of one modem with one SIM. Owner: the worker's thread."""

    def __init__(self, modem: str, sim: str, plan: Callable[[], Plan], keeper: Keeper) -> None:
        self._modem = modem
        self._sim = sim
        self._plan = plan
        self._keeper = keeper
        self.pending: Ended | None = None

    def begin(self, tx: Tx, job: Job, sequence: int, now: datetime, month: str, *, first: bool) -> int | None:
        """Write what is pending, claim the message on its first part, and the intent; the attempt's id.

        None where the message is no longer queued (cancelled meanwhile), or policy says no by now: nothing may
        be sent.
        """
        self.write(tx)
        at = to_text(now)
        if first and not self._claim(tx, job, now):
            return None
        return sending.intend(
            tx,
            job.message_id,
            sequence,
            modem=self._modem,
            sim=self._sim,
            number=job.number,
            month=month,
            now=at,
        )

    def _claim(self, tx: Tx, job: Job, now: datetime) -> bool:
        """The last word of policy, then the claim; a STOP may have come since the message was offered."""
        at, rules = to_text(now), self._plan().rules
        held = self._keeper.again(
            tx, job.message_id, job.number, job.category, rules, now, job.expires_at
        ) or self._reserved(tx, job)
        if isinstance(held, Refusal):
            outbox.refuse(tx, job.message_id, held.reason, at)
        elif held is not None:
            outbox.defer(tx, job.message_id, to_text(held.until), held.reason, at)
        else:
            return sending.claim(tx, job.message_id, self._modem, self._sim, at, reference=job.reference)
        return False

    def _reserved(self, tx: Tx, job: Job) -> Refusal | None:
        """Whether the SIM's own number, which may be known since it came up only, must not send this."""
        lane = self._narrowed(tx, LaneKey(modems=(self._modem,)), job.category)
        return lane if isinstance(lane, Refusal) else None

    def _narrowed(self, tx: Tx, lane: LaneKey, category: str) -> LaneKey | Refusal:
        rules = self._plan().rules
        return narrowed(lane, category, reserved_modems(tx, rules), rules)

    def write(self, tx: Tx) -> Decision | None:
        """Write the outcome that waits, if one does; what was decided where it was a refusal."""
        if self.pending is None:
            return None
        decision = self._outcome(tx, self.pending)
        failpoints.reach(failpoints.Step.OUTCOME_WRITTEN)
        return decision

    def _outcome(self, tx: Tx, ended: Ended) -> Decision | None:
        at = to_text(ended.at)
        match ended.result:
            case Submitted() as submitted:
                self._accepted(tx, ended, submitted.reference, submitted.seconds, at)
                return None
            case Refused(verdict=Verdict.ACCEPTED):
                self._accepted(tx, ended, None, None, at)
                return None
            case Refused() as refused:
                return self._refused(tx, ended, refused, at)
            case OutcomeUnknown() as unknown:
                code = label(unknown.kind, unknown.code) if unknown.kind else None
                sending.unknown(tx, ended.attempt_id, code, str(unknown), at)
                reports.rematch(tx, ended.attempt_id, at)
                sending.settle(tx, ended.job.message_id, at, hold=True)
            case NotSent() as not_sent:
                sending.not_sent(tx, ended.attempt_id, str(not_sent), at)
                self._again(tx, ended, NOT_SENT_DELAY, str(not_sent), at)
        return None

    def forget(self) -> None:
        """The commit that held the pending outcome went through."""
        self.pending = None

    def _accepted(self, tx: Tx, ended: Ended, reference: int | None, seconds: float | None, at: str) -> None:
        sending.accepted(tx, ended.attempt_id, reference, seconds, at)
        reports.rematch(tx, ended.attempt_id, at)
        if ended.finished:
            sending.settle(tx, ended.job.message_id, at, hold=True)

    def _refused(self, tx: Tx, ended: Ended, refused: Refused, at: str) -> Decision:
        sending.refused(tx, ended.attempt_id, label(refused.kind, refused.code), refused.name, at)
        tried = sending.refused_by(tx, ended.job.message_id)
        lane = self._lane_elsewhere(tx, ended.job, sims.modems_with(tx, set(tried)))
        movable = not sending.has_live_parts(tx, ended.job.message_id)
        others = bool(lane.modems) and movable
        decision = decide(self._sim, refused.verdict, tried[:-1], others=others)
        match decision.step:
            case Step.AGAIN:
                self._again(tx, ended, decision.delay, str(refused), at)
            case Step.ELSEWHERE:
                key = outbox.lane_id(tx, lane.modems, lane.prefer, lane.binding)
                why = reason(Reason.RETRY, f"by another SIM after {refused}")
                sending.requeue(tx, ended.job.message_id, due_at=None, reason=why, now=at, lane=key)
            case Step.FAIL:
                sending.fail(tx, ended.job.message_id, self._last_word(refused), at)
        return decision

    def _last_word(self, refused: Refused) -> str:
        if refused.verdict is Verdict.PERMANENT:
            return f"{label(refused.kind, refused.code)}: {refused.name}"
        return f"{label(refused.kind, refused.code)}: {refused.name} (tries used up)"

    def _lane_elsewhere(self, tx: Tx, job: Job, without: set[str]) -> LaneKey:
        if job.wanted is not None:
            return LaneKey(modems=())
        lane = lane_for(job.number, self._plan().routes, without=frozenset(without | {self._modem}))
        allowed = self._narrowed(tx, lane, job.category)
        return LaneKey(modems=()) if isinstance(allowed, Refusal) else allowed

    def _again(self, tx: Tx, ended: Ended, delay: timedelta, why: str, at: str) -> None:
        due = to_text(ended.at + delay)
        sending.requeue(
            tx, ended.job.message_id, due_at=due, reason=reason(Reason.RETRY, why), now=at, lane=None
        )
