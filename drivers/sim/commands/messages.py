"""Settings of the message service: format, storages, notification, service centre (TS 27.005 3)."""

from __future__ import annotations

import re

from drivers.sim.card import Memory
from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, Result, cms


@command("+CMGF", "read")
def form(call: Call) -> Result:
    """AT+CMGF?"""
    return Answer((f"+CMGF: {call.device.settings.cmgf}",))


@command("+CMGF", "test")
def forms(call: Call) -> Result:
    """AT+CMGF=?"""
    return Answer(("+CMGF: (0,1)",))


@command("+CMGF", "set")
def set_form(call: Call) -> Result:
    """0 PDU, 1 text."""
    mode = call.number(0, 0)
    if mode not in (0, 1):
        raise cms(303)
    call.device.settings.cmgf = mode
    return OK


@command("+CSMS", "read")
def service(call: Call) -> Result:
    """AT+CSMS?"""
    return Answer((f"+CSMS: {call.device.settings.csms},1,1,1",))


@command("+CSMS", "test")
def services(call: Call) -> Result:
    """AT+CSMS=?"""
    modes = ",".join(map(str, call.device.profile.csms))
    return Answer((f"+CSMS: ({modes})",))


@command("+CSMS", "set")
def set_service(call: Call) -> Result:
    """0: the modem acknowledges by itself; 1: AT+CNMA does."""
    mode = call.number(0)
    if mode not in call.device.profile.csms or (mode == 0 and call.device.faults.on("csms_stuck")):
        raise cms(302)
    call.device.settings.csms = mode
    return Answer(("+CSMS: 1,1,1",))


def _counts(call: Call) -> str:
    parts = []
    for name in call.device.settings.cpms:
        memory = call.device.memory(name)
        parts.append(f"{memory.used},{memory.size}" if memory else "0,0")
    return ",".join(parts)


@command("+CPMS", "read", needs="sms")
def storages(call: Call) -> Result:
    """AT+CPMS?"""
    parts = []
    for name in call.device.settings.cpms:
        memory = call.device.memory(name) or Memory(name, 0)
        parts.append(f'"{name}",{memory.used},{memory.size}')
    return Answer(("+CPMS: " + ",".join(parts),))


@command("+CPMS", "test", needs="sms")
def possible_storages(call: Call) -> Result:
    """AT+CPMS=?"""
    return Answer((f"+CPMS: {call.device.profile.cpms_test}",))


@command("+CPMS", "set", needs="sms")
def set_storages(call: Call) -> Result:
    """AT+CPMS="SM","SM","SM": to read and delete, to write and send, to receive."""
    device = call.device
    names = [value.upper() for value in call.values if value]
    possible = [set(re.findall(r"[A-Z]{2}", group)) for group in _groups(device.profile.cpms_test)]
    if not names or len(names) > _storages_at_once(call) or device.faults.on("cpms_refused"):
        raise cms(302)
    for place, name in enumerate(names):
        if device.memory(name) is None or name not in possible[min(place, len(possible) - 1)]:
            raise cms(302)
    device.settings.cpms[: len(names)] = names
    device.network.mail.flush(device.imsi)
    if device.faults.on("cpms_query_form"):
        return storages(call)
    return Answer((f"+CPMS: {_counts(call)}",))


def _storages_at_once(call: Call) -> int:
    faults = call.device.faults
    if faults.on("cpms_1_param"):
        return 1
    return 2 if faults.on("cpms_2_params") else 3


def _groups(test: str) -> list[str]:
    return re.findall(r"\(([^)]*)\)", test) or [test]


@command("+CNMI", "read")
def notification(call: Call) -> Result:
    """AT+CNMI?"""
    return Answer(("+CNMI: " + ",".join(map(str, call.device.settings.cnmi)),))


@command("+CNMI", "test")
def notifications(call: Call) -> Result:
    """AT+CNMI=?"""
    return Answer((f"+CNMI: {call.device.profile.cnmi_test}",))


@command("+CNMI", "set")
def set_notification(call: Call) -> Result:
    """mode, mt, bm, ds, bfr; those left out become 0."""
    device = call.device
    values = [call.number(place, 0) for place in range(5)]
    shown = ",".join(map(str, values))
    if not _within(values, device.profile.cnmi_test):
        raise cms(302)
    armed = device.faults.on("cnmi_refused")
    refused = (*device.profile.cnmi_refused, *((armed.text,) if armed else ()))
    if any(re.fullmatch(pattern, shown) for pattern in refused):
        raise cms(303)
    mode, mt, bm, ds, bfr = values
    device.settings.cnmi = (mode, mt, bm, ds, bfr)
    device.network.mail.flush(device.imsi)
    return OK


def _within(values: list[int], test: str) -> bool:
    for value, group in zip(values, _groups(test), strict=False):
        allowed: set[int] = set()
        for piece in group.split(","):
            low, _, high = piece.strip().partition("-")
            if low.isdigit():
                allowed.update(range(int(low), int(high or low) + 1))
        if value not in allowed:
            return False
    return True


@command("+CSCA", "read", needs="sms")
def centre(call: Call) -> Result:
    """The service centre's number."""
    sim = call.device.sim
    if sim is None:
        raise cms(310)
    armed = call.device.faults.on("csca_empty")
    if armed and armed.text != "empty":
        raise cms(330)
    kind = 145 if sim.smsc.startswith("+") else 129
    return Answer((f'+CSCA: "{_coded(call, sim.smsc)}",{kind}',))


def _coded(call: Call, number: str) -> str:
    if call.device.settings.cscs == "UCS2":
        return number.encode("utf-16-be").hex().upper()
    return number


@command("+CSCA", "test")
def centres(call: Call) -> Result:
    """AT+CSCA=?"""
    return OK


@command("+CSCA", "set", needs="sms")
def set_centre(call: Call) -> Result:
    """AT+CSCA="+33…",145: kept on the SIM."""
    sim = call.device.sim
    number = call.text(0)
    if sim is None or not number:
        raise cms(304)
    if call.number(1, 129) == 145 and not number.startswith("+"):
        number = "+" + number
    sim.smsc = number
    return OK


@command("+CSMP", "read")
def text_parameters(call: Call) -> Result:
    """AT+CSMP?"""
    return Answer(("+CSMP: " + ",".join(map(str, call.device.settings.csmp)),))


@command("+CSMP", "test")
def text_parameters_possible(call: Call) -> Result:
    """AT+CSMP=?"""
    return Answer(("+CSMP: (0-255),(0-255),(0-255),(0-255)",))


@command("+CSMP", "set")
def set_text_parameters(call: Call) -> Result:
    """First octet, validity, protocol, coding, for text mode."""
    old = call.device.settings.csmp
    first, validity, pid, dcs = (call.number(place, old[place]) for place in range(4))
    call.device.settings.csmp = (first, validity, pid, dcs)
    return OK


@command("+CMMS", "read")
def more(call: Call) -> Result:
    """AT+CMMS?"""
    return Answer((f"+CMMS: {call.device.settings.cmms}",))


@command("+CMMS", "test")
def more_possible(call: Call) -> Result:
    """AT+CMMS=?"""
    if not call.device.profile.cmms:
        raise cms(303)
    return Answer(("+CMMS: (0-2)",))


@command("+CMMS", "set")
def set_more(call: Call) -> Result:
    """1: keep the link for the next message; 2: until it is told otherwise."""
    mode = call.number(0, 0)
    if not call.device.profile.cmms or mode not in (0, 1, 2):
        raise cms(303)
    call.device.settings.cmms = mode
    return OK
