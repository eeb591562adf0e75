from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.cli.times import coming, past

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("+2h", "2026-11-23T13:00:00+00:00"),
        ("+30d", "2026-12-23T11:00:00+00:00"),
        ("18:30", "2026-11-23T17:30:00+00:00"),
        ("9h05", "2026-11-24T08:05:00+00:00"),
        ("12:00", "2026-11-24T11:00:00+00:00"),
        ("2026-11-24", "2026-11-23T23:00:00+00:00"),
        ("2026-11-24T18:30", "2026-11-24T17:30:00+00:00"),
        ("2026-07-01 18:30", "2026-07-01T16:30:00+00:00"),
        ("2026-11-24T18:30Z", "2026-11-24T18:30:00+00:00"),
        ("2026-11-24T18:30+05:00", "2026-11-24T13:30:00+00:00"),
    ],
)
def test_times_to_come(text, moment):
    assert coming(text, NOW, PARIS).isoformat() == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", "2026-11-23T09:00:00+00:00"),
        ("-15m", "2026-11-23T10:45:00+00:00"),
        ("09:00", "2026-11-23T08:00:00+00:00"),
        ("18:30", "2026-11-22T17:30:00+00:00"),
        ("2026-11-01", "2026-10-31T23:00:00+00:00"),
    ],
)
def test_times_that_were(text, moment):
    assert past(text, NOW, PARIS).isoformat() == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "+2", "25:00", "2026-13-01", "+2w", "tomorrow", "+99999999d", "0001-01-01"]
)
def test_what_is_no_time_is_told_the_forms(text):
    for read in (coming, past):
        with pytest.raises(ValueError, match="is not a time such as"):
            read(text, NOW, PARIS)


def test_a_clock_time_across_the_change_of_the_hour():
    """On 25 October 2026 clocks go back at 03:00: 18:30 that evening is an hour further off than it looks."""
    before = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
    assert coming("18:30", before, PARIS) == datetime(2026, 10, 25, 17, 30, tzinfo=UTC)
