"""Numbers that canaries are sent to: what is learnt of them, who is asked to look, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gateway.canary import MISSES
from gateway.canary_numbers import Numbers
from gateway.clock import to_text
from gateway.config import Retention, Settings
from gateway.router import Route
from gateway.sender.desk import Desk
from gateway.store import alerts, canaries, maintenance

STRANGER, SIM, OTHER = "+33612345678", "208010000000002", "208010000000001"


def judged(bench: Any, state: str, number: str = STRANGER) -> None:
    """One canary to that number came to this."""
    with bench.store.write() as tx:
        count = tx.execute("SELECT ifnull(max(id), 0) FROM canary").fetchone()[0]
    message = bench.message(number, body=f"smsgw canary {count:08x}")
    with bench.store.write() as tx:
        tx.execute("UPDATE outbox SET state = 'failed' WHERE id = ?", (message,))
        canaries.add(
            tx,
            message_id=message,
            token=f"{count:08x}",
            sender=("a", OTHER),
            receiver=("b", SIM),
            now=bench.now(),
        )
        canaries.judge(tx, canaries.latest(tx)[-1], state, bench.now())


@pytest.fixture
def numbers(bench: Any) -> Numbers:
    return Numbers(bench.store, bench.clock, Settings)


@pytest.fixture
def desk() -> Desk:
    return Desk(Route(name="b"), sim=SIM)


def doubtful(numbers: Numbers, desk: Desk) -> bool:
    numbers.refresh()
    return numbers.doubtful(desk, STRANGER)


def open_alerts(bench: Any) -> list[Any]:
    with bench.store.read() as read:
        return list(alerts.list_rows(read, bench.now()))


def test_a_number_where_nothing_arrives_is_asked_about_once_and_tried_again_when_somebody_looked(
    bench: Any, numbers: Numbers, desk: Desk
) -> None:
    for _ in range(MISSES):
        assert not doubtful(numbers, desk)
        judged(bench, "lost")
    assert doubtful(numbers, desk)
    assert doubtful(numbers, desk)
    (alert,) = open_alerts(bench)
    assert alert.title == "the number of modem b"
    with bench.store.write() as tx:
        alerts.close(tx, alert.id, "ana", "other", "", bench.now())
    assert not doubtful(numbers, desk)
    assert not doubtful(numbers, desk)
    for _ in range(MISSES):
        judged(bench, "lost")
    assert doubtful(numbers, desk)
    assert len(open_alerts(bench)) == 1


def test_what_arrives_after_all_closes_the_question(bench: Any, numbers: Numbers, desk: Desk) -> None:
    for state in ("lost", "lost"):
        judged(bench, state)
    assert doubtful(numbers, desk)
    judged(bench, "late")
    assert not doubtful(numbers, desk)
    assert open_alerts(bench) == []
    with bench.store.read() as read:
        assert all(map(numbers.proven, canaries.latest(read)))


def test_a_number_that_is_set_right_closes_the_question(bench: Any, numbers: Numbers, desk: Desk) -> None:
    for state in ("lost", "lost"):
        judged(bench, state)
    assert doubtful(numbers, desk)
    right = "+33612340002"
    numbers.refresh()
    assert not numbers.doubtful(desk, right)
    assert len(open_alerts(bench)) == 1, "nothing has arrived there yet"
    judged(bench, "passed", right)
    numbers.refresh()
    assert not numbers.doubtful(desk, right)
    assert open_alerts(bench) == []


def test_what_was_never_sent_shows_nothing(bench: Any, numbers: Numbers, desk: Desk) -> None:
    for _ in range(MISSES):
        judged(bench, "void")
    assert not doubtful(numbers, desk)


def test_old_canaries_are_forgotten_and_what_they_showed_is_not(
    bench: Any, numbers: Numbers, desk: Desk
) -> None:
    judged(bench, "passed")
    keep = Retention()
    bench.clock.advance(keep.logs + timedelta(days=1))
    judged(bench, "lost")
    maintenance.prune(bench.store, keep, bench.clock.now())
    assert (
        bench.value("SELECT count(*) FROM canary WHERE at < ?", to_text(bench.clock.now() - keep.logs)) == 0
    )
    assert bench.count("canary") == 1
    for _ in range(MISSES):
        judged(bench, "lost")
    assert not doubtful(numbers, desk)
