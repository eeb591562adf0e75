"""V.250: echo, verbosity, reset, S registers, and the settings every program sends first."""

from __future__ import annotations

from drivers.sim.commands.table import Call, command
from drivers.sim.results import OK, Answer, Result, cme


@command("E", "set")
def echo(call: Call) -> Result:
    """ATE0, ATE1."""
    call.terminal.echo = call.command.raw == "1"
    return OK


@command("V", "set")
def verbose(call: Call) -> Result:
    """ATV0 gives numbers for results."""
    call.terminal.verbose = call.command.raw == "1"
    return OK


@command("Q", "set")
def quiet(call: Call) -> Result:
    """ATQ1 gives no results."""
    call.terminal.quiet = call.command.raw == "1"
    return OK


@command("Z", "set")
@command("&F", "set")
def reset(call: Call) -> Result:
    """The stored profile, which is the factory's: echo on, errors bare, text settings gone."""
    terminal = call.terminal
    terminal.echo, terminal.verbose, terminal.quiet, terminal.cmee = call.device.profile.echo, True, False, 0
    fresh = type(call.device.settings)(cpms=call.device.settings.cpms)
    fresh.csms, fresh.cnmi = call.device.settings.csms, call.device.settings.cnmi
    call.device.settings = fresh
    return OK


@command("&C", "set")
@command("&D", "set")
@command("&K", "set")
@command("&S", "set")
@command("&W", "set")
@command("&V", "set")
@command("\\Q", "set")
@command("\\V", "set")
@command("X", "set")
@command("L", "set")
@command("M", "set")
def accepted(call: Call) -> Result:
    """Settings of the line that a pseudo-terminal does not have."""
    return OK


@command("S", "set")
def register(call: Call) -> Result:
    """ATS3?, ATS0=0."""
    raw = call.command.raw
    registers = call.device.settings.registers
    if raw.endswith("?"):
        return Answer((f"{registers.get(int(raw[:-1]), 0):03}",))
    number, _, value = raw.partition("=")
    registers[int(number)] = int(value or 0)
    return OK


@command("+CMEE", "set")
def errors(call: Call) -> Result:
    """How errors are told: 0 bare, 1 numbers, 2 texts."""
    mode = call.number(0, 0)
    if mode not in (0, 1, 2):
        raise cme(50)
    call.terminal.cmee = mode
    return OK


@command("+CMEE", "read")
def errors_now(call: Call) -> Result:
    """AT+CMEE?"""
    return Answer((f"+CMEE: {call.terminal.cmee}",))


@command("+CMEE", "test")
def errors_possible(call: Call) -> Result:
    """AT+CMEE=?"""
    return Answer(("+CMEE: (0-2)",))


_REMEMBERED = {
    "+CSCLK": "0",
    "+IFC": "2,2",
    "+ICF": "3,3",
    "+IPR": "115200",
    "+CRC": "0",
    "+CSTA": "145",
    "+CRLP": "61,61,48,6",
    "+CGATT": "1",
    "+CGSMS": "1",
    "+CTZR": "0",
    "+CTZU": "0",
    "+CSCB": '0,"",""',
    "+CSDH": "0",
    "+COLP": "0",
    "+CCWA": "0",
    "+CMUX": "0",
    "+CPAS": "0",
}
"""Settings that are kept and shown, and have no other effect here."""


def _remember(call: Call) -> Result:
    call.device.settings.free[call.command.name] = call.command.raw
    return OK


def _show(call: Call) -> Result:
    name = call.command.name
    value = call.device.settings.free.get(name, _REMEMBERED[name])
    return Answer((f"{name}: {value}",))


def _range(call: Call) -> Result:
    return Answer((f"{call.command.name}: (0-3)",))


for _name in _REMEMBERED:
    command(_name, "set")(_remember)
    command(_name, "read")(_show)
    command(_name, "test")(_range)
command("+CPAS", "run")(_show)


@command("+CCLK", "read")
def clock(call: Call) -> Result:
    """The network's time, in text mode's notation."""
    now = call.device.network.date()
    quarters = round((now.utcoffset() or now.min - now.min).total_seconds() / 900)
    return Answer((f'+CCLK: "{now:%y/%m/%d,%H:%M:%S}{quarters:+03d}"',))


@command("+CCLK", "set")
def set_clock(call: Call) -> Result:
    """Accepted; the network's time stays."""
    return OK
