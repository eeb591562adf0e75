"""Ports that are no AT port: position reports, diagnosis frames, silence (MODEMS F18, F118)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.port import Port

if TYPE_CHECKING:
    from drivers.sim.device import Device

NOISE = {
    "nmea": b"$GPGGA,120000.00,4851.4,N,00221.1,E,1,08,1.0,35.0,M,,M,,*47\r\n$GPRMC,120000.00,V,,,,,,,,,,N*7A\r\n",
    "diag": b"\x7e\x60\x00\x01\xa3\x91\x7e",
    "hdlc": b"\x7e\xff\x7d\x23\xc0\x21\x7d\x21\x7d\x20\x7d\x20\x7e",
    "dead": b"",
}
"""What a port says that does not speak AT."""
PERIOD = 0.1


class Babbler:
    """Says the same thing again and again, and listens to nothing."""

    def __init__(self, port: Port) -> None:
        self._port = port
        port.listener = self

    def receive(self, data: bytes) -> None:
        """Whatever is written falls on deaf ears."""

    def opened(self) -> None:
        """Nobody cares."""

    def closed(self) -> None:
        """What nobody read is gone."""
        self._port.forget_unread()


def add_side_port(device: Device, port: Port, role: str) -> None:
    """A further tty of a modem; raises `ValueError` for an unknown role."""
    if role in ("at", "urc"):
        device.add_terminal(port, urcs=role == "urc")
        return
    if role not in NOISE:
        raise ValueError(f"no port can be {role!r}; roles are: at, urc, {', '.join(NOISE)}")
    Babbler(port)
    device.side_ports.append(port)
    noise = NOISE[role]

    def babble() -> None:
        if port.plugged and not port.unread:
            port.write(noise)
        device.loop.later(PERIOD, babble)

    if noise:
        device.loop.later(PERIOD, babble)
