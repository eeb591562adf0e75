"""Octets taken one field after another, with the name of the field that ran short."""

from __future__ import annotations

from drivers.sim.codec.errors import CodecError


class Reader:
    """A cursor over the octets of one PDU."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def octet(self, field: str) -> int:
        """The next octet."""
        return self.take(1, field)[0]

    def take(self, count: int, field: str) -> bytes:
        """The next `count` octets; raises `CodecError` where there are fewer."""
        piece = self._data[self._at : self._at + count]
        if len(piece) < count:
            raise CodecError(f"{field}: {count} octets wanted at octet {self._at}, {len(piece)} left")
        self._at += count
        return piece

    def rest(self) -> bytes:
        """All that is left."""
        piece = self._data[self._at :]
        self._at = len(self._data)
        return piece


def from_hex(text: str) -> bytes:
    """Hex digits as a terminal wrote them; raises `CodecError` for anything else."""
    digits = "".join(text.split())
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise CodecError(f"not hex: {error}") from None


def swap_nibbles(data: bytes) -> bytes:
    """Semi-octets as the standard orders them: the low one first."""
    return bytes((octet & 0x0F) << 4 | octet >> 4 for octet in data)
