"""The user data of a message: a header, where there is one, and a text or octets (TS 23.040 9.2.3.24)."""

from __future__ import annotations

from typing import NamedTuple

from drivers.pdu import gsm7, ucs2
from drivers.pdu.dcs import Coding
from drivers.pdu.reader import Reader
from drivers.pdu.udh import NO_HEADER, Header, read_header
from drivers.pdu.values import Alphabet

HAS_HEADER = 0x40
"""TP-UDHI, bit 6 of the first octet (9.2.3.23)."""


class Content(NamedTuple):
    """What was written; `text` is None where it is 8-bit data or compressed: then `data` has the octets."""

    text: str | None = None
    data: bytes = b""
    header: Header = NO_HEADER


def read_content(reader: Reader, coding: Coding, has_header: bool) -> Content:
    """TP-UDL and TP-UD. Raises `PduError` where fewer octets are there than announced."""
    length = reader.octet("udl")
    octets = reader.take(gsm7.packed_size(length) if coding.packed else length, "ud")
    if not has_header or not octets:
        return _content(octets, length, coding, 0, NO_HEADER)
    size = 1 + octets[0]
    if size > len(octets):
        why = f"underflow, a header of {size} octets in {len(octets)} octets of user data"
        raise reader.error("udh", why, back=len(octets))
    return _content(octets, length, coding, size, read_header(octets[1:size]))


def _content(octets: bytes, length: int, coding: Coding, skip: int, header: Header) -> Content:
    """Read what follows `skip` octets of header; packed text begins at the next septet boundary."""
    if coding.packed:
        septets = gsm7.unpack(octets, length)[gsm7.header_septets(skip) :]
        return Content(gsm7.decode(septets, header.locking, header.single), b"", header)
    if coding.compressed or coding.alphabet is Alphabet.OCTETS:
        return Content(None, octets[skip:], header)
    text = ucs2.decode(octets[skip:])
    return Content(text if header.concat else ucs2.whole(text), b"", header)
