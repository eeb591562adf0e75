"""The handle of one simulated modem, for tests and programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drivers.sim import options, stuck
from drivers.sim.card import Sim
from drivers.sim.device import Device
from drivers.sim.faults import Armed, Value
from drivers.sim.port import Port
from drivers.sim.records import Timing


class Modem:
    """The handle of one modem. Every method may be called from any thread."""

    def __init__(self, device: Device, port: Port) -> None:
        self.device = device
        self._port = port

    @property
    def name(self) -> str:
        """Its name in the farm."""
        return self.device.name

    @property
    def path(self) -> str:
        """What to give to a program: the stable link."""
        return self._port.path

    def side_path(self, role: str) -> str:
        """The link of a further port: at, urc, nmea, diag, hdlc or dead."""
        return f"{self.path}-{role}"

    @property
    def sim(self) -> Sim | None:
        """The card in it."""
        return self.device.sim

    @property
    def timings(self) -> tuple[Timing, ...]:
        """The measured times of each submission."""
        with self.device.loop.lock:
            return tuple(self.device.timings)

    @property
    def commands(self) -> list[str]:
        """The command lines that were heard, as far back as the log goes."""
        entries = self.device.journal.entries("command")
        return [entry.detail["line"] for entry in entries if entry.modem == self.name]

    def stored(self, memory: str) -> dict[int, str]:
        """What lies in a storage: index to PDU in hex."""
        with self.device.loop.lock:
            found = self.device.memory(memory)
            return {} if found is None else {i: each.pdu.hex().upper() for i, each in found.slots.items()}

    def arm(self, name: str, value: Value | None = None, **options: Any) -> Armed:
        """Make a fault wait: `arm("late_cmgs", 2.0, nth=1)`, `arm("lost_chars", probability=0.1)`."""
        with self.device.loop.held():
            return self.device.arm(name, value, **options)

    def arm_text(self, text: str) -> Armed:
        """Arm a fault as the command line writes it: `late_cmgs=2,nth=1`."""
        name, given = options.fault(text)
        return self.arm(name, given.pop("value", None), **given)

    def disarm(self, name: str | None = None) -> None:
        """Behave again, in one respect or in all."""
        with self.device.loop.held():
            self.device.faults.disarm(name)

    def unplug(self) -> None:
        """Take the stick out: its port vanishes."""
        with self.device.loop.held():
            self.device.power.unplug()

    def plug(self, link: Path | str | None = None) -> None:
        """Put it back in, freshly started, under another link where one is given."""
        with self.device.loop.held():
            stuck.heal(self.device, "power")
            self.device.power.plug(None if link is None else Path(link))

    def register(self, stat: int) -> None:
        """Change the registration (<stat> of AT+CREG?)."""
        with self.device.loop.held():
            self.device.register(stat)

    def call(self, number: str, rings: int = 3) -> None:
        """Somebody calls the SIM."""
        with self.device.loop.held():
            self.device.calls.begin(number, rings)

    def reboot(self) -> None:
        """Restart it."""
        with self.device.loop.held():
            self.device.power.reboot("asked for")

    def insert(self, sim: Sim | None) -> None:
        """Another SIM, or none."""
        with self.device.loop.held():
            self.device.sim = sim
