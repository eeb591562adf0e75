"""All faults, by name. Each is one line; where it strikes stands in the code that asks for it."""

from __future__ import annotations

from drivers.sim.catalogue import line, service, world
from drivers.sim.faults import Fault

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*line.FAULTS, *service.FAULTS, *world.FAULTS)}
"""Every fault of the simulator."""


def described() -> str:
    """The list for `--help`: kind, name, parameters, one line each."""
    lines: list[str] = []
    kind = ""
    for fault in FAULTS.values():
        if fault.kind != kind:
            kind = fault.kind
            lines.append(f"  {kind}:")
        named = fault.name
        if fault.parameters:
            first, default = fault.parameters[0]
            named += f"={default!s}" if default != "" else f"={first.upper()}"
        others = "".join(f", {name}={value}" for name, value in fault.parameters[1:])
        lines.append(f"    {named:<24} {fault.summary}{f' [{others[2:]}]' if others else ''}")
    return "\n".join(lines)
