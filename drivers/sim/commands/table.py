"""The table of commands: which handler, and what the modem must have ready for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drivers.sim.results import Result, cme, cms

if TYPE_CHECKING:
    from drivers.sim.device import Device
    from drivers.sim.grammar import Command
    from drivers.sim.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Call:
    """One command being carried out."""

    device: Device
    terminal: Terminal
    command: Command

    @property
    def values(self) -> list[str | None]:
        """The parameters."""
        return self.command.parameters

    def text(self, place: int, default: str = "") -> str:
        """A parameter as text."""
        values = self.values
        value = values[place] if place < len(values) else None
        return default if value is None else value

    def number(self, place: int, default: int | None = None) -> int:
        """A parameter as a number; raises CME 50 where it is none."""
        text = self.text(place)
        if not text and default is not None:
            return default
        try:
            return int(text)
        except ValueError:
            raise cme(50) from None


Handler = Callable[[Call], Result]


@dataclass(frozen=True, slots=True)
class Entry:
    """A handler and its needs."""

    handler: Handler
    needs: str


_MESSAGE_CODES = {14: 314, 13: 313}
"""What the message service calls the SIM's states."""
_TABLE: dict[tuple[str, str], Entry] = {}


def command(name: str, *forms: str, needs: str = "") -> Callable[[Handler], Handler]:
    """Register a handler for some forms of a command (run, read, test, set).

    `needs`: "" nothing; "sim" a SIM that is open; "sms" a SIM that is open and ready for messages.
    """

    def register(handler: Handler) -> Handler:
        for form in forms:
            _TABLE[name, form] = Entry(handler, needs)
        return handler

    return register


def lookup(wanted: Command) -> Entry | None:
    """The entry of a command, or None where the modem has no such command."""
    return _TABLE.get((wanted.name, wanted.form))


def gate(device: Device, needs: str) -> None:
    """Raise the error of a SIM that is not there, not open or not ready."""
    if not needs:
        return
    wrong = cms if needs == "sms" else cme
    codes = (310, 311, 316, 314) if needs == "sms" else (10, 11, 12, 14)
    if device.sim is None:
        raise wrong(codes[0])
    if device.sim.state == "SIM PIN":
        raise wrong(codes[1])
    if device.sim.state != "READY":
        raise wrong(codes[2])
    if device.loop.now() < device.sim_ready_at:
        raise wrong(
            _MESSAGE_CODES.get(device.busy_code, device.busy_code) if needs == "sms" else device.busy_code
        )
