"""Why a device cannot be used as a modem now, and what to do about it: sentences for an operator."""

from __future__ import annotations

import contextlib
import grp
import os
from collections.abc import Sequence

from drivers.ports.holders import Holder
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
    """We may not open the port."""
    group = "dialout"
    with contextlib.suppress(OSError, KeyError):
        group = grp.getgrgid(os.stat(path).st_gid).gr_name
    return (
        f"permission denied on {path}: add the user to the group {group}"
        f" (sudo adduser USER {group}) and log in again, or ask as the user smsgw or as root"
    )


def silent(failures: Sequence[str]) -> str:
    """No port answered."""
    said = "; ".join(failure.rstrip(".") for failure in failures)
    return f"{said}. It may still be starting (up to 90 s), or hang: unplug it and try again"


def no_at_port(ports: Sequence[Port]) -> str:
    """None of the ports may be asked."""
    roles = ", ".join(f"{port.path} is for {port.role.upper()}" for port in ports)
    return f"no port for AT commands here: {roles}"
