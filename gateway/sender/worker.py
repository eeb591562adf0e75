"""One modem's worker: the thread that owns it, opens its port, and opens it again when it is lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from drivers import Event, Identity, Modem, ModemError, Need, NotReady, NotResponding, PortBusy, PortGone
from gateway.clock import to_text
from gateway.config import ConfigError
from gateway.log import line
from gateway.recovery import AGAIN, Ailment, Order
from gateway.retry import Breaker
from gateway.sender.desk import Desk
from gateway.sender.neighbours import Neighbours
from gateway.sender.record import Record
from gateway.sender.requests import Requests
from gateway.sender.rescuer import Means, NoMeans, Rescuer
from gateway.sender.shift import Shift, Standing, ToldToRestart, Tools
from gateway.sender.submission import Submission
from gateway.store import StoreError, sending

OPERATOR_RETRY = 300.0
"""Seconds before the port is opened again where only a person can help."""
PATIENCE = 5.0
"""The same where the database is in trouble."""
OPERATORS = frozenset({Need.PIN, Need.PIN_WRONG, Need.PUK, Need.SIM_LOCK})
"""What only a person can mend; a missing SIM is looked for again sooner, since plugging it in is enough."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an opening of the port ended."""

    order: Order
    """What comes before the next."""
    answers: bool = False
    """The modem still answers commands, though it cannot send."""


class Worker(threading.Thread):
    """Owns one modem. Public methods may be called by any thread."""

    def __init__(
        self,
        desk: Desk,
        make_modem: Callable[[], Modem],
        record: Record,
        tools: Tools,
        means: Means | None = None,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._means = means or NoMeans()
        self._neighbours = neighbours
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
        back = neighbours.back if neighbours is not None else None
        self._rescuer = Rescuer(desk.name, record, self._means, tools.clock, back)
        self._standing = Standing(Breaker(), self._rescuer)
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
        """The sends with the SIM that is in, or was until now; None while there was none."""
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
        """One opening of the port, the wait before the next, and what the ladder has done meanwhile."""
        if self._neighbours is not None and (wait := self._neighbours.turn(self.modem_name)):
            self._rest(wait, None)
        if self._stopping.is_set():
            return
        try:
            modem = self.make_modem()
        except ConfigError as error:
            self._leave("configuration", str(error))
            self._rest(OPERATOR_RETRY, None)
            return
        except PortGone as error:  # no modem has its IMEI, or something else is in its socket
            self._leave("gone", str(error))
            self._climb(self._missing(error), None)
            return
        except ModemError as error:  # its driver is not installed
            self._leave("unusable", str(error))
            self._rest(OPERATOR_RETRY, None)
            return
        try:
            ended = self._session(modem)
            if not ended.answers:
                self._keep(modem.close())
            self._climb(ended.order, modem, answers=ended.answers)
        finally:
            try:
                self._keep(modem.close())
            finally:
                self._shift = None

    def _keep(self, last: list[Event]) -> None:
        """What a modem had pushed after it was waited for the last time: it lies nowhere else."""
        if self._shift is not None:
            self._shift.keep(last)

    def _climb(self, order: Order, modem: Modem | None, *, answers: bool = False) -> None:
        """Wait, then take the step; not where somebody asks for an opening at once, or for the end."""
        if self._rest(order.wait, modem if answers else None):
            self._keep(self._rescuer.carry_out(order, modem))

    def _session(self, modem: Modem) -> Ended:
        """From opening the port to losing it."""
        try:
            identity = modem.open()
            self._modem = modem
            self.requests.reopened()
            self._serve(modem, identity)
            return Ended(_wait(0.0))
        except NotReady as error:
            self._leave(error.need.value, str(error))
            if error.need in OPERATORS:
                return Ended(_wait(OPERATOR_RETRY), answers=True)
            return Ended(self._rescuer.order(Ailment.NO_SIM, str(error)), answers=True)
        except NotResponding as error:
            self._leave("silent", str(error))
            return Ended(self._rescuer.order(Ailment.SILENT, str(error)))
        except PortGone as error:
            self._leave("gone", str(error))
            if (
                self._modem is not None
                and self._neighbours is not None
                and not isinstance(error, ToldToRestart)
            ):
                self._neighbours.lost(self.modem_name, self._means.socket)
            return Ended(self._missing(error))
        except ModemError as error:
            self._leave("unusable", str(error))
            return Ended(self._rescuer.order(Ailment.BABBLE, str(error)))
        except StoreError as error:
            self._leave("database", str(error))
            return Ended(_wait(PATIENCE))
        finally:
            self._modem = None

    def _missing(self, error: PortGone) -> Order:
        """A port that another program holds is left in peace, and so is the power of its stick."""
        held = isinstance(error, PortBusy)
        return self._rescuer.order(Ailment.HELD if held else Ailment.GONE, str(error))

    def _serve(self, modem: Modem, identity: Identity) -> None:
        shift = Shift(
            self.modem_name, modem, identity, self._standing, self._record, self._tools, self._stopping
        )
        self._shift = shift
        try:
            shift.run(self.requests, self._bell, self._alive)
        finally:
            shift.end()

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
        self._rest(AGAIN[min(self._standing.mistakes, len(AGAIN)) - 1], None)

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

    def _leave(self, state: str, why: str) -> None:
        self.requests.reopened(why)
        self._tools.dispatcher.left(self.modem_name, why)
        self._record.state(state, why)

    def _rest(self, seconds: float, modem: Modem | None) -> bool:
        """Wait until it is time for the next step; a modem that answers still serves requests.

        False where an unlock, or a stop, ended the wait.
        """
        until = self._tools.clock.tick() + seconds
        while not self._stopping.is_set() and (left := until - self._tools.clock.tick()) > 0:
            self._bell.wait(min(left, 1.0))
            self._bell.clear()
            self._alive()
            if self.requests.wants_reopening():
                return False
            if modem is not None:
                self.requests.answer(modem)
            else:
                self.requests.refuse(self._desk.why)
        return not self._stopping.is_set()


def _wait(seconds: float) -> Order:
    return Order(step=None, wait=seconds, news=False)
