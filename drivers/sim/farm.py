"""A farm: modems, their SIMs, the network between them, and the thread that moves them all."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from drivers.sim.card import Sim
from drivers.sim.device import Device
from drivers.sim.faults import Armed, Value
from drivers.sim.handsets import Handset
from drivers.sim.inotify import Watcher
from drivers.sim.journal import Journal
from drivers.sim.loop import Loop
from drivers.sim.network import Network
from drivers.sim.port import Port
from drivers.sim.profiles import PROFILES, Profile
from drivers.sim.records import Entry, Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSetup:
    """One modem and its SIM. What is left empty is made up from its place in the farm."""

    name: str = ""
    """Also the name of its link; empty: modem0, modem1, …"""
    profile: str | Profile = "generic"
    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    number: str | None = None
    smsc: str | None = None
    pin: str | None = None
    puk: str = "12345678"
    slots: int = 20
    """Messages that the SIM can keep."""
    credit: int | None = None
    """Parts that the SIM can still pay for; None: no end."""
    sim: bool = True
    """False: no SIM is in it."""
    submit_time: float | tuple[float, ...] = 0.02
    """Seconds from Ctrl-Z to +CMGS; several: drawn for each submission."""
    prompt_time: float = 0.0
    """Seconds from the command to the prompt."""
    linked_time: float | None = None
    """Seconds from Ctrl-Z to +CMGS while +CMMS keeps the link open; None: no difference."""
    faults: Sequence[str] = ()
    """As `Modem.arm_text` takes them: NAME, NAME=value, NAME=value,nth=2,p=0.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A farm."""

    modems: Sequence[ModemSetup] = (ModemSetup(),)
    directory: Path | str | None = None
    """Where the links appear; None: a temporary folder that goes away at the end."""
    seed: int = 1
    handsets: Sequence[Handset] = ()
    smsc: str = "+33609001390"
    report_delay: float = 0.05
    """Seconds from acceptance to the status report."""
    timezone: timedelta = timedelta(hours=1)
    """The zone of the service centre's time stamps."""
    ussd: Mapping[str, str] = field(
        default_factory=lambda: {"*100#": "Credit: {credit}", "*123#": "{number}"}
    )
    """USSD codes and their answers; {credit} and {number} are filled in."""
    log: Path | str | None = None
    """A file for the log, as JSON lines."""


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

    def disarm(self, name: str | None = None) -> None:
        """Behave again, in one respect or in all."""
        with self.device.loop.held():
            self.device.faults.disarm(name)

    def unplug(self) -> None:
        """Take the stick out: its port vanishes."""
        with self.device.loop.held():
            self.device.unplug()

    def plug(self, link: Path | str | None = None) -> None:
        """Put it back in, freshly started, under another link where one is given."""
        with self.device.loop.held():
            self.device.plug(None if link is None else Path(link))

    def register(self, stat: int) -> None:
        """Change the registration (<stat> of AT+CREG?)."""
        with self.device.loop.held():
            self.device.register(stat)

    def insert(self, sim: Sim | None) -> None:
        """Another SIM, or none."""
        with self.device.loop.held():
            self.device.sim = sim


class Farm:
    """What `start` gives: close it, or use it as a context manager."""

    def __init__(self, setup: Setup) -> None:
        self._made = None if setup.directory else Path(tempfile.mkdtemp(prefix="sim-"))
        self.directory = Path(setup.directory) if setup.directory else self._made or Path()
        self.directory.mkdir(parents=True, exist_ok=True)
        self._loop = Loop()
        self._watcher = Watcher()
        self._loop.watch(self._watcher.fd, self._watcher.read)
        log = Path(setup.log) if setup.log else None
        self.journal = Journal(self._loop.lock, self._loop.now, log)
        self.network = Network(
            self._loop,
            self.journal,
            random.Random(f"{setup.seed}:network"),  # noqa: S311 -- faults are drawn, not secrets
            smsc=setup.smsc,
            handsets=tuple(setup.handsets),
            report_delay=setup.report_delay,
            offset=setup.timezone,
            ussd=dict(setup.ussd),
        )
        self.modems: dict[str, Modem] = {}
        self._closed = False
        for place, modem in enumerate(setup.modems):
            self._add(modem, place, setup)
        self._loop.start()

    def _add(self, wanted: ModemSetup, place: int, setup: Setup) -> None:
        name = wanted.name or f"modem{place}"
        if name in self.modems:
            raise ValueError(f"two modems are called {name!r}")
        profile = wanted.profile if isinstance(wanted.profile, Profile) else _profile(wanted.profile)
        device = Device(
            name=name,
            profile=profile,
            sim=_sim(wanted, place, setup) if wanted.sim else None,
            imei=wanted.imei or _with_check_digit(f"{profile.imei[:8]}{place:06}"),
            loop=self._loop,
            journal=self.journal,
            network=self.network,
            rng=random.Random(f"{setup.seed}:{name}"),  # noqa: S311 -- faults are drawn, not secrets
            submit_time=wanted.submit_time,
            prompt_time=wanted.prompt_time,
            linked_time=wanted.linked_time,
        )
        port = Port(self._loop, self._watcher, self.directory / name)
        device.add_terminal(port)
        self.network.join_device(device)
        self.modems[name] = Modem(device, port)
        with self._loop.lock:
            device.plug(cold=False)

    def modem(self, name: str | int) -> Modem:
        """A modem by its name or place; raises `LookupError`."""
        if isinstance(name, int):
            return list(self.modems.values())[name]
        return self.modems[name]

    @property
    def ports(self) -> list[str]:
        """The links, in order."""
        return [modem.path for modem in self.modems.values()]

    @property
    def log(self) -> tuple[Entry, ...]:
        """What happened, in order."""
        return self.journal.entries()

    def close(self) -> None:
        """Unplug everything; leaves no thread, descriptor or link. Raises where the simulator broke."""
        if self._closed:
            return
        self._closed = True
        try:
            with self._loop.lock:
                for modem in self.modems.values():
                    for terminal in modem.device.terminals:
                        terminal.port.hang_up()
            self._loop.stop()
        finally:
            self._watcher.close()
            self.journal.close()
            if self._made is not None:
                shutil.rmtree(self._made, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(setup: Setup | None = None, *, count: int = 1, directory: Path | str | None = None) -> Farm:
    """Start a farm: as described, or `count` generic modems."""
    if setup is None:
        setup = Setup(modems=tuple(ModemSetup() for _ in range(count)), directory=directory)
    return Farm(setup)


def _profile(name: str) -> Profile:
    profile = PROFILES.get(name)
    if profile is None:
        raise ValueError(f"no profile is called {name!r}; there are: {', '.join(PROFILES)}")
    return profile


def _sim(wanted: ModemSetup, place: int, setup: Setup) -> Sim:
    return Sim(
        imsi=wanted.imsi or f"20899{place + 1:010}",
        iccid=wanted.iccid or _with_check_digit(f"893399{place + 1:012}"),
        number=f"+336990{place + 1:05}" if wanted.number is None else wanted.number,
        smsc=setup.smsc if wanted.smsc is None else wanted.smsc,
        pin=wanted.pin,
        puk=wanted.puk,
        slots=wanted.slots,
        credit=wanted.credit,
    )


def _with_check_digit(digits: str) -> str:
    """Luhn's digit, which IMEI and ICCID end with."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


__all__ = ["Farm", "Modem", "ModemSetup", "Setup", "start"]
