"""SMS-STATUS-REPORT: what became of a part that we sent (TS 23.040 9.2.2.3)."""

from __future__ import annotations

from typing import Any

from drivers.pdu import ucs2
from drivers.pdu.address import read_address
from drivers.pdu.content import HAS_HEADER, read_content
from drivers.pdu.dcs import CODINGS
from drivers.pdu.reader import PduError, Reader
from drivers.pdu.timestamp import read_timestamp
from drivers.pdu.values import StatusReport

_PID, _DCS, _USER_DATA, _EXTENSION = 0x01, 0x02, 0x04, 0x80
"""Bits of TP-PI (9.2.3.27)."""


def read_report(reader: Reader, first: int, smsc: str | None) -> StatusReport:
    """The report behind its first octet."""
    reference = reader.octet("mr")
    recipient = read_address(reader, "ra")
    return StatusReport(
        smsc=smsc,
        recipient=recipient.number,
        reference=reference,
        timestamp=read_timestamp(reader, "scts"),
        discharge=read_timestamp(reader, "dt"),
        status=reader.octet("st"),
        **_optional(reader, bool(first & HAS_HEADER)),
    )


def _optional(reader: Reader, has_header: bool) -> dict[str, Any]:
    """The fields that TP-PI announces; none of them where they cannot be read.

    What follows TP-ST is often padding rather than fields (MODEMS F76), and the status, which is what a
    report is for, is already known.
    """
    try:
        return _announced(reader, has_header)
    except PduError:
        return {}


def _announced(reader: Reader, has_header: bool) -> dict[str, Any]:
    if not reader.left:
        return {}
    indicator = more = reader.octet("pi")
    while more & _EXTENSION:
        more = reader.octet("pi")
    fields: dict[str, Any] = {}
    if indicator & _PID:
        fields["pid"] = reader.octet("pid")
    coding = CODINGS[0]
    if indicator & _DCS:
        fields["dcs"] = dcs = reader.octet("dcs")
        coding = CODINGS[dcs]
        fields |= {"alphabet": coding.alphabet, "message_class": coding.message_class}
    if indicator & _USER_DATA:
        text, data, header = read_content(reader, coding, has_header)
        fields |= {"text": text and ucs2.whole(text), "data": data, "headers": header.elements}
    return fields
