"""The three PDUs of a SIM's life: SUBMIT goes up, DELIVER and STATUS-REPORT come down (TS 23.040 9.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from drivers.sim.codec import coding, septets
from drivers.sim.codec.address import Address
from drivers.sim.codec.coding import Concat
from drivers.sim.codec.errors import CodecError
from drivers.sim.codec.reader import Reader
from drivers.sim.codec.stamp import Stamp, enhanced_validity, relative_validity

__all__ = ["Concat", "Deliver", "Report", "Submit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """A message part as the modem hands it to the network."""

    recipient: str
    text: str | None
    """None for 8-bit data."""
    data: bytes = b""
    """The user data after its header, as octets."""
    reference: int = 0
    pid: int = 0
    dcs: int = 0
    validity: timedelta | datetime | None = None
    report: bool = False
    reject_duplicates: bool = False
    concat: Concat | None = None
    header: bytes = b""

    @classmethod
    def decode(cls, tpdu: bytes) -> Self:
        """Read a SUBMIT; raises `CodecError` naming the field that is wrong."""
        reader = Reader(tpdu)
        first = reader.octet("first octet")
        if first & 3 != 1:
            raise CodecError(f"first octet: message type {first & 3}, a SUBMIT is 1")
        reference = reader.octet("reference")
        recipient = Address.decode(reader, "destination")
        pid, dcs = reader.octet("pid"), reader.octet("dcs")
        validity = _validity(first >> 3 & 3, reader)
        udl = reader.octet("udl")
        header, text, data = coding.split_user_data(dcs, udl, reader.rest(), bool(first & 0x40))
        return cls(
            recipient=recipient.text,
            text=text,
            data=data,
            reference=reference,
            pid=pid,
            dcs=dcs,
            validity=validity,
            report=bool(first & 0x20),
            reject_duplicates=bool(first & 0x04),
            concat=coding.concat_of(coding.elements(header)),
            header=header,
        )

    def encode(self) -> bytes:
        """Octets, without a validity period: used for what text mode stores with +CMGW."""
        alphabet = coding.alphabet_of(self.dcs)
        udl, data = coding.join_user_data(alphabet, self.header, _body(alphabet, self.text, self.data))
        first = 0x01 | 0x20 * self.report | 0x40 * bool(self.header)
        head = bytes((first, self.reference)) + Address.of(self.recipient).encode()
        return head + bytes((self.pid, self.dcs, udl)) + data


def _validity(form: int, reader: Reader) -> timedelta | datetime | None:
    if form == 0:
        return None
    if form == 2:
        return relative_validity(reader.octet("validity"))
    octets = reader.take(7, "validity")
    return enhanced_validity(octets) if form == 1 else Stamp.decode(octets).moment


def _body(alphabet: str, text: str | None, data: bytes) -> bytes | list[int]:
    if text is None or alphabet == coding.OCTETS:
        return data
    if alphabet == coding.UCS2:
        return text.encode("utf-16-be", "surrogatepass")
    codes = septets.encode(text)
    if codes is None:
        raise CodecError(f"text: {text!r} cannot be written in the 7-bit alphabet")
    return codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """A message part on its way to a SIM."""

    sender: str
    stamp: Stamp
    text: str | None = ""
    data: bytes = b""
    pid: int = 0
    dcs: int = 0
    header: bytes = b""

    def encode(self) -> bytes:
        """The TPDU's octets."""
        alphabet = coding.alphabet_of(self.dcs)
        udl, data = coding.join_user_data(alphabet, self.header, _body(alphabet, self.text, self.data))
        first = 0x04 | 0x40 * bool(self.header)  # no more messages wait (TP-MMS)
        head = bytes((first,)) + Address.of(self.sender).encode() + bytes((self.pid, self.dcs))
        return head + self.stamp.encode() + bytes((udl,)) + data

    @classmethod
    def decode(cls, tpdu: bytes) -> Self:
        """Read a DELIVER, as text mode must to show a stored message."""
        reader = Reader(tpdu)
        first = reader.octet("first octet")
        sender = Address.decode(reader, "originator")
        pid, dcs = reader.octet("pid"), reader.octet("dcs")
        stamp = Stamp.decode(reader.take(7, "time stamp"))
        udl = reader.octet("udl")
        header, text, data = coding.split_user_data(dcs, udl, reader.rest(), bool(first & 0x40))
        return cls(sender=sender.text, stamp=stamp, text=text, data=data, pid=pid, dcs=dcs, header=header)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a part."""

    reference: int
    recipient: str
    submitted: Stamp
    discharged: Stamp
    status: int
    """TP-ST (9.2.3.15): 0 delivered, 0x20 and up still trying, 0x40 and up never."""

    def encode(self) -> bytes:
        """The TPDU's octets."""
        head = bytes((0x06, self.reference)) + Address.of(self.recipient).encode()
        return head + self.submitted.encode() + self.discharged.encode() + bytes((self.status,))

    @classmethod
    def decode(cls, tpdu: bytes) -> Self:
        """Read a STATUS-REPORT, as text mode must to show one."""
        reader = Reader(tpdu)
        reader.octet("first octet")
        reference = reader.octet("reference")
        recipient = Address.decode(reader, "recipient")
        submitted = Stamp.decode(reader.take(7, "time stamp"))
        discharged = Stamp.decode(reader.take(7, "discharge time"))
        status = reader.octet("status")
        return cls(
            reference=reference,
            recipient=recipient.text,
            submitted=submitted,
            discharged=discharged,
            status=status,
        )
