"""What a PDU says, as frozen values (3GPP TS 23.040).

The encoder takes none of these: it takes `drivers.api.Submit`'s fields as plain arguments, because a
gateway thinks in texts and recipients, not in first octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Alphabet(StrEnum):
    """The character sets of TS 23.038 4, under the names that the command line prints."""

    GSM7 = "gsm7"
    OCTETS = "8bit"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concat:
    """Which part of a long message this is (TS 23.040 9.2.3.24.1 and .8)."""

    reference: int
    total: int
    sequence: int
    wide: bool = False
    """True where the reference has 16 bits; 8- and 16-bit references are different name spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """An SMS-DELIVER: a message that somebody sent us (TS 23.040 9.2.2.1)."""

    smsc: str | None
    sender: str
    """`+` and digits, digits, or an alphanumeric name; "" where the address is empty."""
    sender_is_name: bool = False
    """The sender is an alphanumeric name (type of number 5): nobody can be answered there."""
    text: str | None = None
    """None where the content is 8-bit data: then `data` has it. The text of a part (`concat`) may begin or
    end with half a surrogate pair: only what `join_texts` returns is whole."""
    data: bytes = b""
    timestamp: datetime | None = None
    """TP-SCTS, aware; None where the octets are no possible time (MODEMS.md F145)."""
    alphabet: Alphabet = Alphabet.GSM7
    message_class: int | None = None
    pid: int = 0
    dcs: int = 0
    concat: Concat | None = None
    headers: tuple[tuple[int, bytes], ...] = ()
    """All information elements of the user data header, in order: (identifier, octets)."""
    waiting_indicator: bool = False
    """A voicemail notice (MWI, by DCS or by header): never a customer's answer."""
    ports: tuple[int, int] | None = None
    """(destination, source) where the message is addressed to an application port."""
    compressed: bool = False
    """Compressed by TS 23.042: `text` is None and `data` has the octets."""

    @property
    def silent(self) -> bool:
        """A type 0 message (TP-PID 0x40): acknowledged, recorded, never shown (TS 23.040 9.2.3.9)."""
        return self.pid == 0x40


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """An SMS-STATUS-REPORT: what became of a part that we sent (TS 23.040 9.2.2.3)."""

    smsc: str | None
    recipient: str
    reference: int
    status: int
    """TP-Status, the octet as received; `drivers.pdu.status` says what it means."""
    timestamp: datetime | None = None
    """When the service centre took the message from us."""
    discharge: datetime | None = None
    """When it was delivered or given up."""
    pid: int | None = None
    dcs: int | None = None
    alphabet: Alphabet | None = None
    """None, as `pid`, `dcs` and `text` are, where the report does not tell: most have none of them."""
    message_class: int | None = None
    text: str | None = None
    data: bytes = b""
    headers: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitPdu:
    """An SMS-SUBMIT as decoded: what a modem was told to send (TS 23.040 9.2.2.2)."""

    smsc: str | None
    recipient: str
    reference: int
    text: str | None = None
    data: bytes = b""
    alphabet: Alphabet = Alphabet.GSM7
    message_class: int | None = None
    pid: int = 0
    dcs: int = 0
    report: bool = False
    reject_duplicates: bool = False
    validity_seconds: int | None = None
    validity_until: datetime | None = None
    concat: Concat | None = None
    headers: tuple[tuple[int, bytes], ...] = ()
    compressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A PDU ready for `AT+CMGS` (TS 27.005 4.3)."""

    pdu: str
    """Upper-case hex, service-centre field included."""
    length: int
    """Octets of the TPDU alone: the number that `AT+CMGS=` wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """A text cut into what each part can carry."""

    alphabet: Alphabet
    parts: tuple[str, ...]
    """Characters of each part; joined they are the text. No escape or surrogate pair is split."""
    units: int
    """Septets or UTF-16 code units of the whole text."""
    costly: str = ""
    """The characters, each once, that forced UCS-2; "" where GSM 7-bit was enough."""
