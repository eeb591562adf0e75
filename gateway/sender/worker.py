"""One modem's worker: the thread that owns it, opens its port, and opens it again when it is lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from drivers import Identity, Modem, ModemError, Need, NotReady, NotResponding, PortGone
from gateway.clock import to_text
from gateway.config import ConfigError
from gateway.log import line, say
from gateway.retry import Breaker
from gateway.sender.desk import Desk
from gateway.sender.record import Record
from gateway.sender.requests import Requests
from gateway.sender.shift import Shift, Standing, Tools
from gateway.sender.submission import Submission
from gateway.store import StoreError, sending

OPEN_RETRIES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds to wait before the port is opened again; the last repeats."""
OPERATOR_RETRY = 300.0
"""The same where only a person can help."""
RESET_AFTER = 3
"""Openings in a row that got no answer before the modem is told to restart."""
OPERATORS = frozenset({Need.PIN, Need.PIN_WRONG, Need.PUK, Need.SIM_LOCK})
"""What only a person can mend; a missing SIM is looked for again sooner, since plugging it in is enough."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an opening of the port ended."""

    wait: float
    """Seconds until the next."""
    answers: bool = False
    """The modem still answers commands, though it cannot send."""


class Worker(threading.Thread):
    """Owns one modem. Public methods may be called by any thread."""

    def __init__(self, desk: Desk, make_modem: Callable[[], Modem], record: Record, tools: Tools) -> None:
        super().__init__(name=f"modem-{desk.name}", daemon=True)
        self.modem_name = desk.name
        self.make_modem = make_modem
        self._record = record
        self._tools = tools
        self._desk = desk
        self._modem: Modem | None = None
        self._shift: Shift | None = None
        self._stopping = threading.Event()
        self._bell = threading.Event()
        self._standing = Standing(Breaker())
        self.requests = Requests(self.wake)
        self.ticked_at = tools.clock.tick()
        """When the thread last went round: a stuck one is shown, and never stops the others."""
        desk.wake = self.wake

    # -- any thread ----------------------------------------------------------------------------------

    def wake(self) -> None:
        """Look again: there is an offer, a request or a stop."""
        self._bell.set()
        modem = self._modem
        if modem is not None:
            modem.wake()

    def stop(self) -> None:
        """Finish the part in flight and end. Legal before start, and twice."""
        self._stopping.set()
        self.wake()

    @property
    def submission(self) -> Submission | None:
        """The sends with the SIM that is in; None while the modem is closed."""
        shift = self._shift
        return shift.submission if shift is not None else None

    # -- the thread ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Open, serve, and open again until stopped."""
        try:
            while not self._stopping.is_set():
                try:
                    self._life()
                except Exception as error:  # noqa: BLE001 - a mistake of ours must not cost a modem for good
                    self._mend(error)
        finally:
            self._tools.dispatcher.left(self.modem_name, "stopped")
            self.requests.refuse("the daemon stops")

    def _life(self) -> None:
        """One opening of the port, and the wait before the next."""
        try:
            modem = self.make_modem()
        except ConfigError as error:
            self._leave("configuration", str(error))
            self._rest(OPERATOR_RETRY, None)
            return
        except PortGone as error:  # it is named by its IMEI, and no modem has it
            self._leave("gone", str(error))
            self._rest(self._next_wait(), None)
            return
        except ModemError as error:  # its driver is not installed
            self._leave("unusable", str(error))
            self._rest(OPERATOR_RETRY, None)
            return
        try:
            ended = self._session(modem)
            self._rest(ended.wait, modem if ended.answers else None)
        finally:
            modem.close()

    def _session(self, modem: Modem) -> Ended:
        """From opening the port to losing it."""
        try:
            identity = modem.open()
            self._modem = modem
            self.requests.reopened()
            self._serve(modem, identity)
            return Ended(0.0)
        except NotReady as error:
            self._leave(error.need.value, str(error))
            return Ended(OPERATOR_RETRY if error.need in OPERATORS else self._next_wait(), answers=True)
        except NotResponding as error:
            self._leave("silent", str(error))
            self._maybe_reset(modem)
        except PortGone as error:
            self._leave("gone", str(error))
        except ModemError as error:
            self._leave("unusable", str(error))
        except StoreError as error:
            self._leave("database", str(error))
        finally:
            self._modem = None
        return Ended(self._next_wait())

    def _serve(self, modem: Modem, identity: Identity) -> None:
        self._standing.silent = 0
        shift = Shift(
            self.modem_name, modem, identity, self._standing, self._record, self._tools, self._stopping
        )
        self._shift = shift
        try:
            shift.run(self.requests, self._bell, self._alive)
        finally:
            shift.end()
            self._shift = None

    def _mend(self, error: Exception) -> None:
        """Start anew, later each time; what was being sent is told as recovery after a crash tells it."""
        log.error("%s", line("worker_failed", {"modem": self.modem_name, "why": repr(error)}), exc_info=error)
        if self._stopping.is_set():  # the next start recovers it
            return
        self._leave("failed", f"a mistake of the gateway, see its log: {type(error).__name__}")
        while not self._recovered() and not self._stopping.wait(1.0):
            self._alive()
        self._tools.dispatcher.drop(self.modem_name)
        self._standing.mistakes += 1
        self._rest(OPEN_RETRIES[min(self._standing.mistakes, len(OPEN_RETRIES)) - 1], None)

    def _recovered(self) -> bool:
        try:
            with self._tools.store.write() as tx:
                sending.recover(tx, to_text(self._tools.clock.now()), modem=self.modem_name)
        except StoreError as error:
            self._record.trouble(error)
            return False
        return True

    def _alive(self) -> None:
        self.ticked_at = self._tools.clock.tick()

    def _next_wait(self) -> float:
        self._standing.failed_openings += 1
        return OPEN_RETRIES[min(self._standing.failed_openings, len(OPEN_RETRIES)) - 1]

    def _maybe_reset(self, modem: Modem) -> None:
        self._standing.silent += 1
        if self._standing.silent % RESET_AFTER == 0 and not self._stopping.is_set():
            say(log, "modem_reset", logging.WARNING, modem=self.modem_name)
            try:
                modem.reset()
            except ModemError as error:
                say(log, "modem_reset_failed", modem=self.modem_name, why=error)

    def _leave(self, state: str, why: str) -> None:
        self.requests.reopened(why)
        self._tools.dispatcher.left(self.modem_name, why)
        self._record.state(state, why)

    def _rest(self, seconds: float, modem: Modem | None) -> None:
        """Wait until it is time to open again; a modem that answers still serves requests, an unlock ends the wait."""
        until = self._tools.clock.tick() + seconds
        while not self._stopping.is_set() and (left := until - self._tools.clock.tick()) > 0:
            self._bell.wait(min(left, 1.0))
            self._bell.clear()
            self._alive()
            if self.requests.wants_reopening():
                return
            if modem is not None:
                self.requests.answer(modem)
            else:
                self.requests.refuse(self._desk.why)
