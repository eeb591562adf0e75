"""Serial ports and the USB devices behind them: what they are, what they are called, and who holds them."""

from __future__ import annotations

from drivers.ports.holders import Holder, holder_of, running
from drivers.ports.known import PROBED, Role
from drivers.ports.places import Place, changed, is_ours, other_ports, place_of, tty_at
from drivers.ports.power import How, PowerError, cycle, switch_on
from drivers.ports.sysfs import Device, Host, Port, devices

__all__ = [
    "PROBED",
    "Device",
    "Holder",
    "Host",
    "How",
    "Place",
    "Port",
    "PowerError",
    "Role",
    "changed",
    "cycle",
    "devices",
    "holder_of",
    "is_ours",
    "other_ports",
    "place_of",
    "running",
    "switch_on",
    "tty_at",
]
