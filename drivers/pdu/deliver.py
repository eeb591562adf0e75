"""SMS-DELIVER: a message that somebody sent us (TS 23.040 9.2.2.1)."""

from __future__ import annotations

from drivers.pdu.address import Address, read_address
from drivers.pdu.content import HAS_HEADER, read_content
from drivers.pdu.dcs import CODINGS
from drivers.pdu.reader import Reader
from drivers.pdu.timestamp import read_timestamp
from drivers.pdu.values import Deliver

_CPHS_VOICE_MAIL = (Address("_@", is_name=True), Address("Δ@", is_name=True))
"""What older networks write as the sender to set and to clear the voicemail sign (CPHS B.4.2.1)."""


def read_deliver(reader: Reader, first: int, smsc: str | None) -> Deliver:
    """The message behind its first octet."""
    sender = read_address(reader, "oa")
    pid = reader.octet("pid")
    dcs = reader.octet("dcs")
    timestamp = read_timestamp(reader, "scts")
    coding = CODINGS[dcs]
    text, data, header = read_content(reader, coding, bool(first & HAS_HEADER))
    return Deliver(
        smsc=smsc,
        sender=sender.number,
        sender_is_name=sender.is_name,
        text=text,
        data=data,
        timestamp=timestamp,
        alphabet=coding.alphabet,
        message_class=coding.message_class,
        pid=pid,
        dcs=dcs,
        concat=header.concat,
        headers=header.elements,
        waiting_indicator=coding.waiting_indicator or header.waiting_indicator or sender in _CPHS_VOICE_MAIL,
        ports=header.ports,
        compressed=coding.compressed,
    )
