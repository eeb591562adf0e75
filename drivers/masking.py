"""Making a recorded conversation fit to be shown: numbers and texts are replaced, lengths and structure stay.

A number is replaced by the same one wherever it stands, inside PDUs too, so that a masked conversation can
still be replayed: what was equal stays equal.
"""

from __future__ import annotations

import re
from typing import Final

from drivers.pdu import gsm7

_SHORT_CODE: Final = 6
"""Digits of a service's number, which is no secret."""
_SENSITIVE: Final = re.compile(r"[0-9A-Fa-f]{20,}|[0-9]{7,}")
"""PDUs, also with a result glued to them (F04), and runs of digits: phone numbers, IMEI, IMSI, ICCID. Nothing else in
an AT conversation is so long."""
_CARD: Final = 22
"""Digits of an ICCID at most, two of filling among them; the shortest PDU that the network sends has 34."""
_SHORTEST: Final = 20
"""Hex digits from which on a run may be a PDU."""
_PREFIX: Final = 3
"""Digits that may be seen: a country, the maker of a SIM."""
_QUOTED: Final = re.compile(r'"([^"]*)"')
_PLAIN: Final = re.compile(r"[0-9+*#/:, -]*")
"""A quoted word that is a number or a time, and no name; not even one in hex (UCS-2)."""
_SECRET: Final = re.compile(r"AT.*?[+^*#$](CPWD|CLCK|[A-Z]*PIN[A-Z0-9]*)\s*=", re.IGNORECASE)
"""Commands that carry a PIN or a password, of makers too, and behind others on one line (TS 27.007 8.3, 7.4, 7.5)."""
_CODE: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{4,8}(?![0-9A-Za-z])")
"""A PIN, a PUK."""
_PIN_CODE: Final = re.compile(r"(\*\*0[45]2?\*)([0-9*]+)")
"""A PIN that is changed or unblocked by a code to dial (TS 22.030 6.6.2)."""
_DIALLED: Final = re.compile(r"AT(\+CUSD=[0-9]+,|D[*#])", re.IGNORECASE)
_IN_CODE: Final = re.compile(r"[0-9A-F]{11,}|(?<![0-9A-F])[0-9]{4,}(?![0-9A-F])")
"""What may be a secret in a code to dial: that of an account, and anything packed that is longer than *100#."""
_NAMED: Final = re.compile(r"\+(CNUM|CLIP|CLCC|CCWA|COLP|CMGL|CMGR|CMT|CPBR|CPBF):")
"""Lines whose quoted words are people's names."""
_SPOKEN: Final = re.compile(r'\+CUSD:\s*[0-9]\s*,\s*"?')
_SPOKEN_END: Final = re.compile(r'"\s*(,\s*[0-9]+\s*)?$')
_MODE: Final = re.compile(r"\+CMGF[=:]\s*([01])", re.IGNORECASE)
_TEXT_HEADER: Final = re.compile(
    r'\+(CMT|CMGR|CMGL|CBM|CDS):.*"([0-9]{2}/[0-9]{2}/[0-9]{2}|REC |STO )', re.IGNORECASE
)
"""A header of text mode (TS 27.005 3.4): the modem has fallen back to it, whatever it was told (F45)."""
_PROTOCOL: Final = re.compile(
    r"[^ -~]*(AT([+^*#$%&].*|[EHIVQXZ][0-9]?|D[0-9*#+]*;?)?$|(OK|ERROR|RING|NO CARRIER|BUSY|>)\s*$"
    r"|[+^*#$%&][A-Z][A-Z0-9 ]*[:=?])",
    re.IGNORECASE,
)
"""Commands, results and announcements. Any other line may be a text, where texts are to be expected."""
_SCTS: Final = 7
_NAME_TYPE: Final = 0x50
_EXTENDED: Final = 0x80
"""Set in the type of every address (TS 23.040 9.1.2.5): else this is no PDU."""
_DELIVER, _SUBMIT, _REPORT = 0, 1, 2


class Masker:
    """Replaces numbers and texts, line by line, the same way throughout one conversation."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._secrets: set[str] = set()
        self._in_text = False  # behind a first line of USSD: until something else is said
        self._text_mode = False

    def line(self, line: str) -> str:
        """One line of either direction, masked; as long as before."""
        if mode := _MODE.search(line):
            self._text_mode = mode[1] == "1"
        if _TEXT_HEADER.search(line):
            self._text_mode = True
        if secret := _SECRET.search(line):
            self._secrets.update(_CODE.findall(line[secret.end() :]))
            return _blotted(line, keep=secret.end())
        if spoken := _SPOKEN.search(line):
            self._in_text = True
            ending = _SPOKEN_END.search(line, spoken.end())
            return _blotted(line, keep=spoken.end(), until=ending.start() if ending else None)
        if _PROTOCOL.match(line):
            self._in_text = False
        elif self._in_text or self._text_mode:
            return _blotted(line)
        line = _PIN_CODE.sub(lambda found: found[1] + _blotted(found[2]), line)
        if _DIALLED.search(line):
            line = _IN_CODE.sub(lambda found: _blotted(found[0]), line)
        if self._secrets:  # a PIN that comes back where the name of its command was lost on the line (F20)
            line = _CODE.sub(
                lambda found: "0" * len(found[0]) if found[0] in self._secrets else found[0], line
            )
        if _NAMED.search(line):
            line = _QUOTED.sub(lambda found: f'"{_name(found[1])}"', line)
        return _SENSITIVE.sub(lambda found: self._hidden(found[0]), line)

    def _hidden(self, run: str) -> str:
        """A PDU, a number, or a card's number with its filling."""
        digits = run.rstrip("Ff")
        if len(run) <= _CARD and digits.isdecimal():
            return self.number(digits) + run[len(digits) :]
        return self.number(run) if len(run) < _SHORTEST else self.pdu(run)

    def number(self, digits: str) -> str:
        """Digits that stand for these throughout."""
        if digits not in self._numbers:
            place = len(digits) - _PREFIX
            self._numbers[digits] = digits[:_PREFIX] + f"{len(self._numbers) + 1:0{place}d}"[-place:]
        return self._numbers[digits]

    def pdu(self, digits: str) -> str:
        """A PDU with other numbers and another text; noughts where it cannot be read."""
        try:
            return _Rewriter(self, bytes.fromhex(digits)).run().hex().upper()
        except (ValueError, IndexError):
            return "0" * len(digits)


class _Rewriter:
    """Walks over the fields of one PDU (TS 23.040 9.2.2) and writes them again."""

    def __init__(self, masker: Masker, octets: bytes) -> None:
        self._number = masker.number
        self._octets = octets
        self._at = 0
        self._out = bytearray()

    def run(self) -> bytes:
        """The whole PDU; what follows the fields is dropped to noughts. Raises ValueError for what is none."""
        length = self._copy(1)[0]
        if length:
            self._address(2 * (length - 1), self._copy(1)[0])
        first = self._copy(1)[0]
        kind = first & 3
        if kind in (_SUBMIT, _REPORT):
            self._copy(1)
        if kind not in (_DELIVER, _SUBMIT, _REPORT):
            raise ValueError("a reserved message type")
        digits, address_type = self._copy(2)
        self._address(digits, address_type)
        if kind == _REPORT:
            self._stamp()
            self._stamp()
            self._copy(1)
        else:
            _pid, dcs = self._copy(2)
            if kind == _DELIVER:
                self._stamp()
            else:
                self._copy({0: 0, 2: 1}.get(first >> 3 & 3, _SCTS))
            self._text(dcs, header=bool(first & 0x40))
        return bytes(self._out) + bytes(len(self._octets) - len(self._out))

    def _copy(self, count: int) -> bytes:
        taken = self._take(count)
        self._out += taken
        return taken

    def _take(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("it ends too soon")
        self._at += count
        return taken

    def _stamp(self) -> None:
        """A time, which nothing else may hide in: semi-octets, save the sign of its zone (TS 23.040 9.2.3.11)."""
        if not f"{self._copy(_SCTS)[:-1].hex()}".isdecimal():
            raise ValueError("no time")

    def _address(self, digits: int, address_type: int) -> None:
        if not address_type & _EXTENDED:
            raise ValueError("no type of an address")
        octets = self._take((digits + 1) // 2)
        if address_type & 0x70 == _NAME_TYPE:
            self._out += gsm7.pack(b"x" * (digits * 4 // 7)).ljust(len(octets), b"\0")
            return
        swapped = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in octets)
        said = swapped[:digits].rstrip("f")
        if len(said) > _SHORT_CODE:
            said = self._number(said) if said.isdecimal() else "0" * len(said)
        masked = said.ljust(len(swapped), "f")
        self._out += bytes(int(masked[at + 1] + masked[at], 16) for at in range(0, len(masked), 2))

    def _text(self, dcs: int, *, header: bool) -> None:
        length = self._copy(1)[0]
        wide, octets8 = dcs & 0x0C == 0x08 and dcs < 0xF0, dcs & 0x0C == 0x04 or dcs & 0xF4 == 0xF4
        octets = self._take(length if wide or octets8 else (length * 7 + 7) // 8)
        head = octets[: octets[0] + 1] if header and octets else b""
        if head and len(head) <= head[0]:
            raise ValueError("a header beyond the text")
        if wide or octets8:
            filler = b"\0x" if wide else b"\0"
            body = filler * ((len(octets) - len(head)) // len(filler))
            self._out += (head + body).ljust(len(octets), b"\0")
        else:
            septets = length - (len(head) * 8 + 6) // 7
            self._out += gsm7.pack(b"x" * septets, head)[: len(octets)].ljust(len(octets), b"\0")


def _name(text: str) -> str:
    """A quoted word: digits are left for the numbers' turn."""
    return text if _PLAIN.fullmatch(text) else "x" * len(text)


def _blotted(text: str, *, keep: int = 0, until: int | None = None) -> str:
    """Letters become x and digits 0, between two places."""
    end = len(text) if until is None else until
    middle = "".join("0" if char.isdecimal() else "x" if char.isalnum() else char for char in text[keep:end])
    return text[:keep] + middle + text[end:]
