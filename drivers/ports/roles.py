"""What stands behind an interface, and what a USB device is called."""

from __future__ import annotations

from typing import Final

from drivers.ports.known import MAKERS, MODEMS, UART_ADAPTERS, Role

# MODEMS part 5: valid for all Huawei sticks that do not say ff/ff/ff.
_HUAWEI_PROTOCOLS: Final = {
    ("ff", "01", "02"): Role.AT,
    ("ff", "02", "02"): Role.AT,
    ("ff", "01", "01"): Role.PPP,
    ("ff", "02", "01"): Role.PPP,
    ("ff", "01", "05"): Role.NMEA,
    ("ff", "01", "14"): Role.NMEA,
    ("ff", "06", "14"): Role.NMEA,
}

UsbClass = tuple[str, str, str]
"""bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol: two lower-case hex digits each."""


def role_of(usb_id: str, interface: int, usb_class: UsbClass) -> Role:
    """What stands behind an interface of `usb_id` ("vid:pid"): by its class for Huawei, else by the table."""
    if usb_id.startswith("12d1:") and usb_class in _HUAWEI_PROTOCOLS:
        return _HUAWEI_PROTOCOLS[usb_class]
    return _ROLES.get(usb_id, {}).get(interface, Role.UNKNOWN)


def name_of(usb_id: str) -> str:
    """What is known under this identity; "" for a stranger."""
    vendor = usb_id.partition(":")[0]
    if usb_id in _NAMES:
        return _NAMES[usb_id]
    if vendor in UART_ADAPTERS:
        return UART_ADAPTERS[vendor]
    return f"{MAKERS[vendor]} device" if vendor in MAKERS else ""


def is_known_modem(usb_id: str) -> bool:
    """Whether this very identity is a modem's."""
    return usb_id in _NAMES


def is_modem_maker(usb_id: str) -> bool:
    """Whether a tty of this device may be asked without being named: others may be printers or Arduinos."""
    return usb_id.partition(":")[0] in MAKERS


def _interfaces(text: str) -> dict[int, Role]:
    """`"at=2 aux=1,3"` as {2: AT, 1: AUX, 3: AUX}."""
    roles = {}
    for item in text.split():
        role, _, numbers = item.partition("=")
        roles.update({int(number): Role(role) for number in numbers.split(",")})
    return roles


_ROLES: Final = {usb_id: _interfaces(text) for usb_id, _, text in MODEMS}
_NAMES: Final = {usb_id: name for usb_id, name, _ in MODEMS}
