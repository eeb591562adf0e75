"""The table of USB identities."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from drivers.ports.known import HILINK, MAKERS, MODEMS, PROBED, STORAGE, UART_ADAPTERS, Role
from drivers.ports.roles import is_known_modem, is_modem_maker, name_of, role_of

PLAIN = ("ff", "ff", "ff")
IDS = [usb_id for usb_id, _, _ in MODEMS]


def test_identities_are_well_formed_and_stand_once() -> None:
    everything = [*IDS, *STORAGE, *HILINK]
    assert all(re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", usb_id) for usb_id in everything)
    assert [usb_id for usb_id, count in Counter(everything).items() if count > 1] == []
    assert {usb_id[:4] for usb_id in everything} <= set(MAKERS)
    assert not set(MAKERS) & set(UART_ADAPTERS)


@pytest.mark.parametrize("usb_id", IDS)
def test_every_modem_has_a_name_and_at_most_one_best_port(usb_id: str) -> None:
    assert name_of(usb_id)
    roles = [role_of(usb_id, interface, PLAIN) for interface in range(16)]
    assert roles.count(Role.AT) <= 1
    if set(roles) != {Role.UNKNOWN}:
        assert Role.AT in roles


@pytest.mark.parametrize(
    ("usb_id", "interface", "role"),
    [
        ("12d1:1001", 2, Role.AT),
        ("12d1:1003", 0, Role.PPP),
        ("19d2:0031", 3, Role.AT),
        ("19d2:0117", 1, Role.AUX),
        ("07d1:7e11", 2, Role.AT),
        ("1bbb:0017", 5, Role.AT),
        ("1199:9071", 2, Role.NMEA),
        ("1199:c001", 0, Role.AT),
        ("1e0e:9001", 0, Role.DIAG),
        ("1e0e:9001", 4, Role.AUDIO),
        ("1e0e:9011", 4, Role.AT),
        ("1e0e:9206", 3, Role.IGNORE),
        ("2c7c:0125", 1, Role.NMEA),
        ("2c7c:0125", 2, Role.AT),
        ("2c7c:0125", 3, Role.PPP),
        ("2c7c:6026", 2, Role.UNKNOWN),
        ("1bc7:1201", 3, Role.NMEA),
        ("1bc7:1201", 4, Role.AT),
        ("1546:1102", 4, Role.AUX),
        ("1e2d:0061", 2, Role.AT),
        ("ffff:0001", 0, Role.UNKNOWN),
    ],
)
def test_roles_of_interfaces(usb_id: str, interface: int, role: Role) -> None:
    assert role_of(usb_id, interface, PLAIN) is role


@pytest.mark.parametrize(
    ("usb_class", "role"),
    [
        (("ff", "01", "02"), Role.AT),
        (("ff", "02", "02"), Role.AT),
        (("ff", "01", "01"), Role.PPP),
        (("ff", "02", "01"), Role.PPP),
        (("ff", "01", "05"), Role.NMEA),
        (("ff", "06", "14"), Role.NMEA),
        (PLAIN, Role.UNKNOWN),
    ],
)
def test_huawei_says_it_in_the_class(usb_class: tuple[str, str, str], role: Role) -> None:
    assert role_of("12d1:1506", 1, usb_class) is role
    assert role_of("2c7c:6026", 1, usb_class) is Role.UNKNOWN


def test_ports_for_gps_diagnosis_and_sound_are_never_asked() -> None:
    assert set(Role) - set(PROBED) == {Role.NMEA, Role.DIAG, Role.AUDIO, Role.IGNORE}
    assert PROBED[0] is Role.AT
    assert PROBED[-1] is Role.PPP


def test_names() -> None:
    assert name_of("2c7c:0125") == "Quectel EC25/EG25-G"
    assert name_of("12d1:ffff") == "Huawei device"
    assert name_of("10c4:ea60") == "CP210x serial adapter"
    assert name_of("2341:0043") == ""
    assert is_modem_maker("12d1:ffff")
    assert not is_modem_maker("2341:0043")
    assert is_known_modem("1e0e:9001")
    assert not is_known_modem("12d1:1f01")
