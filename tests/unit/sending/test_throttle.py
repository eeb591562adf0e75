from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.throttle import Limits, Throttle, month_of, next_month

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ANA, BEN = "+33612345678", "+33612345679"


def throttle(**limits: object) -> Throttle:
    return Throttle(Limits(**limits), PARIS)  # type: ignore[arg-type]


def send(subject: Throttle, tick: float, number: str = ANA, parts: int = 1) -> None:
    subject.reserve(parts)
    for _ in range(parts):
        subject.record(number, NOW, tick)


def test_without_limits_everything_may_go_at_once() -> None:
    subject = throttle()
    for tick in range(100):
        send(subject, tick)
    assert subject.opening(3, ANA, NOW, 100.0).tick == 100.0


def test_the_minute_is_rolling_and_opens_when_its_first_part_is_a_minute_old() -> None:
    subject = throttle(per_minute=2)
    send(subject, 0.0)
    send(subject, 30.0)
    opening = subject.opening(1, ANA, NOW, 40.0)
    assert (opening.tick, opening.limit) == (60.0, "per_minute")
    assert subject.opening(1, ANA, NOW, 60.0).tick == 60.0


def test_a_long_message_waits_until_all_its_parts_fit() -> None:
    subject = throttle(per_minute=4)
    for tick in (0.0, 10.0, 20.0):
        send(subject, tick)
    assert subject.opening(1, ANA, NOW, 30.0).tick == 30.0
    assert subject.opening(3, ANA, NOW, 30.0).tick == 70.0


def test_a_message_longer_than_the_window_goes_when_the_window_is_free() -> None:
    subject = throttle(per_minute=2)
    send(subject, 0.0)
    assert subject.opening(5, ANA, NOW, 1.0).tick == 60.0


def test_the_interval_runs_from_a_part_that_is_promised_and_has_not_started() -> None:
    """The next message is chosen while the last part of a long one is still to come."""
    subject = throttle(min_interval=timedelta(seconds=5))
    subject.reserve(2)
    subject.record(ANA, NOW, 0.0)
    assert subject.opening(1, BEN, NOW, 5.0).tick == 10.0
    subject.record(ANA, NOW, 5.5)
    assert subject.opening(1, BEN, NOW, 10.0).tick == 10.5
    assert subject.opening(1, BEN, NOW, 10.5).tick == 10.5


def test_promised_parts_count_before_they_are_on_air() -> None:
    subject = throttle(per_minute=3)
    subject.reserve(2)
    assert subject.opening(1, ANA, NOW, 0.0).tick == 0.0
    assert subject.opening(2, ANA, NOW, 0.0).tick > 0.0
    subject.release(2)
    assert subject.opening(3, ANA, NOW, 0.0).tick == 0.0


def test_the_interval_is_between_the_starts_of_two_parts() -> None:
    subject = throttle(min_interval=timedelta(seconds=5))
    send(subject, 10.0)
    assert subject.opening(1, ANA, NOW, 11.0) == subject.opening(1, BEN, NOW, 11.0)
    assert subject.opening(1, ANA, NOW, 11.0).tick == 15.0
    assert subject.next_part(11.0) == 15.0


def test_the_interval_also_holds_behind_a_part_that_is_only_promised() -> None:
    subject = throttle(min_interval=timedelta(seconds=5))
    send(subject, 0.0)
    subject.reserve(1)
    assert subject.opening(1, BEN, NOW, 7.0).tick == 12.0
    subject.record(ANA, NOW, 8.0)
    assert subject.opening(1, BEN, NOW, 8.0).tick == 13.0


def test_distinct_recipients_are_counted_by_calendar_month() -> None:
    subject = throttle(recipients_per_month=1)
    send(subject, 0.0, ANA)
    assert subject.opening(1, ANA, NOW, 1.0).tick == 1.0, "a known recipient costs nothing"
    blocked = subject.opening(1, BEN, NOW, 1.0)
    assert blocked.limit == "recipients_per_month"
    assert NOW + timedelta(seconds=blocked.tick - 1.0) == datetime(2026, 12, 1, tzinfo=PARIS)
    december = datetime(2026, 12, 2, tzinfo=UTC)
    assert subject.opening(1, BEN, december, 2.0).tick == 2.0


def test_what_an_earlier_run_sent_still_counts() -> None:
    subject = throttle(per_hour=2, recipients_per_month=1)
    subject.load([1800.0, 600.0], month_of(NOW, PARIS), {ANA}, tick=5.0)
    opening = subject.opening(1, ANA, NOW, 5.0)
    assert (opening.tick, opening.limit) == (5.0 + 1800.0, "per_hour")
    assert subject.opening(1, BEN, NOW, 5.0).limit == "recipients_per_month"


def test_a_clock_set_back_meanwhile_makes_nothing_younger_than_now() -> None:
    subject = throttle(per_minute=1)
    subject.load([-3600.0], month_of(NOW, PARIS), set(), tick=0.0)
    assert subject.opening(1, ANA, NOW, 0.0).tick == 60.0


def test_a_part_that_never_left_gives_its_room_back() -> None:
    subject = throttle(per_minute=1)
    send(subject, 0.0)
    subject.take_back()
    assert subject.opening(1, ANA, NOW, 1.0).tick == 1.0


def test_the_free_share_is_that_of_the_tightest_quota() -> None:
    subject = throttle(per_day=10, recipients_per_month=2)
    assert subject.free_share() == 1.0
    send(subject, 0.0)
    assert subject.free_share() == 0.5


def test_other_limits_apply_to_what_was_counted_before() -> None:
    subject = throttle()
    send(subject, 0.0)
    subject.change(Limits(per_minute=1))
    assert subject.opening(1, ANA, NOW, 1.0).limit == "per_minute"


def test_usage_shows_each_window() -> None:
    subject = throttle()
    for tick in (0.0, 3000.0, 3590.0):
        send(subject, tick)
    assert subject.usage(3601.0) == {"minute": 1, "hour": 2, "day": 3, "recipients_month": 1}


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=PARIS)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=PARIS)),
    ],
)
def test_the_month_is_the_local_calendars(moment: datetime, first: datetime) -> None:
    assert next_month(moment, PARIS) == first


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(1, 3)), max_size=60),
    st.integers(1, 6),
    st.integers(0, 20),
)
def test_no_window_is_ever_exceeded(steps: list[tuple[float, int]], per_minute: int, per_hour: int) -> None:
    subject = throttle(per_minute=per_minute, per_hour=per_hour, min_interval=timedelta(seconds=1))
    tick, starts = 0.0, []
    for gap, parts in steps:
        parts = min(parts, per_minute, per_hour or parts)
        tick = subject.opening(parts, ANA, NOW, tick + gap).tick
        for _ in range(parts):
            tick = subject.next_part(tick)
            subject.reserve(1)
            subject.record(ANA, NOW, tick)
            starts.append(tick)
    for start in starts:
        # Parts of one message spread over the interval, so the window is looked at where it began to fill.
        assert sum(start - 60 + 1e-6 < other <= start for other in starts) <= per_minute
        if per_hour:
            assert sum(start - 3600 + 1e-6 < other <= start for other in starts) <= per_hour
    assert all(later - earlier >= 1 - 1e-9 for earlier, later in pairwise(starts))
