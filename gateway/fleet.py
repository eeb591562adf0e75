"""All modems of the gateway: one worker each, started, stopped and replaced as the configuration says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import drivers
from drivers.ports import Host
from gateway.clock import to_text
from gateway.config import Modem as ModemSettings
from gateway.config import Settings
from gateway.driving import Finder, driver_settings
from gateway.router import Route
from gateway.sender.desk import Desk
from gateway.sender.limits import limits_of
from gateway.sender.neighbours import Neighbours
from gateway.sender.record import Record
from gateway.sender.shift import Tools
from gateway.sender.tap import Tap
from gateway.sender.worker import Worker
from gateway.sockets import Sockets
from gateway.store import modems, sending

OpenModem = Callable[[drivers.Settings, str], drivers.Modem]
"""Makes a modem that is not opened yet, from its settings and the name of its driver."""


class UnknownModem(Exception):
    """No modem of that name is configured; the sentence lists those that are."""


@dataclass(slots=True)
class Member:
    """One modem and everything that belongs to it."""

    settings: ModemSettings
    desk: Desk
    record: Record
    worker: Worker
    tap: Tap = field(default_factory=Tap)


class Fleet:
    """Starts, stops and replaces workers. Owner: the main thread; requests come from control's threads."""

    def __init__(self, tools: Tools, make: OpenModem, host: Host | None = None) -> None:
        """`host`: the machine that the modems are plugged into; tests build their own."""
        self._host = host
        self.sockets = Sockets(tools.store, host)
        self._neighbours = Neighbours(tools.store, tools.clock, lambda: self._settings)
        self._tools = tools
        self._make = make
        self.refused_pins: dict[str, set[str]] = {}
        """SIMs whose PIN was refused, by modem, as far as this process knows; `modem unlock` forgets them."""
        self._settings = Settings()
        self._members: dict[str, Member] = {}
        self._retired: dict[str, Member] = {}
        """Told to go, and still finishing what they send."""
        self._lock = threading.Lock()

    def apply(self, settings: Settings) -> None:
        """Make the fleet what the configuration says; a modem whose settings are the same is not touched."""
        for name, member in [*self._members.items()]:
            wanted = settings.modems.get(name)
            if wanted is None or _needs_reopening(wanted, member.settings):
                self._retire(name, member)
        for name in self._members:
            self._members[name].settings = settings.modems[name]
            self._members[name].record.change(limits_of(settings, name))
        self._settings = settings
        self.tend()

    def tend(self) -> None:
        """Bury the workers that were told to go and have ended, and open what waited for that.

        Called about once a second: a send in flight may take minutes, and nobody waits for it here.
        """
        for name, member in [*self._retired.items()]:
            if not member.worker.is_alive():
                self._recover(name)
                member.tap.end()
                self._tools.dispatcher.dismiss(name)
                with self._lock:
                    del self._retired[name]
        for name, modem in self._settings.modems.items():
            if name not in self._members and name not in self._retired:
                self._add(name, modem, self._settings)

    def _recover(self, name: str) -> None:
        """What a worker that has ended left half done, because the database was in trouble at that moment."""
        with self._tools.store.write() as tx:
            sending.recover(tx, to_text(self._tools.clock.now()), modem=name)

    def _add(self, name: str, modem: ModemSettings, settings: Settings) -> None:
        tools, tap = self._tools, Tap()
        with tools.store.read() as read:
            paused = modems.is_paused(read, name)
        desk = Desk(Route(name=name, prefixes=tuple(modem.routes)), paused=paused)
        record = Record(name, tools.store, tools.clock, limits_of(settings, name), settings.gateway.zone)

        finder = Finder(modem, self._host, self.sockets)

        def make() -> drivers.Modem:
            port = finder.port()
            settings = driver_settings(
                name, modem, tools.store, tools.clock, port=port, trace=tap, refused_pins=self.refused_pins
            )
            return self._make(settings, modem.driver)

        worker = Worker(desk, make, record, tools, finder, self._neighbours)
        tools.dispatcher.enlist(desk)
        with self._lock:
            self._members[name] = Member(modem, desk, record, worker, tap)
        worker.start()

    def _retire(self, name: str, member: Member) -> None:
        """No more is sent by it; the part in flight is finished first."""
        self._tools.dispatcher.left(name, "it is taken out of service")
        member.worker.stop()
        with self._lock:
            self._retired[name] = self._members.pop(name)

    def member(self, name: str) -> Member:
        """One modem. Raises `UnknownModem`."""
        with self._lock:
            if name in self._members:
                return self._members[name]
            known = ", ".join(self._members) or "none"
        raise UnknownModem(f"no modem is named '{name}'; configured: {known}")

    def members(self) -> list[Member]:
        """All of them."""
        with self._lock:
            return list(self._members.values())

    def routes(self) -> tuple[Route, ...]:
        """Every configured modem as the router sees it."""
        return tuple(member.desk.route for member in self.members())

    def snapshot(self) -> list[dict[str, Any]]:
        """Every modem of the configuration as `status` shows it."""
        with self._lock:
            members = self._retired | self._members
        return [
            {
                **member.record.snapshot(),
                **_held(member.desk),
                "paused": member.desk.paused,
                "limit": member.desk.limit or None,
            }
            for name in self._settings.modems
            if (member := members.get(name)) is not None
        ]

    # -- stopping ------------------------------------------------------------------------------------

    def stop(self, wait: Callable[[threading.Thread], None]) -> list[Worker]:
        """Ask every worker to finish its part; those that still run when `wait` has given up on them."""
        with self._lock:
            members = [*self._members.values(), *self._retired.values()]
        for member in members:
            member.worker.stop()
        for member in members:
            wait(member.worker)
            member.tap.end()
        return [member.worker for member in members if member.worker.is_alive()]


def _held(desk: Desk) -> dict[str, str]:
    """A modem that is ready, and may send nothing but canaries."""
    return {"state": "canary", "reason": desk.held} if desk.held and desk.up else {}


def _needs_reopening(new: ModemSettings, old: ModemSettings) -> bool:
    ignored = {"throttle", "routes", "number"}
    return new.model_dump(exclude=ignored) != old.model_dump(exclude=ignored)
