"""Any order of what workers, reports, policies, people and crashes do to messages keeps the store's promises.

The machine has its own small memory of what went on air and what the network said, and holds the database to it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.clock import ManualClock, to_text
from gateway.model import State
from gateway.store import Conflict, Store, Tx, maintenance, outbox, sending
from gateway.store.outbox import Admission, NewMessage

MODEMS = {"sim1": "208010000000001", "sim2": "208010000000002"}
OUTCOMES = ["accepted", "accepted", "refused", "not_sent", "unknown"]
AFTER = ["requeue", "later", "fail", "let go"]
"""What a worker does with the rest of a message after a part that was not accepted."""
NUMBERS = ["+33612345678", "+33687654321"]
OPEN_PARTS = ("waiting", "submitting", "unknown", "failed")


class OutboxMachine(RuleBasedStateMachine):
    """Two modems, a few messages of one to three parts, and everything that can happen to them."""

    messages = Bundle("messages")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = ManualClock(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
        self.store = Store.open(self.folder / "gateway.db", self.clock)
        self.in_flight: dict[str, tuple[int, int, int]] = {}
        """By modem: message, part, attempt; the memory of a worker."""
        self.lost: dict[int, tuple[int, int]] = {}
        """Attempts whose outcome nobody knows: what may still be proven."""
        self.known_out: set[tuple[int, int]] = set()
        """Parts that the network has, as far as anybody can know."""
        self.proven: set[tuple[int, int]] = set()
        """Parts that were proven to be out while a second try of them was in the air."""
        self.allowed_again: set[tuple[int, int]] = set()
        """Parts of unknown outcome that a policy or a person gave free."""
        self.via: dict[int, str] = {}
        """By message: the modem that had it last."""
        self.on_air = 0

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    @property
    def now(self) -> str:
        return to_text(self.clock.now())

    # -- applications and the dispatcher ---------------------------------------------------------------

    @rule(
        target=messages,
        number=strategies.sampled_from(NUMBERS),
        parts=strategies.integers(1, 3),
        expires=strategies.one_of(strategies.none(), strategies.integers(1, 30)),
    )
    def insert(self, number: str, parts: int, expires: int | None) -> int:
        late = to_text(self.clock.now() + timedelta(seconds=expires)) if expires else None
        new = NewMessage(recipient=number, body="x" * parts, expires_at=late, created_at=self.now)
        with self.store.write() as tx:
            return outbox.insert(tx, new)

    def _admit(self) -> None:
        with self.store.read() as read:
            rows = outbox.unadmitted(read, 10)
        with self.store.write() as tx:
            lane = outbox.lane_id(tx, sorted(MODEMS), None, False)
            for row in rows:
                admission = Admission(
                    id=row.id,
                    number=row.recipient,
                    lane=lane,
                    rank=6,
                    parts=len(row.body),
                    due_at=row.due_at,
                    now=self.now,
                    seen=row.updated_at,
                )
                assert outbox.admit(tx, admission)

    @rule(seconds=strategies.integers(1, 20))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        with self.store.write() as tx:
            outbox.promote_due(tx, self.now)
            outbox.expire_due(tx, self.now)

    # -- the workers -----------------------------------------------------------------------------------

    @precondition(lambda self: len(self.in_flight) < len(MODEMS))
    @rule(
        outcomes=strategies.lists(strategies.sampled_from(OUTCOMES), max_size=3),
        after=strategies.sampled_from(AFTER),
        choose=strategies.sampled_from([min, max]),
    )
    def a_free_modem_takes_a_message(
        self, outcomes: list[str], after: str, choose: Callable[[set[str]], str]
    ) -> None:
        """... and sends parts of it, perhaps all."""
        self._admit()
        modem = choose(MODEMS.keys() - self.in_flight.keys())
        self._take(modem)
        for outcome in outcomes:
            if modem in self.in_flight:
                self._end(modem, outcome, after)

    def _take(self, modem: str) -> None:
        with self.store.read() as read:
            lanes = [lane.id for lane in outbox.lanes(read)]
            found = outbox.candidates(read, lanes, 3)
        with self.store.write() as tx:
            for row in found:
                if sending.claim(tx, row.id, modem, MODEMS[modem], self.now):
                    missing = sending.missing_parts(tx, row.id)
                    assert missing, "a claimed message has something to send"
                    self._intend(tx, modem, row.id, missing[0])
                    return

    def _go_on(self, tx: Tx, modem: str, message: int) -> None:
        """The next part, in the commit that holds the outcome of the one before."""
        if missing := sending.missing_parts(tx, message):
            self._intend(tx, modem, message, missing[0])

    def _intend(self, tx: Tx, modem: str, message: int, sequence: int) -> None:
        number = tx.execute("SELECT number FROM outbox WHERE id = ?", (message,)).fetchone()[0]
        attempt = sending.intend(
            tx,
            message,
            sequence,
            modem=modem,
            sim=MODEMS[modem],
            number=number,
            month="2026-11",
            now=self.now,
        )
        part = (message, sequence)
        assert part not in self.known_out, "a part that is out was tried again"
        unknown = set(self.lost.values()) - self.allowed_again
        assert part not in unknown, "a part of unknown outcome was tried again by itself"
        if any(other[0] == message for other in self.known_out | unknown):
            assert self.via[message] == modem, "the rest of a message went through another SIM"
        self.via[message] = modem
        self.in_flight[modem] = (message, sequence, attempt)
        self.on_air += 1

    @precondition(lambda self: self.in_flight)
    @rule(
        outcome=strategies.sampled_from(OUTCOMES),
        data=strategies.data(),
        after=strategies.sampled_from(AFTER),
    )
    def a_part_ends(self, outcome: str, data: strategies.DataObject, after: str) -> None:
        self._end(data.draw(strategies.sampled_from(sorted(self.in_flight))), outcome, after)

    def _end(self, modem: str, outcome: str, after: str) -> None:
        message, sequence, attempt = self.in_flight.pop(modem)
        part = (message, sequence)
        with self.store.write() as tx:
            match outcome:
                case "accepted":
                    sending.accepted(tx, attempt, 7, 1.0, self.now)
                    self.known_out.add(part)
                case "refused":
                    sending.refused(tx, attempt, "cms_42", "congestion", self.now)
                case "not_sent":
                    sending.not_sent(tx, attempt, "no prompt", self.now)
                    self.on_air -= 1
                case "unknown":
                    sending.unknown(tx, attempt, None, "silence", self.now)
                    self.lost[attempt] = part
                    self.allowed_again.discard(part)
            if part in self.proven:
                self.known_out.add(part)
            if sending.settle(tx, message, self.now) is State.SENDING:
                if outcome == "accepted":
                    self._go_on(tx, modem, message)
                else:
                    self._give_back(tx, message, after)

    def _give_back(self, tx: Tx, message: int, after: str) -> None:
        match after:
            case "later":
                due = to_text(self.clock.now() + timedelta(seconds=15))
                sending.requeue(tx, message, due_at=due, reason="retry", now=self.now)
            case "fail":
                sending.fail(tx, message, "cms_21", self.now)
            case "let go":
                assert sending.settle(tx, message, self.now, hold=True) is not State.SENDING
            case _:
                sending.requeue(tx, message, due_at=None, reason="retry", now=self.now)

    # -- what comes late -------------------------------------------------------------------------------

    @precondition(lambda self: self.lost)
    @rule(data=strategies.data())
    def a_late_answer_proves_acceptance(self, data: strategies.DataObject) -> None:
        attempt = data.draw(strategies.sampled_from(sorted(self.lost)))
        message, sequence = self.lost.pop(attempt)
        with self.store.write() as tx:
            assert sending.late_accepted(tx, attempt, 9, self.now)
            sending.settle(tx, message, self.now)
        in_the_air = any(flight[:2] == (message, sequence) for flight in self.in_flight.values())
        (self.proven if in_the_air else self.known_out).add((message, sequence))

    @precondition(lambda self: self.known_out)
    @rule(data=strategies.data(), delivered=strategies.booleans())
    def a_report_comes(self, data: strategies.DataObject, delivered: bool) -> None:
        message, sequence = data.draw(strategies.sampled_from(sorted(self.known_out)))
        with self.store.write() as tx:
            tx.execute(
                "UPDATE part SET state = ? WHERE message_id = ? AND sequence = ? AND state = 'accepted'",
                ("delivered" if delivered else "undelivered", message, sequence),
            )
            sending.settle(tx, message, self.now)

    # -- people, policies, and power cuts --------------------------------------------------------------

    @rule(message=messages, choice=strategies.sampled_from(["resend", "fail", "sent", "failed", "retry"]))
    def somebody_decides(self, message: int, choice: str) -> None:
        with self.store.write() as tx:
            row = outbox.get(tx, message)
            assert row is not None
            if choice == "retry":
                if outbox.retry(tx, message, self.now):
                    self._free(message)
            elif row.state is State.UNKNOWN:
                self._end_doubt(tx, message, choice)

    def _end_doubt(self, tx: Tx, message: int, choice: str) -> None:
        match choice:
            case "resend":
                assert sending.resend_unknown(tx, message, self.now)
                self._free(message)
            case "fail":
                assert sending.fail(tx, message, "no_report", self.now)
            case "sent":
                unknown = tx.execute(
                    "SELECT sequence FROM part WHERE message_id = ? AND state = 'unknown'", (message,)
                ).fetchall()
                outbox.resolve(tx, message, True, "ana", self.now)
                self.known_out |= {(message, part["sequence"]) for part in unknown}
            case "failed":
                outbox.resolve(tx, message, False, "ana", self.now)

    def _free(self, message: int) -> None:
        """Somebody took it upon himself that the unknown parts of a message go again."""
        self.allowed_again |= {part for part in self.lost.values() if part[0] == message}

    @rule()
    def the_daemon_dies_and_starts_again(self) -> None:
        for message, sequence, attempt in self.in_flight.values():
            self.lost[attempt] = (message, sequence)
            self.allowed_again.discard((message, sequence))
            if (message, sequence) in self.proven:
                self.known_out.add((message, sequence))
        self.in_flight.clear()
        self.store.close()
        self.store = Store.open(self.folder / "gateway.db", self.clock)
        with self.store.write() as tx:
            sending.recover(tx, self.now)
        with self.store.read() as read:
            rows = read.execute("SELECT id FROM outbox WHERE state = 'sending'").fetchall()
            assert rows == [], "nothing is sending after a start"

    @rule(message=messages, what=strategies.sampled_from(["cancel", "reload", "cheat"]))
    def the_world_turns(self, message: int, what: str) -> None:
        with self.store.write() as tx:
            match what:
                case "cancel":
                    tx.execute(
                        "UPDATE outbox SET state='cancelled' WHERE id=? AND state='queued'", (message,)
                    )
                case "reload":
                    outbox.readmit_all(tx)
                case _:
                    self._cheat(tx, message)

    @staticmethod
    def _cheat(tx: Tx, message: int) -> None:
        """A part that is not waiting cannot be intended, not even by the modem that has the message."""
        row = outbox.get(tx, message)
        assert row is not None
        modem = row.modem_used or "sim1"
        for part in tx.execute(
            "SELECT sequence FROM part WHERE message_id = ? AND state <> 'waiting'", (message,)
        ):
            with pytest.raises(Conflict):
                sending.intend(
                    tx,
                    message,
                    part["sequence"],
                    modem=modem,
                    sim=MODEMS[modem],
                    number=NUMBERS[0],
                    month="2026-11",
                    now=row.updated_at,
                )

    # -- the promises ----------------------------------------------------------------------------------

    @invariant()
    def the_database_agrees_with_itself(self) -> None:
        if hasattr(self, "store"):
            with self.store.read() as read:
                assert maintenance.check(read) == []

    @invariant()
    def what_is_out_stays_out(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as read:
            for message, sequence in self.known_out:
                (state,) = read.execute(
                    "SELECT state FROM part WHERE message_id = ? AND sequence = ?", (message, sequence)
                ).fetchone()
                assert state not in OPEN_PARTS, (message, sequence, state)

    @invariant()
    def air_is_what_was_on_air(self) -> None:
        if hasattr(self, "store"):
            with self.store.read() as read:
                assert read.execute("SELECT count(*) FROM air").fetchone()[0] == self.on_air

    @invariant()
    def every_state_was_told_as_an_event(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as read:
            rows = read.execute(
                """
                SELECT id, state, (SELECT kind FROM event WHERE message_id = outbox.id AND kind <> 'waiting'
                                    ORDER BY id DESC LIMIT 1) AS told FROM outbox
                """
            ).fetchall()
        assert [row["id"] for row in rows if row["state"] != row["told"]] == []


OutboxMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestOutbox = OutboxMachine.TestCase
