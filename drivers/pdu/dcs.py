"""The data coding scheme: alphabet, message class, waiting indication (TS 23.038 4)."""

from __future__ import annotations

from typing import NamedTuple

from drivers.pdu.values import Alphabet


class Coding(NamedTuple):
    """What one octet of TP-DCS says."""

    alphabet: Alphabet
    message_class: int | None = None
    compressed: bool = False
    """Compressed by TS 23.042: the octets are no text that we can read."""
    waiting_indicator: bool = False
    """A message waiting indication group: the message tells of voicemail and the like."""

    @property
    def packed(self) -> bool:
        """The user data is counted in septets, not in octets (TS 23.040 9.2.3.16)."""
        return self.alphabet is Alphabet.GSM7 and not self.compressed


# Bits 3 and 2 of the general groups; the reserved value is read as the default alphabet, as clause 4 asks.
_ALPHABETS = (Alphabet.GSM7, Alphabet.OCTETS, Alphabet.UCS2, Alphabet.GSM7)
_HAS_CLASS = 0x10


def _coding(dcs: int) -> Coding:
    group = dcs >> 4
    if group < 0b1000:  # general data coding, and the same for messages to be deleted once read
        message_class = dcs & 0b11 if dcs & _HAS_CLASS else None
        return Coding(_ALPHABETS[dcs >> 2 & 0b11], message_class, compressed=bool(dcs & 0x20))
    if group == 0b1111:  # data coding and class; reserved codings, those with bit 3, are the default alphabet
        return Coding(Alphabet.OCTETS if dcs & 0b1100 == 0b0100 else Alphabet.GSM7, dcs & 0b11)
    if group >= 0b1100:  # message waiting indication: discard, store, store in UCS2
        return Coding(Alphabet.UCS2 if group == 0b1110 else Alphabet.GSM7, waiting_indicator=True)
    return Coding(Alphabet.GSM7)


CODINGS = tuple(_coding(dcs) for dcs in range(256))
"""What each TP-DCS means."""

_DCS = {Alphabet.GSM7: 0x00, Alphabet.UCS2: 0x08}


def encode_dcs(alphabet: Alphabet, message_class: int | None) -> int:
    """TP-DCS for a text, in the general group. Raises `ValueError` where there is no such coding."""
    if alphabet not in _DCS:
        raise ValueError(f"a text is sent as gsm7 or ucs2, not as {alphabet}")
    if message_class is None:
        return _DCS[alphabet]
    if message_class not in range(4):
        raise ValueError(f"the message class is 0 to 3 or none, not {message_class}")
    return _DCS[alphabet] | _HAS_CLASS | message_class
