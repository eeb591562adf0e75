"""From the configuration to a modem: the settings of the driver, and the modem itself, not yet opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import drivers
from gateway import failpoints
from gateway.clock import Clock, to_text
from gateway.config import Modem as ModemSettings
from gateway.config import read_pin
from gateway.failpoints import Step
from gateway.store import Store, sims

Trace = Callable[[str, bytes], None]


class Finder:
    """Where a configured modem is, each time that it is opened: by its IMEI, or where its port has moved to."""

    def __init__(self, modem: ModemSettings) -> None:
        self._modem = modem
        self._place: Any = None

    def port(self) -> str:
        """The port to open now. Raises PortGone, PortBusy where a modem named by its IMEI is not found."""
        if self._modem.port is None:
            return drivers.find_imei(self._modem.imei or "")
        found, self._place = drivers.follow(self._modem.port, self._place)
        return found


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
