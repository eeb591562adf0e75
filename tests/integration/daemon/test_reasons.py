"""What waiting rows say that they wait for: true, on each of them, and taken back when it is over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.clock import to_text
from gateway.sender.reasons import FREE, GONE, SETTLED
from gateway.throttle import Limits

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ONE_A_MINUTE = Limits(per_minute=1)


@pytest.fixture
def office(building: Any, plan: Any) -> Any:
    return building.open(plan("a", "b"))


def pass_by(office: Any, seconds: float) -> None:
    """Time goes by, and the dispatcher turns before and after."""
    office.dispatcher.turn()
    office.clock.advance(timedelta(seconds=seconds))
    office.dispatcher.turn()


def use_up(office: Any, name: str, throttle: Any) -> None:
    """The one message that the throttle allows now is sent."""
    office.insert(modem=name)
    job = office.take(name)
    throttle.record(job.number, office.clock.now(), office.clock.tick())
    office.send(name, job, "accepted")


def reasons(office: Any, messages: list[int]) -> list[str | None]:
    return [office.row(message).reason for message in messages]


def told(office: Any, message: int) -> int:
    """How often its trace says that it waits."""
    sql = "SELECT count(*) FROM event WHERE kind = 'waiting' AND message_id = ?"
    return int(office.application.execute(sql, (message,)).fetchone()[0])


def test_every_row_behind_a_throttle_says_so(office: Any) -> None:
    use_up(office, "a", office.modem("a", limits=ONE_A_MINUTE))
    messages = [office.insert() for _ in range(5)]
    pass_by(office, 2)
    assert reasons(office, messages) == ["throttle: per_minute = 1 on a"] * 5


def test_a_throttle_that_another_modem_makes_up_for_is_no_reason(office: Any) -> None:
    use_up(office, "a", office.modem("a", limits=ONE_A_MINUTE))
    office.modem("b")
    messages = [office.insert() for _ in range(3)]
    pass_by(office, 2)
    assert reasons(office, messages) == [None] * 3


def test_two_throttles_do_not_take_turns_on_one_row(office: Any) -> None:
    """Applications go on writing, both modems look each time, and the trace must not grow with each look."""
    for name, limits in (("a", ONE_A_MINUTE), ("b", Limits(per_hour=1))):
        use_up(office, name, office.modem(name, limits=limits))
    first = office.insert()
    for _ in range(10):
        office.insert()
        pass_by(office, 1.5)
    assert office.row(first).reason == "throttle: per_minute = 1 on a"
    assert told(office, first) == 1


def test_the_row_that_goes_next_names_the_limit_that_holds_it_now(office: Any) -> None:
    throttle = office.modem("a", limits=ONE_A_MINUTE)
    use_up(office, "a", throttle)
    messages = [office.insert() for _ in range(2)]
    pass_by(office, 2)
    throttle.change(Limits(per_day=1))
    pass_by(office, 60)
    pass_by(office, 2)
    assert reasons(office, messages) == ["throttle: per_day = 1 on a", "throttle: per_minute = 1 on a"]


def test_rows_take_back_that_their_modem_is_out_once_it_has_stayed(office: Any) -> None:
    office.modem("a", limits=ONE_A_MINUTE)
    office.dispatcher.left("a", "unplugged")
    messages = [office.insert(modem="a") for _ in range(3)]
    pass_by(office, 2)
    assert reasons(office, messages) == ["modem_out: a: unplugged", None, None], "it may come back at once"
    pass_by(office, GONE)
    assert reasons(office, messages) == ["modem_out: a: unplugged"] * 3
    office.modem("a")
    pass_by(office, SETTLED / 2)
    assert Counter(reasons(office, messages)) == {"modem_out: a: unplugged": 3}
    pass_by(office, SETTLED)
    assert reasons(office, messages) == [None] * 3


@pytest.mark.parametrize("up", [SETTLED / 2, SETTLED * 2])
def test_a_modem_that_comes_and_goes_does_not_fill_the_trace(office: Any, up: float) -> None:
    messages = [office.insert(modem="a") for _ in range(3)]
    for _ in range(10):
        office.modem("a", limits=Limits(min_interval=timedelta(hours=1))).record("", NOW, office.clock.tick())
        pass_by(office, up)
        pass_by(office, 2)
        office.dispatcher.left("a", "unplugged")
        pass_by(office, GONE / 2)
    assert [told(office, message) for message in messages[1:]] == [1, 1]


def test_rows_take_back_that_a_limit_holds_them_when_none_has_for_long(office: Any) -> None:
    throttle = office.modem("a", limits=ONE_A_MINUTE)
    use_up(office, "a", throttle)
    messages = [office.insert() for _ in range(3)]
    pass_by(office, 2)
    throttle.change(Limits())
    office.dispatcher.pause_modem("b", True)
    for _ in range(3):
        pass_by(office, FREE / 2)
    assert office.take("a") is not None
    pass_by(office, FREE)
    assert reasons(office, messages[1:]) == [None, None]


def test_what_a_row_says_by_itself_is_left_to_it(office: Any) -> None:
    use_up(office, "a", office.modem("a", limits=ONE_A_MINUTE))
    due = to_text(office.clock.now() + timedelta(hours=1))
    later = office.insert(not_before=due)
    pass_by(office, 2)
    assert office.row(later).reason == f"not_before: {due}"


def test_a_modem_that_gives_another_reason_at_each_look_does_not_fill_the_trace(office: Any) -> None:
    office.modem("a")
    messages = [office.insert(modem="a") for _ in range(3)]
    for turn in range(30):
        office.dispatcher.left("a", ("searching", "not searching")[turn % 2])
        pass_by(office, 2)
    assert [told(office, message) for message in messages[1:]] == [1, 1]
    assert told(office, messages[0]) <= 7, "60 s have passed"
    assert office.row(messages[0]).reason.startswith("modem_out: a: ")
