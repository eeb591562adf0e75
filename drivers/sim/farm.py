"""A farm: modems, their SIMs, the network between them, and the thread that moves them all."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from drivers.sim import options
from drivers.sim.card import Sim
from drivers.sim.control import Control
from drivers.sim.device import Device
from drivers.sim.inotify import Watcher
from drivers.sim.journal import Journal
from drivers.sim.loop import Loop
from drivers.sim.makes import PROFILES
from drivers.sim.modem import Modem
from drivers.sim.network import Network
from drivers.sim.noise import add_side_port
from drivers.sim.port import Port
from drivers.sim.profiles import Profile
from drivers.sim.records import Entry
from drivers.sim.setup import ModemSetup, Setup


class Farm:
    """What `start` gives: close it, or use it as a context manager."""

    def __init__(self, setup: Setup) -> None:
        self._made = None if setup.directory else Path(tempfile.mkdtemp(prefix="sim-"))
        self.directory = Path(setup.directory) if setup.directory else self._made or Path()
        self.directory.mkdir(parents=True, exist_ok=True)
        self._loop = Loop()
        self._watcher = Watcher()
        if self._watcher.fd >= 0:
            self._loop.watch(self._watcher.fd, self._watcher.read)
        log = Path(setup.log) if setup.log else None
        self.journal = Journal(self._loop.lock, self._loop.now, log)
        self._loop.broken = self.journal.changed.notify_all
        self.network = Network(
            self._loop,
            self.journal,
            random.Random(f"{setup.seed}:network"),  # noqa: S311 -- faults are drawn, not secrets
            smsc=setup.smsc,
            handsets=tuple(setup.handsets),
            report_delay=setup.report_delay,
            offset=setup.timezone,
            ussd=dict(setup.ussd),
            country=setup.country,
        )
        self.modems: dict[str, Modem] = {}
        self._control: Control | None = None
        self._closed = False
        try:
            for place, modem in enumerate(setup.modems):
                self._add(modem, place, setup)
            if setup.control:
                self._control = Control(self, self._loop, Path(setup.control))
        except BaseException:
            self.close()
            raise
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
        device.add_terminal(port, urcs="urc" not in wanted.ports)
        for role in wanted.ports:
            side = Port(self._loop, self._watcher, self.directory / f"{name}-{role}")
            add_side_port(device, side, role)
        self.network.join_device(device)
        self.modems[name] = Modem(device, port)
        with self._loop.lock:
            device.power.plug(cold=False)
            for text in (*profile.quirks, *wanted.faults):
                self.modems[name].arm_text(text)

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
                if self._control is not None:
                    self._control.close()
                for modem in self.modems.values():
                    for port in modem.device.ports:
                        port.hang_up()
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


def open_port(spec: str, name: str = "sim") -> tuple[str, Farm]:
    """A modem of its own for a `sim:` port: the path to open, and the farm to close when it is done.

    `sim:` or `sim:profile=huawei,submit=200ms,answers=yes` (`options.port` lists the keys). The SIM's identity
    follows from `name`. Keep the farm over reopenings of the port: what waits for the SIM lives in it.
    Raises `ValueError` where the description is wrong.
    """
    modem, world = options.port(spec, name)
    farm = start(Setup(modems=(modem,), **world))
    return farm.modem(0).path, farm


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
