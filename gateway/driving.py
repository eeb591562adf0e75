"""From the configuration to a modem: the settings of the driver, and the modem itself, not yet opened."""

from __future__ import annotations

from collections.abc import Callable

import drivers
from drivers import ports
from gateway import failpoints, recovery
from gateway.clock import Clock, to_text
from gateway.config import Modem as ModemSettings
from gateway.config import read_pin
from gateway.failpoints import Step
from gateway.sockets import Sockets
from gateway.store import Store, sims

Trace = Callable[[str, bytes], None]


class Finder:
    """Where a configured modem is, each time that it is opened, and what can be done for it from outside.

    By its IMEI, or where its port has moved to. Owner: the worker's thread.
    """

    def __init__(
        self, modem: ModemSettings, host: ports.Host | None = None, sockets: Sockets | None = None
    ) -> None:
        """`sockets`: where power may be switched; without, it is not."""
        self._sockets = sockets
        self._modem = modem
        self._host = host
        self._place: ports.Place | None = None
        self._detour: str | None = None

    def port(self) -> str:
        """The port to open now.

        Raises PortGone where something else is in its USB socket now, and PortGone or PortBusy where a modem
        named by its IMEI is not found.
        """
        detour, self._detour = self._detour, None
        if detour is not None:
            return detour
        if self._place is not None and (other := ports.changed(self._place, self._host)):
            raise drivers.PortGone(other)
        if self._modem.port is None:
            found = drivers.find_imei(self._modem.imei or "", self._host)
            self._place = ports.place_of(found, self._host) or self._place
            return found
        found, self._place = drivers.follow(self._modem.port, self._place, self._host)
        return found

    @property
    def socket(self) -> str:
        """The USB socket that it is in, or was in last, 1-1.2; "" where it is in none."""
        return self._place.usb_path if self._place is not None else ""

    def can(self) -> frozenset[recovery.Step]:
        """What is possible and allowed beside opening its port again."""
        if self._place is None:
            return frozenset()
        steps = {recovery.Step.OTHER_PORT} if ports.other_ports(self._place, self._host) else set()
        if self._sockets and self._modem.usb_power != "never" and ports.is_ours(self._place, self._host):
            steps.add(recovery.Step.POWER)  # never a disk, nor another modem, that was put there meanwhile
        return frozenset(steps)

    def take_other_port(self) -> str:
        """The next opening tries another AT port of the same stick: its name."""
        others = ports.other_ports(self._place, self._host) if self._place is not None else ()
        self._detour = next(iter(others), None)
        return self._detour or ""

    def cycle_power(self) -> None:
        """Switch its USB socket off and on. Raises PowerError."""
        if self._sockets and self._place is not None and self._modem.usb_power != "never":
            self._sockets.cycle(self._place.usb_path, self._modem.usb_power)


def driver_settings(
    name: str,
    modem: ModemSettings,
    store: Store,
    clock: Clock,
    *,
    port: str,
    trace: Trace | None = None,
    refused_pins: dict[str, set[str]] | None = None,
) -> drivers.Settings:
    """How to open one modem at `port`. A PIN that a SIM refused is remembered in the store and never tried again.

    `refused_pins` remembers it, too, by the name of the modem, for as long as the process lives: a database that
    cannot be written must not cost the SIM another try. Raises ConfigError where the PIN file cannot be read.
    """
    here: set[str] = set() if refused_pins is None else refused_pins.setdefault(name, set())

    def may_try(sim: str) -> bool:
        with store.read() as read:
            written = sims.pin_was_refused(read, sim)
        if written:
            here.add(sim)
        elif sim in here:
            refused(sim)
        return sim not in here

    def refused(sim: str) -> None:
        here.add(sim)
        with store.write() as tx:
            sims.remember_refused_pin(tx, sim, to_text(clock.now()))

    return drivers.Settings(
        name=name,
        port=port,
        baudrate=modem.baudrate,
        pin=read_pin(modem.pin_file) if modem.pin_file else None,
        may_try_pin=may_try,
        pin_refused=refused,
        command_timeout=modem.command_timeout.total_seconds(),
        submit_timeout=modem.submit_timeout.total_seconds(),
        smsc=modem.smsc,
        roaming=modem.roaming,
        storage=modem.storage,
        init=modem.init,
        trace=trace,
        passed=lambda step: failpoints.reach(Step(step)),
    )


def make_modem(settings: drivers.Settings, driver: str) -> drivers.Modem:
    """A modem of the named driver, not yet opened. Raises `drivers.NotAModem` where the driver is not installed."""
    return drivers.open_modem(settings, driver)
