"""Time stamps of service centres (TS 23.040 9.2.3.11)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from drivers.pdu.reader import Reader

_FIRST_YEAR = 90
"""Two digits name a year from 1990 on: the first short message was sent in 1992."""


def _number(octet: int) -> int:
    """Two decimal digits, the first in the low semi-octet; a digit above 9 counts as 0, as 9.2.3.11 asks."""
    tens, ones = octet & 0x0F, octet >> 4
    return (tens if tens < 10 else 0) * 10 + (ones if ones < 10 else 0)


def _zone(octet: int) -> timezone:
    """Quarters of an hour from UTC; bit 3 is the sign."""
    quarters = _number(octet & ~0x08)
    return timezone(timedelta(minutes=-15 * quarters if octet & 0x08 else 15 * quarters))


_NUMBERS = tuple(_number(octet) for octet in range(256))
_ZONES = tuple(_zone(octet) for octet in range(256))


def semi_octets(octets: bytes) -> list[int]:
    """Each octet as a number of two digits."""
    return [_NUMBERS[octet] for octet in octets]


def read_timestamp(reader: Reader, field: str) -> datetime | None:
    """Seven octets as an aware time; None where they name no possible one (MODEMS F145)."""
    octets = reader.take(7, field)
    year, month, day, hour, minute, second = semi_octets(octets[:6])
    century = 1900 if year >= _FIRST_YEAR else 2000
    try:
        return datetime(century + year, month, day, hour, minute, second, tzinfo=_ZONES[octets[6]])
    except ValueError:
        return None
