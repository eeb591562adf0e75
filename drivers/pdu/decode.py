"""From the hex that a modem prints to a value."""

from __future__ import annotations

import re
from collections.abc import Callable

from drivers.pdu.address import read_smsc
from drivers.pdu.deliver import read_deliver
from drivers.pdu.reader import PduError, Reader
from drivers.pdu.report import read_report
from drivers.pdu.submit import read_submit
from drivers.pdu.values import Deliver, StatusReport, SubmitPdu

_NOT_HEX = re.compile("[^0-9A-Fa-f]")
_WAVECOM_JUNK = bytes.fromhex("000000FF")
"""What some Wavecom modems put before a stored report (MODEMS F76); an empty service centre follows."""

_KINDS: tuple[tuple[str, Callable[[Reader, int, str | None], Deliver | SubmitPdu | StatusReport]], ...] = (
    ("deliver.", read_deliver),
    ("submit.", read_submit),
    ("report.", read_report),
)
"""By TP-MTI (TS 23.040 9.2.3.1): the path in errors, and who reads it."""


def decode_pdu(pdu: str | bytes, *, tpdu_only: bool = False) -> Deliver | SubmitPdu | StatusReport:
    """Read a PDU: hex digits of either case, or its octets as bytes.

    It begins with the service-centre field, or with the TPDU itself where `tpdu_only`. What follows the
    TPDU is padding and ignored. Raises `PduError`, and nothing else, for whatever cannot be read.
    """
    octets = pdu if isinstance(pdu, bytes) else _octets(pdu)
    reader = Reader(octets)
    smsc = None
    if not tpdu_only:
        if octets.startswith(_WAVECOM_JUNK + b"\0"):
            reader.at = len(_WAVECOM_JUNK)
        smsc = read_smsc(reader)
    first = reader.octet("tpdu.first")
    kind = first & 0b11
    if kind == 0b11:
        raise reader.error("tpdu.mti", "3 is a reserved message type", back=1)
    reader.path, read = _KINDS[kind]
    return read(reader, first, smsc)


def _octets(digits: str) -> bytes:
    digits = digits.strip()
    if stranger := _NOT_HEX.search(digits):
        raise PduError("pdu", stranger.start() // 2, f"{stranger[0]!r} is not a hexadecimal digit")
    if len(digits) % 2:
        raise PduError("pdu", len(digits) // 2, "an odd number of digits")
    return bytes.fromhex(digits)
