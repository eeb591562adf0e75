"""Switching the USB socket of a stick off and on: the last remedy before a person (MODEMS 1.K).

`authorized` makes the kernel drop the device and take it up anew: no hub needs to be able to do anything, and a
firmware that hangs for good does not notice. `uhubctl` takes its current away, where the hub can switch sockets.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from drivers.ports.sysfs import Host

How = Literal["authorized", "uhubctl"]

OFF: Final = 3.0
"""Seconds without: less may not even empty the capacitors of a stick."""
_PATIENCE: Final = 30.0

Run = Callable[[list[str]], "subprocess.CompletedProcess[str]"]


class PowerError(Exception):
    """The socket could not be switched; the sentence says why and what to do."""


def cycle(
    usb_path: str, how: How, host: Host | None = None, *, off: float = OFF, run: Run | None = None
) -> None:
    """Off, `off` seconds later on. `usb_path` is bus and sockets, 1-1.2. Raises PowerError."""
    if how == "uhubctl":
        _uhubctl(usb_path, off, run or _run)
    else:
        _authorized((host or Host()).sys / "bus/usb/devices" / usb_path / "authorized", off)


def switch_on(usb_path: str, how: How, host: Host | None = None, *, run: Run | None = None) -> None:
    """On, after a `cycle` that nobody finished. What has left the bus meanwhile comes back switched on.

    Raises PowerError.
    """
    if how == "uhubctl":
        hub, socket = socket_of(usb_path)
        _call(["uhubctl", "-l", hub, "-p", socket, "-a", "on"], run or _run)
        return
    switch = (host or Host()).sys / "bus/usb/devices" / usb_path / "authorized"
    if switch.exists():
        _write(switch, "1")


def _authorized(switch: Path, off: float) -> None:
    if not switch.exists():
        raise PowerError(f"{switch} is not there: the device has left the bus, and only uhubctl may help")
    _write(switch, "0")
    threading.Event().wait(off)  # nobody sets it
    _write(switch, "1")


def _write(switch: Path, value: str) -> None:
    try:
        switch.write_text(value, encoding="ascii")
    except OSError as error:
        raise PowerError(
            f"{switch} cannot be written ({error.strerror}): docs/operations.md#usb-power has the udev rule"
        ) from error


def socket_of(usb_path: str) -> tuple[str, str]:
    """The hub and its socket, as uhubctl names them: 1-1.2 is socket 2 of 1-1, and 1-2 socket 2 of the bus 1."""
    bus, _, sockets = usb_path.partition("-")
    upper, dot, last = sockets.rpartition(".")
    return (f"{bus}-{upper}", last) if dot else (bus, last)


def _uhubctl(usb_path: str, off: float, run: Run) -> None:
    hub, socket = socket_of(usb_path)
    _call(["uhubctl", "-l", hub, "-p", socket, "-a", "cycle", "-d", f"{max(1, round(off))}"], run)


def _call(command: list[str], run: Run) -> None:
    try:
        done = run(command)
    except FileNotFoundError:
        raise PowerError("uhubctl is not installed (apt install uhubctl)") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PowerError(f"uhubctl could not be run: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no word"]
        raise PowerError(f"uhubctl ended with {done.returncode}: {said[0]}")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- no shell, and nothing in it that anybody wrote but the kernel
        command, capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
