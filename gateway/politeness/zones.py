"""Where a number lives: its country and the time zones that its owner may be in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

CACHED = 65_536

_MAIN_ZONE = {"ES": "Europe/Madrid", "PT": "Europe/Lisbon", "DE": "Europe/Berlin"}
"""Countries with islands or enclaves in another zone, where nearly everybody lives in this one."""


_MAYOTTE = ("+262639", "+262269")
"""It shares its country code with Réunion, an hour away."""


@dataclass(frozen=True, slots=True)
class Place:
    """A country (ISO 3166, None where the number tells none) and its zones, the most populous first."""

    country: str | None
    zones: tuple[ZoneInfo, ...]


@lru_cache(maxsize=CACHED)
def place_of(number: str, home: str, lives_in: str | None = None) -> Place:
    """Where the owner of a number in E.164 is, as far as one can tell.

    `lives_in` is the zone that is known of a contact, and wins. A country with several zones gives them all:
    what is polite must be so in each of them, since people move with their mobiles. Where nothing is known it
    is `home`, the gateway's own zone.
    """
    country = _country(number)
    if lives_in is not None and (known := _zone(lives_in)) is not None:
        return Place(country, (known,))
    names = (_MAIN_ZONE[country],) if country in _MAIN_ZONE else _zones().get(country or "", ())
    found = tuple(zone for name in names if (zone := _zone(name)) is not None)
    return Place(country, found or (ZoneInfo(home),))


def _country(number: str) -> str | None:
    if number.startswith(_MAYOTTE):
        return "YT"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    # A range that is too new for libphonenumber is somebody's all the same: the country code tells the rest.
    country = phonenumbers.region_code_for_number(parsed)
    country = country or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return country if country in _zones() else None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """Country → names of its zones, from the tz database's own table."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, name = line.split("\t")[:3]
            found[country] = (*found.get(country, ()), name)
    return found
