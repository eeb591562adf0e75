"""Asking whether a modem is behind a port, and who it is, without changing anything in it.

No setting is touched and no PIN is tried: what another program set up stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drivers.api import Identity
from drivers.at import replies
from drivers.at.codes import verdict
from drivers.at.events import Answered
from drivers.errors import NotAModem, NotReady, NotResponding
from drivers.native.link import Link, Silent
from drivers.native.timing import Timing
from drivers.transport import open_port, usb_id
from drivers.vendors import Quirks, choose

TIMING: Final = Timing(command=3.0, fence=1.5, wake=1.5, wakes=3)
"""Three tries of 1.5 s for a first answer (MODEMS F118); on USB an answer takes 5 to 100 ms (4.1)."""
NO_SIM: Final = "no SIM, or unreadable"
_ENOUGH: Final = 64
"""Octets after which babble can be told from a modem (MODEMS F18)."""
_LISTENED: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a modem says when it is asked."""

    identity: Identity
    sim: str = ""
    """AT+CPIN?'s answer, or the error's name; `NO_SIM` where the modem says ERROR and nothing else."""
    registration: int = -1
    """`<stat>` of AT+CREG? (TS 27.007 7.2); -1 where unreadable."""
    signal: int | None = None
    """dBm."""


Probe = Callable[[str], Answer]
"""Asks the modem behind a port. Raises PortBusy, PortGone, NotAModem or NotResponding."""


def probe_port(name: str, *, timing: Timing = TIMING) -> Answer:
    """Open the port exclusively, ask, let go. Raises PortBusy, PortGone, NotAModem, NotResponding."""
    port = open_port(name)
    try:
        link = Link(port, timing, trace=_Listener(name))
        _wake(link, name)
        return _identify(_Questions(link), usb_id(name))
    finally:
        port.close()


def _wake(link: Link, name: str) -> None:
    """A first answer, then one that cannot be mistaken: several AT may still be owed their OK (MODEMS F12)."""
    try:
        link.wake(link.timing.wakes)
        try:
            link.resync()
        except Silent as refused:
            if not refused.heard:
                raise
            link.resync()  # it may not know these questions; the next ones are others
    except Silent as silent:
        heard = f"{silent.heard} octets, none an answer to AT" if silent.heard else "no answer to AT"
        raise NotResponding(f"{name}: {heard}") from silent


def _identify(ask: _Questions, usb: str | None) -> Answer:
    manufacturer, model = (replies.plain(ask.lines(command)) for command in ("AT+CGMI", "AT+CGMM"))
    quirks = choose(manufacturer, model, usb)
    identity = Identity(
        manufacturer=manufacturer,
        model=model,
        imei=replies.imei(ask.lines("AT+CGSN")),
        imsi=replies.imsi(ask.lines("AT+CIMI")),
        iccid=ask.iccid(quirks),
        vendor=quirks.name,
    )
    return Answer(
        identity=identity,
        sim=ask.sim(),
        registration=replies.registration(ask.lines("AT+CREG?")),
        signal=replies.signal(ask.lines("AT+CSQ")),
    )


class _Questions:
    """Questions to a modem that has answered once. One that falls silent is asked nothing more."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._silent = False

    def ask(self, command: str) -> Answered | None:
        """The answer; None where there is none."""
        if self._silent:
            return None
        try:
            return self._link.ask(command)
        except (NotResponding, NotReady):  # it hangs, or has just restarted
            self._silent = True
            return None

    def lines(self, command: str) -> tuple[str, ...]:
        """The answer's lines; none where there was an error or no answer."""
        answer = self.ask(command)
        return answer.lines if answer and answer.result.ok else ()

    def iccid(self, quirks: Quirks) -> str:
        """The first of the commands that is answered tells (MODEMS F113)."""
        return next(filter(None, (replies.iccid(self.lines(each)) for each in quirks.iccid_commands)), "")

    def sim(self) -> str:
        """READY, SIM PIN and so on, or the name of the error."""
        answer = self.ask("AT+CPIN?")
        if answer is None or answer.result.kind == "timeout":
            return ""
        if answer.result.ok:
            return replies.pin_state(answer.lines)
        result = answer.result
        if result.kind == "error":  # AT+CMEE is off, and not ours to switch on
            return NO_SIM
        return verdict(result.kind, result.code, result.text, after_ctrl_z=None)[1]


class _Listener:
    """Looks at what comes first, as the link's trace.

    Raises NotAModem as soon as it is certain: nothing more is written to such a port (MODEMS F18).
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._heard = b""

    def __call__(self, direction: str, data: bytes) -> None:
        """Octets that came or went."""
        if direction != "<" or len(self._heard) >= _LISTENED:
            return
        self._heard += data
        if b"$G" in self._heard:
            raise NotAModem(f"{self._name}: positions come out of it (NMEA), no AT port")
        readable = sum(0x20 <= octet < 0x7F or octet in b"\r\n" for octet in self._heard)
        if len(self._heard) >= _ENOUGH and readable * 2 < len(self._heard):
            raise NotAModem(f"{self._name}: binary data comes out of it (diagnosis, PPP), no AT port")
