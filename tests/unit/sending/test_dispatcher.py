"""The dispatcher driven by hand: real database, a clock that stands still, modems that are only desks."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.clock import ManualClock, to_text
from gateway.policy import Rules
from gateway.router import Route
from gateway.sender.admission import Plan
from gateway.sender.desk import Desk
from gateway.sender.dispatcher import Dispatcher
from gateway.store import Store, outbox, sending, sims
from gateway.throttle import Limits, Throttle

PARIS = ZoneInfo("Europe/Paris")
ANA, BEN, EVA = "+33612345678", "+33612345679", "+33612345670"
SIM = {"a": "208010000000001", "b": "208010000000002"}


class Bench:
    """A dispatcher, its database, and an application that writes with plain sqlite3."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.store = Store.open(path, clock)
        self.application = sqlite3.connect(path, isolation_level=None)
        self.dispatcher = Dispatcher(self.store, clock, self.plan(Route(name="a"), Route(name="b")))
        self.woken: list[str] = []

    @staticmethod
    def plan(*routes: Route, **rules: object) -> Plan:
        return Plan(rules=Rules(**rules), routes=routes)  # type: ignore[arg-type]

    def modem(self, name: str, limits: Limits | None = None, route: Route | None = None) -> Throttle:
        throttle = Throttle(limits or Limits(), PARIS)
        desk = Desk(route or Route(name=name), wake=lambda: self.woken.append(name))
        self.dispatcher.enlist(desk)
        self.dispatcher.arrived(name, SIM[name], throttle)
        return throttle

    def insert(self, recipient: str = ANA, body: str = "Bonjour", **columns: object) -> int:
        names = ", ".join(["recipient", "body", *columns])
        marks = ", ".join("?" * (2 + len(columns)))
        cursor = self.application.execute(
            f"INSERT INTO outbox ({names}) VALUES ({marks})", (recipient, body, *columns.values())
        )
        return int(cursor.lastrowid or 0)

    def row(self, message: int) -> outbox.Message:
        with self.store.read() as read:
            found = outbox.get(read, message)
        assert found is not None
        return found

    def taken(self, name: str) -> int | None:
        """What the modem gets now; it is sent at once and accepted."""
        self.dispatcher.turn()
        job = self.dispatcher.take(name)
        if job is None:
            return None
        now = to_text(self.clock.now())
        with self.store.write() as tx:
            assert sending.claim(tx, job.message_id, name, SIM[name], now)
            for sequence in job.missing:
                attempt = sending.intend(
                    tx,
                    job.message_id,
                    sequence,
                    modem=name,
                    sim=SIM[name],
                    number=job.number,
                    month="2026-11",
                    now=now,
                )
                sending.accepted(tx, attempt, 7, 0.1, now)
            sending.settle(tx, job.message_id, now)
        self.dispatcher.finished(name, job)
        return job.message_id

    def close(self) -> None:
        self.application.close()
        self.store.close()


@pytest.fixture
def bench(tmp_path: Path, clock: ManualClock) -> Iterator[Bench]:
    made = Bench(tmp_path / "gateway.db", clock)
    yield made
    made.close()


def test_a_row_of_another_program_is_offered_to_the_idle_modem_which_is_woken(bench: Bench) -> None:
    bench.modem("a")
    message = bench.insert("06 12 34 56 78")
    bench.dispatcher.turn()
    assert bench.woken == ["a"]
    assert bench.row(message).number == ANA
    assert bench.row(message).state == "queued", "nothing is claimed before the modem's prompt"
    job = bench.dispatcher.take("a")
    assert job is not None
    assert (job.message_id, job.texts, job.missing) == (message, ("Bonjour",), (1,))


def test_no_two_modems_are_offered_the_same_message(bench: Bench) -> None:
    bench.modem("a")
    bench.modem("b")
    bench.insert()
    bench.dispatcher.turn()
    offers = [bench.dispatcher.take(name) for name in ("a", "b")]
    assert sum(offer is not None for offer in offers) == 1


def test_priority_goes_before_age(bench: Bench) -> None:
    bench.modem("a")
    late, first = bench.insert(priority=5), bench.insert(priority=0)
    assert [bench.taken("a"), bench.taken("a"), bench.taken("a")] == [first, late, None]


def test_a_better_message_takes_the_place_of_one_that_was_only_offered(bench: Bench) -> None:
    bench.modem("a")
    bulk = bench.insert(priority=9)
    bench.dispatcher.turn()
    urgent = bench.insert(priority=0)
    assert [bench.taken("a"), bench.taken("a")] == [urgent, bulk]


def test_a_campaign_for_a_modem_that_is_out_does_not_hold_up_the_other(bench: Bench) -> None:
    bench.modem("a")
    bench.modem("b")
    bench.dispatcher.left("a", "unplugged")
    waiting = [bench.insert(modem="a", priority=0) for _ in range(50)]
    other = bench.insert(modem="b", priority=9)
    assert bench.taken("b") == other
    bench.clock.advance(timedelta(seconds=2))
    bench.dispatcher.turn()
    assert bench.row(waiting[0]).reason == "modem_out: a: unplugged"


def test_the_application_can_cancel_until_the_modem_has_it(bench: Bench) -> None:
    bench.modem("a")
    message = bench.insert()
    bench.dispatcher.turn()
    bench.application.execute(
        "UPDATE outbox SET state = 'cancelled' WHERE id = ? AND state = 'queued'", (message,)
    )
    job = bench.dispatcher.take("a")
    assert job is not None
    with bench.store.write() as tx:
        assert not sending.claim(tx, message, "a", SIM["a"], to_text(bench.clock.now()))


def test_the_throttle_holds_and_the_row_says_so(bench: Bench) -> None:
    throttle = bench.modem("a", Limits(per_minute=1))
    first, second = bench.insert(), bench.insert(BEN)
    bench.dispatcher.turn()
    job = bench.dispatcher.take("a")
    assert job is not None
    assert job.message_id == first
    throttle.record(job.number, bench.clock.now(), bench.clock.tick())
    bench.dispatcher.finished("a", job)
    bench.application.execute("SELECT 1")
    with bench.store.write() as tx:
        outbox.cancel(tx, first, "operator", to_text(bench.clock.now()))
    bench.clock.advance(timedelta(seconds=1))
    bench.dispatcher.turn()
    bench.clock.advance(timedelta(seconds=1))
    bench.dispatcher.turn()
    assert bench.dispatcher.take("a") is None
    assert bench.row(second).reason == "throttle: per_minute = 1 on a"
    bench.clock.advance(timedelta(seconds=60))
    assert bench.taken("a") == second


def test_a_throttled_modem_goes_on_beside_one_that_sends_nothing(bench: Bench) -> None:
    """Lanes that prefer the other were looked at last, and the throttle's opening was forgotten over them."""
    throttle = bench.modem("a", Limits(min_interval=timedelta(seconds=3)))
    bench.modem("b")
    with bench.store.write() as tx:
        sims.talked(tx, ANA, SIM["b"], to_text(bench.clock.now()))
    bench.insert(ANA)
    assert bench.taken("b") is not None
    bench.dispatcher.pause_modem("b", True)
    messages = [bench.insert(BEN) for _ in range(3)]
    sent = []
    for _ in range(8):
        bench.dispatcher.turn()
        job = bench.dispatcher.take("a")
        if job is not None:
            throttle.record(job.number, bench.clock.now(), bench.clock.tick())
            with bench.store.write() as tx:
                outbox.cancel(tx, job.message_id, "operator", to_text(bench.clock.now()))
            bench.dispatcher.finished("a", job)
            sent.append(job.message_id)
        bench.clock.advance(timedelta(seconds=1))
    assert sent == messages


def test_a_worker_that_starts_anew_lets_go_of_all_that_it_had(bench: Bench) -> None:
    """Of the one it was sending, behind one whose outcome was not written down yet."""
    bench.modem("a")
    first, second = bench.insert(), bench.insert(BEN)
    for _ in (first, second):
        bench.dispatcher.turn()
        assert bench.dispatcher.take("a") is not None
    bench.dispatcher.drop("a")
    assert [bench.taken("a"), bench.taken("a")] == [first, second]


def test_the_end_of_one_message_is_not_the_end_of_the_next(bench: Bench) -> None:
    bench.modem("a")
    bench.insert(), bench.insert(BEN)
    bench.dispatcher.turn()
    job = bench.dispatcher.take("a")
    bench.dispatcher.turn()
    assert job is not None
    other = bench.dispatcher.take("a")
    bench.dispatcher.finished("a", job)
    (desk, *_) = bench.dispatcher.desks()
    assert desk.taken == [other]


def test_a_used_up_month_still_lets_known_recipients_through(bench: Bench) -> None:
    throttle = bench.modem("a", Limits(recipients_per_month=1))
    throttle.reserve(1)
    throttle.record(ANA, bench.clock.now(), bench.clock.tick())
    for number in range(30):
        bench.insert(f"+336200000{number:02d}")
    known = bench.insert(ANA)
    assert bench.taken("a") == known


def test_not_before_is_kept_and_said(bench: Bench) -> None:
    bench.modem("a")
    due = to_text(bench.clock.now() + timedelta(hours=1))
    message = bench.insert(not_before=due)
    assert bench.taken("a") is None
    assert bench.row(message).reason == f"not_before: {due}"
    bench.clock.advance(timedelta(hours=1, seconds=1))
    assert bench.taken("a") == message


def test_what_is_too_late_expires_and_is_never_offered(bench: Bench) -> None:
    now = bench.clock.now()
    message = bench.insert(created_at=to_text(now), expires_at=to_text(now + timedelta(minutes=5)))
    bench.dispatcher.turn()
    bench.clock.advance(timedelta(minutes=6))
    bench.modem("a")
    assert bench.taken("a") is None
    assert bench.row(message).state == "expired"


@pytest.mark.parametrize(
    ("recipient", "columns", "reason"),
    [
        ("+3312", {}, "invalid_number"),
        ("36180", {}, "invalid_number"),
        (ANA, {"body": "x" * 2000}, "too_long: 14 parts, and gateway.max_parts allows 10"),
        (ANA, {"modem": "c"}, "unknown_modem: no modem is named 'c'; configured: a, b"),
        (ANA, {"category": "survey"}, "category_reserved"),
        (ANA, {"category": "commercial"}, "consent_missing"),
    ],
)
def test_what_cannot_go_is_refused_with_its_reason(
    bench: Bench, recipient: str, columns: dict[str, object], reason: str
) -> None:
    message = bench.insert(recipient, **columns)
    bench.dispatcher.turn()
    assert bench.row(message).state == "refused"
    assert (bench.row(message).reason or "").startswith(reason)


def test_the_sim_that_last_talked_with_the_customer_is_preferred(bench: Bench) -> None:
    bench.modem("a")
    bench.modem("b")
    with bench.store.write() as tx:
        sims.talked(tx, ANA, SIM["b"], to_text(bench.clock.now()))
    message = bench.insert(ANA)
    bench.dispatcher.turn()
    assert bench.dispatcher.take("a") is None
    job = bench.dispatcher.take("b")
    assert job is not None
    assert job.message_id == message


def test_the_preference_yields_when_that_modem_is_out(bench: Bench) -> None:
    bench.modem("a")
    bench.modem("b")
    with bench.store.write() as tx:
        sims.talked(tx, ANA, SIM["b"], to_text(bench.clock.now()))
    bench.dispatcher.left("b", "unplugged")
    message = bench.insert(ANA)
    assert bench.taken("a") == message


def test_routes_by_prefix(bench: Bench) -> None:
    routes = (Route(name="a", prefixes=("+33",)), Route(name="b", prefixes=("+262",)))
    bench.dispatcher.replan(bench.plan(*routes))
    bench.modem("a", route=routes[0])
    bench.modem("b", route=routes[1])
    island, main, foreign = bench.insert("+262692123456"), bench.insert(EVA), bench.insert("+4915112345678")
    assert (bench.taken("a"), bench.taken("b")) == (main, island)
    assert (bench.row(foreign).reason or "").startswith("no_route: no modem serves +491")


def test_a_new_configuration_is_applied_to_what_waits(bench: Bench) -> None:
    bench.modem("a")
    bench.dispatcher.replan(bench.plan(Route(name="b")))
    message = bench.insert("+4915112345678")
    bench.dispatcher.turn()
    bench.dispatcher.replan(bench.plan(Route(name="a"), only_to=("+33",)))
    bench.dispatcher.turn()
    assert bench.row(message).state == "refused"


def test_pause_holds_everything_and_resume_lets_it_go(bench: Bench) -> None:
    bench.modem("a")
    now = to_text(bench.clock.now())
    other = Store.open(bench.store.path, bench.clock)
    with other.write() as tx:
        outbox.pause(tx, now)
    message = bench.insert()
    assert bench.taken("a") is None
    with other.write() as tx:
        outbox.resume(tx, now)
    other.close()
    assert bench.taken("a") == message


def test_a_paused_modem_sends_nothing_and_the_other_goes_on(bench: Bench) -> None:
    bench.modem("a")
    bench.modem("b")
    bench.dispatcher.pause_modem("a", True)
    message = bench.insert()
    assert (bench.taken("a"), bench.taken("b")) == (None, message)


CLOSE: dict[str, Callable[[Dispatcher], None]] = {
    "left": lambda dispatcher: dispatcher.left("a", "unplugged"),
    "paused": lambda dispatcher: dispatcher.pause_modem("a", True),
    "held": lambda dispatcher: dispatcher.hold("a", "a canary did not arrive"),
}


def bound(bench: Bench) -> int:
    """A message of a conversation with the SIM in a; both modems have been up for longer than one waits for a SIM."""
    message = bench.insert()
    bench.dispatcher.turn()
    with bench.store.write() as tx:
        lane = outbox.lane_id(tx, ("a", "b"), SIM["a"], True)
        tx.execute("UPDATE outbox SET lane = ? WHERE id = ?", (lane, message))
    bench.modem("a")
    bench.modem("b")
    bench.clock.advance(timedelta(minutes=45))
    return message


@pytest.mark.parametrize("how", CLOSE)
def test_a_conversation_waits_for_its_sim_from_when_its_modem_stops_sending(bench: Bench, how: str) -> None:
    message = bound(bench)
    CLOSE[how](bench.dispatcher)
    bench.clock.advance(timedelta(minutes=29))
    assert bench.taken("b") is None
    bench.clock.advance(timedelta(minutes=2))
    assert bench.taken("b") == message


@pytest.mark.parametrize(("first", "then"), list(itertools.permutations(CLOSE, 2)))
def test_a_second_cause_does_not_begin_the_wait_anew(bench: Bench, first: str, then: str) -> None:
    message = bound(bench)
    CLOSE[first](bench.dispatcher)
    bench.clock.advance(timedelta(minutes=29))
    CLOSE[then](bench.dispatcher)
    assert bench.taken("b") is None
    bench.clock.advance(timedelta(minutes=2))
    assert bench.taken("b") == message


def swap(dispatcher: Dispatcher) -> None:
    """Another SIM comes into a."""
    dispatcher.left("a", "restarted")
    dispatcher.arrived("a", "208010000000009", Throttle(Limits(), PARIS))


@pytest.mark.parametrize("what", [swap, *CLOSE.values()], ids=["swapped", *CLOSE])
def test_what_happens_to_a_modem_while_its_message_is_chosen_is_not_missed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, what: Callable[[Dispatcher], None]
) -> None:
    message = bench.insert(modem="a")
    throttle = bench.modem("a", Limits(min_interval=timedelta(minutes=1)))
    promise = throttle.reserve

    def reserve(parts: int) -> None:
        promise(parts)
        what(bench.dispatcher)

    monkeypatch.setattr(throttle, "reserve", reserve)
    bench.dispatcher.turn()
    assert bench.dispatcher.take("a") is None, "it was chosen for the modem as it was"
    now, tick = bench.clock.now(), bench.clock.tick()
    assert throttle.opening(1, ANA, now, tick).limit == "", "nothing is promised any more"
    assert bench.taken("a") == (message if what is swap else None)


def test_a_campaign_is_admitted_in_steps_and_all_of_it_goes(bench: Bench) -> None:
    bench.modem("a")
    rows = [(f"+3361{number:07d}", "x") for number in range(450)]
    bench.application.execute("BEGIN")
    bench.application.executemany("INSERT INTO outbox (recipient, body) VALUES (?, ?)", rows)
    bench.application.execute("COMMIT")
    assert bench.dispatcher.turn() == 0.0, "there is more to admit"
    assert bench.taken("a") == 1
    sent = 1
    while bench.taken("a") is not None:
        sent += 1
    assert sent == 450


def test_a_long_message_is_cut_and_carries_a_kept_counter(bench: Bench) -> None:
    bench.modem("a")
    references = []
    for _ in range(2):
        bench.insert(body="long " * 50)
        bench.dispatcher.turn()
        job = bench.dispatcher.take("a")
        assert job is not None
        assert (len(job.texts), job.missing, "".join(job.texts)) == (2, (1, 2), "long " * 50)
        references.append(job.reference)
        with bench.store.write() as tx:
            outbox.cancel(tx, job.message_id, "operator", to_text(bench.clock.now()))
        bench.dispatcher.finished("a", job)
    assert references[1] == (references[0] or 0) + 1


def test_stop_is_legal_before_start_and_twice(bench: Bench) -> None:
    bench.dispatcher.stop()
    bench.dispatcher.stop()


def test_a_stopped_dispatcher_offers_nothing(bench: Bench) -> None:
    bench.modem("a")
    bench.dispatcher.stop()
    bench.insert()
    assert bench.taken("a") is None


def test_as_a_thread_it_sees_a_row_and_stops(bench: Bench) -> None:
    bench.modem("a")
    bench.dispatcher.start()
    message = bench.insert()
    for _ in range(200):
        bench.dispatcher.join(0.01)
        if bench.woken:
            break
    job = bench.dispatcher.take("a")
    bench.dispatcher.stop()
    bench.dispatcher.join(5.0)
    assert job is not None
    assert job.message_id == message


def test_a_worker_that_looked_just_before_the_offer_is_woken_when_it_is_done(bench: Bench) -> None:
    bench.modem("a")
    bench.insert()
    bench.dispatcher.turn()
    job = bench.dispatcher.take("a")
    assert job is not None
    assert bench.dispatcher.take("a") is None, "it looks for the next one, too early"
    bench.insert(BEN)
    bench.woken.clear()
    bench.dispatcher.turn()
    assert bench.woken == [], "a modem that sends is not disturbed"
    bench.dispatcher.finished("a", job)
    assert bench.woken == ["a"]


def lost(bench: Bench, outcome: str) -> tuple[int, int]:
    """A message that failed, or that is unknown, and its attempt."""
    message = bench.insert()
    bench.dispatcher.turn()
    job = bench.dispatcher.take("a")
    assert job is not None
    now = to_text(bench.clock.now())
    with bench.store.write() as tx:
        assert sending.claim(tx, message, "a", SIM["a"], now)
        attempt = sending.intend(
            tx, message, 1, modem="a", sim=SIM["a"], number=job.number, month="2026-11", now=now
        )
        if outcome == "failed":
            sending.refused(tx, attempt, "cms_500", "unknown error", now)
            sending.fail(tx, message, "cms_500", now)
        else:
            sending.unknown(tx, attempt, None, "silence", now)
            sending.settle(tx, message, now)
    bench.dispatcher.finished("a", job)
    assert bench.row(message).state == outcome
    return message, attempt


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_what_an_application_queues_again_is_sent_again(bench: Bench, outcome: str) -> None:
    bench.modem("a")
    message, _ = lost(bench, outcome)
    bench.application.execute("UPDATE outbox SET state = 'queued' WHERE id = ?", (message,))
    assert bench.taken("a") == message
    assert bench.row(message).state == "sent"


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
def test_a_message_of_which_nothing_is_left_to_send_stops_no_modem(bench: Bench, outcome: str) -> None:
    """Its report came after it had failed, or while it waited: the network has all of it."""
    bench.modem("a")
    message, attempt = lost(bench, outcome)
    now = to_text(bench.clock.now())
    if outcome == "failed":
        with bench.store.write() as tx:
            assert sending.late_accepted(tx, attempt, 7, now)
    bench.application.execute("UPDATE outbox SET state = 'queued' WHERE id = ?", (message,))
    if outcome == "unknown":
        with bench.store.write() as tx:
            assert sending.late_accepted(tx, attempt, 7, now)
    others = [bench.insert(body=f"message {place}") for place in range(2)]
    assert [bench.taken("a") for _ in others] == others
    assert bench.row(message).state == "sent"
