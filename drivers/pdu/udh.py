"""The user data header and its information elements (TS 23.040 9.2.3.24)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from drivers.pdu.values import Concat

Elements = tuple[tuple[int, bytes], ...]


class Header(NamedTuple):
    """What the information elements say; `elements` has all of them, those that nobody here reads too."""

    elements: Elements = ()
    concat: Concat | None = None
    ports: tuple[int, int] | None = None
    waiting_indicator: bool = False
    locking: int = 0
    single: int = 0


NO_HEADER = Header()


def read_header(octets: bytes) -> Header:
    """The header in these octets, its length octet not included.

    Of an element that stands there twice, or of two that exclude each other, the last one counts.
    """
    elements = _elements(octets)
    header = Header(elements, waiting_indicator=any(identifier in _NOTICES for identifier, _ in elements))
    for identifier, data in elements:
        meaning = _MEANINGS.get((identifier, len(data)))
        if meaning is not None:
            header = header._replace(**meaning(data))
    return header


def encode_header(concat: Concat | None) -> bytes:
    """The header of a part, its length octet included; empty for a message of one part.

    Raises `ValueError` where reference, total or sequence do not fit.
    """
    if concat is None:
        return b""
    if not 1 <= concat.sequence <= concat.total <= 255:
        raise ValueError(f"part {concat.sequence} of {concat.total}: parts are numbered from 1, 255 at most")
    width = 2 if concat.wide else 1
    if not 0 <= concat.reference < 256**width:
        raise ValueError(f"the reference of a long message has {8 * width} bits: {concat.reference} is none")
    data = concat.reference.to_bytes(width, "big") + bytes([concat.total, concat.sequence])
    element = bytes([0x08 if concat.wide else 0x00, len(data)]) + data
    return bytes([len(element)]) + element


def _elements(octets: bytes) -> Elements:
    """Identifier and content of each; none at all where they do not fill the header exactly (9.2.3.24)."""
    elements = []
    at = 0
    while at < len(octets):
        content = at + 2
        if content > len(octets) or content + octets[at + 1] > len(octets):
            return ()
        elements.append((octets[at], octets[content : content + octets[at + 1]]))
        at = content + octets[at + 1]
    return tuple(elements)


def _concat(data: bytes) -> dict[str, Any]:
    *reference, total, sequence = data
    if not 1 <= sequence <= total:  # 9.2.3.24.1: then the element is ignored
        return {}
    wide = len(reference) == 2
    return {
        "concat": Concat(
            reference=int.from_bytes(reference, "big"), total=total, sequence=sequence, wide=wide
        )
    }


_NOTICES = (0x01, 0x23)
"""Special SMS message indication (9.2.3.24.2) and enhanced voice mail (9.2.3.24.13)."""
_MEANINGS: Mapping[tuple[int, int], Callable[[bytes], dict[str, Any]]] = {
    (0x00, 3): _concat,  # 9.2.3.24.1
    (0x08, 4): _concat,  # 9.2.3.24.8
    (0x04, 2): lambda data: {"ports": (data[0], data[1])},  # 9.2.3.24.3
    (0x05, 4): lambda data: {"ports": divmod(int.from_bytes(data, "big"), 1 << 16)},  # 9.2.3.24.4
    (0x24, 1): lambda data: {"single": data[0]},  # 9.2.3.24.15
    (0x25, 1): lambda data: {"locking": data[0]},  # 9.2.3.24.16
}
"""By identifier and length, what an element adds to the header; all others add nothing."""
