"""A cursor over the octets of a PDU that knows where it stands when something is missing."""

from __future__ import annotations


class PduError(ValueError):
    """A PDU that cannot be read.

    `field` is the path of the field ("deliver.oa.digits"), `octet` where it begins in the PDU as given,
    counted from 0 (so it starts at hex digit 2 × `octet`), and `why` what is wrong with it.
    """

    def __init__(self, field: str, octet: int, why: str) -> None:
        super().__init__(f"{field} at octet {octet}: {why}")
        self.field = field
        self.octet = octet
        self.why = why


class Reader:
    """Octets, read from front to back. `path` goes before the name of every field in an error."""

    __slots__ = ("_octets", "at", "path")

    def __init__(self, octets: bytes, path: str = "") -> None:
        self._octets = octets
        self.at = 0
        """Index of the octet that is read next."""
        self.path = path

    @property
    def left(self) -> int:
        """How many octets have not been read."""
        return len(self._octets) - self.at

    def octet(self, field: str) -> int:
        """The next octet. Raises `PduError` at the end of the PDU."""
        try:
            value = self._octets[self.at]
        except IndexError:
            raise self.error(field, "underflow, the PDU ends here") from None
        self.at += 1
        return value

    def take(self, count: int, field: str) -> bytes:
        """The next `count` octets. Raises `PduError` where fewer are left."""
        if count > self.left:
            raise self.error(field, f"underflow, {count} octets announced, {self.left} left")
        octets = self._octets[self.at : self.at + count]
        self.at += count
        return octets

    def error(self, field: str, why: str, back: int = 0) -> PduError:
        """The error to raise about a field that begins `back` octets before the cursor."""
        return PduError(f"{self.path}{field}", self.at - back, why)
