"""What the control socket answers: each request of an operator's command, done by the running daemon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drivers import Modem, ModemError
from gateway.clock import to_text
from gateway.control import CannotDo, Handler
from gateway.fleet import Member, UnknownModem
from gateway.store import StoreError, modems, outbox, sims

if TYPE_CHECKING:
    from gateway.daemon import Daemon

DEFAULT_TIMEOUT = 30.0
"""Seconds that a modem gets for an operator's request, where the request does not say."""
PATIENCE = 200.0
"""Seconds more than that: a send may be in flight, and nothing gets in between."""


class Switchboard:
    """The handlers. They run in control's threads, one a connection."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    def handlers(self) -> Mapping[str, Handler]:
        """Every request by its name."""
        found: dict[str, Handler] = {
            "status": self.status,
            "reload": self.reload,
            "modem.at": self.at,
            "modem.ussd": self.ussd,
            "modem.check": self.check,
            "modem.unlock": self.unlock,
            "modem.pause": lambda request: self.pause(request, paused=True),
            "modem.resume": lambda request: self.pause(request, paused=False),
            "modem.trace": self.trace,
        }
        return {name: _told(handler) for name, handler in found.items()}

    def status(self, _request: Mapping[str, Any]) -> Any:
        """Modems and queue, as they are now."""
        daemon = self._daemon
        with daemon.store.read() as read:
            counts = outbox.counts(read)
            oldest = outbox.oldest_waiting(read)
        return {
            "modems": daemon.fleet.snapshot(),
            "queue": counts,
            "oldest_waiting": oldest,
            "paused": daemon.dispatcher.paused,
            "database": daemon.dispatcher.trouble,
            "configuration": daemon.reload_problem,
        }

    def reload(self, _request: Mapping[str, Any]) -> Any:
        """Ask the main thread to read the configuration again."""
        problem = self._daemon.reload_now()
        if problem is not None:
            raise CannotDo(f"the old configuration stays in force: {problem}")
        return None

    def at(self, request: Mapping[str, Any]) -> Any:
        """A raw AT command."""
        timeout = float(request.get("timeout") or DEFAULT_TIMEOUT)
        return self._with_modem(
            request, lambda modem: modem.command(str(request["command"]), timeout), timeout
        )

    def ussd(self, request: Mapping[str, Any]) -> Any:
        """A USSD code."""
        timeout = float(request.get("timeout") or DEFAULT_TIMEOUT)
        return self._with_modem(request, lambda modem: modem.ussd(str(request["code"]), timeout), timeout)

    def check(self, request: Mapping[str, Any]) -> Any:
        """Registration and signal, asked now, beside what is known of the modem."""
        member = self._member(request)
        health = self._with_modem(request, lambda modem: asdict(modem.health()), DEFAULT_TIMEOUT)
        return {**member.record.snapshot(), "health": health}

    def unlock(self, request: Mapping[str, Any]) -> Any:
        """Forget that the PIN was refused, and try the one of the PIN file again; an operator said so."""
        member = self._member(request)
        known = self._daemon.fleet.refused_pins.get(member.desk.name, set())
        with self._daemon.store.write() as tx:
            sims.forget_refused_pins(tx, known)
        known.clear()
        try:
            member.worker.requests.reopen(PATIENCE)
        except (ModemError, FutureTimeout) as error:
            raise CannotDo(f"{member.desk.name} was not opened again: {error}") from None
        return None

    def pause(self, request: Mapping[str, Any], *, paused: bool) -> Any:
        """Send nothing through a modem, or send again; it goes on receiving, and a restart remembers."""
        member = self._member(request)
        daemon = self._daemon
        with daemon.store.write() as tx:
            modems.pause(tx, member.desk.name, paused=paused, now=to_text(daemon.clock.now()))
        daemon.dispatcher.pause_modem(member.desk.name, paused)
        return None

    def trace(self, request: Mapping[str, Any]) -> Any:
        """Record the modem's wire into a file, or stop doing so."""
        member = self._member(request)
        if request.get("stop"):
            if not member.tap.end():
                raise CannotDo(f"no recording of {member.desk.name} runs")
            return None
        try:
            member.tap.begin(Path(str(request["file"])), member.record.identity)
        except OSError as error:
            raise CannotDo(f"the recording cannot be written: {error}") from None
        return None

    # -- help ----------------------------------------------------------------------------------------

    def _member(self, request: Mapping[str, Any]) -> Member:
        try:
            return self._daemon.fleet.member(str(request.get("name")))
        except UnknownModem as error:
            raise CannotDo(str(error)) from None

    def _with_modem(self, request: Mapping[str, Any], work: Callable[[Modem], Any], timeout: float) -> Any:
        member = self._member(request)
        try:
            return member.worker.requests.ask(work, timeout + PATIENCE)
        except FutureTimeout:
            raise CannotDo(f"{member.desk.name} is busy: it did not get to this in {timeout:.0f} s") from None
        except (ModemError, ValueError) as error:
            raise CannotDo(f"{member.desk.name}: {error}") from None


def _told(handler: Handler) -> Handler:
    """The same, with a database in trouble told to whoever asked."""

    def answer(request: Mapping[str, Any]) -> Any:
        try:
            return handler(request)
        except StoreError as error:
            raise CannotDo(str(error)) from error

    return answer
