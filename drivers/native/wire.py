"""One modem's port and its session, joined: octets go to and fro, and what comes by itself is kept."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from drivers.at.events import EchoBack, Event, Foreign, Late, Noise, Outcome, Torn, Unsolicited, Write
from drivers.at.session import Session
from drivers.at.urc import Kind
from drivers.errors import PortGone
from drivers.native.timing import Timing
from drivers.ports import advice
from drivers.transport import Port, usb_id

Trace = Callable[[str, bytes], None]
Clock = Callable[[], float]

_NEWS_BOUND: Final = 4096
"""Events kept until somebody waits for them: a network delivers a few messages a second at most, and a send
takes three minutes at most."""
_ANNOUNCED: Final = 16
"""Lines of a start that are remembered: the longest one known has six."""
_LAST_READS: Final = 16
"""Reads of what has come already: 64 KiB, more than any tty holds."""

log = logging.getLogger(__name__)


class Wire:
    """Moves octets between a port and a session. Owned by the modem's thread."""

    def __init__(
        self, port: Port, timing: Timing, trace: Trace | None = None, clock: Clock = time.monotonic
    ) -> None:
        self.port = port
        self.timing = timing
        self.session = Session()
        self.news: deque[Unsolicited | Torn | Late] = deque(maxlen=_NEWS_BOUND)
        self.announced: deque[str] = deque(maxlen=_ANNOUNCED)
        """What the modem said about its start, newest last (F60)."""
        self.lost = ""
        """Why the modem's settings must be thought lost; "" while they are not."""
        self.format_doubtful = False
        """A result came that we did not ask for: somebody else's command may have changed +CMGF (F45)."""
        self.missed = False
        """An answer did not come: a notification may have gone the same way."""
        self.byte_gap = 0.0
        """Seconds between two octets (F16)."""
        self._lost_sim = False  # `lost` is about the SIM alone
        self._clock = clock
        self._trace = trace
        self._secret = False
        self._outcomes: deque[Outcome] = deque()
        self._ended = 0.0  # when the last exchange came to something
        self._gone: PortGone | None = None  # why nothing can be said any more

    @property
    def gone(self) -> bool:
        """Whether the port has vanished."""
        return self._gone is not None

    def now(self) -> float:
        """Monotonic seconds."""
        return self._clock()

    def forget_sim_news(self) -> None:
        """The SIM is about to be read: what was said about it before does not matter."""
        if self._lost_sim:
            self.lost, self._lost_sim = "", False

    def write(self, data: bytes) -> None:
        """Write what the session gave. Raises PortGone."""
        self._record(">", data)
        if not self.byte_gap:
            self._put(data)
            return
        for octet in data:
            self._put(bytes((octet,)))
            self.pause(self.byte_gap)

    def _put(self, data: bytes) -> None:
        try:
            self.port.write(data)
        except PortGone as gone:
            self._gone = gone
            raise

    def outcome(self) -> Outcome:
        """What the exchange in flight comes to; waits for it."""
        while not self._outcomes:
            self._turn(None)
        return self._outcomes.popleft()

    def idle(self, timeout: float) -> None:
        """Read what comes for at most `timeout` seconds, or until something comes or `Port.wake` is called."""
        self._turn(timeout, wakeable=True)

    def listen(self, timeout: float) -> None:
        """The same without heed of wake-ups."""
        self._turn(timeout)

    def pause(self, seconds: float) -> None:
        """Let time pass, still reading."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            self._turn(left)

    def _turn(self, limit: float | None, *, wakeable: bool = False) -> None:
        now = self.now()
        due = self.session.deadline()
        wait = min(
            at for at in (limit, None if due is None else due - now, self.timing.command) if at is not None
        )
        self._take(self._read(wait, wakeable=wakeable))
        if due is not None and self.now() >= due:
            self.read_rest()  # what came in time is read before anything is given up
            self._handle(self.session.expire(self.now()))

    def read_rest(self) -> None:
        """Read what lies in the port already. Raises PortGone."""
        for _ in range(_LAST_READS):
            data = self._read(0.0)
            if not data:
                break
            self._take(data)

    def _read(self, wait: float, *, wakeable: bool = False) -> bytes:
        try:
            data = self.port.read(max(0.0, wait), wakeable=wakeable)
        except PortGone as gone:
            self._gone = gone
            raise
        if data:
            self._record("<", data)
        return data

    def _record(self, direction: str, data: bytes) -> None:
        """For the trace: with a PIN in flight neither what is written nor its echo."""
        if self._trace is not None:
            self._trace(direction, b"(hidden: a PIN)\r" if self._secret else data)

    def _take(self, data: bytes) -> None:
        if data:
            self._handle(self.session.feed(data, self.now()))

    def _handle(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Write):
                self.write(event.data)
            elif isinstance(event, Unsolicited | Torn | Late):
                self._news(event)
            elif isinstance(event, EchoBack):
                self.lost = self.lost or "it echoes again"
            elif isinstance(event, Foreign):
                self._intruded()
            elif isinstance(event, Noise):
                self.format_doubtful |= event.is_result
            else:
                self._ended = self.now()
                self._outcomes.append(event)

    def _intruded(self) -> None:
        """Somebody else's command: said once, until the settings are made anew."""
        if not self.lost:
            self.lost = advice.intruder(self.port.name, usb_id(self.port.name) or "")
            log.warning("%s: %s", self.port.name, self.lost)

    def _news(self, event: Unsolicited | Torn | Late) -> None:
        if isinstance(event, Unsolicited):
            if event.kind is Kind.CHATTER:
                return
            if event.kind in (Kind.RESTART, Kind.SIM):
                self._lost_sim = event.kind is Kind.SIM and (self._lost_sim or not self.lost)
                self.lost = event.line
                self.announced.clear()
                return
            if event.kind is Kind.READY:
                self.announced.append(event.line)
                return
        self.missed |= len(self.news) == _NEWS_BOUND  # the oldest falls out: look everywhere
        self.news.append(event)
