"""From the configuration to a modem: the settings of the driver, and the modem itself, not yet opened."""

from __future__ import annotations

from collections.abc import Callable

import drivers
from gateway.clock import Clock, to_text
from gateway.config import Modem as ModemSettings
from gateway.config import read_pin
from gateway.store import Store, sims

Trace = Callable[[str, bytes], None]


def driver_settings(
    name: str, modem: ModemSettings, store: Store, clock: Clock, trace: Trace | None = None
) -> drivers.Settings:
    """How to open one modem. A PIN that a SIM refused is remembered in the store and never tried again.

    Raises ConfigError where the PIN file cannot be read.
    """

    def may_try(sim: str) -> bool:
        with store.read() as read:
            return not sims.pin_was_refused(read, sim)

    def refused(sim: str) -> None:
        with store.write() as tx:
            sims.remember_refused_pin(tx, sim, to_text(clock.now()))

    return drivers.Settings(
        name=name,
        port=modem.port or f"imei:{modem.imei}",
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
    )


def make_modem(settings: drivers.Settings, driver: str) -> drivers.Modem:
    """A modem of the named driver, not yet opened. Raises `drivers.NotAModem` where the driver is not installed."""
    return drivers.open_modem(settings, driver)
