"""The commands, one room a subject; `run` finds the handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.sim.commands import basic, identity, messages, radio, reading, security, sending, supplementary
from drivers.sim.commands.table import Call, gate, lookup
from drivers.sim.results import Answer, Result, Silence

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.grammar import Command
    from drivers.sim.terminal import Terminal

__all__ = ["run"]

ROOMS = (basic, identity, messages, radio, reading, security, sending, supplementary)


def run(device: Device, terminal: Terminal, command: Command) -> Result:
    """Carry out one command; raises `AtError` where it fails."""
    for text, lines in device.profile.answers:
        if command.text.upper() == "AT" + text.upper():
            return Answer(lines)
    entry = None if command.name in device.profile.lacks else lookup(command)
    if entry is None:
        return Answer(final=device.profile.unknown)
    if struck := device.faults.fire("hang", command.name):
        return Silence(struck.seconds)
    gate(device, entry.needs)
    return entry.handler(Call(device, terminal, command))
