"""Finding a port again after its stick came back under another name (MODEMS F115).

ttyUSB0 becomes ttyUSB3 when a stick restarts while somebody still holds the old one. What stays is the socket
that it is plugged into and the number of the interface.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from drivers.ports import advice
from drivers.ports.known import HILINK, PROBED, STORAGE
from drivers.ports.sysfs import Device, Host, devices


@dataclass(frozen=True, slots=True)
class Place:
    """Where a port is plugged in: "1-1.2", the interface there, and what was there."""

    usb_path: str
    interface: int
    usb_id: str


def place_of(path: str, host: Host | None = None) -> Place | None:
    """Where the tty `path` is plugged in, by whatever name; None where it is no USB port or not there."""
    target = os.path.realpath(path)
    for device in devices(host or Host()):
        for port in device.ports:
            if port.interface is not None and os.path.realpath(port.path) == target:
                return Place(device.usb_path, port.interface, device.usb_id)
    return None


def tty_at(place: Place, host: Host | None = None) -> str | None:
    """The tty that is in this place now; None while nothing is, or another kind of device."""
    device = _in(place, host)
    if device is None or device.usb_id != place.usb_id:
        return None
    return next((port.path for port in device.ports if port.interface == place.interface), None)


def other_ports(place: Place, host: Host | None = None) -> tuple[str, ...]:
    """Further ttys of the same stick that may speak AT, the best first; never those for GPS or diagnosis."""
    device = _in(place, host)
    if device is None or device.usb_id != place.usb_id:
        return ()
    others = [port for port in device.ports if port.role in PROBED and port.interface != place.interface]
    return tuple(port.path for port in sorted(others, key=lambda port: PROBED.index(port.role)))


def changed(place: Place, host: Host | None = None) -> str:
    """What is in that socket in place of the modem, and what to do about it; "" where nothing is, or the modem.

    A stick that starts anew may come back as a CD-ROM (MODEMS F119) or as a network card (F120).
    """
    device = _in(place, host)
    if device is None or device.ports:
        return ""
    name = f"{device.name or device.usb_id} in USB socket {place.usb_path}"
    if device.usb_id in HILINK:
        return f"{name}: {advice.HILINK}"
    if device.usb_id in STORAGE or device.storage_only:
        return f"{name}: {advice.STORAGE}"
    return f"{name}: {advice.NO_PORT}"


def is_ours(place: Place, host: Host | None = None) -> bool:
    """Whether nothing else is in that socket: it is empty, or holds the modem, perhaps in disguise (F119, F120)."""
    device = _in(place, host)
    return device is None or device.usb_id in {place.usb_id} | STORAGE | HILINK


def _in(place: Place, host: Host | None) -> Device | None:
    return next((each for each in devices(host or Host()) if each.usb_path == place.usb_path), None)
