"""When one may write, by the clock on the recipient's wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.politeness import Place, Window, opening, place_of, spread
from gateway.politeness.publicdays import holiday

WORKING = ("mon", "tue", "wed", "thu", "fri", "sat")
SURVEY = Window(days=WORKING, start=9 * 60, end=20 * 60 + 30, holidays=False)
ANA, REUNION, MAYOTTE, NEW_YORK = "+33612345678", "+262692123456", "+262639123456", "+12125550123"


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=place_of(ANA, "UTC").zones[0]).astimezone(UTC)


def opens(text: str, number: str = ANA, window: Window = SURVEY) -> tuple[str, str]:
    """When the window opens, on a clock in Paris, and why not before."""
    found = opening(window, place_of(number, "Europe/Paris"), paris(text))
    zone = place_of(ANA, "UTC").zones[0]
    return found.at.astimezone(zone).strftime("%a %d %H:%M"), found.why


@pytest.mark.parametrize(
    ("now", "opening", "why"),
    [
        ("2026-11-24 10:00", "Tue 24 10:00", ""),
        ("2026-11-24 09:00", "Tue 24 09:00", ""),
        ("2026-11-24 08:59", "Tue 24 09:00", "quiet_hours"),
        ("2026-11-24 20:28", "Tue 24 20:28", ""),
        ("2026-11-24 20:29", "Wed 25 09:00", "quiet_hours"),  # it would start in the last minute
        ("2026-11-24 23:40", "Wed 25 09:00", "quiet_hours"),
        ("2026-11-21 20:35", "Mon 23 09:00", "quiet_hours"),  # Saturday evening
        ("2026-11-22 11:00", "Mon 23 09:00", "sunday"),
        ("2026-07-14 11:00", "Wed 15 09:00", "holiday"),
        ("2026-12-24 21:00", "Sat 26 09:00", "quiet_hours"),  # over Christmas
        ("2026-03-28 21:00", "Mon 30 09:00", "quiet_hours"),  # over the change of the clocks
    ],
)
def test_the_first_moment_that_is_polite(now, opening, why):
    assert opens(now) == (opening, why)


def test_an_overseas_number_has_its_own_clock():
    assert opens("2026-11-24 20:00", REUNION) == ("Wed 25 06:00", "quiet_hours")  # 23:00 there
    assert opens("2026-11-24 07:00", REUNION) == ("Tue 24 07:00", "")
    assert place_of(MAYOTTE, "UTC").zones[0].key == "Indian/Mayotte"


def test_a_country_of_many_zones_is_asked_in_each():
    place = place_of(NEW_YORK, "Europe/Paris")
    assert place.country == "US"
    assert {"America/New_York", "Pacific/Honolulu"} <= {zone.key for zone in place.zones}
    # 09:00 in Honolulu is 14:00 in New York and 20:00 in Paris
    assert opens("2026-11-24 14:00", NEW_YORK) == ("Tue 24 20:00", "quiet_hours")


def test_a_window_that_never_opens_in_all_zones_opens_in_the_first():
    morning = Window(start=9 * 60, end=10 * 60)
    assert opens("2026-11-24 11:00", NEW_YORK, morning) == ("Tue 24 15:00", "quiet_hours")


def test_the_contacts_own_zone_wins():
    place = place_of(ANA, "UTC", "Indian/Reunion")
    assert [zone.key for zone in place.zones] == ["Indian/Reunion"]
    assert place_of(ANA, "UTC", "Nowhere/Land").zones[0].key == "Europe/Paris"


def test_a_number_without_country_lives_where_the_gateway_does():
    assert place_of("+88216123456", "Europe/Paris") == Place(None, place_of(ANA, "UTC").zones)


def test_a_window_of_all_hours_is_never_closed():
    assert Window().always
    at = paris("2026-12-25 03:00")
    assert opening(Window(), place_of(ANA, "UTC"), at).at == at


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("FR", "2026-04-06", "Easter Monday"),
        ("FR", "2027-05-06", "Ascension Day"),
        ("FR", "2028-06-05", "Whit Monday"),
        ("FR", "2026-04-03", None),
        ("DE", "2026-10-03", "German Unity Day"),
        ("XX", "2026-12-25", None),
        (None, "2026-12-25", None),
    ],
)
def test_public_holidays_come_by_country(country, day, name):
    found = holiday(country, datetime.fromisoformat(day).date())
    assert (found is None) == (name is None)


def test_what_waited_starts_somewhere_in_the_first_half_hour():
    place, at = place_of(ANA, "UTC"), paris("2026-11-24 09:00")
    starts = [spread(SURVEY, place, at, seed) - at for seed in range(200)]
    assert min(starts) < timedelta(minutes=2)
    assert timedelta(minutes=28) < max(starts) < timedelta(minutes=30)
    assert spread(SURVEY, place, at, 7) == spread(SURVEY, place, at, 7)


def test_a_short_window_is_not_missed_by_spreading():
    short = Window(start=540, end=545)
    place, at = place_of(ANA, "UTC"), paris("2026-11-24 09:00")
    assert all(opening(short, place, spread(short, place, at, seed)).why == "" for seed in range(50))


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 6 * 366 * 1440),
    st.sampled_from([ANA, REUNION, NEW_YORK, "+447700900123", "+61412345678"]),
    st.booleans(),
)
def test_the_moment_that_is_found_is_open_and_no_earlier_one_is(minutes, number, holidays):
    window = Window(days=WORKING, start=9 * 60, end=20 * 60, holidays=holidays)
    place, at = place_of(number, "UTC"), datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = opening(window, place, at)
    assert found.at >= at
    assert opening(window, place, found.at).why == ""
    if found.why:
        assert opening(window, place, found.at - timedelta(seconds=1)).why != ""
