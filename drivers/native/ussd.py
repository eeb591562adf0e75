"""USSD: codes such as *100#, and the many ways in which their answers are written (MODEMS 1.I)."""

from __future__ import annotations

import re
from typing import Final

from drivers.at.events import Unsolicited
from drivers.at.grammar import is_hex
from drivers.at.replies import Ussd
from drivers.at.replies import ussd as parsed
from drivers.at.urc import Kind
from drivers.errors import Refused, Verdict
from drivers.native.link import SLOW, Link
from drivers.native.needs import refusal
from drivers.pdu import gsm7

_CODE: Final = re.compile(r"[0-9*#+A-Da-d]{1,182}")
_DCS: Final = 15
"""GSM 7-bit, language unspecified (TS 23.038 5)."""
_RELEASE_WAIT: Final = 1.0
"""Seconds for the answer that may follow the network's "released" (F132)."""
_MORE_EXPECTED: Final = 1
_RELEASED: Final = 2
_FAILURES: Final = {
    3: "another program of the modem answered",
    4: "the network does not know this code",
    5: "the network did not answer in time",
}


def ask(link: Link, code: str, *, packed: bool, timeout: float) -> str:
    """The network's answer. Raises Refused where there is none, ValueError where `code` is no USSD code."""
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no USSD code: digits, * and #, such as *100#")
    forget(link)
    until = link.now() + timeout
    _request(link, code, packed=packed)
    answer = _await(link, until)
    if answer is None:
        raise Refused("error", None, f"no answer to {code} within {timeout:g} s", Verdict.LATER)
    if answer.mode == _RELEASED:
        answer = _await(link, min(until, link.now() + _RELEASE_WAIT)) or answer
    if answer.mode == _MORE_EXPECTED:
        link.run("AT+CUSD=2")  # a menu: leave it, or the next code is taken for a choice in it
    if answer.mode in _FAILURES and not answer.text:
        raise Refused("error", None, f"{code}: {_FAILURES[answer.mode]}", Verdict.DOUBTFUL)
    return decoded(answer)


def forget(link: Link) -> None:
    """Drop what came before it was asked for."""
    for event in [each for each in link.news if _is_ussd(each)]:
        link.news.remove(event)


def _request(link: Link, code: str, *, packed: bool) -> None:
    """Plain or packed as the profile says; the other way where that is refused (F131)."""
    for way in (packed, not packed):
        argument = _packed(code) if way else f'"{code}"'
        answer = link.run(f"AT+CUSD=1,{argument},{_DCS}", factor=SLOW)
        if answer.result.ok or any(_is_ussd(event) for event in link.news):
            return
        if answer.result.kind == "timeout":
            break
    raise refusal(answer.result, code)


def _await(link: Link, until: float) -> Ussd | None:
    while True:
        for event in link.news:
            if isinstance(event, Unsolicited) and event.kind is Kind.USSD:
                link.news.remove(event)
                return parsed(event.line)
        left = until - link.now()
        if left <= 0:
            return None
        link.listen(left)


def _is_ussd(event: object) -> bool:
    return isinstance(event, Unsolicited) and event.kind is Kind.USSD


def decoded(answer: Ussd) -> str:
    """The text, by what it looks like: the coding scheme that modems name is often wrong (F130)."""
    text = "".join(answer.text.split()) if _is_broken_hex(answer.text) else answer.text
    if len(text) >= 2 and is_hex(text) and len(text) % 2 == 0:
        octets = bytes.fromhex(text)
        if _looks_like_utf16(octets):
            return octets.decode("utf-16-be", "replace")
        if _looks_packed(text):
            return _from_septets(octets)
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _is_broken_hex(text: str) -> bool:
    return "\n" in text and is_hex("".join(text.split()))


def _looks_like_utf16(octets: bytes) -> bool:
    """Even, and most high octets those of an alphabet: Latin, Greek, Cyrillic, Hebrew, Arabic, or a symbol."""
    if len(octets) % 2 or not octets:
        return False
    high = octets[::2]
    return sum(octet in (0x00, 0x03, 0x04, 0x05, 0x06, 0x20) for octet in high) * 4 >= len(high) * 3


def _looks_packed(text: str) -> bool:
    """Hex, not a number and not a short word such as Cafe."""
    return not text.isdecimal() and any(char.isdecimal() for char in text)


def _packed(code: str) -> str:
    """GSM 7-bit in hex; seven septets are filled up with CR (TS 23.038 6.1.2.3.1)."""
    septets = gsm7.encode(code)
    return gsm7.pack(septets + b"\r" if len(septets) % 8 == 7 else septets).hex().upper()


def _from_septets(octets: bytes) -> str:
    """Packed GSM 7-bit. Seven septets leave seven bits over, filled with CR (TS 23.038 6.1.2.3.1)."""
    count = len(octets) * 8 // 7
    text = gsm7.decode(gsm7.unpack(octets, count))
    return text[:-1] if count % 8 == 0 and text.endswith(("\r", "@")) else text
