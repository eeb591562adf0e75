"""All faults, by name."""

from __future__ import annotations

from drivers.sim.faults import Fault

_ALL = (Fault("dead", "results", "says nothing at all", "F61", standing=True),)

FAULTS: dict[str, Fault] = {fault.name: fault for fault in _ALL}
