"""The second driver ("gsmmodem"): python-gsmmodem between the port and our session.

The library's thread reads the port, cuts lines, waits for the prompt and decides where an answer ends; its
`write` says everything that is said. What it hands over is read again by the session of the native driver, which
finds what the library cannot tell: a notification inside an answer, an answer that belongs to an older command,
a late `+CMGS`. Set-up, PIN, storage, PDUs and verdicts are the native driver's, so that one rule holds for both:

- its `connect` is not used: it tries the PIN each time, and opens ports with RTS/CTS, on which many stand still;
- its `sendSms` neither: one reference for many parts, no emoji, and on error 515 it writes the body again;
- its `processStoredSms` neither, nor its own handlers: they delete messages before they hand them over.
"""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from types import SimpleNamespace
from typing import Any, Final

from serial import SerialException

from drivers.api import Settings, Submit, Submitted
from drivers.at.grammar import final_result
from drivers.at.session import CTRL_Z
from drivers.at.states import State
from drivers.at.urc import Kind, UrcTable
from drivers.errors import PortGone
from drivers.modem import NativeModem
from drivers.native.link import QUIET, Link
from drivers.native.timing import Timing
from drivers.native.wire import Clock
from drivers.transport import Port, open_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)  # its regular expressions are not raw strings
    from gsmmodem.exceptions import TimeoutException
    from gsmmodem.modem import GsmModem

_READ: Final = 1.0
"""Seconds of one read of the library's thread: nothing depends on it, since a stop wakes it."""
_LINE_BOUND: Final = 4096
"""Octets after which a line ends in any case: the library collects without a bound."""
_HELD_BOUND: Final = 256 * 1024
"""Octets that wait to be read; what a modem says in 20 s at 115200 baud. More is thrown away, and said."""
_CR: Final = b"\r"
_PROMPT: Final = ">"
"""Without the blank that the library would wait for (F35)."""
_CODES: Final = UrcTable()

log = logging.getLogger(__name__)
logging.getLogger("gsmmodem").setLevel(logging.WARNING)  # it writes every command into the log, the PIN too


class _Wire:
    """The port as the library wants to see a pyserial object: octet by octet, never anything but UTF-8.

    An octet beyond ASCII becomes two of UTF-8, since one that is not UTF-8 would end the library's thread.
    """

    def __init__(self, port: Port) -> None:
        self._port = port
        self._waiting: list[bytes] = []  # owned by the library's thread, newest first
        self._since_line = 0

    def read(self, _size: int = 1) -> bytes:
        if not self._waiting:
            try:
                data = self._port.read(_READ, wakeable=True)
            except PortGone as gone:
                raise SerialException(str(gone)) from gone
            self._waiting = [bytes((octet,)) for octet in reversed(data.decode("latin-1").encode("utf-8"))]
        if not self._waiting:
            return b""
        self._since_line = 0 if self._waiting[-1] == b"\n" else self._since_line + 1
        if self._since_line > _LINE_BOUND:
            self._since_line = 0
            self._waiting += [b"\n", b"\r"]
        return self._waiting.pop()

    def write(self, data: bytes) -> None:
        self._port.write(data)

    def inWaiting(self) -> int:  # noqa: N802 the library's word for it
        """Always 0: else it would guess from it where a notification ends."""
        return 0

    def close(self) -> None:
        """The port is closed by its owner, once nobody reads it."""


class _Library(GsmModem):  # type: ignore[misc]
    """The library's modem without what it does by itself: no thread for each notification, no handler."""

    def __init__(self, wire: _Wire, name: str, port: LibraryPort) -> None:
        super().__init__(name, fatalErrorCallbackFunc=lambda error: port.died(str(error)))
        self.serial = wire
        self.RESPONSE_TERM = SimpleNamespace(match=port.ends)
        self._to = port
        self.rxThread = threading.Thread(target=self._readLoop, name=f"gsmmodem-{name}", daemon=True)

    def connect(self) -> None:
        """Start reading; nothing is written."""
        self.alive = True
        self.rxThread.start()

    def _handleLineRead(self, line: str, checkForResponseTerm: bool = True) -> None:  # noqa: N802, N803 its names
        """Whatever it takes the line for, hand it over, in the order of the wire."""
        if checkForResponseTerm:
            self._to.heard(line)
        else:
            self._to.heard(_PROMPT, b" ")  # nothing ends a prompt (F34)
        super()._handleLineRead(line, checkForResponseTerm)

    def _handleModemNotification(self, lines: list[str]) -> None:  # noqa: N802 its name
        """Handed over already."""

    def _readLoop(self) -> None:  # noqa: N802 its name
        """The library's thread. By itself it ends without a word on any error but a vanished port."""
        while self.alive:
            try:
                super()._readLoop()
            except Exception:  # whatever it is, the port has to be read on
                log.exception("%s: the thread of python-gsmmodem stumbled; it goes on", self.port)

    def let_go(self) -> None:
        """Nobody waits for an answer that cannot come."""
        event, response = self._responseEvent, self._response
        if event is not None:
            response.append("")  # it looks at the last line
            event.set()


class LibraryPort:
    """A port through python-gsmmodem: writing a command waits for what the library takes for its answer.

    Where it stops waiting too early or too late nothing is lost: the session reads on, and knows better.
    """

    def __init__(self, port: Port, settings: Settings, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._patience = settings.command_timeout
        self._link: Link | None = None
        self._prompting = False
        self._asked = ""
        self._news = threading.Condition()
        # Behind `_news`: the library's thread adds, the owner takes.
        self._held = bytearray()
        self._dropping = False
        self._woken = False
        self._dead = ""
        self._library = _Library(_Wire(port), port.name, self)
        self._library.connect()

    @property
    def name(self) -> str:
        """What it was opened as."""
        return self._port.name

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """What the library holds while it writes."""
        lock: AbstractContextManager[Any] = self._library._txLock
        return lock

    def follow(self, link: Link) -> None:
        """Wait for answers as long as this link's session does."""
        self._link = link

    def write(self, data: bytes) -> None:
        """See `Port.write`; a command and a body also wait for their answer. Raises PortGone."""
        if self._dead:
            raise PortGone(self._dead)
        text = data.decode("ascii")
        if data.endswith((_CR, CTRL_Z)):
            self._converse(text[:-1], text[-1])
        else:
            self._library.write(text, waitForResponse=False, writeTerm="")

    def read(self, timeout: float, *, wakeable: bool = False) -> bytes:
        """See `Port.read`: lines as the library cut them."""
        with self._news:
            self._news.wait_for(lambda: self._held or self._dead or (wakeable and self._woken), timeout)
            data = bytes(self._held)
            self._held.clear()
            self._dropping = False
            if not data and self._dead:
                raise PortGone(self._dead)
            return data

    def wake(self) -> None:
        """See `Port.wake`."""
        with self._news:
            self._woken = True
            self._news.notify_all()

    def was_woken(self) -> bool:
        """See `Port.was_woken`."""
        with self._news:
            woken, self._woken = self._woken, False
            return woken

    def close(self) -> None:
        """Stop the library's thread, then let go of the port."""
        self._library.alive = False
        self._port.wake()
        self._library.rxThread.join()
        self._port.close()
        self.died(f"{self.name} is closed")

    # What the library's thread calls.

    def heard(self, line: str, end: bytes = b"\r\n") -> None:
        """A line, without its end."""
        octets = line.encode("latin-1", "replace") + end
        with self._news:
            if len(self._held) > _HELD_BOUND:
                if not self._dropping:  # once: what talks so much would fill the log, too
                    log.error("%s talks more than can be listened to: lines are dropped", self.name)
                self._dropping = True
                return
            self._held += octets
            self._news.notify_all()

    def died(self, why: str) -> None:
        """The port cannot be read any more."""
        with self._news:
            self._dead = self._dead or why
            self._news.notify_all()
        self._library.let_go()

    def ends(self, line: str) -> bool:
        """Whether nothing more is to be waited for. The library's own rule takes `OK, see you` for an end."""
        line = line.strip()
        result = final_result(line, dialling=True, numeric=True)
        if result is not None:
            return not (result.ok and self._prompting)  # a send has no OK before its prompt
        quiet = self._link.quiet if self._link else QUIET
        if self._asked.startswith(quiet) and line.startswith(self._asked[2:7]):
            return True  # its OK may be missing
        row = _CODES.find(line)
        return row is not None and row.kind is Kind.RESTART

    def _converse(self, text: str, ending: str) -> None:
        """One command or body. Errors are answers like others; silence is told by what did not come."""
        session = self._link.session if self._link else None
        self._asked = text.upper()
        self._prompting = session is not None and session.state is State.PROMPT
        with suppress(TimeoutException):
            self._library.write(
                text,
                timeout=self._wait(),
                parseError=False,  # else it raises, and writes a command again after 14 and 515
                writeTerm=ending,
                expectedResponseTermSeq=_PROMPT if self._prompting else None,
            )
        self._prompting = False

    def _wait(self) -> float:
        due = self._link.session.deadline() if self._link else None
        return self._patience if due is None else max(0.0, due - self._clock())


class LibraryModem(NativeModem):
    """See `drivers.api.Modem`, whose methods these are."""

    def __init__(
        self, settings: Settings, timing: Timing | None = None, *, clock: Clock = time.monotonic
    ) -> None:
        """`timing` and `clock` are for tests."""
        super().__init__(settings, timing, connect=self._through_library, clock=clock)

    def submit(self, part: Submit, before_body: Callable[[], bool]) -> Submitted:
        """Send one part. Nothing else can be written between the prompt and the body."""
        port = self._open_link().port
        with port.lock if isinstance(port, LibraryPort) else nullcontext():
            return super().submit(part, before_body)

    def _through_library(self, settings: Settings) -> Port:
        return LibraryPort(
            open_port(settings.port, settings.baudrate, modem=settings.name), settings, self._clock
        )

    def _connected(self) -> Link:
        link = super()._connected()
        if isinstance(link.port, LibraryPort):
            link.port.follow(link)
        return link
