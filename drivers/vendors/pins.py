"""How many tries a PIN has left: every maker has a command of its own (MODEMS F102)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PinTries:
    """Tries left; None where the answer does not say."""

    pin: int | None
    puk: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCounter:
    """One maker's command and where the numbers stand in its answer."""

    command: str
    prefix: str
    """What the information line begins with, colon included."""
    pin: int
    """Place of the PIN's counter among the comma-separated fields, from 0."""
    puk: int | None = None
    pin_row: str | None = None
    """Where the answer has a line per lock: the first field of the PIN's line."""
    puk_row: str | None = None
    """The first field of the PUK's line, where that is another line than the PIN's."""

    def read(self, lines: Sequence[str]) -> PinTries | None:
        """The tries left, or None where no line has a number at the expected places."""
        rows = [_fields(line, self.prefix) for line in lines if line.strip().startswith(self.prefix)]
        tries = PinTries(
            _number(rows, self.pin_row, self.pin),
            _number(rows, self.puk_row or self.pin_row, self.puk),
        )
        return None if tries == PinTries(None, None) else tries


def _fields(line: str, prefix: str) -> list[str]:
    return [field.strip().strip('"') for field in line.strip()[len(prefix) :].split(",")]


def _number(rows: Sequence[list[str]], row: str | None, place: int | None) -> int | None:
    if place is None:
        return None
    for fields in rows:
        if row is not None and fields[0] != row:
            continue
        if place < len(fields) and re.fullmatch(r"[0-9]{1,3}", fields[place]):
            return int(fields[place])
    return None


# F102, one line a maker. The standard command first: TS 27.007 8.65.
CPINR = PinCounter(command="AT+CPINR", prefix="+CPINR:", pin=1, puk=1, pin_row="SIM PIN", puk_row="SIM PUK")
HUAWEI = PinCounter(command="AT^CPIN?", prefix="^CPIN:", pin=3, puk=2)
SIMCOM = PinCounter(command="AT+SPIC", prefix="+SPIC:", pin=0, puk=1)
QUECTEL = PinCounter(command="AT+QPINC?", prefix="+QPINC:", pin=1, puk=2, pin_row="SC")
TELIT = PinCounter(command="AT#PCT", prefix="#PCT:", pin=0)  # of the lock that is asked for now
UBLOX = PinCounter(command="AT+UPINCNT", prefix="+UPINCNT:", pin=0, puk=2)
CINTERION = PinCounter(command='AT^SPIC="SC"', prefix="^SPIC:", pin=0)
ERICSSON = PinCounter(command="AT*EPIN?", prefix="*EPIN:", pin=0, puk=1)
ZTE = PinCounter(command="AT+ZPINPUK=?", prefix="+ZPINPUK:", pin=0, puk=1)
OPTION = PinCounter(command="AT_OERCN?", prefix="_OERCN:", pin=0, puk=1)
