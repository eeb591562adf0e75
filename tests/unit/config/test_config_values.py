from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.values import (
    Cap,
    cap,
    duration,
    duration_or_never,
    duration_text,
    positive_duration,
    prefix,
    time_of_day,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("90s", 90), ("15m", 900), ("8h", 28_800), ("30d", 2_592_000), (" 1m ", 60)],
)
def test_durations_read_as_written(text, seconds):
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", ["", "15", "15 m", "1.5h", "-1s", "1h30m", "m", 15, 1.5, True, None, ["1s"], "1w"]
)
def test_what_is_no_duration_is_told_how_to_write_one(value):
    with pytest.raises(ValueError, match='"90s", "15m"'):
        duration(value)


@given(st.integers(0, 10**8))
@settings(max_examples=100, deadline=None)
def test_a_duration_written_out_reads_back_the_same(seconds):
    assert duration(duration_text(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (60, "60s"),
        (180, "180s"),
        (900, "15m"),
        (3600, "1h"),
        (86_400, "24h"),
        (396 * 86_400, "396d"),
    ],
)
def test_durations_are_written_as_a_person_would(seconds, text):
    assert duration_text(timedelta(seconds=seconds)) == text


def test_a_duration_stays_within_the_calendar():
    assert duration("36500d").days == 36_500
    with pytest.raises(ValueError, match="longer than 36500 days"):
        duration("36501d")


def test_nothing_is_too_short_where_time_must_pass():
    with pytest.raises(ValueError, match="longer"):
        positive_duration("0s")
    assert duration_or_never("") is None


@pytest.mark.parametrize(("text", "minutes"), [("00:00", 0), ("9:05", 545), ("20:30", 1230), ("24:00", 1440)])
def test_times_of_day_are_minutes(text, minutes):
    assert time_of_day(text) == minutes


@pytest.mark.parametrize("value", ["24:01", "25:00", "9h", "12:60", "", 9, None])
def test_what_is_no_time_of_day_is_refused(value):
    with pytest.raises(ValueError, match='"24:00"'):
        time_of_day(value)


def test_prefixes_may_be_spaced_but_need_their_plus():
    assert prefix("+33 6.12-34") == "+3361234"
    for wrong in ("33", "06", "+", "+33x", "", "+1234567890123456", 33):
        with pytest.raises(ValueError, match=r'"\+33"'):
            prefix(wrong)


def test_a_cap_is_a_count_in_a_period():
    assert cap("4/30d") == Cap(4, timedelta(days=30))
    for wrong in ("4", "4/", "/30d", "4/0s", "4 per day", 4):
        with pytest.raises(ValueError):
            cap(wrong)
