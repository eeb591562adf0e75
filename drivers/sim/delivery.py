"""How a modem receives: stored or pushed, announced or not, acknowledged or sent again (TS 27.005 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.card import Stored
from drivers.sim.codec.address import encode_smsc
from drivers.sim.codec.coding import class_of

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.network import Letter

_ACK_TIME = 10.0
_SILENT_PID = 0x40


def take(device: Device, letter: Letter) -> bool:
    """Receive one letter; False where it must wait in the network."""
    if device.unacknowledged is not None:
        return False
    if letter.is_report:
        return _take_report(device, letter)
    if letter.pid == _SILENT_PID:
        device.log("discarded", why="silent message")
        return True
    mt = device.settings.cnmi[1]
    if mt == 2 or (mt == 3 and letter.message_class == 3) or letter.message_class == 0:
        _push(device, letter, "+CMT")
        return True
    return _store(device, letter, device.settings.cpms[2], "+CMTI")


def _take_report(device: Device, letter: Letter) -> bool:
    ds = device.settings.cnmi[3]
    if ds == 1:
        _push(device, letter, "+CDS")
        return True
    if ds == 2:
        return _store(device, letter, "SR", "+CDSI")
    device.log("discarded", why="reports are not asked for")
    return True


def _stored(device: Device, letter: Letter) -> Stored:
    pdu = encode_smsc(device.network.smsc) + letter.tpdu
    return Stored(pdu=pdu, length=len(letter.tpdu), is_report=letter.is_report)


def _store(device: Device, letter: Letter, name: str, announcement: str) -> bool:
    memory = device.memory(name)
    index = None if memory is None else memory.store(_stored(device, letter))
    if memory is None or index is None:
        device.log("held", why=f"{name} is full")
        return False
    device.log("stored", memory=name, index=index, report=letter.is_report)
    if device.settings.cnmi[0] and (device.settings.cnmi[1] or letter.is_report):
        device.say(f'{announcement}: "{name}",{index}')
    return True


def _push(device: Device, letter: Letter, announcement: str) -> None:
    message = _stored(device, letter)
    device.log("pushed", code=announcement)
    head = (
        f"{announcement}: ,{message.length}"
        if announcement == "+CMT"
        else f"{announcement}: {message.length}"
    )
    device.say(head, message.pdu.hex().upper())
    if device.settings.csms >= 1:
        device.unacknowledged = letter
        device.ack_timer = device.after(_ACK_TIME, lambda: _unacknowledged(device))


def acknowledge(device: Device, accepted: bool = True) -> None:
    """AT+CNMA: the program has the message, or refuses it."""
    letter, device.unacknowledged = device.unacknowledged, None
    if device.ack_timer is not None:
        device.ack_timer.cancel()
    if letter is None or device.sim is None:
        return
    if not accepted:
        device.network.again(device.sim.imsi, letter)
        return
    device.network.flush(device.sim.imsi)


def _unacknowledged(device: Device) -> None:
    """Too late: the network will send again, and the modem stops pushing (TS 27.005 3.4.1)."""
    letter, device.unacknowledged = device.unacknowledged, None
    mode, _, broadcast, _, buffer = device.settings.cnmi
    device.settings.cnmi = (mode, 0, broadcast, 0, buffer)
    if letter is not None and device.sim is not None:
        device.log("unacknowledged")
        device.network.again(device.sim.imsi, letter)
        device.network.flush(device.sim.imsi)


__all__ = ["acknowledge", "class_of", "take"]
