"""Data coding schemes (TS 23.038 clause 4) and user-data headers (TS 23.040 9.2.3.24)."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.sim.codec import septets
from drivers.sim.codec.errors import CodecError

GSM7, OCTETS, UCS2 = "gsm7", "8bit", "ucs2"
_ALPHABETS = (GSM7, OCTETS, UCS2, GSM7)

CONCAT_8, CONCAT_16, SHIFT_TABLE, LOCKING_TABLE, PORTS_8, PORTS_16 = 0x00, 0x08, 0x24, 0x25, 0x04, 0x05


@dataclass(frozen=True, slots=True)
class Concat:
    """One part's place in a longer message."""

    reference: int
    total: int
    sequence: int
    wide: bool = False
    """A 16-bit reference (information element 08) rather than an 8-bit one (00)."""

    def encode(self) -> bytes:
        """The information element, without the header's length octet."""
        if self.wide:
            return bytes(
                (CONCAT_16, 4, self.reference >> 8, self.reference & 0xFF, self.total, self.sequence)
            )
        return bytes((CONCAT_8, 3, self.reference, self.total, self.sequence))


def alphabet_of(dcs: int) -> str:
    """Which alphabet a data coding scheme names; reserved codings read as the 7-bit one."""
    group = dcs >> 4
    if group <= 0x7:
        return _ALPHABETS[dcs >> 2 & 3]
    if group == 0xE:
        return UCS2
    if group == 0xF:
        return OCTETS if dcs & 0x04 else GSM7
    return GSM7


def class_of(dcs: int) -> int | None:
    """The message class 0 to 3, or None where the scheme names none."""
    group = dcs >> 4
    if group == 0xF or (group <= 0x7 and dcs & 0x10):
        return dcs & 3
    return None


def elements(header: bytes) -> dict[int, bytes]:
    """Information elements of a header without its length octet; the last of a kind counts (9.2.3.24)."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(header):
        name, length = header[at], header[at + 1]
        body = header[at + 2 : at + 2 + length]
        if len(body) < length:
            raise CodecError(
                f"user data header: element {name:02X} says {length} octets, {len(body)} are there"
            )
        found[name] = body
        at += 2 + length
    return found


def concat_of(found: dict[int, bytes]) -> Concat | None:
    """The place in a longer message, or None where there is none or it is impossible."""
    wide, narrow = found.get(CONCAT_16), found.get(CONCAT_8)
    if wide is not None and len(wide) == 4:
        place = Concat(int.from_bytes(wide[:2], "big"), wide[2], wide[3], wide=True)
    elif narrow is not None and len(narrow) == 3:
        place = Concat(*narrow)
    else:
        return None
    return place if 0 < place.sequence <= place.total else None


def split_user_data(dcs: int, udl: int, data: bytes, has_header: bool) -> tuple[bytes, str | None, bytes]:
    """Header (without length), text (None for 8-bit data) and the octets after the header."""
    header = b""
    if has_header:
        if not data or len(data) < data[0] + 1:
            raise CodecError("user data header: longer than the user data")
        header = data[1 : data[0] + 1]
    skip = len(header) + 1 if has_header else 0
    alphabet = alphabet_of(dcs)
    if alphabet == GSM7:
        return header, _text7(udl, data, skip, elements(header)), data[skip:]
    if len(data) < udl:
        raise CodecError(f"user data: {udl} octets announced, {len(data)} are there")
    body = data[skip:udl]
    if alphabet == OCTETS:
        return header, None, body
    if len(body) % 2:
        raise CodecError("user data: an odd number of octets of UCS-2")
    return header, body.decode("utf-16-be", "surrogatepass"), body


def _text7(udl: int, data: bytes, skip: int, found: dict[int, bytes]) -> str:
    used = -(-skip * 8 // 7)
    if len(data) < -(-udl * 7 // 8):
        raise CodecError(f"user data: {udl} septets announced, {len(data)} octets are there")
    codes = septets.unpack(data[skip:], udl - used, fill=used * 7 - skip * 8)
    locking, shift = found.get(LOCKING_TABLE, b"\0"), found.get(SHIFT_TABLE, b"\0")
    return septets.decode(codes, locking=locking[0], shift=shift[0])


def join_user_data(alphabet: str, header: bytes, body: bytes | list[int]) -> tuple[int, bytes]:
    """User data length and octets, from header elements and either septets or octets."""
    lead = bytes((len(header),)) + header if header else b""
    if alphabet == GSM7:
        used = -(-len(lead) * 8 // 7)
        codes = list(body)
        return used + len(codes), lead + septets.pack(codes, fill=used * 7 - len(lead) * 8)
    data = lead + bytes(body)
    return len(data), data
