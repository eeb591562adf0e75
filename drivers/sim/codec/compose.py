"""A text of any length as the DELIVER parts that a phone would send."""

from __future__ import annotations

from drivers.sim.codec import coding, septets
from drivers.sim.codec.coding import Concat
from drivers.sim.codec.errors import CodecError
from drivers.sim.codec.stamp import Stamp
from drivers.sim.codec.tpdu import Deliver

_OCTETS = 140


def compose(
    text: str,
    *,
    sender: str,
    stamp: Stamp,
    reference: int = 0,
    wide: bool = False,
    message_class: int | None = None,
    pid: int = 0,
    alphabet: str | None = None,
) -> list[Deliver]:
    """The parts of `text`, in order; one without a header where it fits.

    `alphabet` forces "gsm7" or "ucs2" (None: the smallest that fits). Escape pairs and surrogate pairs are
    never split. Raises `CodecError` for more than 255 parts.
    """
    codes = None if alphabet == coding.UCS2 else septets.encode(text)
    units: list[int] | None = codes
    dcs = 0x00
    if units is None:
        data = text.encode("utf-16-be", "surrogatepass")
        units = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
        dcs = 0x08
    if message_class is not None:
        dcs |= 0x10 | message_class
    whole, part = _room(codes is not None, wide)
    pieces = [units] if len(units) <= whole else _cut(units, part, escape=codes is not None)
    if len(pieces) > 255:
        raise CodecError(f"text: {len(pieces)} parts, at most 255 can be named")
    delivers = []
    for sequence, piece in enumerate(pieces, 1):
        header = Concat(reference, len(pieces), sequence, wide).encode() if len(pieces) > 1 else b""
        body = _text(piece, gsm7=codes is not None)
        delivers.append(Deliver(sender=sender, stamp=stamp, text=body, pid=pid, dcs=dcs, header=header))
    return delivers


def _room(gsm7: bool, wide: bool) -> tuple[int, int]:
    """Units that fit without a header, and with one: 160/153/152 septets, 70/67/66 UCS-2 units."""
    header = 7 if wide else 6
    if gsm7:
        return _OCTETS * 8 // 7, (_OCTETS - header) * 8 // 7
    return _OCTETS // 2, (_OCTETS - header) // 2


def _cut(units: list[int], room: int, *, escape: bool) -> list[list[int]]:
    pieces = []
    at = 0
    while at < len(units):
        end = min(at + room, len(units))
        last = units[end - 1]
        opens = last == septets.ESCAPE if escape else 0xD800 <= last < 0xDC00
        if opens and end < len(units):
            end -= 1
        pieces.append(units[at:end])
        at = end
    return pieces


def _text(units: list[int], *, gsm7: bool) -> str:
    if gsm7:
        return septets.decode(units)
    return b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be", "surrogatepass")
