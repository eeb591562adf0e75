"""A modem that hangs until the right thing is done to it: every rung of a recovery ladder has its own (MODEMS 1.K)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.terminal import Terminal

_RUNGS = ("reopen", "radio", "reset", "power")
"""From weak to strong: what helps after a reset helps after a power cut too."""
_RESET = (b"AT+CFUN=1,1", b"AT^RESET", b"AT#REBOOT", b"AT+CRESET")


def deaf(device: Device, terminal: Terminal, data: bytes) -> bool:
    """Whether it does not hear what a program writes; the command for a restart may still get through."""
    armed = device.faults.on("stuck")
    if armed is None:
        return False
    if armed.text == "port":
        return terminal is device.terminals[0]
    if armed.text == "reset" and any(command in data for command in _RESET):
        device.power.after(0.0, lambda: device.power.reboot("asked for, although it hangs"))
    return True


def heal(device: Device, by: str) -> None:
    """Something was done to it: reopen, radio, reset or power."""
    reached = _RUNGS[: _RUNGS.index(by) + 1]
    stuck, radio = device.faults.waiting("stuck"), device.faults.waiting("radio_stuck")
    if stuck is not None and stuck.text in reached:
        device.faults.disarm("stuck")
    if radio is not None and radio.text in reached:
        device.faults.disarm("radio_stuck")
        device.register(1)
