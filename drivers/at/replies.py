"""What answers mean (TS 27.005, TS 27.007), however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from drivers.at.grammar import fields, head, is_hex, number, value

_MEMORY: Final = re.compile(r"\b[A-Z]{2}\b")
_LISTS: Final = ("+CMGL", "+CMGR")
_STAT: Final = re.compile(r"[0-9]{1,3}")
_HIGHEST_STAT: Final = 11
_IMEI: Final = re.compile(r"(?<!\d)\d{14,16}(?!\d)")
_IMSI: Final = re.compile(r"(?<!\d)\d{10,15}(?!\d)")
_ICCID: Final = re.compile(r"\b(?:89|98)[0-9A-Fa-f]{16,20}\b")
_INTERNATIONAL: Final = 145


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry of AT+CMGL or AT+CMGR."""

    index: int | None
    stat: int | None
    """0, 1: received, unread or read. 2, 3: somebody's outgoing message. None where it does not say (F73)."""
    length: int | None
    """Octets of the TPDU as announced: a hint, no more (F82)."""
    pdu: str
    """Upper-case."""

    @property
    def short(self) -> bool:
        """Digits were lost on the way, so reading it again may help (F20, F83).

        The length announced counts the service centre's octets on some modems (F82).
        """
        if self.length is None or len(self.pdu) % 2 or not self.pdu:
            return len(self.pdu) % 2 == 1
        octets = len(self.pdu) // 2
        return octets != self.length and octets < 1 + int(self.pdu[:2], 16) + self.length


@dataclass(frozen=True, slots=True)
class Ussd:
    """`+CUSD: m,"text",dcs` (TS 27.007 7.15)."""

    mode: int | None
    text: str
    dcs: int | None


def answers(lines: Iterable[str], name: str) -> list[str]:
    """What stands behind `name:` in each line that begins so."""
    return [value(line) for line in lines if head(line).upper() == name]


def registration(lines: Iterable[str], name: str = "+CREG") -> int:
    """`<stat>` of an answer to AT+CREG? and its like; -1 where it cannot be told (F26, F107).

    The answer has n before it; an unsolicited line that slipped in has not, and where it stands beside the
    answer it is not the answer: there the second field is a location area of four digits, or missing.
    """
    slipped = -1
    for answer in answers(lines, name):
        parts = fields(answer)
        if len(parts) > 1 and _STAT.fullmatch(parts[1]) and int(parts[1]) <= _HIGHEST_STAT:
            return int(parts[1])
        stat = number(parts[0])
        if stat is not None and 0 <= stat <= _HIGHEST_STAT:
            slipped = stat
    return slipped


def memories(lines: Iterable[str]) -> tuple[str, ...]:
    """Every message storage that an answer to AT+CPMS=? names, in order, whatever its brackets (F23)."""
    found = dict.fromkeys(name for answer in answers(lines, "+CPMS") for name in _MEMORY.findall(answer))
    return tuple(found)


def usage(lines: Iterable[str]) -> tuple[int, int] | None:
    """(used, total) of the first storage in an answer to AT+CPMS? or AT+CPMS= (F74, F89)."""
    for answer in answers(lines, "+CPMS"):
        numbers = [found for part in fields(answer) if (found := number(part)) is not None]
        if len(numbers) > 1:
            return numbers[0], numbers[1]
    return None


def stored(lines: Iterable[str]) -> list[Stored]:
    """The entries of a listing. A PDU is a line of nothing but hex after its header, or behind it (F25)."""
    found, header = [], None
    for line in lines:
        name = head(line).upper()
        if name in _LISTS:
            header, pdu = _header(name, value(line))
        else:
            pdu = line if is_hex(line) else ""
        if header is not None and pdu:
            found.append(Stored(*header, pdu.upper()))
            header = None
    return found


def in_text_mode(lines: Iterable[str]) -> bool:
    """Whether a listing is in text mode: there the state is a word (TS 27.005 3.4.2), here a digit."""
    return any("REC " in answer or "STO " in answer for name in _LISTS for answer in answers(lines, name))


def _header(name: str, text: str) -> tuple[tuple[int | None, int | None, int | None], str]:
    """Index, stat and length, and a PDU on the same line. The alpha field may be missing (F82)."""
    parts = fields(text)
    last, _, pdu = parts[-1].partition(" ")
    numbers = [number(part) for part in (*parts[:-1], last)]
    index = numbers.pop(0) if name == "+CMGL" else None
    stat = numbers[0] if len(numbers) > 1 else None
    return (index, stat, numbers[-1] if numbers else None), pdu.strip() if is_hex(pdu.strip() or "-") else ""


def capability(lines: Iterable[str]) -> int | None:
    """`<fun>` of AT+CFUN?; None where a modem answers the list of what it can instead (F106)."""
    return next((number(fields(answer)[0]) for answer in answers(lines, "+CFUN")), None)


def pin_state(lines: Iterable[str]) -> str:
    """What AT+CPIN? asks for: READY, SIM PIN, ...; "" where it does not say (F19, F104).

    Where another line slipped in before the answer (F26), the last one is the answer.
    """
    states = [
        value(line).strip('" ').upper()
        for line in lines
        if head(line).upper() == "+CPIN" or line.startswith(("SIM", "READY", "PH-"))
    ]
    return states[-1] if states else ""


def service_centre(lines: Iterable[str]) -> str | None:
    """The number in AT+CSCA?, "" where none is set; None where the answer has none at all (F112)."""
    for answer in answers(lines, "+CSCA"):
        parts = fields(answer)
        return _dialled(parts[0], number(parts[1]) if len(parts) > 1 else None)
    return None


def own_number(lines: Iterable[str]) -> str:
    """The first number in AT+CNUM; "" where the SIM has none."""
    for answer in answers(lines, "+CNUM"):
        parts = fields(answer)
        if len(parts) > 1 and parts[1]:
            return _dialled(parts[1], number(parts[2]) if len(parts) > 2 else None)
    return ""


def _dialled(field: str, kind: int | None) -> str:
    """A number with its + where its type says so; undone where AT+CSCS="UCS2" turned it into hex (F134)."""
    if len(field) % 4 == 0 and field.startswith("00") and is_hex(field):
        field = bytes.fromhex(field).decode("utf-16-be", "replace")
    return f"+{field}" if kind == _INTERNATIONAL and field[:1].isdigit() else field


def plain(lines: Iterable[str]) -> str:
    """A bare answer such as the model's name, without prefix and quotes (F19)."""
    return next((value(line).strip('" ') for line in lines), "")


def imei(lines: Iterable[str]) -> str:
    """The digits of AT+CGSN."""
    return _first(_IMEI, lines)


def imsi(lines: Iterable[str]) -> str:
    """The digits of AT+CIMI."""
    return _first(_IMSI, lines)


def iccid(lines: Iterable[str]) -> str:
    """The card's number, unswapped and without its filler (F113)."""
    found = _first(_ICCID, lines).upper()
    if found.startswith("98"):
        found = "".join(found[at + 1 : at + 2] + found[at] for at in range(0, len(found), 2))
    return found.rstrip("F")


def _first(pattern: re.Pattern[str], lines: Iterable[str]) -> str:
    return next((found.group() for line in lines if (found := pattern.search(line))), "")


def signal(lines: Iterable[str]) -> int | None:
    """AT+CSQ in dBm; None where unknown (F111: 99, and the extended scale from 100 on)."""
    for answer in answers(lines, "+CSQ"):
        bars = number(answer)
        if bars is not None and 0 <= bars <= 31:
            return 2 * bars - 113
    return None


def operator(lines: Iterable[str]) -> str:
    """The name, or the digits, of the network in AT+COPS?."""
    for answer in answers(lines, "+COPS"):
        parts = fields(answer)
        if len(parts) > 2:
            return parts[2]
    return ""


def memory_index(line: str) -> tuple[str, int] | None:
    """Memory and index of `+CMTI: "SM",3` and `+CDSI`; None where there is no usable index (F31)."""
    parts = fields(value(line))
    index = number(parts[1]) if len(parts) > 1 else None
    if index is None or index < 0 or not parts[0]:
        return None
    return parts[0].upper(), index


def caller(line: str) -> str:
    """The number in `+CLIP: "+33…",145`; "" where it is withheld."""
    parts = fields(value(line))
    return _dialled(parts[0], number(parts[1]) if len(parts) > 1 else None)


def ussd(line: str) -> Ussd:
    """A +CUSD line: from the first quote to the last, with quotes and line breaks in between (F132)."""
    rest = value(line)
    if '"' in rest:
        before, _, behind = rest.partition('"')
        text, _, after = behind.rpartition('"')
        text = text or behind
        return Ussd(number(before), text, number(after.lstrip(", ")) if after else None)
    mode, text, dcs = ([part.strip() for part in rest.split(",")] + ["", ""])[:3]
    return Ussd(number(mode), text, number(dcs))
