"""Numbers and names as PDUs carry them (TS 23.040 9.1.2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from drivers.sim.codec import septets
from drivers.sim.codec.errors import CodecError
from drivers.sim.codec.reader import Reader, swap_nibbles

INTERNATIONAL, NATIONAL, NAMED, UNKNOWN = 0x91, 0xA1, 0xD0, 0x81
_DIGITS = "0123456789*#abc"


@dataclass(frozen=True, slots=True)
class Address:
    """Digits with their type of number, or a name of up to eleven characters."""

    digits: str
    kind: int = UNKNOWN
    """The type-of-address octet."""

    @classmethod
    def of(cls, text: str) -> Self:
        """`+33612345678`, `0612345678`, `36180`, or a name such as `Bricolo`."""
        if text.startswith("+") and text[1:].isdigit():
            return cls(text[1:], INTERNATIONAL)
        if all(char in _DIGITS for char in text):
            return cls(text, UNKNOWN)
        return cls(text, NAMED)

    @property
    def text(self) -> str:
        """As people write it: `+` before an international number."""
        international = self.kind >> 4 & 7 == 1
        return "+" + self.digits if international and self.digits else self.digits

    def encode(self) -> bytes:
        """Length in semi-octets, type, digits."""
        if self.kind >> 4 & 7 == 5:
            codes = septets.encode(self.digits)
            if codes is None:
                raise CodecError(f"address: {self.digits!r} cannot be written in the 7-bit alphabet")
            data = septets.pack(codes)
            return bytes((-(-len(codes) * 7 // 4), self.kind)) + data
        return bytes((len(self.digits), self.kind)) + encode_digits(self.digits)

    @classmethod
    def decode(cls, reader: Reader, field: str) -> Self:
        """Read one address; raises `CodecError` where it is longer than 20 digits or cut short."""
        length = reader.octet(field)
        kind = reader.octet(field)
        if length > 20:
            raise CodecError(f"{field}: {length} digits, at most 20 are allowed")
        data = reader.take((length + 1) // 2, field)
        if kind >> 4 & 7 == 5:
            return cls(septets.decode(septets.unpack(data, length * 4 // 7)), kind)
        return cls(decode_digits(data)[:length], kind)


def encode_digits(digits: str) -> bytes:
    """Semi-octets, padded with F."""
    codes = [_DIGITS.index(char) for char in digits.lower()]
    if len(codes) % 2:
        codes.append(0x0F)
    return bytes(codes[place] | codes[place + 1] << 4 for place in range(0, len(codes), 2))


def decode_digits(data: bytes) -> str:
    """Semi-octets up to the filler."""
    codes = [int(char, 16) for char in swap_nibbles(data).hex()]
    return "".join(_DIGITS[code] for code in codes if code < 0x0F)


def encode_smsc(number: str) -> bytes:
    """The service centre's address as it stands before a TPDU: its length in octets (TS 27.005 3.1)."""
    if not number:
        return b"\x00"
    address = Address.of(number)
    body = bytes((address.kind,)) + encode_digits(address.digits)
    return bytes((len(body),)) + body


def decode_smsc(reader: Reader) -> str:
    """The service centre's address before a TPDU; "" where the modem is to use its own."""
    length = reader.octet("smsc")
    if not length:
        return ""
    body = reader.take(length, "smsc")
    return Address(decode_digits(body[1:]), body[0]).text
