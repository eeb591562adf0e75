"""When a job's next turn is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.jobs import Every

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_turn_follows_the_one_before() -> None:
    assert Every(60, 0).get_next_fire_time(NOW - timedelta(seconds=20), NOW) == NOW + timedelta(seconds=40)


def test_the_first_turn_comes_when_it_is_wanted() -> None:
    assert Every(60, 0).get_next_fire_time(None, NOW) == NOW
    assert Every(60, 300).get_next_fire_time(None, NOW) == NOW + timedelta(seconds=300)


def test_turns_that_were_missed_for_years_are_one_step() -> None:
    """A machine without a clock of its own learns the date: two seconds apart, that were a hundred million turns."""
    assert Every(2, 0).get_next_fire_time(NOW - timedelta(days=6 * 365), NOW) == NOW + timedelta(seconds=2)
