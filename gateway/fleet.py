"""All modems of the gateway: one worker each, started, stopped and replaced as the configuration says."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import drivers
from gateway.config import Modem as ModemSettings
from gateway.config import Settings
from gateway.driving import Finder, driver_settings
from gateway.log import say
from gateway.router import Route
from gateway.sender.desk import Desk
from gateway.sender.limits import limits_of
from gateway.sender.record import Record
from gateway.sender.shift import Tools
from gateway.sender.tap import Tap
from gateway.sender.worker import Worker
from gateway.store import modems

log = logging.getLogger(__name__)

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

    def __init__(self, tools: Tools, make: OpenModem) -> None:
        self._tools = tools
        self._make = make
        self._members: dict[str, Member] = {}
        self._lock = threading.Lock()

    def apply(self, settings: Settings) -> None:
        """Make the fleet what the configuration says; a modem whose settings are the same is not touched."""
        for name in [*self._members]:
            wanted = settings.modems.get(name)
            if wanted is None or _needs_reopening(wanted, self._members[name].settings):
                self._remove(name)
        for name, modem in settings.modems.items():
            if name in self._members:
                member = self._members[name]
                member.settings = modem
                member.record.change(limits_of(settings, name))
            else:
                self._add(name, modem, settings)

    def _add(self, name: str, modem: ModemSettings, settings: Settings) -> None:
        tools, tap = self._tools, Tap()
        with tools.store.read() as read:
            paused = modems.is_paused(read, name)
        desk = Desk(Route(name=name, prefixes=tuple(modem.routes)), paused=paused)
        record = Record(name, tools.store, tools.clock, limits_of(settings, name), settings.gateway.zone)

        finder = Finder(modem)

        def make() -> drivers.Modem:
            port = finder.port()
            settings = driver_settings(name, modem, tools.store, tools.clock, port=port, trace=tap)
            return self._make(settings, modem.driver)

        worker = Worker(desk, make, record, tools)
        tools.dispatcher.enlist(desk)
        with self._lock:
            self._members[name] = Member(modem, desk, record, worker, tap)
        worker.start()

    def _remove(self, name: str) -> None:
        with self._lock:
            member = self._members.pop(name)
        member.worker.stop()
        member.worker.join(member.settings.submit_timeout.total_seconds())
        member.tap.end()
        self._tools.dispatcher.dismiss(name)

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
        """Every modem as `status` shows it."""
        return [
            {**member.record.snapshot(), "paused": member.desk.paused, "limit": member.desk.limit or None}
            for member in self.members()
        ]

    def revive(self) -> None:
        """Replace workers that ended by a mistake of ours: one sick modem must not stay half alive."""
        for member in self.members():
            if member.worker.failure is not None:
                name = member.desk.name
                say(log, "worker_died", logging.ERROR, modem=name, why=repr(member.worker.failure))
                worker = Worker(member.desk, member.worker.make_modem, member.record, self._tools)
                member.worker = worker
                worker.start()

    # -- stopping ------------------------------------------------------------------------------------

    def stop(self, wait: Callable[[threading.Thread], None]) -> list[Worker]:
        """Ask every worker to finish its part; those that still run when `wait` has given up on them."""
        members = self.members()
        for member in members:
            member.worker.stop()
        for member in members:
            wait(member.worker)
            member.tap.end()
        return [member.worker for member in members if member.worker.is_alive()]


def _needs_reopening(new: ModemSettings, old: ModemSettings) -> bool:
    ignored = {"throttle", "routes"}
    return new.model_dump(exclude=ignored) != old.model_dump(exclude=ignored)
