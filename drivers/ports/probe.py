"""Asking whether a modem is behind a port, and who it is, without changing anything in it.

No setting is touched and no PIN is tried: what another program set up stays as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from drivers.api import Health, Identity
from drivers.at import fence
from drivers.at.codes import verdict
from drivers.at.events import Answered, Command, Event, InStep, OutOfStep, Prompted, TimedOut, Write
from drivers.at.grammar import fields, number, value
from drivers.at.session import Session
from drivers.at.states import State
from drivers.errors import NotAModem, NotResponding
from drivers.transport import Port, open_port, usb_id
from drivers.vendors import Quirks, choose

WAKE: Final = 1.5
"""Seconds for each of the three tries to get an answer at all (MODEMS F15, F118)."""
ASK: Final = 3.0
"""Seconds for a question; on USB an answer takes 5 to 100 ms (MODEMS 4.1)."""
_QUIET: Final = 0.5
_ENOUGH: Final = 64
"""Octets after which babble can be told from a modem (MODEMS F18)."""
_CAN_SEND: Final = frozenset({1, 5, 6, 7, 9, 10})
_ROAMING: Final = frozenset({5, 7, 10})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a modem says when it is asked. `sim` is AT+CPIN?'s answer, or the error's name."""

    identity: Identity
    sim: str = ""
    health: Health | None = None


Probe = Callable[[str], Answer]
"""Asks the modem behind a port. Raises PortBusy, PortGone, NotAModem or NotResponding."""


def probe_port(name: str, *, wake: float = WAKE, ask: float = ASK) -> Answer:
    """Open the port exclusively, ask, let go.

    wake: seconds for each of three tries to get an answer. ask: seconds for each question.
    Raises PortBusy, PortGone, NotAModem, NotResponding.
    """
    port = open_port(name)
    try:
        questions = _Questions(port, wake, ask)
        questions.wake()
        return _identify(questions, usb_id(name))
    finally:
        port.close()


def _identify(ask: _Questions, usb: str | None) -> Answer:
    manufacturer, model = ask.text("AT+CGMI"), ask.text("AT+CGMM")
    quirks = choose(manufacturer, model, usb)
    identity = Identity(
        manufacturer=manufacturer,
        model=model,
        imei=ask.digits("AT+CGSN", 14, 16),
        imsi=ask.digits("AT+CIMI", 6, 15),
        iccid=next(filter(None, (ask.digits(c, 18, 22) for c in quirks.iccid_commands)), ""),
        vendor=quirks.name,
    )
    return Answer(identity=identity, sim=ask.sim(quirks), health=ask.health())


class _Questions:
    """Questions to one open port, each with a short deadline; no answer is "" and no error."""

    def __init__(self, port: Port, wake: float, ask: float) -> None:
        self._port = port
        self._wake = wake
        self._ask = ask
        self._session = Session()
        self._heard = bytearray()
        self._listening = True
        self._turn = 0

    def wake(self) -> None:
        """Three tries to get an answer. Raises NotAModem for another device, NotResponding for silence."""
        self._run(Command(text="AT", timeout=self._wake, numeric=True))
        if self._session.state is State.STALE:
            self._fence()
        if self._session.state is not State.IDLE:
            heard = len(self._heard)
            raise NotResponding(f"{heard} octets, none an answer to AT" if heard else "no answer to AT")
        self._listening = False

    def text(self, command: str) -> str:
        """The first line of the answer, without a name in front and quotes (MODEMS F19)."""
        return next((_said(line) for line in self._lines(command)), "")

    def digits(self, command: str, least: int, most: int) -> str:
        """The digits of the first line that has as many, also where it is padded with F (MODEMS F113)."""
        for line in self._lines(command):
            found = "".join(char for char in value(line) if char in "0123456789")
            if least <= len(found) <= most:
                return found
        return ""

    def sim(self, quirks: Quirks) -> str:
        """READY, SIM PIN and so on, or the name of the error."""
        quiet = _QUIET if "AT+CPIN?" in quirks.no_final else None
        told = self._run(Command.ask("AT+CPIN?", self._ask, quiet=quiet))
        if not isinstance(told, Answered):
            return ""
        if told.lines:
            return _said(told.lines[0])
        result = told.result
        return "" if result.ok else verdict(result.kind, result.code, result.text, after_ctrl_z=None)[1]

    def health(self) -> Health:
        """Registration and signal."""
        stat = self._number("AT+CREG?", 1)
        rssi = self._number("AT+CSQ", 0)
        return Health(
            registration=-1 if stat is None else stat,
            can_send=stat in _CAN_SEND,
            roaming=stat in _ROAMING,
            signal=None if rssi is None or not 0 <= rssi <= 31 else 2 * rssi - 113,  # TS 27.007 8.5
        )

    def _number(self, command: str, place: int) -> int | None:
        """One field of the answer."""
        for line in self._lines(command):
            found = fields(value(line))
            if place < len(found):
                return number(found[place])
        return None

    def _lines(self, command: str) -> tuple[str, ...]:
        """The answer's lines; none where there was an error or no answer."""
        told = self._run(Command.ask(command, self._ask))
        return told.lines if isinstance(told, Answered) and told.result.ok else ()

    def _run(self, command: Command) -> Event | None:
        """Ask, and wait for the end of the answer; None where the modem has fallen silent."""
        if self._session.state is State.STALE:
            self._fence()
        if self._session.state is not State.IDLE:
            return None
        self._write(self._session.send(command, time.monotonic()))
        return self._until((Answered, TimedOut))

    def _fence(self) -> None:
        """Two more tries, with questions whose answers cannot be a late one to the first (MODEMS F12)."""
        first, second = fence.choose((), avoid=self._session.last_command, turn=self._turn)
        self._turn += 1
        probes = (replace(first, escape=True), second)
        settle = self._wake / 5  # for what the ESC brings up
        self._write(self._session.fence(probes, time.monotonic(), wait=self._wake, settle=settle))
        self._until((InStep, OutOfStep))

    def _until(self, kinds: tuple[type[Event], ...]) -> Event:
        """Read and write until an event of one of these kinds; the session's deadlines bound it."""
        while True:
            due = self._session.deadline()
            data = self._port.read(0.0 if due is None else max(0.0, due - time.monotonic()))
            if self._listening:
                self._listen(data)
            now = time.monotonic()
            found = self._take(self._session.feed(data, now) if data else self._session.expire(now), kinds)
            if found is not None:
                return found

    def _take(self, told: Iterable[Event], kinds: tuple[type[Event], ...]) -> Event | None:
        found = None
        for event in told:
            if isinstance(event, Write):
                self._write(event.data)
            elif isinstance(
                event, Prompted
            ):  # somebody left a send open: close it, so that nothing goes (F38)
                self._write(self._session.abort(time.monotonic()))
            elif isinstance(event, kinds):
                found = event
        return found

    def _listen(self, data: bytes) -> None:
        """Raise NotAModem as soon as it is certain: nothing more is written to such a port (MODEMS F18)."""
        self._heard += data
        if b"$G" in self._heard:
            raise NotAModem("positions come out of it (NMEA): no AT port")
        readable = sum(0x20 <= octet < 0x7F or octet in b"\r\n" for octet in self._heard)
        if len(self._heard) >= _ENOUGH and readable * 2 < len(self._heard):
            raise NotAModem("binary data comes out of it (diagnosis, PPP): no AT port")

    def _write(self, data: bytes) -> None:
        if data:
            self._port.write(data)


def _said(line: str) -> str:
    return value(line).strip('" ')
