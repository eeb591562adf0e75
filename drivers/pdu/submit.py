"""SMS-SUBMIT: a message that we send (TS 23.040 9.2.2.2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from drivers.pdu import gsm7, ucs2
from drivers.pdu.address import encode_address, encode_smsc, read_address
from drivers.pdu.content import HAS_HEADER, read_content
from drivers.pdu.dcs import CODINGS, encode_dcs
from drivers.pdu.reader import Reader
from drivers.pdu.timestamp import read_timestamp, semi_octets
from drivers.pdu.udh import encode_header
from drivers.pdu.validity import RELATIVE, encode_validity
from drivers.pdu.values import Alphabet, Concat, Encoded, SubmitPdu

SUBMIT = 0b01
"""TP-MTI (9.2.3.1)."""
_REJECT_DUPLICATES = 0x04
_RELATIVE_VALIDITY = 0x10
_STATUS_REPORT = 0x20
_MOST_OCTETS = 140


def encode_submit(
    *,
    recipient: str,
    text: str,
    alphabet: Alphabet,
    concat: Concat | None = None,
    report: bool = True,
    message_class: int | None = None,
    validity: timedelta | None = None,
    smsc: str = "",
    reference: int = 0,
    pid: int = 0,
) -> Encoded:
    """One part, ready for `AT+CMGS`.

    `text` is the text of this part only, as `segment` cut it; it goes out character for character. `report`
    asks for a status report, `message_class` 0 makes a flash message, `validity` is rounded down to what
    the field can say (5 minutes to 63 weeks; None leaves it to the service centre), `smsc` "" is the one
    that the SIM knows, `reference` is TP-MR, which most modems choose themselves. TP-RD is never set.

    Raises `ValueError` where the recipient cannot be dialled, the text does not fit or is not in the
    alphabet, or a number is out of its range.
    """
    header = encode_header(concat)
    first = SUBMIT | (HAS_HEADER if header else 0) | (_STATUS_REPORT if report else 0)
    period = b""
    if validity is not None:
        first |= _RELATIVE_VALIDITY
        period = bytes([encode_validity(validity)])
    tpdu = b"".join(
        (
            bytes([first, _octet("reference", reference)]),
            encode_address(recipient),
            bytes([_octet("pid", pid), encode_dcs(alphabet, message_class)]),
            period,
            _user_data(text, alphabet, header),
        )
    )
    return Encoded(pdu=(encode_smsc(smsc) + tpdu).hex().upper(), length=len(tpdu))


def _user_data(text: str, alphabet: Alphabet, header: bytes) -> bytes:
    """TP-UDL and TP-UD."""
    if alphabet is Alphabet.GSM7:
        septets = gsm7.encode(text)
        length = gsm7.header_septets(len(header)) + len(septets)
        _fits(length, gsm7.MOST_SEPTETS, "septets")
        return bytes([length]) + gsm7.pack(septets, header)
    octets = header + ucs2.encode(text)
    _fits(len(octets), _MOST_OCTETS, "octets")
    return bytes([len(octets)]) + octets


def _fits(length: int, most: int, unit: str) -> None:
    if length > most:
        raise ValueError(f"the text takes {length} {unit} and a part holds {most}: segment it first")


def _octet(name: str, value: int) -> int:
    if not 0 <= value <= 255:
        raise ValueError(f"{name} is 0 to 255, not {value}")
    return value


def read_submit(reader: Reader, first: int, smsc: str | None) -> SubmitPdu:
    """The message behind its first octet."""
    reference = reader.octet("mr")
    recipient = read_address(reader, "da")
    pid = reader.octet("pid")
    dcs = reader.octet("dcs")
    seconds, until = _read_validity(reader, first)
    coding = CODINGS[dcs]
    text, data, header = read_content(reader, coding, bool(first & HAS_HEADER))
    return SubmitPdu(
        smsc=smsc,
        recipient=recipient.number,
        reference=reference,
        text=text,
        data=data,
        alphabet=coding.alphabet,
        message_class=coding.message_class,
        pid=pid,
        dcs=dcs,
        report=bool(first & _STATUS_REPORT),
        reject_duplicates=bool(first & _REJECT_DUPLICATES),
        validity_seconds=seconds,
        validity_until=until,
        concat=header.concat,
        headers=header.elements,
        compressed=coding.compressed,
    )


def _read_validity(reader: Reader, first: int) -> tuple[int | None, datetime | None]:
    """TP-VP in the format that TP-VPF names (9.2.3.3, 9.2.3.12): seconds, or a time."""
    match first >> 3 & 0b11:
        case 0b10:
            return int(RELATIVE[reader.octet("vp")].total_seconds()), None
        case 0b11:
            return None, read_timestamp(reader, "vp")
        case 0b01:
            return _enhanced(reader.take(7, "vp")), None
        case _:
            return None, None


def _enhanced(octets: bytes) -> int | None:
    """The enhanced format, seven octets with an indicator in front (9.2.3.12.3)."""
    match octets[0] & 0b111:
        case 0b001:
            return int(RELATIVE[octets[1]].total_seconds())
        case 0b010:
            return octets[1] or None
        case 0b011:
            hours, minutes, seconds = semi_octets(octets[1:4])
            return 3600 * hours + 60 * minutes + seconds
        case _:
            return None
