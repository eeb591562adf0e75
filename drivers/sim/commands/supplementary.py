"""Calls and USSD."""

from __future__ import annotations

from drivers.sim import ussd
from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, Result, cme


@command("+CUSD", "read")
def mode(call: Call) -> Result:
    """AT+CUSD?"""
    return Answer((f"+CUSD: {call.device.settings.cusd}",))


@command("+CUSD", "test")
def modes(call: Call) -> Result:
    """AT+CUSD=?"""
    return Answer(("+CUSD: (0-2)",))


@command("+CUSD", "set", needs="sim")
def ask(call: Call) -> Result:
    """AT+CUSD=1,"*100#",15: the answer comes by itself."""
    device = call.device
    device.settings.cusd = call.number(0, 0)
    code = call.text(1)
    if not code:
        return OK
    if not device.radio.sms:
        raise cme(30)
    return ussd.ask(device, code)


@command("+CLIP", "set")
def caller(call: Call) -> Result:
    """Show who calls."""
    call.device.settings.clip = call.number(0, 0)
    return OK


@command("+CLIP", "read")
def caller_now(call: Call) -> Result:
    """AT+CLIP?"""
    return Answer((f"+CLIP: {call.device.settings.clip},1",))


@command("+CLIP", "test")
def caller_possible(call: Call) -> Result:
    """AT+CLIP=?"""
    return Answer(("+CLIP: (0,1)",))


@command("+CHUP", "run")
@command("H", "set")
def hang_up(call: Call) -> Result:
    """End a call, or refuse one."""
    call.device.calls.end()
    return OK


@command("A", "set")
@command("D", "set")
def no_voice(call: Call) -> Result:
    """No voice calls here."""
    return Answer(final="NO CARRIER")


@command("+CLCC", "run")
def calls(call: Call) -> Result:
    """Calls in progress."""
    number = call.device.calls.number
    return OK if number is None else Answer((f'+CLCC: 1,1,4,0,0,"{number}",145',))
