"""Sending: the prompt, the body, the network's answer (TS 27.005 4.3 to 4.7, 3.5.1)."""

from __future__ import annotations

from drivers.sim.card import SENT, UNSENT, Stored
from drivers.sim.codec import CodecError, Submit
from drivers.sim.codec.address import decode_smsc
from drivers.sim.codec.reader import Reader, from_hex
from drivers.sim.commands import textual
from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, Prompt, Result, cms
from drivers.sim.submission import Submission, Typed


@command("+CMGS", "test")
@command("+CMGW", "test")
@command("+CMSS", "test")
def possible(call: Call) -> Result:
    """AT+CMGS=?"""
    return OK


@command("+CMGS", "set", needs="sms")
def send(call: Call) -> Result:
    """AT+CMGS=length (PDU mode) or AT+CMGS="number" (text mode)."""
    _check(call)
    if struck := call.device.faults.fire("prompt_refused"):
        raise cms(struck.number)
    return Prompt(Submission(call, _read).body, call.device.prompt_time)


def _check(call: Call) -> None:
    """Parameters that are wrong before any prompt."""
    if call.device.settings.cmgf == 1:
        if not call.text(0):
            raise cms(305)
    elif not call.text(0).isdigit():
        raise cms(304)


def _read(call: Call, body: bytes) -> Typed:
    """What was typed at the prompt; raises CMS 304 where it is no PDU of the announced length."""
    if call.device.settings.cmgf == 1:
        return Typed(textual.submit(call, body))
    try:
        reader = Reader(from_hex(body.decode("ascii", "replace")))
        smsc = decode_smsc(reader)
        tpdu = reader.rest()
        if len(tpdu) != call.number(0):
            raise CodecError(f"length: {len(tpdu)} octets, {call.number(0)} announced")
        return Typed(Submit.decode(tpdu), tpdu.hex().upper(), smsc)
    except CodecError as error:
        call.device.log("refused", code=304, why=str(error))
        raise cms(304) from None


@command("+CMGW", "set", needs="sms")
@command("+CMGW", "run", needs="sms")
def write(call: Call) -> Result:
    """Store a message to be sent later."""
    device = call.device

    def keep(body: bytes | None) -> Result:
        if body is None:
            return OK
        typed = _read(call, body)
        tpdu = bytes.fromhex(typed.pdu) if typed.pdu else typed.submit.encode()
        memory = device.memory(device.settings.cpms[1])
        index = None if memory is None else memory.store(Stored(b"\0" + tpdu, len(tpdu), UNSENT))
        if index is None:
            raise cms(322)
        return Answer((f"+CMGW: {index}",))

    return Prompt(keep, device.prompt_time)


@command("+CMSS", "set", needs="sms")
def send_stored(call: Call) -> Result:
    """Send what +CMGW stored."""
    memory = call.device.memory(call.device.settings.cpms[1])
    index = call.number(0)
    stored = memory.slots.get(index) if memory else None
    if memory is None or stored is None:
        raise cms(321)
    submit = Submit.decode(stored.tpdu)
    memory.slots[index] = Stored(stored.pdu, stored.length, SENT)
    return Submission(call, _read).go(Typed(submit, stored.tpdu.hex().upper()))
