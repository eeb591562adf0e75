"""Reading and deleting stored messages (TS 27.005 3.4.2, 3.4.3, 3.5.4, 4.1, 4.2)."""

from __future__ import annotations

from drivers.sim import delivery
from drivers.sim.card import Memory, Stored
from drivers.sim.codec import CodecError, Deliver
from drivers.sim.codec.coding import concat_of, elements
from drivers.sim.commands import textual
from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, AtError, Result, cms


def _memory(call: Call) -> Memory:
    memory = call.device.memory(call.device.settings.cpms[0])
    if memory is None:
        raise cms(302)
    return memory


# ---- reading


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
    faults, memory = call.device.faults, _memory(call)
    if faults.on("cmgl_broken"):
        raise cms(303)
    wanted = _wanted(call)
    if memory.name == "SR" and faults.on("sr_unlistable"):
        return OK
    lines: list[str] = []
    for index in sorted(memory.slots):
        stored = memory.slots[index]
        if wanted in (4, stored.stat):
            lines.extend(_shown(call, f"+CMGL: {index},", stored))
            memory.mark_read(index)
    if lines and faults.fire("cmgl_truncated"):
        lines[-1] = lines[-1][: len(lines[-1]) // 2]
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
    device = call.device
    if device.settings.cmgf == 1:
        fields, text = textual.fields(stored, device.settings.cscs)
        shown = [f'{head}"{textual.STATES[stored.stat]}",{fields}']
        return shown if stored.is_report else [*shown, text]
    faults = device.faults
    length = len(stored.pdu) if faults.on("cmgl_wrong_length") else stored.length
    stat = "" if faults.on("stat_empty") else str(stored.stat)
    alpha = ',"",' if faults.on("alpha_quotes") else ",,"
    if faults.on("alpha_missing"):
        alpha = ","
    return [f"{head}{stat}{alpha}{length}", device.as_hex(stored.pdu)]


@command("+CMGR", "test")
def readable(call: Call) -> Result:
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
        return _nothing(call)
    lines = _shown(call, "+CMGR: ", stored)
    memory.mark_read(index)
    return Answer(tuple(lines))


def _nothing(call: Call) -> Result:
    armed = call.device.faults.on("cmgr_empty")
    form = armed.text if armed else call.device.profile.empty_slot
    if form == "321":
        raise cms(321)
    if form == "error":
        raise AtError
    return Answer(("+CMGR: 0,,0", "")) if form == "zero" else OK


# ---- deleting


@command("+CMGD", "test", needs="sms")
def deletable(call: Call) -> Result:
    """AT+CMGD=?"""
    memory, form = _memory(call), call.device.profile.cmgd_test
    taken = ",".join(str(index) for index in sorted(memory.slots))
    if form == "comma":
        taken += ","
    if form == "range":
        taken = f"{memory.base}-{memory.base + memory.size - 1}"
    return Answer((f"+CMGD: ({taken}),(0-4)",))


@command("+CMGD", "set", needs="sms")
def delete(call: Call) -> Result:
    """AT+CMGD=index, or with a flag 1 to 4: all read ones and more."""
    device, memory = call.device, _memory(call)
    index, flag = call.number(0), call.number(1, 0)
    if device.faults.fire("delete_fails"):
        raise cms(320)
    gone = _flagged(call, memory, flag) if flag else _single(call, memory, index)
    for each in gone:
        del memory.slots[each]
        device.log("deleted", memory=memory.name, index=each)
    if gone:
        device.power.after(0.0, lambda: device.network.mail.flush(device.imsi))
    return OK


def _flagged(call: Call, memory: Memory, flag: int) -> list[int]:
    spared = {1: (0, 2, 3), 2: (0, 2), 3: (0,), 4: ()}.get(flag)
    if spared is None or (memory.name == "SR" and call.device.faults.on("sr_unlistable")):
        raise cms(304)
    return [each for each, stored in memory.slots.items() if stored.stat not in spared]


def _single(call: Call, memory: Memory, index: int) -> list[int]:
    if not memory.valid(index):
        raise cms(321)
    stored = memory.slots.get(index)
    if stored is None:
        if call.device.faults.on("cmgd_error_empty"):
            raise cms(321)
        return []
    if call.device.faults.on("delete_siblings"):
        return [each for each, other in memory.slots.items() if _siblings(stored, other)]
    return [index]


def _siblings(one: Stored, other: Stored) -> bool:
    return one is other or (_message(one) is not None and _message(one) == _message(other))


def _message(stored: Stored) -> tuple[str, int, int] | None:
    """What the parts of one message share; None for a message of one part."""
    if stored.kind != 0:
        return None
    try:
        deliver = Deliver.decode(stored.tpdu)
    except CodecError:
        return None
    place = concat_of(elements(deliver.header))
    return None if place is None else (deliver.sender, place.reference, place.total)


# ---- acknowledging


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
