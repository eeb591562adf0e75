"""Time stamps (TS 23.040 9.2.3.11) and validity periods (9.2.3.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Self

from drivers.sim.codec.errors import CodecError
from drivers.sim.codec.reader import swap_nibbles


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment with the service centre's zone, in quarters of an hour."""

    moment: datetime

    def encode(self) -> bytes:
        """Seven octets: year to second, zone."""
        at = self.moment
        offset = at.utcoffset() or timedelta()
        quarters = round(offset.total_seconds() / 900)
        digits = bytes.fromhex(f"{at.year % 100:02}{at:%m%d%H%M%S}{abs(quarters):02}")
        swapped = bytearray(swap_nibbles(digits))
        if quarters < 0:
            swapped[6] |= 0x08
        return bytes(swapped)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read seven octets; raises `CodecError` for a moment that cannot be."""
        sign = -1 if data[6] & 0x08 else 1
        digits = swap_nibbles(data[:6] + bytes((data[6] & 0xF7,))).hex()
        if not digits.isdigit():
            raise CodecError(f"time stamp: {digits} is no date")
        year, month, day, hour, minute, second, quarters = (int(digits[i : i + 2]) for i in range(0, 14, 2))
        zone = timezone(sign * timedelta(minutes=15 * quarters))
        try:
            return cls(datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone))
        except ValueError as error:
            raise CodecError(f"time stamp: {error}") from None

    def text_mode(self) -> str:
        """As text mode shows it: `yy/MM/dd,hh:mm:ss±zz` (TS 27.005 3.1)."""
        quarters = round((self.moment.utcoffset() or timedelta()).total_seconds() / 900)
        return f"{self.moment:%y/%m/%d,%H:%M:%S}{quarters:+03d}"


def relative_validity(octet: int) -> timedelta:
    """The period of one octet (9.2.3.12.1)."""
    if octet <= 143:
        return timedelta(minutes=5 * (octet + 1))
    if octet <= 167:
        return timedelta(hours=12, minutes=30 * (octet - 143))
    if octet <= 196:
        return timedelta(days=octet - 166)
    return timedelta(weeks=octet - 192)


def enhanced_validity(data: bytes) -> timedelta | None:
    """The period of the seven-octet enhanced format (9.2.3.12.3); None where it names none."""
    form = data[0] & 0x07
    if form == 1:
        return relative_validity(data[1])
    if form == 2:
        return timedelta(seconds=data[1])
    if form == 3:
        digits = swap_nibbles(data[1:4]).hex()
        if not digits.isdigit():
            raise CodecError(f"validity: {digits} is no time of day")
        return timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:]))
    return None
