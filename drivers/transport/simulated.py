"""`sim:` as a port: a simulated modem of its own, for a first look without hardware."""

from __future__ import annotations

from drivers.errors import PortGone
from drivers.transport import tty
from drivers.transport.descriptor import DescriptorPort
from drivers.transport.port import Port


def open_simulated(name: str, baudrate: int, modem: str) -> Port:
    """`sim:`, `sim:huawei`, or `sim:profile=huawei,submit=200ms,answers=yes`. It lives as long as the port is open.

    `modem` makes the SIM, so that two of them are two. Raises PortGone where the description is wrong.
    """
    from drivers import sim  # here, so that nobody loads the simulator who does not use it

    try:
        path, farm = sim.open_port(name, modem)
    except ValueError as error:
        raise PortGone(f"{name}: {error}") from error

    def release(fd: int) -> None:
        tty.release(fd)
        farm.close()

    try:
        fd = tty.open_descriptor(path, baudrate)
    except PortGone:
        farm.close()
        raise
    return DescriptorPort(fd, name, release=release)
