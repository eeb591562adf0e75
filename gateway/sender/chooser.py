"""Which message next, for this modem? Lanes first, then the throttle; the row itself is not touched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from drivers import segment
from gateway.clock import Clock, from_text, to_text
from gateway.model import Reason, reason
from gateway.policy import Deferral, Keeper, Refusal, Rules
from gateway.router import LaneKey, first_choice, second_choice
from gateway.sender.desk import Desk
from gateway.sender.job import Job
from gateway.sender.whereabouts import Whereabouts
from gateway.store import Reader, Store, outbox, sending
from gateway.store.outbox import Candidate
from gateway.throttle import Opening

AHEAD = 4
"""Rows read to find the next one; the first almost always may go."""
FAR_AHEAD = 200
"""Rows read where the month's recipients are used up, to find one to a known recipient."""
PUT_OFF = 200
"""Rows that policy holds back in one transaction, where a window has closed on a campaign."""
PATIENCE = 3
"""Such transactions in one look: then the others have their turn."""


class Chooser:
    """Finds a message for a desk and keeps it from the others. Owner: the dispatcher's thread, save `release`."""

    def __init__(self, store: Store, clock: Clock, keeper: Keeper, whereabouts: Whereabouts) -> None:
        self._store = store
        self._keeper = keeper
        self._whereabouts = whereabouts
        self._clock = clock
        self.reserved: set[int] = set()
        """Messages offered or being sent: nobody else may take them, and they do not expire."""
        self._lanes: dict[int, LaneKey] = {}

    def release(self, job: Job) -> None:
        """The message is free again, or gone from the queue."""
        self.reserved.discard(job.message_id)

    def choose(
        self, desk: Desk, desks: Mapping[str, Desk], rules: Rules, now: datetime, tick: float, *, steal: bool
    ) -> Job | None:
        """The best message that `desk` may send now; its parts are promised to the throttle.

        `desk` is a copy of the real one: another SIM may come into that one meanwhile. Where the throttle holds
        all that there is, the copy says until when.
        """
        lanes = self._lanes_of(desk, desks, tick, steal=steal)
        if not lanes or desk.throttle is None:
            return None
        for ahead in (AHEAD, FAR_AHEAD):
            rows = self._allowed(lanes, ahead, rules, now, desk.errand if desk.held else None)
            if rows is None:
                desk.opens_at, desk.limit = tick, ""  # look again at the next turn
                return None
            job = self._first_that_may(desk, rows, rules.brand, now, tick)
            if job is not None or desk.limit != "recipients_per_month" or len(rows) < ahead:
                return job
        return None

    def _allowed(
        self, lanes: list[int], ahead: int, rules: Rules, now: datetime, only: int | None = None
    ) -> list[Candidate] | None:
        """The head of the queue, without what policy lets go later only, or no more; None: there is more of that.

        Asked here where hours or caps matter, so that a closed window costs no modem a prompt; the claim asks
        everything again.
        """
        for _ in range(PATIENCE):
            with self._store.read() as read:
                rows = outbox.candidates(read, lanes, ahead, exclude=frozenset(self.reserved), only=only)
                held = [(row, self._held(read, row, rules, now)) for row in rows if rules.timed(row.category)]
            put_off = [(row, why) for row, why in held if why is not None]
            if not put_off:
                return rows
            self._put_off(put_off, now)
            ahead = max(ahead, PUT_OFF)
        return None

    def _put_off(self, rows: list[tuple[Candidate, Refusal | Deferral]], now: datetime) -> None:
        at = to_text(now)
        with self._store.write() as tx:
            for row, why in rows:
                if isinstance(why, Refusal):
                    outbox.refuse(tx, row.id, why.reason, at)
                else:
                    outbox.defer(tx, row.id, to_text(why.until), why.reason, at)

    def _held(self, read: Reader, row: Candidate, rules: Rules, now: datetime) -> Refusal | Deferral | None:
        expires_at = from_text(row.expires_at) if row.expires_at else None
        return self._keeper.again(read, row.id, row.number, row.category, rules, now, expires_at)

    def _first_that_may(
        self, desk: Desk, rows: list[Candidate], brand: str, now: datetime, tick: float
    ) -> Job | None:
        blocked: Opening | None = None
        for row in rows:
            if row.expires_at is not None and from_text(row.expires_at) <= now:
                continue  # the patrol writes it down within a second
            if row.sim is not None and row.sim != desk.sim:
                self._wait_for_sim(row, now)
                continue
            nameless = self._moved(row, desk) and brand.casefold() not in row.body.casefold()
            if nameless and self._introduce(row, brand, now):
                continue
            missing = self._missing(row)
            if not missing:
                self._settle(row, now)
                continue
            opening = self._opening(desk, len(missing), row.number, now, tick)
            if opening.tick <= tick:
                return self._promise(desk, row, missing)
            blocked = opening if blocked is None or opening.tick < blocked.tick else blocked
            if opening.limit != "recipients_per_month":
                break
        if blocked is not None and (desk.opens_at is None or blocked.tick < desk.opens_at):
            desk.opens_at, desk.limit = blocked.tick, blocked.limit
        return None

    @staticmethod
    def _opening(desk: Desk, parts: int, number: str, now: datetime, tick: float) -> Opening:
        if desk.throttle is None:
            return Opening(tick)
        return desk.throttle.opening(parts, number, now, tick)

    def _missing(self, row: Candidate) -> tuple[int, ...]:
        if row.attempts == 0 and row.sim is None:
            return tuple(range(1, row.parts + 1))
        with self._store.read() as read:
            return tuple(sending.missing_parts(read, row.id))

    def _settle(self, row: Candidate, now: datetime) -> None:
        """Nothing of it is left to try, whoever queued it: it becomes what its parts say, and is no job for a modem."""
        with self._store.write() as tx:
            sending.settle(tx, row.id, to_text(now))

    def _promise(self, desk: Desk, row: Candidate, missing: tuple[int, ...]) -> Job:
        cut = segment(row.body)
        job = Job(
            message_id=row.id,
            number=row.number,
            alphabet=cut.alphabet,
            texts=cut.parts,
            missing=missing,
            reference=self._reference(row, desk.sim) if len(cut.parts) > 1 else None,
            report=row.report,
            flash=row.flash,
            expires_at=from_text(row.expires_at) if row.expires_at else None,
            wanted=row.modem,
            rank=row.rank,
            category=row.category,
        )
        self.reserved.add(row.id)
        if desk.throttle is not None:
            desk.throttle.reserve(len(missing))
        return job

    def _moved(self, row: Candidate, desk: Desk) -> bool:
        """Whether a conversation goes on from another number than the one that the customer knows."""
        lane = self._lanes.get(row.lane)
        return lane is not None and lane.binding and lane.prefer != desk.sim and row.attempts == 0

    def _introduce(self, row: Candidate, brand: str, now: datetime) -> bool:
        """The text says who writes, and is admitted again with its new length; False where it goes as it is."""
        with self._store.write() as tx:
            return outbox.reword(tx, row.id, f"{brand}: {row.body}", to_text(now))

    def _reference(self, row: Candidate, sim: str) -> int:
        if row.concat_reference is not None and row.sim == sim:
            return row.concat_reference
        with self._store.write() as tx:
            return sending.next_concat_reference(tx, row.number, sim)

    # -- lanes ---------------------------------------------------------------------------------------

    def _lanes_of(self, desk: Desk, desks: Mapping[str, Desk], tick: float, *, steal: bool) -> list[int]:
        def occupied(name: str) -> bool:
            return name not in desks or desks[name].occupied()

        def may_steal(lane: LaneKey) -> bool:
            return second_choice(
                lane,
                desk.name,
                desk.sim,
                occupied,
                lambda sim: self._whereabouts.long_out(sim, lane.modems, desks, tick),
            )

        lanes = self.lanes()
        if steal:
            return [key for key, lane in lanes.items() if may_steal(lane)]
        return [key for key, lane in lanes.items() if first_choice(lane, desk.name, desk.sim)]

    def lanes(self) -> dict[int, LaneKey]:
        """All of them."""
        with self._store.read() as read:
            rows = outbox.lanes(read)
        self._lanes = {
            row.id: LaneKey(modems=row.modems, prefer=row.prefer, binding=row.binding) for row in rows
        }
        return self._lanes

    def _wait_for_sim(self, row: Candidate, now: datetime) -> None:
        text = reason(Reason.WAITS_FOR_SIM, f"parts of it went through SIM {row.sim}")
        with self._store.write() as tx:
            outbox.readmit(tx, [row.id])
            if row.reason != text:
                outbox.explain(tx, row.id, text, to_text(now))
