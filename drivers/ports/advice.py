"""Why a device cannot be used as a modem now, and what to do about it: sentences for an operator."""

from __future__ import annotations

import contextlib
import grp
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from drivers.ports.holders import Holder, holder_of, running
from drivers.ports.sysfs import Port

STORAGE = (
    "still in storage mode, as a CD-ROM: install usb_modeswitch (apt install usb-modeswitch),"
    " then unplug it and plug it in again"
)
HILINK = (
    "HiLink firmware: a network card with a web page, without AT commands;"
    " it needs a stick firmware, or take another modem"
)
NO_PORT = (
    "it has no serial port: the kernel's driver has not taken it"
    " (sudo modprobe option; dmesg says more), or its firmware is that of a network card"
)
MODEM_MANAGER = "ModemManager"


def held(holder: Holder, usb_id: str = "") -> str:
    """Another program has the port open."""
    sentence = f"held by {holder}"
    return f"{sentence}; {leave_alone(usb_id)}" if holder.program == MODEM_MANAGER else sentence


def busy(path: str, usb_id: str = "", proc: Path = Path("/proc")) -> str:
    """The port that we want to open is another program's.

    ModemManager runs as root, and what root has open is hidden from others: then it is named as a suspect.
    """
    holder, manager = _suspects(path, proc)
    suspect = f"another program, maybe {manager}" if manager else "another program"
    sentence = f"{path} is held by {holder or suspect}. Stop it, or use another port"
    return f"{sentence}; {leave_alone(usb_id)}" if manager else sentence


def intruder(path: str, usb_id: str = "", proc: Path = Path("/proc")) -> str:
    """Another program writes to the port that we have open (MODEMS F121): which, as far as it can be seen."""
    holder, manager = _suspects(path, proc)
    if manager:
        maybe = "" if holder else "maybe "
        return f"another program writes to the port, {maybe}{manager}; {leave_alone(usb_id)}"
    return f"another program writes to the port{f', {holder}: stop it' if holder else ''}"


def _suspects(path: str, proc: Path) -> tuple[Holder | None, Holder | None]:
    """Who has the port open, as far as we may see; and ModemManager, where it is that or may be."""
    holder, manager = holder_of(path, proc), running(MODEM_MANAGER, proc)
    return holder, manager if holder is None or holder.program == MODEM_MANAGER else None


def leave_alone(usb_id: str = "") -> str:
    """How to make ModemManager leave modems to us (MODEMS F121)."""
    vid = usb_id.partition(":")[0]
    rule = f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vid or "…"}", ENV{{ID_MM_DEVICE_IGNORE}}="1"'
    return (
        "to make it leave modems alone, install the udev rule (make install does), or write the line"
        f" {rule} into /etc/udev/rules.d/60-smsgw.rules; then plug the modem in again"
    )


def missing(path: str) -> str:
    """A named port does not exist."""
    return f"{path} is not there: detect without a name lists what is plugged in"


def denied(path: str) -> str:
    """We may not open the port: of whom it is tells who can mend that."""
    group, mode = "dialout", 0o660
    with contextlib.suppress(OSError, KeyError):
        port = os.stat(path)
        mode, group = stat.S_IMODE(port.st_mode), grp.getgrgid(port.st_gid).gr_name
    if mode & 0o060 != 0o060:
        return (
            f"permission denied on {path}: its mode is {mode:04o} and its group {group}, so no udev rule has taken it:"
            " install the rule (make install does), then plug the modem in again"
        )
    return (
        f"permission denied on {path}: add the user to the group {group}"
        f" (sudo adduser USER {group}) and log in again, a service is restarted; or ask as root"
    )


def silent(failures: Sequence[str]) -> str:
    """No port answered."""
    said = "; ".join(failure.rstrip(".") for failure in failures)
    return f"{said}. It may still be starting (up to 90 s), or hang: unplug it and try again"


def no_at_port(ports: Sequence[Port]) -> str:
    """None of the ports may be asked."""
    roles = ", ".join(f"{port.path} is for {port.role.upper()}" for port in ports)
    return f"no port for AT commands here: {roles}"
