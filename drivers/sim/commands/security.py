"""The SIM's locks: +CPIN and the counters of tries."""

from __future__ import annotations

from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, Result, cme


@command("+CPIN", "read")
def state(call: Call) -> Result:
    """READY, SIM PIN or SIM PUK."""
    sim = call.device.sim
    if sim is None:
        raise cme(10)
    if sim.state == "BLOCKED" or call.device.failing:
        raise cme(13)
    shown = f'"{sim.state}"' if call.device.faults.on("cpin_quoted") else sim.state
    return Answer((f"+CPIN: {shown}",))


@command("+CPIN", "test")
def possible(call: Call) -> Result:
    """AT+CPIN=?"""
    return OK


@command("+CPIN", "set")
def enter(call: Call) -> Result:
    """AT+CPIN=pin, or AT+CPIN=puk,newpin."""
    device, sim = call.device, call.device.sim
    if sim is None:
        raise cme(10)
    first, second = call.text(0), call.text(1)
    if sim.state == "READY":
        raise cme(3)
    if sim.state == "BLOCKED":
        raise cme(13)
    if sim.state == "SIM PUK":
        if not second:
            raise cme(12)
        right = sim.enter_puk(first, second)
    else:
        right = sim.enter_pin(first)
    device.log("pin", right=right, state=sim.state)
    if not right:
        raise cme(12 if sim.state == "SIM PUK" and not second else 16)
    armed = device.faults.on("busy_after_pin")
    device.sim_ready_at = device.loop.now() + (armed.seconds if armed else device.profile.sim_time)
    device.network.mail.flush(device.imsi)
    return OK


@command("+CPINR", "run")
@command("+CPINR", "set")
def tries(call: Call) -> Result:
    """Remaining tries of PIN and PUK (TS 27.007 8.65)."""
    sim = call.device.sim
    if sim is None:
        raise cme(10)
    lines = {
        "SIM PIN": f"+CPINR: SIM PIN,{sim.pin_tries},3",
        "SIM PUK": f"+CPINR: SIM PUK,{sim.puk_tries},10",
    }
    wanted = call.text(0)
    return Answer((lines[wanted],) if wanted in lines else tuple(lines.values()))


@command("+CLCK", "set", needs="sim")
def lock(call: Call) -> Result:
    """AT+CLCK="SC",2: does the SIM ask for its PIN?"""
    sim = call.device.sim
    if sim is None:
        raise cme(10)
    facility, mode, password = call.text(0), call.number(1), call.text(2)
    if facility != "SC":
        return Answer(("+CLCK: 0",)) if mode == 2 else OK
    if mode == 2:
        return Answer((f"+CLCK: {int(sim.pin is not None)}",))
    if sim.pin is None and mode == 1:
        sim.pin = password
        return OK
    if not sim.enter_pin(password):
        raise cme(16)
    if mode == 0:
        sim.pin = None
    return OK


@command("+CLCK", "test")
def facilities(call: Call) -> Result:
    """AT+CLCK=?"""
    return Answer(('+CLCK: ("SC","PN","PU","PP","PC")',))
