"""How a modem receives: stored or pushed, announced or not, acknowledged or sent again (TS 27.005 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.card import Stored

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.mail import Letter

_ACK_TIME = 10.0
"""Seconds for AT+CNMA under +CSMS=1, before the network sends again."""
_RETRY_TIME = 0.2
"""Seconds until the network tries again what the program refused (real ones: minutes)."""
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
    if _pushed(device, letter):
        _push(device, letter, "+CMT")
        return True
    return _store(device, letter, device.settings.cpms[2])


def _pushed(device: Device, letter: Letter) -> bool:
    mode, mt, *_ = device.settings.cnmi
    if mode == 0 or (mt == 0 and letter.message_class != 0):
        return False
    if letter.message_class == 0 or (mt == 2 and letter.message_class != 2):
        return True
    if mt == 3 and letter.message_class == 3:
        return True
    return device.faults.fire("routed_anyway") is not None


def _take_report(device: Device, letter: Letter) -> bool:
    mode, _, _, ds, _ = device.settings.cnmi
    if ds == 0 or (ds == 1 and mode == 0):
        device.log("discarded", why="reports are not asked for")
        return True
    if device.faults.on("report_as_message"):
        return _store(device, letter, device.settings.cpms[2])
    if ds == 1:
        _push(device, letter, "+CDS")
        return True
    return _store(device, letter, "SR")


def _store(device: Device, letter: Letter, name: str) -> bool:
    memory = device.memory(name)
    if memory is None:
        device.log("discarded", why=f"there is no {name}")
        return True
    message = Stored(pdu=letter.pdu, length=len(letter.tpdu), is_report=letter.is_report)
    index = memory.store(message)
    if index is None:
        if not letter.shown_as_held:
            letter.shown_as_held = True
            device.log("held", why=f"{name} is full")
            _say_full(device, name)
        return False
    device.log("stored", memory=name, index=index, report=letter.is_report)
    if device.settings.cnmi[0] and (device.settings.cnmi[1] or letter.is_report):
        _announce(device, name, index, report=name == "SR")
    if memory.full:
        _say_full(device, name)
    return True


def _announce(device: Device, name: str, index: int, *, report: bool) -> None:
    faults = device.faults
    if report:
        device.say(f'+CDSI: "{"SM" if faults.on("report_wrong_memory") else name}",{index}')
        return
    if faults.fire("cmti_missing"):
        return
    if faults.fire("cmti_wrong_memory"):
        name = "ME" if name == "SM" else "SM"
    if faults.fire("cmti_bad_index"):
        index = -1
    extra = ',"MMS PUSH",2,1' if faults.on("cmti_extra") else ""
    line = f'+CMTI: "{name}",{index}{extra}'
    device.say(line)
    if faults.fire("cmti_twice"):
        device.say(line)


def _say_full(device: Device, name: str) -> None:
    told = device.faults.on("full_urc")
    line = told.text if told else device.profile.full.format(memory=name)
    if line:
        device.say(line)


def _push(device: Device, letter: Letter, announcement: str) -> None:
    device.log("pushed", code=announcement)
    comma = announcement == "+CMT" or device.faults.on("cds_comma")
    head = f"{announcement}: {',' if comma else ''}{len(letter.tpdu)}"
    pdu = device.as_hex(letter.pdu)
    if device.settings.cmgf == 1:
        device.say(
            *device.as_text(Stored(letter.pdu, len(letter.tpdu), is_report=letter.is_report), announcement)
        )
    elif struck := device.faults.fire("torn_push"):
        device.say(head, struck.text, pdu)
    else:
        device.say(head, pdu)
    if device.settings.csms >= 1:
        device.unacknowledged = letter
        device.ack_timer = device.power.after(_ACK_TIME, lambda: _unacknowledged(device))


def acknowledge(device: Device, accepted: bool = True) -> None:
    """AT+CNMA: the program has the message, or refuses it."""
    letter, device.unacknowledged = device.unacknowledged, None
    if device.ack_timer is not None:
        device.ack_timer.cancel()
    if letter is None:
        return
    if not accepted:
        device.network.mail.again(device.imsi, letter)
        device.power.after(_RETRY_TIME, lambda: device.network.mail.flush(device.imsi))
        return
    device.log("acknowledged")
    device.network.mail.flush(device.imsi)


def forget(device: Device) -> None:
    """The power is gone: what was not acknowledged will be sent again."""
    letter, device.unacknowledged = device.unacknowledged, None
    if letter is not None:
        device.network.mail.again(device.imsi, letter)


def _unacknowledged(device: Device) -> None:
    """Too late: the network will send again, and the modem stops pushing (TS 27.005 3.4.1)."""
    letter, device.unacknowledged = device.unacknowledged, None
    mode, _, broadcast, _, buffer = device.settings.cnmi
    device.settings.cnmi = (mode, 0, broadcast, 0, buffer)
    if letter is not None:
        device.log("unacknowledged")
        device.network.mail.again(device.imsi, letter)
        device.network.mail.flush(device.imsi)
