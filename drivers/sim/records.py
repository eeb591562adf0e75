"""What the simulated world remembers, as frozen values. Times named `at` are monotonic seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from drivers.sim.codec import Concat


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log."""

    at: float
    kind: str
    """Of messages: accepted, refused, expired, delivered, reply, report, injected, stored, pushed, held, discarded,
    acknowledged, unacknowledged, deleted, answered (with the times). Of ports: plugged, unplugged, opened, closed,
    reboot, command, foreign, unreadable. Of faults: armed, fault. Beside these: pin, ussd, call, hung_up."""
    modem: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One part that the network took: the ground truth of what was sent."""

    number: int
    """Counts from 1 over the whole network."""
    at: float
    modem: str
    imsi: str
    recipient: str
    text: str | None
    """None for 8-bit data."""
    data: bytes
    reference: int
    """TP-MR as the network knows it."""
    concat: Concat | None
    report_requested: bool
    validity: timedelta | None
    dcs: int
    pid: int
    stamp: datetime
    """The service centre's time stamp, as reports carry it."""
    pdu: str
    """The TPDU in hex, "" for a part written in text mode."""
    smsc: str = ""
    """The service centre that it was sent through: the PDU's, or else the SIM's."""
    header: bytes = b""
    """The elements of its user data header."""
    answered: bool = True
    """False where a fault kept the modem from saying so: only the network knows that it was taken."""

    def shown(self) -> dict[str, Any]:
        """For the log."""
        place = self.concat
        return {
            "number": self.number,
            "imsi": self.imsi,
            "recipient": self.recipient,
            "text": self.text,
            "data": self.data.hex() if self.text is None else None,
            "reference": self.reference,
            "concat": None if place is None else [place.reference, place.total, place.sequence],
            "report": self.report_requested,
            "validity": None if self.validity is None else self.validity.total_seconds(),
            "answered": self.answered,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Parts joined at the far side."""

    imsi: str
    modem: str
    recipient: str
    text: str
    parts: tuple[Accepted, ...]
    """In order of sequence, without repeats."""
    total: int
    repeats: int
    """Parts that the network was given again while the message was open."""

    @property
    def complete(self) -> bool:
        """Every part is there."""
        return len(self.parts) == self.total

    @property
    def at(self) -> float:
        """When its last part was accepted."""
        return max(part.at for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A status report that the network gave to a SIM."""

    at: float
    imsi: str
    reference: int
    recipient: str
    status: int
    part: int
    """`Accepted.number`."""
    pdu: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message part that the network offered to a SIM."""

    at: float
    imsi: str
    sender: str
    text: str | None
    pdu: str
    """As it lies in the modem, service centre included, upper-case hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The seconds of one submission, seen from the modem."""

    at: float
    """When the line of the command ended."""
    idle: float | None
    """From the previous final result to this command: the program's own time. None for the first."""
    prompt: float
    """From the end of the command line to the prompt: the modem's time."""
    body: float
    """From the prompt to Ctrl-Z: the program's time."""
    submit: float
    """From Ctrl-Z to `+CMGS`: the modem's and the network's time."""
    reference: int | None
