"""The radio: power, registration, operator, signal."""

from __future__ import annotations

from drivers.sim import stuck
from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, Result, cme


@command("+CFUN", "read")
def function(call: Call) -> Result:
    """AT+CFUN?"""
    return Answer((f"+CFUN: {call.device.radio.cfun}",))


@command("+CFUN", "test")
def functions(call: Call) -> Result:
    """AT+CFUN=?"""
    return Answer(("+CFUN: (0,1,4),(0,1)",))


@command("+CFUN", "set")
def set_function(call: Call) -> Result:
    """0 and 4 switch the radio off, 1 on; with a second parameter 1 the modem restarts."""
    device, mode = call.device, call.number(0)
    if mode not in (0, 1, 4):
        raise cme(50)
    if call.number(1, 0) == 1:
        device.power.after(0.0, lambda: device.power.reboot("AT+CFUN=1,1"))
        return OK
    if mode == 1 and device.radio.cfun != 1:
        stuck.heal(device, "radio")
    device.radio.cfun = mode
    device.network.mail.flush(device.imsi)
    return OK


def _registration(call: Call) -> Result:
    device, name = call.device, call.command.name
    if name == "+CREG" and (armed := device.faults.on("creg_malformed")):
        return Answer((armed.text,))
    key = name[1:]
    mode = device.settings.registration[key]
    stat = device.registration(key)
    line = f"{name}: {mode},{stat}"
    if mode == 2 and stat in (1, 5):
        line += f',"{device.radio.area}","{device.radio.cell}"'
        line += f",{device.radio.act}" if key != "CREG" or device.radio.act else ""
    return Answer((line,))


def _set_registration(call: Call) -> Result:
    mode = call.number(0, 0)
    if mode not in (0, 1, 2):
        raise cme(50)
    call.device.settings.registration[call.command.name[1:]] = mode
    return OK


def _registrations(call: Call) -> Result:
    return Answer((f"{call.command.name}: (0-2)",))


for _name in ("+CREG", "+CGREG", "+CEREG"):
    command(_name, "read")(_registration)
    command(_name, "set")(_set_registration)
    command(_name, "test")(_registrations)


@command("+CSQ", "run")
@command("+CSQ", "read")
def signal(call: Call) -> Result:
    """AT+CSQ."""
    return Answer((f"+CSQ: {call.device.signal()},99",))


@command("+CSQ", "test")
def signals(call: Call) -> Result:
    """AT+CSQ=?"""
    return Answer(("+CSQ: (0-31,99),(0-7,99)",))


@command("+COPS", "read")
def operator(call: Call) -> Result:
    """The operator, in the format that AT+COPS=3,n chose."""
    device = call.device
    if not device.radio.sms:
        return Answer(("+COPS: 0",))
    form = device.settings.cops_format
    name = device.radio.plmn if form == 2 else device.radio.operator
    return Answer((f'+COPS: 0,{form},"{name}",{device.radio.act}',))


@command("+COPS", "set")
def choose_operator(call: Call) -> Result:
    """Only the format (mode 3) has an effect; automatic and manual choice are accepted."""
    if call.number(0) == 3:
        call.device.settings.cops_format = call.number(1, 0)
    return OK


@command("+COPS", "test", needs="sim")
def operators(call: Call) -> Result:
    """The networks in the air: one."""
    radio = call.device.radio
    name = radio.operator
    return Answer((f'+COPS: (2,"{name}","{name}","{radio.plmn}",{radio.act}),,(0-4),(0-2)',))
