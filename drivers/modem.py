"""The native driver ("at"): a port, the AT session and the PDU codec behind the `Modem` protocol.

One thread owns a modem: the one that opens it. Opening again an open modem initialises it again on the same
port. After `NotReady` the port stays open, so that `command`, `health` and `unlock` can help; after
`NotResponding` so that `reset` can.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from drivers.api import Event, Health, Identity, Received, Restarted, Settings, Slot, Submit, Submitted
from drivers.errors import ModemError, Need, NotReady, NotSent, PortGone
from drivers.native import closing, health, manual, ussd
from drivers.native.inbound import Inbound
from drivers.native.link import Link
from drivers.native.needs import not_ready
from drivers.native.send import Sender
from drivers.native.setup import Ready, Setup
from drivers.native.storage import Storage
from drivers.native.timing import Timing
from drivers.native.wire import Clock
from drivers.transport import Port, open_port
from drivers.vendors import GENERIC, Quirks


class NativeModem:
    """See `drivers.api.Modem`, whose methods these are."""

    def __init__(
        self,
        settings: Settings,
        timing: Timing | None = None,
        *,
        connect: Callable[[Settings], Port] | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """`timing`, `connect` and `clock` are for replaying conversations; else as configured."""
        self._settings = settings
        self._timing = timing or Timing.of(settings)
        self._connect = connect or _open
        self._clock = clock
        self._link: Link | None = None
        self._setup: Setup | None = None
        self._ready: Ready | None = None
        self._sender: Sender | None = None
        self._inbound: Inbound | None = None
        self._notifies = ""  # what AT+CNMI? said at the first look after the set-up
        self._events: list[Event] = []
        self._told = ""  # the SIM that the caller knows of
        self._cards: dict[str, str] = {}  # IMSIs by ICCID
        self._owner: int | None = None

    def open(self) -> Identity:
        """Open the port, initialise, read the identity."""
        self._owner = threading.get_ident()
        if self._link is not None and self._link.gone:
            self._let_go()
        if self._link is None:
            self._link = self._connected()
        identity = self._initialise(self._link).identity
        self._told = identity.sim
        self._events = [event for event in self._events if not isinstance(event, Restarted)]
        return identity

    def close(self) -> list[Event]:
        """Let go of the port; reports that come while it is closed are to be stored."""
        self._let_go()
        events, self._events = self._events, []
        return events

    def submit(self, part: Submit, before_body: Callable[[], bool]) -> Submitted:
        """Send one part."""
        link = self._open_link()
        self._parts()
        if link.lost:
            self._mend(link)
        if self._swapped():
            raise NotSent("there is another SIM in the modem now")
        submitted = self._parts()[0].submit(part, before_body)
        return replace(submitted, restarted=self._restart_untold())

    def wait(self, timeout: float) -> list[Event]:
        """Events since last time, or as they come.

        What a modem had pushed before it failed is handed over first; the error comes with the next call.
        """
        link = self._open_link()
        try:
            self._gather(link, timeout)
        except ModemError:
            self._parts()[1].salvage(self._events)
            if not self._events:
                raise
        if self._ready is not None and self._restart_untold():
            self._told = self._ready.identity.sim
        events, self._events = self._events, []
        return events

    def _gather(self, link: Link, timeout: float) -> None:
        """Fill `_events`, waiting for the first one.

        A restart comes last: what is read after it may be another SIM's, and is for the next call.
        """
        sender, inbound = self._parts()
        inbound.acknowledge()
        until = link.now() + timeout
        if timeout > 0:
            sender.release()
        link.idle(0.0)
        while True:
            if link.lost:
                self._initialise_again(link)
            if self._restart_untold():
                return
            inbound.collect(self._events)
            left = until - link.now()
            if self._events or left <= 0 or link.port.was_woken():
                return
            due = inbound.deadline()
            link.idle(left if due is None else min(left, due - link.now()))

    def wake(self) -> None:
        """End a `wait` early."""
        link = self._link
        if link is not None:
            link.port.wake()

    def sweep(self) -> list[Received]:
        """Everything that lies in any storage; nothing while there is another SIM than the caller knows of."""
        self._restored()
        return [] if self._swapped() else self._parts()[1].sweep()

    def discard(self, slot: Slot) -> None:
        """Delete a message that is committed."""
        self._restored()
        self._parts()[1].discard(slot)

    def health(self) -> Health:
        """Registration, signal and storage, asked now."""
        link = self._restored()
        self._compare(link)
        storage = self._ready.storage if self._ready else Storage(link, lists=False)
        return health.look(link, storage, roaming_allowed=self._settings.roaming)

    def command(self, line: str, timeout: float | None = None) -> list[str]:
        """A raw AT command. Raises ValueError for what is none, Refused where no answer came."""
        seconds = timeout or self._timing.command
        return manual.run(self._restored(), manual.checked(line), seconds)

    def ussd(self, code: str, timeout: float = 30.0) -> str:
        """Ask the network with a USSD code. Raises ValueError for what is none."""
        return ussd.ask(self._restored(), code, packed=self._quirks().ussd_packed, timeout=timeout)

    def unlock(self, pin: str, puk: str | None = None) -> None:
        """Enter the PIN, or the PUK and a new PIN. Raises ValueError for what can be neither."""
        manual.unlock(self._open_link(), self._settings, self._quirks(), pin, puk)

    def resync(self) -> None:
        """Make sure that the next answer belongs to the next command."""
        self._open_link().resync()

    def cycle_radio(self) -> None:
        """Switch the radio off and on; the next call finds everything set up anew."""
        closing.cycle_radio(self._open_link())

    def reset(self) -> None:
        """Restart the modem and close the port; also where it no longer answers."""
        try:
            self._link = self._link or self._connected()
            closing.restart(self._link, self._quirks().reset_command)
        finally:
            self._ready = None  # there is nothing to take leave of
            self._let_go()

    # What stands behind the methods.

    def _let_go(self) -> None:
        """Close the port; what it still has to say becomes events first."""
        link, sender, inbound, ready = self._link, self._sender, self._inbound, self._ready
        self._link = self._sender = self._inbound = self._ready = None
        if link is None:
            return
        try:
            if sender is not None and ready is not None:
                closing.leave(link, sender, ready.notifications)
            if inbound is not None:
                closing.hear_out(link)
                inbound.salvage(self._events)
        finally:
            link.port.close()

    def _connected(self) -> Link:
        return Link(self._connect(self._settings), self._timing, self._settings.trace, self._clock)

    def _initialise(self, link: Link, *, again: bool = False) -> Ready:
        self._setup = Setup(link, self._settings)
        ready = self._setup.run(restarted=again)
        ready = replace(ready, identity=self._recognised(ready.identity))
        predecessor = self._inbound
        self._ready, self._notifies = ready, ""
        self._sender = Sender(link, ready.quirks, self._settings.passed)
        self._inbound = Inbound(
            link, ready.storage, sr_memory=ready.quirks.sr_memory, acknowledge=ready.acknowledge
        )
        if predecessor is not None:
            self._inbound.take_over(predecessor)
        return ready

    def _initialise_again(self, link: Link) -> None:
        """After a sign that the settings are lost. Where it fails, the sign stays.

        What was pushed before is told before: the SIM may be another.
        """
        announcement = link.lost
        self._parts()[1].salvage(self._events)
        try:
            ready = self._initialise(link, again=True)
        except ModemError:
            link.lost = link.lost or announcement
            raise
        self._events.append(Restarted(announcement=announcement, identity=ready.identity))

    def _recognised(self, identity: Identity) -> Identity:
        """A SIM that does not tell its IMSI this time is known by its card: limits and references are its own."""
        if identity.imsi:
            self._cards[identity.iccid] = identity.imsi
            return identity
        return replace(identity, imsi=self._cards.get(identity.iccid, "") if identity.iccid else "")

    def _compare(self, link: Link) -> None:
        """Initialise again where the modem notifies otherwise than it did: somebody has changed it, or it forgot.

        And where another SIM is in it: not every modem tells of that (F105).
        """
        if self._ready is None:
            return
        now = health.notifications(link) if self._ready.notifications else ""
        if now and self._notifies and now != self._notifies:
            link.lost = link.lost or "it forgot AT+CNMI"
        else:
            link.lost = link.lost or health.news_of_sim(link, self._ready.identity.imsi)
        self._notifies = self._notifies or now
        self._restored()

    def _mend(self, link: Link) -> None:
        """Initialise again before a send. Raises NotSent where it is not ready."""
        try:
            self._initialise_again(link)
        except NotReady as error:
            raise NotSent(str(error)) from error

    def _restart_untold(self) -> bool:
        return any(isinstance(event, Restarted) for event in self._events)

    def _swapped(self) -> bool:
        """Whether the SIM is another than the caller was told of: with the last opening, or restart (F105)."""
        return self._ready is not None and self._ready.identity.sim != self._told

    def _open_link(self) -> Link:
        if self._link is None:
            raise PortGone(f"{self._settings.name} is not open")
        if threading.get_ident() != self._owner:
            raise RuntimeError(f"{self._settings.name} belongs to the thread that opened it")
        return self._link

    def _restored(self) -> Link:
        """The open link of a modem that has its settings."""
        link = self._open_link()
        if link.lost and self._ready is not None:
            self._initialise_again(link)
        return link

    def _parts(self) -> tuple[Sender, Inbound]:
        if self._sender is None or self._inbound is None:
            raise not_ready(self._settings.name, Need.SETTLING, "it was not initialised")
        return self._sender, self._inbound

    def _quirks(self) -> Quirks:
        return self._setup.quirks if self._setup else GENERIC


def _open(settings: Settings) -> Port:
    return open_port(settings.port, settings.baudrate, modem=settings.name)
