"""Who the modem and its SIM are."""

from __future__ import annotations

from drivers.sim.commands.table import Call, Handler, command
from drivers.sim.results import Answer, Result, cme


def _line(field: str) -> Handler:
    def answer(call: Call) -> Result:
        return Answer((str(getattr(call.device.profile, field)),))

    return answer


def _supported(call: Call) -> Result:
    return Answer()


for _name, _field in (("+CGMI", "manufacturer"), ("+CGMM", "model"), ("+CGMR", "revision")):
    for _alias in (_name, _name.replace("+C", "+")):
        command(_alias, "run")(_line(_field))
        command(_alias, "test")(_supported)


@command("+CGSN", "run")
@command("+GSN", "run")
def imei(call: Call) -> Result:
    """The IMEI."""
    return Answer((call.device.imei,))


@command("+CGSN", "test")
@command("+GSN", "test")
def imei_possible(call: Call) -> Result:
    """AT+CGSN=?"""
    return Answer()


@command("I", "set")
def information(call: Call) -> Result:
    """ATI: several lines about the modem."""
    profile = call.device.profile
    lines = profile.ati or (profile.manufacturer, profile.model, f"Revision: {profile.revision}")
    return Answer(tuple(line.format(imei=call.device.imei) for line in lines))


@command("+GCAP", "run")
def capabilities(call: Call) -> Result:
    """AT+GCAP."""
    return Answer((f"+GCAP: {call.device.profile.gcap}",))


@command("+CIMI", "run", needs="sim")
def imsi(call: Call) -> Result:
    """The SIM's IMSI."""
    sim = call.device.sim
    if sim is None:
        raise cme(10)
    return Answer((sim.imsi,))


@command("+CIMI", "test")
def imsi_possible(call: Call) -> Result:
    """AT+CIMI=?"""
    return Answer()


@command("+CNUM", "run", needs="sim")
def own_number(call: Call) -> Result:
    """The number that the operator wrote on the SIM."""
    sim = call.device.sim
    if sim is None:
        raise cme(10)
    if not sim.number:
        return Answer()
    kind = 145 if sim.number.startswith("+") else 129
    return Answer((f'+CNUM: "","{sim.number}",{kind}',))


@command("+CSCS", "set")
def charset(call: Call) -> Result:
    """The character set of texts and numbers."""
    wanted = call.text(0).upper()
    if wanted not in ("GSM", "IRA", "UCS2", "8859-1", "HEX", "PCCP437"):
        raise cme(50)
    call.device.settings.cscs = wanted
    return Answer()


@command("+CSCS", "read")
def charset_now(call: Call) -> Result:
    """AT+CSCS?"""
    return Answer((f'+CSCS: "{call.device.settings.cscs}"',))


@command("+CSCS", "test")
def charset_possible(call: Call) -> Result:
    """AT+CSCS=?"""
    return Answer(('+CSCS: ("GSM","IRA","UCS2","8859-1","HEX")',))
