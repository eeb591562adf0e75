"""`smsgw modem detect`: which modems are plugged in, which port of each to use, what to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gateway.cli.context import Context
from gateway.cli.errors import Failure
from gateway.cli.output import rows_options, write_rows
from gateway.cli.terminal import one_line, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drivers.detect import Detected, Found

COLUMNS = (
    "name",
    "usb_id",
    "usb_path",
    "state",
    "reason",
    "port",
    "tty",
    "manufacturer",
    "model",
    "imei",
    "imsi",
    "iccid",
    "sim",
    "registration",
    "signal",
    "holder",
    "notes",
)
"""Of `--json` and `--csv`."""

REGISTRATION = {
    -1: "",
    0: "not registered",
    1: "home",
    2: "searching",
    3: "denied",
    4: "unknown",
    5: "roaming",
    6: "home, SMS only",
    7: "roaming, SMS only",
    8: "emergency only",
    9: "home",
    10: "roaming",
    11: "emergency only",
}
"""<stat> of AT+CREG?, TS 27.007 7.2."""

NOTHING = (
    "no modem found; look whether lsusb shows it (else: cable, hub, power), whether it is a CD-ROM still"
    " (apt install usb-modeswitch), whether dmesg names a ttyUSB or ttyACM port, and whether you may open it"
    " (group dialout); serial lines are asked with --uart or when named"
)


@click.command()
@click.argument("ports", nargs=-1, metavar="[PORT]…")
@click.option("--uart", is_flag=True, help="Also ask serial adapters and unknown serial devices.")
@rows_options
@click.pass_obj
def detect(context: Context, ports: tuple[str, ...], uart: bool) -> None:
    """Find modems: the AT port of each stick, its SIM, and the configuration to paste.

    Looks at all USB modems, or at the named PORTs only: a tty, a simulated modem's pty, socket://host:port.
    Ports that another program holds are named with their holder and left alone.
    """
    from drivers.detect import Condition
    from drivers.detect import detect as look

    detected = look(ports, uarts=uart)
    if context.json or context.csv:
        write_rows(context, COLUMNS, [row(found) for found in detected.found])
    elif detected.found:
        _show(context, detected)
    if not detected.found:
        raise Failure(NOTHING)
    if not any(found.condition in (Condition.USABLE, Condition.HELD) for found in detected.found):
        raise Failure("none of these can be used as a modem now", "each line above says what it needs")


def row(found: Found) -> dict[str, Any]:
    """One device as `--json` prints it."""
    identity = found.answer.identity if found.answer else None
    return {
        "name": found.device.name,
        "usb_id": found.device.usb_id or None,
        "usb_path": found.device.usb_path or None,
        "state": found.condition.value,
        "reason": found.why or None,
        "port": found.port or None,
        "tty": found.tty or None,
        "manufacturer": identity.manufacturer if identity else None,
        "model": identity.model if identity else None,
        "imei": identity.imei if identity else None,
        "imsi": identity.imsi if identity else None,
        "iccid": identity.iccid if identity else None,
        "sim": found.answer.sim if found.answer else None,
        "registration": found.answer.registration if found.answer else None,
        "signal": found.answer.signal if found.answer else None,
        "holder": str(found.holder) if found.holder else None,
        "notes": " ".join(found.notes) or None,
    }


def _show(context: Context, detected: Detected) -> None:
    """The table, then what each device needs, then what to paste."""
    write_rows(
        context, ("modem", "port", "state", "imei", "sim", "network", "signal"), map(_line, detected.found)
    )
    for found in detected.found:
        for remark in filter(None, (found.why, *found.notes)):
            place = _place(found)
            click.echo("\n" + one_line(f"{remark}." if place in remark else f"{place}: {remark}."))
    for warning in detected.warnings:
        click.echo(f"\n{warning}.", err=True)
    if detected.usable:
        click.echo("\n" + plain(toml(detected.usable)), nl=False)


def _line(found: Found) -> dict[str, Any]:
    """One device as a person reads it."""
    identity = found.answer.identity if found.answer else None
    return {
        "modem": _called(found),
        "port": found.tty,
        "state": found.condition.value.replace("_", " "),
        "imei": identity.imei if identity else "",
        "sim": found.answer.sim if found.answer else "",
        "network": REGISTRATION.get(found.answer.registration, "") if found.answer else "",
        "signal": f"{found.answer.signal} dBm" if found.answer and found.answer.signal is not None else "",
    }


def _called(found: Found) -> str:
    """What the modem calls itself, else what its USB identity says."""
    identity = found.answer.identity if found.answer else None
    said = " ".join(filter(None, (identity.manufacturer, identity.model))) if identity else ""
    return said or found.device.name or "?"


def _place(found: Found) -> str:
    """How to tell a device from its neighbours."""
    return found.tty or f"{found.device.name or found.device.usb_id} in USB socket {found.device.usb_path}"


def toml(usable: Sequence[Found]) -> str:
    """What to paste into the configuration, a table for each modem."""
    from gateway.config.example import SENSIBLE
    from gateway.config.example import toml as written

    lines = [
        "# Paste into config.toml; the names are yours to choose. The limits suit a consumer SIM:",
        "# raise them only where its contract allows. `smsgw config example` explains every key.",
    ]
    for number, found in enumerate(usable, 1):
        lines += [
            "",
            f"[modems.sim{number}]",
            f"port = {written(found.port)}  # {_remark(found)}",
            'driver = "at"',
            f"throttle = {written(SENSIBLE)}",
        ]
        if found.answer and found.answer.sim.upper() == "SIM PIN":
            lines.append(f'pin_file = "/etc/smsgw/sim{number}.pin"  # the SIM asks for its PIN')
    return "\n".join(lines) + "\n"


def _remark(found: Found) -> str:
    """Which modem this is, for the comment: no line ends, whatever the modem says."""
    identity = found.answer.identity if found.answer else None
    imei = f", IMEI {identity.imei}" if identity and identity.imei else ""
    return "".join(char for char in _called(found) + imei if char.isprintable())
