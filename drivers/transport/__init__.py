"""Ports: the only place that touches a file descriptor.

`open_port` takes what the configuration calls a port: a tty, `socket://host:port`, `rfc2217://host:port`, or
`sim:` for a simulated modem of its own.
"""

from __future__ import annotations

from drivers.transport.descriptor import DescriptorPort
from drivers.transport.port import Port
from drivers.transport.remote import open_rfc2217, open_socket
from drivers.transport.simulated import open_simulated
from drivers.transport.tty import open_tty, usb_id

__all__ = ["DescriptorPort", "Port", "open_port", "open_tty", "usb_id"]


def open_port(name: str, baudrate: int = 115200, *, rtscts: bool = False, modem: str = "sim") -> Port:
    """Open a port exclusively; what waits in it stays there to be read. `modem` names a simulated one's SIM.

    Raises PortBusy, naming the holder where it can be found, and PortGone with what to do about it.
    """
    if name.startswith("socket://"):
        return open_socket(name)
    if name.startswith("rfc2217://"):
        return open_rfc2217(name, baudrate)
    if name == "sim:" or name.startswith("sim:"):
        return open_simulated(name, baudrate, modem)
    return open_tty(name, baudrate, rtscts=rtscts)
