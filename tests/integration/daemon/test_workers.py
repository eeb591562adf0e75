"""A worker whose modem does what a test has written down: outcomes, accidents, and mistakes of our own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from drivers import (
    LateAccepted,
    Need,
    NotReady,
    NotResponding,
    NotSent,
    OutcomeUnknown,
    PortGone,
    Refused,
    Restarted,
    Submit,
    Submitted,
    Verdict,
)
from gateway.config import Settings
from gateway.jobs import Jobs
from gateway.sender.chooser import Chooser
from gateway.sender.desk import Desk
from gateway.sender.job import Job
from gateway.store import DiskFull, LockedTooLong
from gateway.store.outbox import Candidate
from gateway.throttle import Limits

if TYPE_CHECKING:
    from tests.integration.daemon.conftest import Crew

LONG = "Un message assez long pour trois parties, avec ce qu'il faut de mots. " * 6
Until = Callable[..., Any]


def refused(code: int, verdict: Verdict) -> Refused:
    return Refused("cms", code, "as scripted", verdict)


def texts(crew: Crew, name: str = "a") -> list[str]:
    return [part.text for part in crew.modems[name].sent]


def test_messages_are_sent_one_after_the_other_and_settled(crew: Crew) -> None:
    crew.hire()
    crew.start()
    ids = [crew.insert(body=f"message {place}") for place in range(20)]
    for message in ids:
        assert crew.until_state(message, "sent").attempts == 1
    assert texts(crew) == [f"message {place}" for place in range(20)]


def test_part_two_is_refused_once_and_only_part_two_goes_again(crew: Crew) -> None:
    modem = crew.hire()
    modem.script.extend([modem.accept, modem.then(refused(38, Verdict.LATER))])
    crew.start()
    message = crew.insert(body=LONG)
    row = crew.until_state(message, "sent", moving=1.0)
    places = [part.concat.sequence for part in modem.sent if part.concat]
    references = {part.concat.reference for part in modem.sent if part.concat}
    assert places == [1, 2, 2, 3]
    assert len(references) == 1
    assert row.attempts == 2
    assert row.sim == modem.identity.imsi


def test_a_row_cancelled_while_the_prompt_comes_is_not_sent(crew: Crew) -> None:
    modem = crew.hire()

    def cancelled_meanwhile(part: Submit, before_body: Callable[[], bool]) -> Submitted:
        crew.application.execute("UPDATE outbox SET state = 'cancelled' WHERE state = 'queued'")
        return modem.accept(part, before_body)

    modem.script.append(cancelled_meanwhile)
    crew.start()
    message = crew.insert()
    crew.until_state(message, "cancelled")
    other = crew.insert(body="le suivant")
    crew.until_state(other, "sent")
    assert texts(crew) == ["le suivant"]


# -- outcomes that nobody knows --------------------------------------------------------------------------


def test_silence_is_unknown_and_a_late_yes_makes_it_sent(crew: Crew, until: Until) -> None:
    modem = crew.hire()
    modem.script.append(modem.then(OutcomeUnknown("silence")))
    crew.start()
    message = crew.insert()
    crew.until_state(message, "unknown")
    modem.push(LateAccepted(tag=modem.sent[0].tag, reference=41))
    assert crew.until_state(message, "sent").reason is None
    assert len(modem.sent) == 1


def test_what_stays_unknown_is_sent_once_more_by_the_policy_and_not_for_ever(crew: Crew) -> None:
    """A modem that never says whether it sent, in a network without reports."""
    modem = crew.hire()
    modem.script.extend(modem.then(OutcomeUnknown("silence")) for _ in range(5))
    crew.start()
    message = crew.insert(on_unknown="resend")
    jobs = Jobs(crew.store, crew.clock, Settings, crew.receiver, crew.dispatcher.ring)
    for sends in (1, 2):
        crew.until_state(message, "unknown", moving=0.5)
        assert len(modem.sent) == sends
        crew.clock.advance(timedelta(minutes=16))
        jobs.settle_unknown()
    assert (crew.until_state(message, "failed").reason or "").startswith("outcome_unknown")
    assert len(modem.sent) == 2


def test_a_calendar_that_is_set_ahead_cuts_no_waiting_for_a_report_short(crew: Crew) -> None:
    """The time that was waited is measured in ticks from there on: the customer may have the message."""
    modem = crew.hire()
    modem.script.append(modem.then(OutcomeUnknown("silence")))
    crew.start()
    jobs = Jobs(crew.store, crew.clock, Settings, crew.receiver, crew.dispatcher.ring)
    message = crew.insert(on_unknown="fail")
    crew.until_state(message, "unknown")
    crew.clock.set(crew.clock.now() + timedelta(hours=3))
    for _ in range(3):
        jobs.settle_unknown()
        assert crew.row(message).state == "unknown"
        crew.clock.advance(timedelta(minutes=4, seconds=59))
    jobs.settle_unknown()
    assert crew.row(message).state == "unknown"
    crew.clock.advance(timedelta(seconds=4))
    jobs.settle_unknown()
    assert crew.row(message).state == "failed"


def test_time_in_which_nobody_listened_is_no_waiting_for_a_report(crew: Crew) -> None:
    """The report may lie in the modem, or with the network, when the daemon is started again."""
    modem = crew.hire()
    modem.script.append(modem.then(OutcomeUnknown("silence")))
    crew.start()
    message = crew.insert(on_unknown="resend")
    crew.until_state(message, "unknown")
    crew.clock.advance(timedelta(hours=8))
    jobs = Jobs(crew.store, crew.clock, Settings, crew.receiver, crew.dispatcher.ring)
    jobs.settle_unknown()
    crew.clock.advance(timedelta(minutes=14))
    jobs.settle_unknown()
    assert crew.row(message).state == "unknown"
    crew.clock.advance(timedelta(minutes=2))
    jobs.settle_unknown()
    assert crew.row(message).state != "unknown"


def test_a_late_yes_is_known_after_the_modem_was_initialised_again(crew: Crew) -> None:
    modem = crew.hire()
    modem.script.append(modem.then(OutcomeUnknown("silence")))
    crew.start()
    message = crew.insert()
    crew.until_state(message, "unknown")
    modem.push(Restarted(announcement="it echoes again", identity=modem.identity))
    modem.push(LateAccepted(tag=modem.sent[0].tag, reference=41))
    crew.until_state(message, "sent")
    assert len(modem.sent) == 1


def test_a_late_yes_is_not_lost_while_the_database_is_locked(
    crew: Crew, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    crew.impatient(0.2)
    modem = crew.hire()
    modem.script.append(modem.then(OutcomeUnknown("silence")))
    crew.start()
    message = crew.insert()
    crew.until_state(message, "unknown")
    crew.application.execute("BEGIN IMMEDIATE")
    modem.push(LateAccepted(tag=modem.sent[0].tag, reference=41))
    until(lambda: not modem.pushed, "the event is taken")
    until(lambda: "store_trouble" in caplog.text, "a try that failed")
    crew.application.execute("COMMIT")
    crew.until_state(message, "sent")


# -- accidents -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        PortGone("it vanished"),
        NotResponding("not even the fence"),
        NotReady(Need.SETTLING, "it has just restarted"),
        NotSent("no prompt"),
    ],
)
@pytest.mark.parametrize("when", ["before the intent", "after the intent"])
def test_what_ends_before_the_body_is_sent_again_and_once(crew: Crew, error: Exception, when: str) -> None:
    modem = crew.hire()

    def broken(part: Submit, before_body: Callable[[], bool]) -> Submitted:
        if when == "after the intent":
            assert before_body()
        raise error

    modem.script.append(broken)
    crew.start()
    message = crew.insert()
    crew.until_state(message, "sent", moving=0.5)
    assert texts(crew) == ["Bonjour"]


@pytest.mark.parametrize(
    "error",
    [
        PortGone("it vanished"),
        NotResponding("no answer"),
        NotSent("it lost its settings"),
        LockedTooLong("locked"),
    ],
)
def test_what_ends_between_two_parts_leaves_the_rest_queued(crew: Crew, error: Exception) -> None:
    """Nothing was written of part 2, and part 1 is out: the message must not stay `sending` for ever."""
    modem = crew.hire()
    modem.script.extend([modem.accept, modem.first(error)])
    crew.start()
    message = crew.insert(body=LONG)
    crew.until_state(message, "sent", moving=0.5)
    assert [part.concat.sequence for part in modem.sent if part.concat] == [1, 2, 3]


def test_a_mistake_of_ours_costs_one_message_its_certainty_and_no_modem_its_life(crew: Crew) -> None:
    modem = crew.hire()
    modem.script.append(modem.then(RuntimeError("a mistake")))
    crew.start()
    torn, rest = crew.insert(body="déchiré"), crew.insert(body="le suivant")
    row = crew.until_state(torn, "unknown", moving=0.2)
    assert (row.reason or "").startswith("daemon_died")
    assert crew.until_state(rest, "sent", moving=0.2).attempts == 1
    assert texts(crew) == ["déchiré", "le suivant"]
    assert modem.closed >= 1


def test_mistakes_in_a_row_are_further_and_further_apart(crew: Crew, until: Until) -> None:
    """A mistake that strikes at every send must not make a whole queue unknown in a minute."""
    modem = crew.hire()
    modem.script.extend(modem.then(RuntimeError(f"mistake {place}")) for place in range(50))
    crew.start()
    for place in range(50):
        crew.insert(body=f"message {place}")
    for _ in range(60):
        before = crew.dispatcher.turned_at
        crew.clock.advance(timedelta(seconds=1))
        until(lambda before=before: crew.dispatcher.turned_at > before, "a turn")
    assert 2 <= len(modem.sent) <= 6


def test_a_mistake_before_the_intent_leaves_the_row_where_it_is(crew: Crew) -> None:
    modem = crew.hire()
    modem.script.append(modem.first(RuntimeError("a mistake")))
    crew.start()
    message = crew.insert()
    assert crew.until_state(message, "sent", moving=0.2).attempts == 1


def test_an_operators_request_that_ends_in_a_mistake_is_answered(crew: Crew) -> None:
    crew.hire()
    crew.start()

    def mistake(_modem: Any) -> None:
        raise RuntimeError("a mistake")

    with pytest.raises(RuntimeError, match="a mistake"):
        crew.workers["a"].requests.ask(mistake, 5.0)
    crew.until_state(crew.insert(), "sent", moving=0.2)


def test_a_database_in_trouble_while_a_modem_is_opened_is_no_mistake(crew: Crew, until: Until) -> None:
    modem = crew.hire()
    modem.openings.append(LockedTooLong("locked"))
    crew.start()
    crew.until_state(crew.insert(), "sent", moving=0.2)
    assert modem.opened == 2


# -- one sick modem --------------------------------------------------------------------------------------


def test_a_sick_modem_is_taken_out_and_its_messages_go_by_the_other(crew: Crew) -> None:
    sick, well = crew.hire("a"), crew.hire("b")
    sick.script.extend(sick.then(refused(310, Verdict.SICK)) for _ in range(10))
    crew.start()
    ids = [crew.insert(f"+336123456{place:02d}", f"message {place}") for place in range(10)]
    for message in ids:
        assert crew.until_state(message, "sent", moving=0.05).modem_used == "b"
    assert len(well.sent) == 10
    assert len(sick.sent) <= 3


def test_a_permanent_refusal_fails_the_message_at_once_and_only_it(crew: Crew) -> None:
    modem = crew.hire()
    modem.script.append(modem.then(refused(1, Verdict.PERMANENT)))
    crew.start()
    bad, good = crew.insert("+33612345678", "non"), crew.insert("+33612345679", "oui")
    assert (crew.until_state(bad, "failed").reason or "").startswith("cms_1")
    crew.until_state(good, "sent")


# -- the clock -------------------------------------------------------------------------------------------


def test_a_clock_set_back_an_hour_freezes_neither_retries_nor_throttle(crew: Crew, until: Until) -> None:
    modem = crew.hire("a", Limits(per_minute=2))
    modem.script.append(modem.then(refused(38, Verdict.LATER)))
    crew.start()
    retried = crew.insert("+33612345601", "essai")
    until(lambda: (crew.row(retried).reason or "").startswith("retry"), "the retry")
    crew.clock.set(crew.clock.now() - timedelta(hours=1))
    ids = [crew.insert(f"+336123456{place:02d}", f"message {place}") for place in range(10, 13)]
    jobs = Jobs(crew.store, crew.clock, Settings, crew.receiver, crew.dispatcher.ring)
    jobs.clamp()
    start = crew.clock.tick()
    for message in (*ids, retried):
        crew.until_state(message, "sent", moving=1.0)
    assert crew.clock.tick() - start < 16 * 60, "a quarter of an hour at the most, not an hour"
    assert sorted(texts(crew)) == sorted(["essai", "essai", *(f"message {place}" for place in range(10, 13))])


def test_a_clock_set_ahead_an_hour_sends_nothing_twice_and_expires_what_is_too_late(crew: Crew) -> None:
    crew.clock.set(
        crew.clock.now().replace(year=2096)
    )  # SQLite asks the machine's clock whether it has passed
    modem = crew.hire()
    modem.can_send = False
    crew.start()
    soon = crew.clock.now() + timedelta(minutes=10)
    late = crew.insert(body="trop tard", expires_at=soon.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    kept = crew.insert(body="encore bon")
    crew.clock.set(crew.clock.now() + timedelta(hours=1))
    crew.until_state(late, "expired", moving=0.2)
    modem.can_send = True
    crew.until_state(kept, "sent", moving=0.5)
    assert texts(crew) == ["encore bon"]


# -- the database ----------------------------------------------------------------------------------------


def test_an_intent_that_cannot_be_written_sends_nothing(crew: Crew, until: Until) -> None:
    crew.impatient(0.2)
    modem = crew.hire()
    tried: list[str] = []

    def locked(part: Submit, before_body: Callable[[], bool]) -> Submitted:
        crew.application.execute("BEGIN IMMEDIATE")
        try:
            return modem.accept(part, before_body)
        finally:
            tried.append(part.text)
            crew.application.execute("COMMIT")

    modem.script.append(locked)
    crew.start()
    message = crew.insert()
    row = crew.until_state(message, "sent", moving=0.2)
    assert tried == ["Bonjour"]
    assert (len(modem.sent), row.attempts) == (1, 1)


def test_a_database_in_trouble_takes_no_modem_out(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk refuses every intent at once: that is no failure of the modem, and no reason to hurry."""
    monkeypatch.setattr("gateway.sender.shift.TROUBLE", 0.01)
    modem = crew.hire()
    modem.script.extend(modem.first(DiskFull("no room left")) for _ in range(4))
    crew.start()
    messages = [crew.insert(f"+3361234567{place}") for place in range(4)]
    for message in messages:
        crew.until_state(message, "sent")
    with crew.store.read() as read:
        out = read.execute("SELECT count(*) FROM event WHERE kind = 'modem_out'").fetchone()[0]
    assert out == 0


def test_a_modem_that_cannot_write_its_intents_says_so(
    crew: Crew, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    crew.impatient(0.05)
    modem = crew.hire()

    def locked(part: Submit, before_body: Callable[[], bool]) -> Submitted:
        if not crew.application.in_transaction:
            crew.application.execute("BEGIN IMMEDIATE")
        return modem.accept(part, before_body)

    modem.script.extend([locked] * 50)
    crew.start()
    message = crew.insert()
    until(lambda: crew.dispatcher.trouble, "status can name it")
    assert caplog.text.count("action=store_trouble modem=a") == 1
    modem.script.clear()
    crew.application.execute("ROLLBACK")
    crew.until_state(message, "sent", moving=0.1)
    until(lambda: crew.dispatcher.trouble is None, "it is over")


def test_a_row_that_somebody_changes_while_it_is_sent_does_not_block_its_modem(crew: Crew) -> None:
    modem = crew.hire()

    def changed_meanwhile(part: Submit, before_body: Callable[[], bool]) -> Submitted:
        modem.body(part, before_body)
        crew.application.execute("UPDATE outbox SET state = 'queued' WHERE state = 'sending'")
        raise refused(1, Verdict.PERMANENT)

    modem.script.append(changed_meanwhile)
    crew.start()
    changed, other = crew.insert(body="changé"), crew.insert(body="le suivant")
    crew.until_state(other, "sent", moving=0.2)
    assert crew.until_state(changed, "sent", moving=0.2).attempts == 2, (
        "as that program wanted: it was refused"
    )
    assert texts(crew) == ["changé", "le suivant", "changé"]


def test_a_job_without_parts_is_let_go_at_once(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chooser offers none; if it did all the same, the modem would be busy with nothing."""
    modem = crew.hire()
    promised, offered = Chooser._promise, []

    def empty(chooser: Chooser, desk: Desk, row: Candidate, missing: tuple[int, ...]) -> Job:
        offered.append(row.id)
        return promised(chooser, desk, row, missing if offered.count(row.id) > 1 else ())

    monkeypatch.setattr(Chooser, "_promise", empty)
    crew.start()
    message = crew.insert()
    assert crew.until_state(message, "sent").attempts == 1
    assert offered == [message, message]
    assert len(modem.sent) == 1


def test_an_outcome_that_cannot_be_written_is_written_later_and_not_forgotten(
    crew: Crew, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    crew.impatient(0.2)
    modem = crew.hire()

    def locked_afterwards(part: Submit, before_body: Callable[[], bool]) -> Submitted:
        done = modem.accept(part, before_body)
        crew.application.execute("BEGIN IMMEDIATE")
        return done

    modem.script.append(locked_afterwards)
    crew.start()
    message = crew.insert()
    until(lambda: modem.sent, "it was sent")
    until(lambda: "outcome_waits" in caplog.text, "a try that failed")
    assert crew.row(message).state == "sending"
    crew.application.execute("COMMIT")
    row = crew.until_state(message, "sent")
    assert (len(modem.sent), row.attempts) == (1, 1)
