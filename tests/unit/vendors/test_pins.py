"""How many tries a PIN has left, in each maker's own words (MODEMS F102)."""

from __future__ import annotations

import pytest

from drivers.vendors import PROFILES, PinTries


@pytest.mark.parametrize(
    ("vendor", "command", "lines", "pin", "puk"),
    [
        ("generic", "AT+CPINR", ["+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10", "OK"], 3, 10),
        ("generic", "AT+CPINR", ["+CPINR: SIM PIN,2,3"], 2, None),
        ("huawei", "AT^CPIN?", ["^CPIN: SIM PIN,3,10,3,10,3", "OK"], 3, 10),
        ("huawei", "AT^CPIN?", ["^CPIN: READY,,10,1,10,3"], 1, 10),
        ("simcom", "AT+SPIC", ["+SPIC: 3,10,0,10", "OK"], 3, 10),
        ("quectel", "AT+QPINC?", ['+QPINC: "SC",2,10', '+QPINC: "P2",3,10', "OK"], 2, 10),
        ("quectel", "AT+QPINC?", ['+QPINC: "P2",3,10', '+QPINC: "SC",1,9', "OK"], 1, 9),
        ("telit", "AT#PCT", ["#PCT: 3", "OK"], 3, None),
        ("ublox", "AT+UPINCNT", ["+UPINCNT: 3,2,10,9"], 3, 10),
        ("cinterion", 'AT^SPIC="SC"', ["^SPIC: 0"], 0, None),
        ("ericsson", "AT*EPIN?", ["*EPIN: 3,10,2,10"], 3, 10),
        ("zte", "AT+ZPINPUK=?", ["+ZPINPUK: 3, 10"], 3, 10),
        ("option", "AT_OERCN?", ["_OERCN: 3, 10"], 3, 10),
    ],
)
def test_the_counters_are_read(
    vendor: str, command: str, lines: list[str], pin: int | None, puk: int | None
) -> None:
    quirks = PROFILES[vendor]
    assert quirks.pin_retry_command == command
    assert quirks.pin_tries(lines) == PinTries(pin, puk)


@pytest.mark.parametrize("vendor", sorted(PROFILES))
@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["ERROR"],
        ["OK"],
        ["+CPINR:"],
        ["^CPIN: READY"],
        ['+QPINC: "SC",x,y'],
        ["+SPIC: -1"],
        ["#PCT: many"],
    ],
)
def test_what_does_not_say_is_not_guessed(vendor: str, lines: list[str]) -> None:
    assert PROFILES[vendor].pin_tries(lines) is None
