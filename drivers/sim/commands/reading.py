"""Reading and deleting stored messages (TS 27.005 3.4.2, 3.4.3, 3.5.4, 4.1, 4.2)."""

from __future__ import annotations

from drivers.sim import delivery
from drivers.sim.card import Memory, Stored
from drivers.sim.commands import textual
from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, Result, cms


def _memory(call: Call) -> Memory:
    memory = call.device.memory(call.device.settings.cpms[0])
    if memory is None:
        raise cms(302)
    return memory


@command("+CMGL", "test")
def lists(call: Call) -> Result:
    """AT+CMGL=?"""
    if call.device.settings.cmgf == 0:
        return Answer(("+CMGL: (0-4)",))
    return Answer(('+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")',))


@command("+CMGL", "set", needs="sms")
@command("+CMGL", "run", needs="sms")
def list_all(call: Call) -> Result:
    """All messages of a state; 4 and ALL: of any."""
    memory = _memory(call)
    wanted = _wanted(call)
    lines: list[str] = []
    for index in sorted(memory.slots):
        stored = memory.slots[index]
        if wanted in (4, stored.stat):
            lines.extend(_shown(call, f"+CMGL: {index},", stored))
            memory.mark_read(index)
    return Answer(tuple(lines))


def _wanted(call: Call) -> int:
    if call.device.settings.cmgf == 0:
        wanted = call.number(0, 0)
        if not 0 <= wanted <= 4:
            raise cms(304)
        return wanted
    name = call.text(0, "REC UNREAD").upper()
    if name == "ALL":
        return 4
    if name not in textual.STATES:
        raise cms(305)
    return textual.STATES.index(name)


def _shown(call: Call, head: str, stored: Stored) -> list[str]:
    if call.device.settings.cmgf == 0:
        return [f"{head}{stored.stat},,{stored.length}", stored.pdu.hex().upper()]
    fields, text = textual.fields(stored, call.device.settings.cscs)
    shown = [f'{head}"{textual.STATES[stored.stat]}",{fields}']
    return shown if stored.is_report else [*shown, text]


@command("+CMGR", "test")
@command("+CMGD", "read")
def possible(call: Call) -> Result:
    """AT+CMGR=?"""
    return OK


@command("+CMGR", "set", needs="sms")
def read(call: Call) -> Result:
    """One message."""
    memory = _memory(call)
    index = call.number(0)
    if not memory.valid(index):
        raise cms(321)
    stored = memory.slots.get(index)
    if stored is None:
        return OK
    lines = _shown(call, "+CMGR: ", stored)
    memory.mark_read(index)
    return Answer(tuple(lines))


@command("+CMGD", "test", needs="sms")
def deletable(call: Call) -> Result:
    """AT+CMGD=?"""
    taken = ",".join(str(index) for index in sorted(_memory(call).slots))
    return Answer((f"+CMGD: ({taken}),(0-4)",))


@command("+CMGD", "set", needs="sms")
def delete(call: Call) -> Result:
    """AT+CMGD=index, or with a flag 1 to 4: all read ones and more."""
    device, memory = call.device, _memory(call)
    index, flag = call.number(0), call.number(1, 0)
    if flag:
        spared = {1: (0, 2, 3), 2: (0, 2), 3: (0,), 4: ()}.get(flag)
        if spared is None:
            raise cms(304)
        gone = [each for each, stored in memory.slots.items() if stored.stat not in spared]
    elif memory.valid(index):
        gone = [index] if index in memory.slots else []
    else:
        raise cms(321)
    for each in gone:
        del memory.slots[each]
        device.log("deleted", memory=memory.name, index=each)
    if gone and device.sim is not None:
        imsi = device.sim.imsi
        device.after(0.0, lambda: device.network.flush(imsi))
    return OK


@command("+CNMA", "run", needs="sms")
@command("+CNMA", "set", needs="sms")
def acknowledge(call: Call) -> Result:
    """The program has the pushed message (0, 1) or refuses it (2)."""
    if call.device.unacknowledged is None:
        raise cms(340)
    delivery.acknowledge(call.device, accepted=call.number(0, 0) != 2)
    return OK


@command("+CNMA", "test")
def acknowledgements(call: Call) -> Result:
    """AT+CNMA=?"""
    return Answer(("+CNMA: (0-2)",)) if call.device.settings.cmgf == 0 else OK
