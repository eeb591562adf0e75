"""Finding a port again after its stick came back under another name (MODEMS F115).

ttyUSB0 becomes ttyUSB3 when a stick restarts while somebody still holds the old one. What stays is the socket
that it is plugged into and the number of the interface.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from drivers.ports.sysfs import Host, devices


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
    for device in devices(host or Host()):
        if (device.usb_path, device.usb_id) == (place.usb_path, place.usb_id):
            return next((port.path for port in device.ports if port.interface == place.interface), None)
    return None
