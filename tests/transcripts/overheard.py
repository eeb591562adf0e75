"""A recording as it is, without a word on what was wanted: what the session makes of it, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.at.events import (
    Accepted,
    Answered,
    Command,
    EchoBack,
    Event,
    Foreign,
    InStep,
    Late,
    Noise,
    Prompted,
    TimedOut,
    Torn,
    Unsolicited,
)
from drivers.at.fence import Probe
from drivers.at.session import CTRL_Z, Session
from drivers.at.states import State
from drivers.pdu import decode_pdu
from drivers.trace import Transcript

PATIENCE = 1e6
"""Seconds: how long the driver waited is what the recording says."""
ESC = b"\x1b"
HIDDEN = "(hidden: a PIN)"
"""What stands for the command and for its answer in a recording."""
_LATE = (State.STALE, State.SILENT, State.FENCING)


@dataclass
class Overheard:
    """What was said, as the session understands it."""

    results: list[tuple[str, str]] = field(default_factory=list)
    """(command, final result); "?" where the driver gave up waiting, `HIDDEN` twice where a PIN was entered."""
    references: list[int | None] = field(default_factory=list)
    """Of the parts that were accepted, late ones too."""
    pushed: list[object] = field(default_factory=list)
    """The content of PDUs that came by themselves."""
    announced: list[str] = field(default_factory=list)
    """Other lines that came by themselves."""
    odd: list[Event] = field(default_factory=list)
    """What the session can make nothing of."""


class _Listener:
    def __init__(self) -> None:
        self.session = Session()
        self.now = 0.0
        self.told = Overheard()
        self.command = ""
        self.written = b""

    def wrote(self, data: bytes) -> None:
        """What the driver said."""
        self.written += data
        if not self.written.endswith((b"\r", CTRL_Z, ESC)):
            return
        data, self.written = self.written, b""
        if data == ESC:
            if self.session.state is State.OPEN:
                self.session.abort(self.now)
        elif data.endswith(CTRL_Z):
            self.session.body(data[:-1].decode("ascii"), PATIENCE, self.now)
        else:
            self._begin(data[:-1].decode("ascii"))

    def _begin(self, text: str) -> None:
        if self.session.state not in (State.IDLE, *_LATE):
            self.told.results.append((self.command, HIDDEN if self.command == HIDDEN else "?"))
            self.keep(self.session.expire(self.now + PATIENCE))
        if self.session.state is State.FENCING:
            self.session.abandon(self.now)
        self.command = text
        if self.session.state in _LATE:
            self.session.fence([Probe(text, "")], self.now, wait=PATIENCE, settle=0.0)
        elif text.startswith("AT+CMGS="):
            self.session.submit(int(text[8:]), PATIENCE, 1, self.now)
        else:
            self.session.send(Command(text=text, timeout=PATIENCE, numeric=text == "ATV1"), self.now)

    def keep(self, events: list[Event]) -> None:
        """What the session reports."""
        told = self.told
        for event in events:
            match event:
                case Answered(result=result):
                    told.results.append((self.command, str(result)))
                case InStep():
                    told.results.append((self.command, "OK"))
                case Accepted(reference=reference) | Late(reference=reference):
                    told.references.append(reference)
                case Unsolicited(pdu=pdu) if pdu:
                    told.pushed.append(decode_pdu(pdu))
                case Unsolicited(line=line):
                    told.announced.append(line)
                case EchoBack() | Foreign() | Torn() | Noise():
                    told.odd.append(event)
                case Prompted() | TimedOut():
                    pass


def overhear(transcript: Transcript) -> Overheard:
    """Listen to a whole recording. Raises what the session raises, and PduError for a PDU that is none.

    What it begins with may be the end of an answer to what was not recorded.
    """
    listener = _Listener()
    begun = False
    for step in transcript.steps:
        if step.kind == ">":
            begun = True
            listener.wrote(step.data)
        elif step.kind == "<" and begun:
            listener.keep(listener.session.feed(step.data, listener.now))
        elif step.kind == "~":
            listener.now += step.seconds
    return listener.told
