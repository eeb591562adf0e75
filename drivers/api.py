"""The protocol between the gateway and whatever carries its messages.

A route submits one part at a time and hands over what arrives. Everything here is a frozen value; nothing
mentions AT, a tty or a PDU octet, so that another kind of route can stand beside the modems.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from drivers.pdu.values import Alphabet, Concat, Deliver, StatusReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """One part of a message, on its way out."""

    recipient: str
    """`+` and digits (E.164), or a number as dialled in the SIM's country."""
    text: str
    """The characters of this part only, as `segment` cut them."""
    alphabet: Alphabet
    concat: Concat | None = None
    report: bool = True
    """Ask for a status report (TP-SRR)."""
    message_class: int | None = None
    """0: flash, shown at once and not stored (TS 23.038 4)."""
    validity: timedelta | None = None
    """TP-VP, rounded down to what the field can say; None: the service centre's own."""
    tag: int = 0
    """The caller's name for this attempt; comes back in `Submitted` and `LateAccepted`."""
    more_follow: bool = False
    """Another part is ready behind this one (the modem may keep the radio link open, AT+CMMS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The network accepted a part."""

    tag: int
    reference: int | None
    """TP-MR as the modem gave it; None where it gave none that can be used (MODEMS.md F52)."""
    seconds: float
    """From Ctrl-Z to `+CMGS`: the modem's and the network's own time."""
    restarted: bool = False
    """The modem lost its settings since the last `wait`: `reference` may belong to another count than those before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the modem and its SIM say they are. Empty where the modem does not tell."""

    manufacturer: str = ""
    model: str = ""
    revision: str = ""
    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    number: str = ""
    """The SIM's own number (AT+CNUM), where the operator wrote it there."""
    smsc: str = ""
    vendor: str = "generic"
    """The quirks profile that was chosen."""
    warnings: tuple[str, ...] = ()

    @property
    def sim(self) -> str:
        """What tells its SIM from others: the IMSI, or else the card's number; "" where it tells neither."""
        return self.imsi or self.iccid


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A look at the modem between two sends."""

    registration: int
    """`<stat>` of AT+CREG? (TS 27.007 7.2); -1 where unreadable."""
    can_send: bool
    """CREG is 1, 5 (where roaming is allowed), 6, 7, 9 or 10."""
    roaming: bool = False
    signal: int | None = None
    """Bars as dBm, None where unknown: shown, never a gate (MODEMS.md F111)."""
    operator: str = ""
    storage_used: int | None = None
    storage_total: int | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where a message lies in the modem: delete it by this once it is committed."""

    memory: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecodable:
    """A PDU that could not be read; `why` names the field and the octet."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A PDU that the network handed to the SIM: a message or a status report."""

    pdu: str
    """Hex exactly as the modem gave it, upper-case."""
    content: Deliver | StatusReport | Undecodable
    slot: Slot | None
    """None where it was pushed and lies nowhere: it exists only here until it is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAccepted:
    """A `+CMGS` that came after its deadline: the attempt `tag` was accepted after all."""

    tag: int
    reference: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody called the SIM; the driver hung up. `number` is "" where it was withheld."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageFull:
    """The modem says that its message storage is full: sweep now."""

    memory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """The modem lost its settings (reboot announcement, echo back on): the driver initialised it again."""

    announcement: str
    identity: Identity
    """As re-read after the restart: the SIM may be another."""


Event = Received | LateAccepted | Call | StorageFull | Restarted


class SendStep(StrEnum):
    """How far a send has come, as `Settings.passed` is told."""

    PROMPT_SEEN = "prompt_seen"
    BODY_WRITTEN = "body_written"
    CMGS_SEEN = "cmgs_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to open one modem; durations in seconds."""

    name: str
    port: str
    baudrate: int = 115200
    pin: str | None = field(default=None, repr=False)
    may_try_pin: Callable[[str], bool] = field(default=lambda sim: True, repr=False)
    """Asked with the ICCID, or the IMEI where the SIM does not tell, before the PIN is tried."""
    pin_refused: Callable[[str], None] = field(default=lambda sim: None, repr=False)
    """Told, before anything else happens, that the PIN was refused: remember it on disk."""
    command_timeout: float = 10.0
    submit_timeout: float = 180.0
    smsc: str = ""
    roaming: bool = False
    storage: str = "auto"
    init: Sequence[str] = ()
    trace: Callable[[str, bytes], None] | None = field(default=None, repr=False)
    """Called with ">" or "<" and the octets of each write and read."""
    passed: Callable[[SendStep], object] = field(default=lambda step: None, repr=False)
    """Told of each step of a send once it is passed. Tests let the process die there."""


class Modem(Protocol):
    """One route. Every method belongs to the one thread that opened it, except `wake`.

    Any method may raise `PortGone`, `NotResponding` or `NotReady`. Events that arrive while a command runs
    are kept, in order, for the next `wait`.
    """

    def open(self) -> Identity:
        """Open the port, initialise, read the identity. Raises `PortBusy`, `NotAModem`, `NotReady` too."""

    def close(self) -> list[Event]:
        """Let go of the port; what the modem had pushed and nobody has waited for yet, as far as it came.

        Safe to call twice, and on a port that has vanished.
        """

    def submit(self, part: Submit, before_body: Callable[[], bool]) -> Submitted:
        """Send one part.

        `before_body` runs after the command is written and before the body is: commit the intent there.
        Where it answers False, or raises, the send is aborted and `NotSent` is raised (or its exception).
        So is it where `wait` has another SIM to tell of.
        Raises `Refused`, `NotSent`, `OutcomeUnknown`.
        """

    def wait(self, timeout: float) -> list[Event]:
        """Events since last time; blocks until there is one, `wake` is called or `timeout` seconds passed.

        A `Restarted` is the last of them: what comes behind it may be another SIM's (MODEMS F105).
        """

    def wake(self) -> None:
        """End a `wait` early. The only method that any thread may call."""

    def sweep(self) -> list[Received]:
        """Everything that lies in any storage of the modem; nothing where `wait` has another SIM to tell of."""

    def discard(self, slot: Slot) -> None:
        """Delete a message that is committed. An empty slot is no error."""

    def health(self) -> Health:
        """Registration, signal and storage, asked now."""

    def command(self, line: str, timeout: float | None = None) -> list[str]:
        """A raw AT command for an operator: the lines of its answer, the final result last."""

    def ussd(self, code: str, timeout: float = 30.0) -> str:
        """Ask the network with a USSD code such as *100#."""

    def unlock(self, pin: str, puk: str | None = None) -> None:
        """Enter the PIN (or PUK and a new PIN) because the operator says so. Raises `NotReady`."""

    def resync(self) -> None:
        """Make sure that the next answer belongs to the next command. Raises `NotResponding`."""

    def cycle_radio(self) -> None:
        """Switch the radio off and on, and set everything up anew. Raises `Refused` where it cannot."""

    def reset(self) -> None:
        """Restart the modem itself; it must be opened again. The port usually vanishes for a while."""
