"""The commands, one room a subject; `run` finds the handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.commands import basic, identity, messages, radio, reading, security, sending, supplementary
from drivers.sim.commands.table import Call, gate, lookup
from drivers.sim.grammar import parse
from drivers.sim.results import Answer, Result, Silence, cme

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.grammar import Command
    from drivers.sim.terminal import Terminal

__all__ = ["run"]

ROOMS = (basic, identity, messages, radio, reading, security, sending, supplementary)


def run(device: Device, terminal: Terminal, command: Command) -> Result:
    """Carry out one command; raises `AtError` where it fails."""
    if struck := device.faults.fire("hang", command.name):
        return Silence(struck.seconds)
    fixed = _vendor(device, command.text.upper().removeprefix("AT"))
    if fixed is not None:
        return fixed
    entry = None if command.name in device.profile.lacks else lookup(command)
    if entry is None:
        return Answer(final=device.profile.unknown)
    gate(device, entry.needs)
    return entry.handler(Call(device, terminal, command))


def _vendor(device: Device, typed: str) -> Result | None:
    """The answer to a command that only this make has; None where it has no such one."""
    profile = device.profile
    silenced = [each.line for each in profile.chatter if each.off == typed]
    device.settings.muted.update(silenced)
    for text, lines in profile.answers:
        if text.upper() == typed:
            return Answer(lines)
    for text, lines in profile.card:
        if text.upper() == typed:
            sim = device.sim
            if sim is None:
                raise cme(10)
            tries = {"pin": sim.pin_tries, "puk": sim.puk_tries, "state": sim.state, "iccid": sim.iccid}
            return Answer(tuple(line.format(**tries) for line in lines))
    return Answer() if silenced and _not_standard(typed) else None


def _not_standard(typed: str) -> bool:
    """The standard has no such command."""
    commands = parse(typed)
    return not commands or lookup(commands[0]) is None
