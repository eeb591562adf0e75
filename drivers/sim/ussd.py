"""USSD: short questions to the network, and the many ways in which answers are written (TS 27.007 7.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.codec import septets
from drivers.sim.results import OK, Answer, Result, cme

if TYPE_CHECKING:
    from drivers.sim.device import Device

_DELAY = 0.05
"""Seconds from the question to the answer (real ones: 2 to 15)."""
_CR = 0x0D


def ask(device: Device, code: str) -> Result:
    """Answer OK, and the network's text a moment later; or before it, where that fault is armed."""
    faults = device.faults
    if struck := faults.on("ussd_error"):
        raise cme(struck.number)
    if faults.on("ussd_packed_only") or device.profile.ussd_packed_request:
        code = _unpacked(code)
    elif device.settings.cscs == "UCS2":
        code = _from_ucs2(code)
    device.log("ussd", code=code)
    if struck := faults.on("ussd_timeout"):
        device.power.after(_DELAY, lambda: device.say(f"+CUSD: {struck.number}"))
        return OK
    lines = _lines(device, text_for(device, code))
    if faults.on("ussd_before_ok"):
        return Answer(lines)
    device.power.after(_DELAY, lambda: device.say(*lines))
    return OK


def text_for(device: Device, code: str) -> str:
    """What the network says to a code."""
    text = device.network.ussd.get(code)
    if text is None:
        return f"Code {code} inconnu"
    credit = "illimite" if device.sim is None or device.sim.credit is None else str(device.sim.credit)
    number = device.sim.number if device.sim is not None else ""
    return text.replace("{credit}", credit).replace("{number}", number)


def _lines(device: Device, text: str) -> tuple[str, ...]:
    faults = device.faults
    form = device.profile.ussd
    if device.settings.cscs == "UCS2" and form == "plain":
        form = "ucs2"
    if faults.on("ussd_packed"):
        form = "packed"
    if faults.on("ussd_ucs2"):
        form = "ucs2"
    if faults.on("ussd_multiline"):
        text = f'{text}\r\n1 "Forfait"\r\n2 Options'
    if form == "packed":
        return (f'+CUSD: 0,"{_packed(text)}",15',)
    if form == "ucs2":
        armed = faults.on("ussd_ucs2")
        return (f'+CUSD: 0,"{text.encode("utf-16-be").hex().upper()}",{armed.number if armed else 72}',)
    return tuple(f'+CUSD: 0,"{text}",15'.split("\r\n"))


def _packed(text: str) -> str:
    codes = septets.encode(text) or []
    if len(codes) % 8 == 7:
        codes.append(_CR)  # seven spare bits would read as @ (TS 23.038 6.1.2.3.1)
    return septets.pack(codes).hex().upper()


def _from_ucs2(code: str) -> str:
    try:
        return bytes.fromhex(code).decode("utf-16-be")
    except ValueError:
        return code


def _unpacked(code: str) -> str:
    try:
        data = bytes.fromhex(code)
    except ValueError:
        raise cme(50) from None
    return septets.decode(septets.unpack(data, len(data) * 8 // 7)).rstrip("\r@")
