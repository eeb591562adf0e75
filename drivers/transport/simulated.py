"""`sim:` as a port: a simulated modem of its own, for a first look without hardware."""

from __future__ import annotations

from drivers.errors import PortGone
from drivers.transport import tty
from drivers.transport.descriptor import DescriptorPort
from drivers.transport.port import Port


def open_simulated(name: str, baudrate: int) -> Port:
    """`sim:`, or `sim:huawei` for a certain profile. It lives as long as the port is open.

    Raises PortGone where there is no such profile.
    """
    from drivers import sim  # here, so that nobody loads the simulator who does not use it

    profile = name.partition(":")[2] or "generic"
    try:
        farm = sim.start(sim.Setup(modems=(sim.ModemSetup(profile=profile),)))
    except ValueError as error:
        raise PortGone(f"{name}: {error}") from error

    def release(fd: int) -> None:
        tty.release(fd)
        farm.close()

    try:
        fd = tty.open_descriptor(farm.ports[0], baudrate)
    except PortGone:
        farm.close()
        raise
    return DescriptorPort(fd, name, release=release)
