"""Addresses: telephone numbers and names of senders (TS 23.040 9.1.2.5, TS 24.011 8.2.5)."""

from __future__ import annotations

import re
from typing import NamedTuple

from drivers.pdu import gsm7
from drivers.pdu.reader import Reader

MOST_DIGITS = 20
"""TS 23.040 9.1.2.5: ten octets of digits. More than that is no address but a PDU read at the wrong place."""

_INTERNATIONAL = 0b001
_ALPHANUMERIC = 0b101
_PLAIN = 0x81
"""No indication of the type of number, telephone numbering plan: the network reads it as dialled."""
_PLUS = 0x91
_DIGITS = "0123456789*#abcF"
_PAIRS = tuple(_DIGITS[octet & 0x0F] + _DIGITS[octet >> 4] for octet in range(256))
_DIALLED = re.compile(r"\+[0-9]+|[0-9*#]+")


class Address(NamedTuple):
    """`+` and digits, digits, or a name; "" where the field is empty (MODEMS F138)."""

    number: str
    is_name: bool = False


def read_address(reader: Reader, field: str) -> Address:
    """An address field: its length in semi-octets, the type of number, the digits."""
    length = reader.octet(f"{field}.length")
    if length > MOST_DIGITS:
        raise reader.error(f"{field}.length", f"{length} digits, at most {MOST_DIGITS} are possible", back=1)
    kind = reader.octet(f"{field}.type")
    return _address(kind, reader.take((length + 1) // 2, f"{field}.digits"), length)


def read_smsc(reader: Reader) -> str | None:
    """The service-centre field before a TPDU: its length in octets, the type of number, the digits.

    None where the length is 0: the service centre that the SIM knows (TS 27.005 3.1).
    """
    length = reader.octet("smsc.length")
    if length == 0:
        return None
    most = 1 + MOST_DIGITS // 2
    if length > most:
        raise reader.error("smsc.length", f"{length} octets, at most {most} are possible", back=1)
    kind = reader.octet("smsc.type")
    return _address(kind, reader.take(length - 1, "smsc.digits"), 2 * (length - 1)).number


def encode_address(number: str) -> bytes:
    """The address field of a recipient. Raises `ValueError` where it cannot be dialled."""
    digits = _dialled(number)
    return bytes([len(digits), _type(number)]) + _semi_octets(digits)


def encode_smsc(number: str) -> bytes:
    """The service-centre field; one zero octet, "the SIM's own", for ""."""
    if not number:
        return b"\0"
    octets = _semi_octets(_dialled(number))
    return bytes([1 + len(octets), _type(number)]) + octets


def _address(kind: int, octets: bytes, length: int) -> Address:
    type_of_number = kind >> 4 & 0b111
    if type_of_number == _ALPHANUMERIC:
        return Address(_name(octets, length), is_name=True)
    # 9.1.2.3: the filler 1111 ends the number.
    digits = "".join([_PAIRS[octet] for octet in octets])[:length].partition("F")[0]
    return Address(f"+{digits}" if digits and type_of_number == _INTERNATIONAL else digits)


def _name(octets: bytes, length: int) -> str:
    septets = gsm7.unpack(octets, length * 4 // 7)
    # Seven characters leave seven bits over, and some senders count them as an eighth one, "@" (MODEMS F138).
    if len(septets) % 8 == 0 and septets.endswith(b"\0"):
        septets = septets[:-1]
    return gsm7.decode(septets)


def _dialled(number: str) -> str:
    digits = number.removeprefix("+")
    if not _DIALLED.fullmatch(number):
        raise ValueError(f"not a telephone number: {number!r}; it takes + and digits, or digits with * and #")
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has at most {MOST_DIGITS} digits, this one {len(digits)}: {number!r}")
    return digits


def _type(number: str) -> int:
    return _PLUS if number.startswith("+") else _PLAIN


def _semi_octets(digits: str) -> bytes:
    filled = digits if len(digits) % 2 == 0 else digits + "F"
    pairs = zip(filled[::2], filled[1::2], strict=True)
    return bytes(_DIGITS.index(low) | _DIGITS.index(high) << 4 for low, high in pairs)
