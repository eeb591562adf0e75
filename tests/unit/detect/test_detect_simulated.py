"""Simulated modems are found like real ones."""

from __future__ import annotations

from pathlib import Path

from drivers.detect import Condition, detect
from drivers.sim import ModemSetup, Setup, start


def test_simulated_modems_are_found_like_real_ones(tmp_path: Path) -> None:
    modems = [ModemSetup(), ModemSetup(pin="1234"), ModemSetup(sim=False)]
    with start(Setup(modems=modems, directory=tmp_path)) as farm:
        found = detect([modem.path for modem in farm.modems.values()]).found
        commands = [modem.commands for modem in farm.modems.values()]
    assert [each.condition for each in found] == [Condition.USABLE] * 3
    assert [each.port for each in found] == [str(tmp_path / f"modem{number}") for number in range(3)]
    ready, locked, empty = (each.answer for each in found)
    assert ready is not None
    assert locked is not None
    assert empty is not None
    assert (ready.sim, locked.sim, empty.sim) == ("READY", "SIM PIN", "no SIM, or unreadable")
    assert len({answer.identity.imei for answer in (ready, locked, empty)}) == 3
    assert ready.identity.imsi.startswith("208")
    assert ready.registration == 1
    said = [line for lines in commands for line in lines]
    assert not [line for line in said if "=" in line and not line.endswith("=?")], "no setting was touched"
    assert not any(line.upper().startswith("AT+CPIN=") for line in said), "no PIN was tried"
