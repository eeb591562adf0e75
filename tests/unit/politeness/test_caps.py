"""How often one may write to a person, and how often the gateway answers by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.politeness import Cap, may_answer, quarantined, room

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
WEEK, MONTH = Cap(1, timedelta(days=7)), Cap(4, timedelta(days=30))


def ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


def test_a_cap_is_full_until_the_oldest_of_its_messages_is_out_of_it():
    assert room([WEEK, MONTH], [], NOW) is None
    assert room([WEEK, MONTH], [ago(days=8)], NOW) is None
    closed = room([WEEK, MONTH], [ago(days=3)], NOW)
    assert (closed.until, closed.cap) == (ago(days=-4), WEEK)


def test_the_cap_that_holds_longest_decides():
    sent = [ago(days=day) for day in (6, 10, 17, 24)]
    closed = room([WEEK, MONTH], sent, NOW)
    assert (closed.until, closed.cap) == (ago(days=-6), MONTH)


def test_the_last_moment_of_a_window_is_outside():
    assert room([WEEK], [ago(days=7)], NOW) is None
    assert room([WEEK], [ago(days=7) + timedelta(seconds=1)], NOW) is not None


def test_no_message_at_all_may_be_a_cap():
    assert room([Cap(0, timedelta(days=1))], [], NOW).until.year == 9999


def test_a_person_rests_between_surveys():
    month, quarter = timedelta(days=30), timedelta(days=90)
    asked = [("livraison", ago(days=40)), ("nps", ago(days=31))]
    assert quarantined(asked, "other", NOW, any_=month, same=quarter) is None
    assert quarantined(asked, "livraison", NOW, any_=month, same=quarter) == ago(days=-50)
    assert quarantined([("nps", ago(days=1))], "other", NOW, any_=month, same=quarter) == ago(days=-29)
    assert quarantined([], "other", NOW, any_=month, same=quarter) is None


def test_the_loop_guard_lets_four_through_in_ten_minutes_and_twelve_a_day():
    assert may_answer([], NOW)
    assert may_answer([ago(minutes=minute) for minute in (1, 2, 3)], NOW)
    assert not may_answer([ago(minutes=minute) for minute in (1, 2, 3, 4)], NOW)
    assert may_answer([ago(minutes=minute) for minute in (1, 2, 3, 11)], NOW)
    assert not may_answer([ago(hours=hour) for hour in range(1, 13)], NOW)
    assert may_answer([ago(hours=hour) for hour in range(2, 14)] + [ago(hours=25)], NOW) is False
    assert may_answer([ago(hours=hour) for hour in range(1, 12)], NOW)
