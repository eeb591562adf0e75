"""Public holidays by country, from the `holidays` package."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=512)
def _year(country: str, year: int) -> dict[date, str]:
    """The holidays of a year, by their English names; none for a country that nobody has listed."""
    try:
        return dict(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return {}


def holiday(country: str | None, day: date) -> str | None:
    """The name of the public holiday that a day is in a country; None for an ordinary day."""
    return None if country is None else _year(country, day.year).get(day)
