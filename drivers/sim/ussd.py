"""USSD: short questions to the network, and the many ways in which answers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.results import OK, Result

if TYPE_CHECKING:
    from drivers.sim.device import Device


def ask(device: Device, code: str) -> Result:
    """Answer OK, and the text a moment later."""
    device.after(0.05, lambda: device.say(f'+CUSD: 0,"{text_for(device, code)}",15'))
    return OK


def text_for(device: Device, code: str) -> str:
    """What the network says to a code."""
    if code == "*100#":
        credit = "illimite" if device.sim is None or device.sim.credit is None else str(device.sim.credit)
        return f"Credit: {credit}"
    return f"Code {code} inconnu"
